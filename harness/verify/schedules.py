"""The conformance matrix of the schedules: ours beside the installed libraries, step by step."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from harness.compose import CONF
from harness.errors import UserError
from harness.verify.references.factors import Case, Verdict, judge, version
from harness.verify.references.schedules import CASES

LIBRARIES = ("torch", "optax", "pytorch_optimizer")  # the extra `reference`
MORE = ("transformers",)  # shown where it happens to be installed
COLOURS = {"agrees": "green", "differs by design": "yellow", "wrong": "bold red"}


def main(names: Sequence[str] = ()) -> bool:
    """Compare these schedules, or all, with every library that is there; print a row for each variant.

    True if every cell agrees or differs by design where it should.
    """
    cases = [case for case in CASES if not names or case.name in names]
    rows = _rows(cases, names)
    libraries = [name for name in (*LIBRARIES, *MORE) if version(name) or name in LIBRARIES]
    if not any(map(version, libraries)):
        raise UserError(f"none of {', '.join(LIBRARIES)} is installed: pip install 'harness[reference]'")
    verdicts = {id(case): judged(case) for case in cases if version(case.reference.library)}
    table = Table("schedule", title="factors of schedules, largest difference")
    for name in libraries:
        table.add_column(f"{name} {version(name) or ''}".strip(), ratio=1)
    for row, found in rows.items():
        table.add_row(row, *(_cell([c for c in found if c.reference.library == name], verdicts) for name in libraries))
    Console().print(table)
    count = {state: sum(v.state == state for v in verdicts.values()) for state in COLOURS}
    Console().print(", ".join(f"{n} {state}" for state, n in count.items()))
    return not count["wrong"]


def judged(case: Case) -> Verdict:
    """The case against the installed library."""
    return judge(case, case.reference.factors(case.steps))


def _rows(cases: Sequence[Case], names: Sequence[str]) -> dict[str, list[Case]]:
    """The cases of each row, in order of names, and an empty row for a schedule that is in no library."""
    folder = CONF / "schedule"
    known = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    if unknown := set(names) - set(known):
        raise UserError(f"no schedule {', '.join(sorted(unknown))}; choices: {', '.join(known)}")
    rows: dict[str, list[Case]] = {}
    for name in (name for name in known if not names or name in names):
        found = [case for case in cases if case.name == name]
        for case in found:
            rows.setdefault(case.row, []).append(case)
        if not found:
            rows[name] = []
    return rows


def _cell(cases: Sequence[Case], verdicts: dict[int, Verdict]) -> str:
    if not cases:
        return "[dim]not there"
    shown = [verdicts[id(case)] for case in cases if id(case) in verdicts]
    return "\n".join(f"[{COLOURS[v.state]}]{v.text}[/]" for v in shown) or "[dim]not installed"
