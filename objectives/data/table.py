"""A table of texts from a csv file: read strictly by the csv module, its columns named once and for all."""

import codecs
import csv
import io
import re
import shlex
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from objectives.data.download import unpacked
from objectives.fields import Called

MARKS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":", "point": "."}
Mark = Annotated[str, Called(f"one character or one of {', '.join(MARKS)}")]
BOMS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # in this order
KINDS = {  # what other files begin with
    b"PK\x03\x04": "a zip or Excel file",
    b"\xd0\xcf\x11\xe0": "an Excel file",
    b"\x93NUMPY": "a NumPy array",
    b"PAR1": "a Parquet file",
    b"SQLite format": "an SQLite database",
    b"BZh": "a file packed by bzip2",
    b"\xfd7zXZ": "a file packed by xz",
    b"\x28\xb5\x2f\xfd": "a file packed by zstd",
    b"\x1f\x8b": "a file packed by gzip twice",
    b"%PDF": "a PDF file",
    b"version https://git-lfs": "a pointer to a file that `git lfs pull` fetches",
}
OPTION = "dataset."  # before the names of options: dataset.separator=tab
SHOWN = 20  # names that a message lists at most


@dataclass(frozen=True)
class Table:
    """Rows of texts without blanks around them, under names that differ; `numbers` are the rows as an editor of tables
    counts them, the header among them.
    """

    where: Path
    names: list[str]
    rows: list[list[str]]
    numbers: list[int]
    prefix: str = OPTION  # of what messages tell to type

    def column(self, name: str) -> list[str]:
        k = self.names.index(name)
        return [row[k] for row in self.rows]

    def named(self, wanted: Any, field: str) -> str:
        """The column that was typed: `2021` may arrive as a number. A ValueError that lists the choices."""
        found = one_line(unicodedata.normalize("NFC", str(wanted)))
        if found in self.names:
            return found
        alike = [name for name in self.names if name.casefold() == found.casefold()]
        hint = f"; did you mean {typed(field, alike[0])}?" if alike else ""
        if len(self.names) == 1 and " " in self.names[0]:
            hint = f"; that is one column: if there are several, add {self.prefix}separator=space"
        hint = hint or ("" if wanted is not None else f"; which one is to be predicted? Add {field}=NAME")
        raise ValueError(f"{self.where}: no column {wanted}; choices: {listed(self.names)}{hint}")


def read(where: Path, separator: str, header: str | None, encoding: str | None) -> Table:
    """The table in a file, raw or gzip."""
    return parsed(where, text_of(where, encoding), separator, header)


def parsed(where: Path, text: str, separator: str, header: str | None, prefix: str = OPTION) -> Table:
    """The table that a text holds. `header`: first (row), none (columns are then called 1, 2, ...), or None: the first
    row, refused where it looks like data.
    """
    mark = one_character("separator", separator)
    found: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True, skipinitialspace=mark != "\t")
    try:
        for number, row in enumerate(reader, start=1):
            cells = [cell.strip() for cell in row]
            if mark == " " and len(cells) > 1 and not row[-1]:  # blanks at the end of a line part nothing
                cells.pop()
            if number == 1 and (says := re.match(r"sep=([^\r\n])[\r\n]", text)):
                _demand_said(where, says[1], mark, prefix)
            elif cells and cells != [""]:
                found.append((number, cells))
    except csv.Error as error:
        raise ValueError(
            f"{where}, line {reader.line_num}: not csv: {error}{_between_quotes(text, mark, prefix)}"
        ) from error
    if not any(cell for _, row in found for cell in row):
        raise ValueError(f"{where}: the file is empty")
    first = [one_line(name) for name in found[0][1]]
    if len(first) == 1:
        _refuse_other_separator(where, found[0][1][0], mark, prefix)
    names = [str(k) for k in range(1, len(first) + 1)] if header == "none" else first
    if header is None:
        _refuse_data(where, names, prefix)
    rows = found if header == "none" else found[1:]
    for number, row in rows:
        if len(row) != len(names):
            raise ValueError(
                f"{where}, row {number}: {len(row)} value{'s' if len(row) > 1 else ''}, {_shown(row)}, for "
                f"{len(names)} column{'s' if len(names) > 1 else ''}, which row {found[0][0]} has: {listed(first)}; "
                + _why(row, rows, names, mark, prefix)
            )
    if not rows:
        raise ValueError(f"{where}: no rows under the header {listed(names)}")
    return Table(where, names, [row for _, row in rows], [number for number, _ in rows], prefix)


