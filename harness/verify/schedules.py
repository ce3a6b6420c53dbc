"""`python -m harness.verify schedules [NAME...]`: our factors beside those of the installed libraries."""

from collections.abc import Sequence

from harness.configs import advice
from harness.configs.compose import composer
from harness.errors import UserError
from harness.screens.terminal import console
from harness.verify import matrix
from harness.verify.matrix import INSTALL, LIBRARIES, Compared, Rows, there
from harness.verify.references.factors import Case, Verdict, judge
from harness.verify.references.schedules import CASES


def main(names: Sequence[str] = ()) -> bool:
    """Compare these schedules, or all, with every library that is there; print a row for each variant.

    True if every case agrees, or differs where it should.
    """
    rows = compared(names)
    found = [c for row in rows.values() for c in row]
    if found and all(c.state == "not installed" for c in found):
        raise UserError(f"none of {', '.join(LIBRARIES)} is installed: {INSTALL}")
    out = console()
    matrix.show("schedule", rows, out, alone=True)
    out.print(matrix.counted(rows))
    out.done()
    return not any(c.state == "wrong" for c in found)


def compared(names: Sequence[str]) -> Rows:
    """The comparisons of each schedule, in order of names; none for one that is in no library."""
    with advice.one_line_errors(), composer() as source:
        plain = [name for name in source.options("schedule") if name != "variant"]
        known = [*plain, *(f"variant/{name}" for name in source.options("schedule/variant"))]
    for name in names:
        if name not in known:
            raise UserError(f"{name}: no such schedule{advice.nearest(name, known)}; choices: {', '.join(known)}")
    return {name: [_compared(case) for case in CASES if case.name == name] for name in names or known}


def _compared(case: Case) -> Compared:
    library = case.reference.library
    if not there(library):
        return Compared(library, "not installed")
    found = judged(case)
    reason = case.why if found.state == "differs" else ""
    return Compared(library, found.state, found.difference, reason, f"{case.row}: {found.text}")


def judged(case: Case) -> Verdict:
    """The case against the installed library."""
    return judge(case, case.reference.factors(case.steps))
