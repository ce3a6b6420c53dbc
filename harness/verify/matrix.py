"""The conformance matrix as text: a row for each variant, a column for each library, reasons below."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.verify.references.calls import BY_HAND
from harness.verify.references.cases import TOLERANCE, Case
from harness.verify.references.verdicts import Verdict

LIBRARIES = ("torch", "optax", "pytorch_optimizer")  # the extra `reference`
OTHERS = "others"  # the authors' packages, and loops by hand
COLOURS = {"agrees": "green", "differs": "yellow", "wrong": "bold red", "not installed": "dim"}

Rows = Mapping[str, Sequence[Case]]
"""The cases of each row; one without any has nothing that it is held against."""
Verdicts = Mapping[Case, Verdict]
"""Of the cases whose library is installed."""


class Notes:
    """The reasons below the table, each once, numbered."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, reason: str) -> int:
        return self.numbers.setdefault(reason, len(self.numbers) + 1)


def show(rows: Rows, verdicts: Verdicts, out: Console) -> None:
    """Print the matrix, its notes and what is wrong."""
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("optimizer", no_wrap=True)
    for column in (*LIBRARIES, OTHERS):
        table.add_column(column.replace("_", "_\n"), min_width=len("differs 1e-05"))
    notes = Notes()
    for row, cases in rows.items():
        by_column = {name: [c for c in cases if column_of(c) == name] for name in (*LIBRARIES, OTHERS)}
        cells = [
            cell(found, verdicts, notes, "" if name == OTHERS else "not there") for name, found in by_column.items()
        ]
        table.add_row(Text(row, style="" if cases else COLOURS["wrong"]), *cells)
    out.print(table)
    out.print()
    for reason, number in notes.numbers.items():
        out.print(Text(f"[{number}] {reason}"))
    for verdict in verdicts.values():
        if verdict.state == "wrong":
            told = f"wrong, {verdict.difference:.0e}: {verdict.case}: {verdict.text}"
            out.print(Text(told, style=COLOURS["wrong"]), soft_wrap=True)
    for row in (row for row, cases in rows.items() if not cases):
        out.print(Text(f"wrong: {row} is held against nothing", style=COLOURS["wrong"]), soft_wrap=True)


def column_of(case: Case) -> str:
    library = case.reference.library
    return library if library in LIBRARIES else OTHERS


def cell(cases: Sequence[Case], verdicts: Verdicts, notes: Notes, nothing: str) -> Text:
    """The worst difference of each state; cases of the same library, state and tolerance share a line."""
    groups: dict[tuple[str, str, str], list[Verdict | None]] = {}
    for case in cases:
        verdict = verdicts.get(case)
        library = f"{case.reference.library} " if column_of(case) == OTHERS else ""
        state: str = verdict.state if verdict else "not installed"
        groups.setdefault((library, state, case.why_tolerance), []).append(verdict)
    text = Text("" if groups else nothing, style="" if groups else "dim")
    for (library, state, _), group in groups.items():
        found = [verdict for verdict in group if verdict]
        worst = f" {max(verdict.difference for verdict in found):.0e}" if found else ""
        numbers = sorted({notes.number(reason) for verdict in found if (reason := _reason(verdict))})
        marks = "".join(f" [{number}]" for number in numbers)
        text.append(("\n" if text else "") + library + state + worst + marks, style=COLOURS[state])
    return text


def _reason(verdict: Verdict) -> str:
    if verdict.state == "differs":
        return verdict.case.differs
    return f"to {verdict.case.tolerance:g}: {verdict.case.why_tolerance}" if verdict.case.why_tolerance else ""


def totals(rows: Rows, verdicts: Verdicts) -> str:
    """How many agree, differ by design, and are wrong. An optimizer agrees with a reference if one of its cases, not
    counting loops by hand, does so to TOLERANCE."""
    exact = {
        verdict.case.optimizer
        for verdict in verdicts.values()
        if verdict.state == "agrees" and verdict.difference <= TOLERANCE and verdict.case.reference.kind != BY_HAND
    }
    variants = sum(name.startswith("variant/") for name in exact)
    count = {state: sum(v.state == state for v in verdicts.values()) for state in ("agrees", "differs", "wrong")}
    nothing = sum(not cases for cases in rows.values())
    return (
        f"{len(exact) - variants} optimizers and {variants} variants agree with a reference to {TOLERANCE:g}\n"
        f"{sum(count.values())} comparisons: {count['agrees']} agree, {count['differs']} differ by design, "
        f"{count['wrong']} wrong; {nothing} optimizers held against nothing"
    )