def without(table: Table, drop: Any, target: str) -> Table:
    """The table without the columns of these names ('': those without a name); what remains is named, and once."""
    wanted = [] if drop is None else list(drop) if isinstance(drop, Sequence) and not isinstance(drop, str) else [drop]
    gone = {"" if name == "" else table.named(name, "dataset.drop") for name in wanted}
    keep = [k for k, name in enumerate(table.names) if name not in gone]
    names = [table.names[k] for k in keep]
    for k, name in zip(keep, names, strict=True):
        if not name:
            raise ValueError(
                f"{table.where}: column {k + 1} of {len(table.names)} has no name (a table written with its row "
                "numbers has such a one); name it, or leave it out: " + typed("dataset.drop", [""])
            )
        if re.fullmatch(r"Unnamed: \d+", name):
            raise ValueError(
                f"{table.where}: {name!r} is what pandas calls a column without a name, often the row numbers; "
                f"name it, or leave it out: {typed('dataset.drop', [name])}"
            )
        if names.count(name) > 1:
            places = ", ".join(str(j + 1) for j, other in enumerate(table.names) if other == name)
            leave = "" if name == target else f", or leave them out: {typed('dataset.drop', [name])}"
            none = "; if the file has no header, add dataset.header=none" if _value(name) is not None else ""
            raise ValueError(f"{table.where}: the name {name} stands over columns {places}; rename one{leave}{none}")
    return Table(table.where, names, [[row[k] for k in keep] for row in table.rows], table.numbers)


def one_character(field: str, text: Any) -> str:
    """A mark by its name or itself: `semicolon` needs no quotes, `;` needs two pairs of them."""
    found = MARKS.get(text, text) if isinstance(text, str) else text
    if not isinstance(found, str) or len(found) != 1 or found in "\r\n\"'" or found.isalnum():
        raise ValueError(f"{field} must be one character or one of {', '.join(MARKS)}; got {text!r}")
    return found


def one_line(text: str) -> str:
    """A name as it is typed: a header may hold ends of lines."""
    return " ".join(text.split())


def listed(names: Sequence[str]) -> str:
    """Names for a message, of many the first ones."""
    more = f", and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def typed(field: str, value: str | Sequence[str]) -> str:
    """An override as it is typed in a shell, with quotes where Hydra or the shell need them.

    >>> print(typed("dataset.target", "price"), typed("dataset.drop", ["a b"]))
    dataset.target=price 'dataset.drop=["a b"]'
    """
    items = [value] if isinstance(value, str) else list(value)
    plain = r"(?!(true|false|null|nan|inf)$)[A-Za-z_]\w*"  # Hydra reads those as other things than words
    if not all(re.fullmatch(plain, item, re.ASCII | re.IGNORECASE) for item in items):
        items = [
            '"' + re.sub(r'(\\*)("|$)', lambda m: 2 * m[1] + ("\\" + m[2] if m[2] else ""), item) + '"'
            for item in items
        ]
    text = items[0] if isinstance(value, str) else f"[{','.join(items)}]"
    override = f"{field}={text}"
    return override if re.fullmatch(r"[\w.=,\[\]]*", override) else shlex.quote(override)


