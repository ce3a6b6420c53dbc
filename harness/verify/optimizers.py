"""`python -m harness.verify optimizers [NAME...]`: our steps beside those of the installed libraries."""

from collections.abc import Sequence
from importlib import import_module

from rich.console import Console

from harness import advice, trust
from harness.compose import Composer, composer
from harness.errors import UserError
from harness.tables import console
from harness.verify import matrix
from harness.verify.matrix import Rows, Verdicts
from harness.verify.references.calls import BY_HAND, version
from harness.verify.references.cases import Case, families, listed
from harness.verify.references.problems import PROBLEMS
from harness.verify.references.verdicts import Points, Verdict, judge

INSTALL = "pip install 'harness[reference]'"


def main(names: Sequence[str] = (), config_dir: str | None = None, trusted: tuple[str, ...] = ()) -> bool:
    """Compare these optimizers, or all, with every library that is there, and print a row for each variant.

    True if every case agrees, or differs where it is said to, and every optimizer has a case; what isn't installed
    is left out. The cases of an optimizer of yours stand in a list CASES in its module.
    """
    out = console()
    with advice.one_line_errors(), composer(config_dir) as source:
        rows = discovered(source, names, trusted)
        absent = sorted({lib for cases in rows.values() for case in cases if not there(lib := case.reference.library)})
        verdicts = judged(rows, source, trusted, out)
    if absent and not verdicts:
        raise UserError(f"none of {', '.join(absent)} is installed: {INSTALL}")
    matrix.show(rows, verdicts, out)
    for library in absent:
        out.print(f"{library} is not installed: {INSTALL}", soft_wrap=True, markup=False)
    out.print(matrix.totals(rows, verdicts))
    return all(rows.values()) and not any(verdict.state == "wrong" for verdict in verdicts.values())


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
    target = source.compose([f"optimizer={name}"]).config["optimizer"]["_target_"]
    module = import_module(trust.locate(target, "optimizer._target_", trusted).__module__)
    return [case for case in listed(module) if case.optimizer == name]


def judged(rows: Rows, source: Composer, trusted: tuple[str, ...], out: Console) -> Verdicts:
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
        theirs: Points = {problem.name: case.reference_points(problem) for problem in PROBLEMS}
        return judge(case, {problem.name: case.our_points(problem, source, trusted) for problem in PROBLEMS}, theirs)
    except Exception as error:  # whatever another release of a library raises is what is wrong with the case
        kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
        return Verdict(case, "wrong", float("inf"), f"{kind}{advice.line(error)}")


def there(library: str) -> bool:
    """Whether the library can be asked."""
    return library == BY_HAND or version(library) is not None
