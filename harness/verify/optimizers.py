"""`python -m harness.verify optimizers [NAME...]`: our steps beside those of the installed libraries."""

from collections.abc import Mapping, Sequence
from importlib import import_module

from rich.console import Console

from harness.configs import advice, trust
from harness.configs.compose import Composer, composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.screens.terminal import console
from harness.verify import matrix
from harness.verify.matrix import INSTALL, Compared, Rows, there
from harness.verify.references.calls import BY_HAND
from harness.verify.references.cases import TOLERANCE, Case, families, listed
from harness.verify.references.verdicts import Points, Verdict, judge

Cases = Mapping[str, Sequence[Case]]
"""The cases of each row; one without any has nothing that it is held against."""
Verdicts = Mapping[Case, Verdict]
"""Of the cases whose library is installed."""


def main(names: Sequence[str] = (), config_dir: str | None = None, trusted: tuple[str, ...] = ()) -> bool:
    """Compare these optimizers, or all, with every library that is there, and print a row for each variant.

    True if every case agrees, or differs where it is said to, and every optimizer has a case; what isn't installed
    is left out. The cases of an optimizer of yours stand in a list CASES in its module.
    """
    out = console()
    with advice.one_line_errors(), composer(config_dir) as source:
        cases = discovered(source, names, trusted)
        verdicts = judged(cases, source, trusted, out)
    rows = compared(cases, verdicts)
    absent = sorted({c.library for found in rows.values() for c in found if c.state == "not installed"})
    if absent and not verdicts:
        raise UserError(f"none of {', '.join(absent)} is installed: {INSTALL}")
    matrix.show("optimizer", rows, out, alone=False)
    out.print(totals(verdicts))
    out.print(f"{matrix.counted(rows)}; {sum(not found for found in rows.values())} optimizers held against nothing")
    out.done()
    return all(rows.values()) and not any(verdict.state == "wrong" for verdict in verdicts.values())


def compared(cases: Cases, verdicts: Verdicts) -> Rows:
    """The verdicts as the matrix shows them."""
    return {row: [_compared(case, verdicts.get(case)) for case in found] for row, found in cases.items()}


def _compared(case: Case, verdict: Verdict | None) -> Compared:
    if verdict is None:
        return Compared(case.reference.library, "not installed")
    reasons = [f"to {case.tolerance:g}: {case.why_tolerance}"] if case.why_tolerance else []
    reasons += [f"on {', '.join(p.name for p in case.problems)}: {case.why_problems}"] if case.why_problems else []
    reason = "; ".join(reasons)
    reason = case.differs if verdict.state == "differs" else reason if verdict.state == "agrees" else ""
    return Compared(case.reference.library, verdict.state, verdict.difference, reason, f"{case}: {verdict.text}")


def totals(verdicts: Verdicts) -> str:
    """How many agree with a reference: if one of their cases, not counting loops by hand, does so to TOLERANCE."""
    exact = {
        verdict.case.optimizer
        for verdict in verdicts.values()
        if verdict.state == "agrees" and verdict.difference <= TOLERANCE and verdict.case.reference.kind != BY_HAND
    }
    variants = sum(name.startswith("variant/") for name in exact)
    return f"{len(exact) - variants} optimizers and {variants} variants agree with a reference to {TOLERANCE:g}"


def discovered(source: Composer, names: Sequence[str], trusted: tuple[str, ...]) -> dict[str, list[Case]]:
    """The cases of each row, for these configs or all, in the order of their names."""
    known = optimizers(source)
    for name in names:
        if name not in known:
            raise UserError(f"{name}: no such optimizer{advice.nearest(name, known)}; choices: {', '.join(known)}")
    cases = [case for _, found in families() for case in found]
    rows: dict[str, list[Case]] = {}
    for name in names or known:
        mine = [case for case in cases if case.optimizer == name] or _beside(source, name, trusted)
        for case in mine:
            rows.setdefault(case.row, []).append(case)
        if not mine:
            rows[name] = []
    return rows


def optimizers(source: Composer) -> list[str]:
    """Every optimizer with a config, its variants last."""
    plain = source.options("optimizer")
    return [
        *(name for name in plain if name != "variant"),
        *(f"variant/{n}" for n in source.options("optimizer/variant")),
    ]


def _beside(source: Composer, name: str, trusted: tuple[str, ...]) -> list[Case]:
    """The cases that stand in the module of the optimizer's class."""
    target = source.compose(parse(f"optimizer={name}")).config["optimizer"]["_target_"]
    module = import_module(trust.locate(target, "optimizer._target_", trusted).__module__)
    return [case for case in listed(module) if case.optimizer == name]


def judged(rows: Cases, source: Composer, trusted: tuple[str, ...], out: Console) -> Verdicts:
    """The verdict on every case whose library is there."""
    verdicts = {}
    todo = [case for cases in rows.values() for case in cases if there(case.reference.library)]
    with out.status("") as status:
        for k, case in enumerate(todo):
            status.update(f"{case.optimizer}, {k + 1} of {len(todo)}")
            verdicts[case] = live(case, source, trusted)
    return verdicts


def live(case: Case, source: Composer, trusted: tuple[str, ...] = ()) -> Verdict:
    """The verdict on a case by the installed library."""
    try:
        theirs: Points = {problem.name: case.reference_points(problem) for problem in case.problems}
        return judge(
            case, {problem.name: case.our_points(problem, source, trusted) for problem in case.problems}, theirs
        )
    except Exception as error:  # whatever another release of a library raises is what is wrong with the case
        kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
        return Verdict(case, "wrong", float("inf"), f"{kind}{advice.line(error)}")