def text_of(where: Path, encoding: str | None, prefix: str = OPTION) -> str:
    """The text of a file, raw or gzip; letters that look the same are the same."""
    data = unpacked(str(where), where.read_bytes())
    for start, kind in KINDS.items():
        if data.startswith(start):
            raise ValueError(f"{where}: {kind}, not csv; save it as csv (a csv file may be packed by gzip)")
    if encoding is None:
        for bom, name in BOMS.items():
            if data.startswith(bom):
                raise ValueError(f"{where}: the text is {name.upper()}; add {prefix}encoding={name}")
        if b"\0" in data[:1000]:
            raise ValueError(f"{where}: not text, or text in UTF-16: then add {prefix}encoding=utf-16-le")
    try:
        text = data.decode(encoding or "utf-8").removeprefix("\ufeff")
    except (LookupError, TypeError) as error:
        raise ValueError(
            f"encoding must be one that Python knows, such as utf-8 or cp1252; got {encoding!r}"
        ) from error
    except UnicodeError as error:
        raise ValueError(
            f"{where}: the text is not {encoding or 'UTF-8'} ({error}); add {prefix}encoding=cp1252 if it comes from "
            "Windows, or the encoding that it has"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValueError(f"{where}, line {line}: a character of code 0, which no text holds; is the file whole?")
    return unicodedata.normalize("NFC", text)


def _demand_said(where: Path, said: str, mark: str, prefix: str) -> None:
    """`sep=;` in line 1, by which files tell Excel their separator."""
    if said != mark:
        name = next((name for name, other in MARKS.items() if other == said), f"'\"{said}\"'")
        raise ValueError(f"{where}: line 1 says sep={said}; add {prefix}separator={name}")


def _shown(row: Sequence[str]) -> str:
    return ", ".join(repr(cell) for cell in row[:3]) + (", ..." if len(row) > 3 else "")


def _why(
    row: Sequence[str], rows: Sequence[tuple[int, list[str]]], names: Sequence[str], mark: str, prefix: str
) -> str:
    """What may be wrong where a row has more or fewer values than there are names."""
    if row[0].startswith(("#", "%", "//")) or names[0].startswith(("#", "%", "//")):
        return "take comments out of the file"
    if len(row) == len(names) + 1 and all(len(other) == len(row) for _, other in rows):
        if not any(other[-1] for _, other in rows):
            drop = f", and add {typed(f'{prefix}drop', [''])}" if prefix == OPTION else ""
            return f"every row ends in a {mark!r} too many: end row 1 in one as well{drop}"
        return "every row has one value more, perhaps the row's name: name all columns in row 1"
    return f"a cell that holds a {mark!r} stands in quotes"


def _between_quotes(text: str, mark: str, prefix: str) -> str:
    """What to type where another mark than the separator stands between quoted names."""
    for name, other in MARKS.items():
        if other in ";\t|, " and other != mark and f'"{other}"' in text.partition("\n")[0]:
            return f"; if {other!r} stands between columns, add {prefix}separator={name}"
    return ""


def _refuse_other_separator(where: Path, line: str, mark: str, prefix: str) -> None:
    for name, other in MARKS.items():
        if other in ";\t|," and other != mark and other in line:
            raise ValueError(f"{where}: one column with {mark!r} between columns; add {prefix}separator={name}")


def _refuse_data(where: Path, names: list[str], prefix: str) -> None:
    """Numbers may be names, 2019, 2020, ...: whole ones, and where there are only such, ascending ones."""
    odd = [name for name in names if _value(name) is not None and not re.fullmatch(r"\d+", name)]
    whole = [float(name) for name in names if re.fullmatch(r"\d+", name)]
    if not odd and len(whole) == len(names) and whole != sorted(whole):
        odd = names
    if odd:
        raise ValueError(
            f"{where}: row 1 holds {odd[0]!r}, a number, where the names of the columns are expected; for a file "
            f"without header add {prefix}header=none (columns are then called 1 to {len(names)}), else "
            f"{prefix}header=first"
        )


def _value(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
