"""The conformance matrix as text: a row for each variant, a column for each library, reasons below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.verify.references.calls import BY_HAND, version

LIBRARIES = ("torch", "optax", "pytorch_optimizer")
EXTRA = (*LIBRARIES, "dadaptation", "dog", "keras", "prodigyopt", "schedulefree")  # the extra `reference`
OTHERS = "others"  # what happens to be installed, the authors' packages, and loops by hand
COLOURS = {"agrees": "green", "differs": "yellow", "wrong": "bold red", "not installed": "dim"}
INSTALL = "pip install -e '.[reference]'"


@dataclass(frozen=True)
class Compared:
    """What a comparison with a library found."""

    library: str
    state: Literal["agrees", "differs", "wrong", "not installed"]
    difference: float = 0.0
    reason: str = ""  # why it differs, or agrees no better
    fault: str = ""  # what is wrong


Rows = Mapping[str, Sequence[Compared]]
"""The comparisons of each row; one without any is in no library."""


class Notes:
    """The reasons below the table, each once, numbered."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, reason: str) -> int:
        return self.numbers.setdefault(reason, len(self.numbers) + 1)


def show(title: str, rows: Rows, out: Console, alone: bool) -> None:
    """Print the matrix, its notes and what is wrong; `alone`: a row without any comparison is fine."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(title, no_wrap=True)
    for column in (*LIBRARIES, OTHERS):
        table.add_column(column.replace("_", "_\n"), min_width=len("differs 1e-05"))
    notes = Notes()
    variants = False
    for row, found in rows.items():
        if row.startswith("variant/") and not variants:
            table.add_row()
            table.add_row(Text("variants", style="bold"))
            variants = True
        columns = {name: [c for c in found if column_of(c.library) == name] for name in (*LIBRARIES, OTHERS)}
        cells = [cell(those, notes, "" if name == OTHERS else "not there") for name, those in columns.items()]
        table.add_row(Text(row.removeprefix("variant/"), style="" if found or alone else COLOURS["wrong"]), *cells)
    out.print(table)
    out.print()
    for reason, number in notes.numbers.items():
        out.print(Text(f"[{number}] {reason}"))
    for compared in (c for found in rows.values() for c in found if c.state == "wrong"):
        told = f"wrong, {compared.difference:.0e}: {compared.fault}"
        out.print(Text(told, style=COLOURS["wrong"]), soft_wrap=True)
    for row in (row for row, found in rows.items() if not (found or alone)):
        out.print(Text(f"wrong: {row} is held against nothing", style=COLOURS["wrong"]), soft_wrap=True)
    for library in sorted({c.library for found in rows.values() for c in found if c.state == "not installed"}):
        how = INSTALL if library in EXTRA else f"pip install {library}"
        out.print(f"{library} is not installed: {how}", soft_wrap=True, markup=False)


def column_of(library: str) -> str:
    return library if library in LIBRARIES else OTHERS


def cell(found: Sequence[Compared], notes: Notes, nothing: str) -> Text:
    """The worst difference of each state; comparisons with the same library, state and tolerance share a line."""
    groups: dict[tuple[str, str, str], list[Compared]] = {}
    for c in found:
        library = f"{c.library} " if column_of(c.library) == OTHERS and c.state != "not installed" else ""
        groups.setdefault((library, c.state, c.reason if c.state == "agrees" else ""), []).append(c)
    text = Text("" if groups else nothing, style="" if groups else "dim")
    for (library, state, _), group in groups.items():
        worst = "" if state == "not installed" else f" {max(c.difference for c in group):.0e}"
        numbers = sorted({notes.number(c.reason) for c in group if c.reason})
        marks = "".join(f" [{number}]" for number in numbers)
        text.append(("\n" if text else "") + library + state + worst + marks, style=COLOURS[state])
    return text


def counted(rows: Rows) -> str:
    """How many comparisons agree, differ by design, and are wrong."""
    states = [c.state for found in rows.values() for c in found if c.state != "not installed"]
    count = {state: states.count(state) for state in ("agrees", "differs", "wrong")}
    return (
        f"{len(states)} comparisons: {count['agrees']} agree, {count['differs']} differ by design, "
        f"{count['wrong']} wrong"
    )


def there(library: str) -> bool:
    """Whether the library can be asked."""
    return library == BY_HAND or version(library) is not None
