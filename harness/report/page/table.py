"""A table as plain data, for a page, a paper, a program."""

from dataclasses import dataclass, replace

from harness.text.visible import in_line


@dataclass(frozen=True)
class Field:
    """What is read, and what it is sorted by: a number, or the text itself."""

    text: str
    key: float | str = ""

    @property
    def sorts(self) -> str:
        """The key as JavaScript reads it."""
        if isinstance(self.key, str):
            return self.key or self.text
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(self.key), repr(self.key))

    @property
    def number(self) -> bool:
        return not isinstance(self.key, str)


@dataclass(frozen=True)
class Table:
    """Rows of fields under their heads, and the command that gives them again."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]
    command: str = ""
    note: str = ""
    best: frozenset[int] = frozenset()  # rows that nobody beats

    @property
    def shown(self) -> "Table":
        """Without columns that say nothing."""
        kept = [k for k in range(len(self.heads)) if k == 0 or any(row[k].text for row in self.rows)]
        rows = tuple(tuple(row[k] for k in kept) for row in self.rows)
        return replace(self, heads=tuple(self.heads[k] for k in kept), rows=rows)


def text(value: object) -> Field:
    """A field that is sorted by what it says."""
    return Field(in_line(str(value)))


def number(value: float, told: str = "") -> Field:
    """A field that is sorted by its number."""
    return Field(told or f"{value:,}", float(value))
