"""Others' runs as the evidence of each problem: paired where keys are shared, else as samples."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.answers.evidence import Evidence
from harness.answers.scale import Scale
from harness.answers.sentences import listed
from harness.errors import UserError
from harness.judging import names
from harness.judging.options import Options
from harness.judging.roles import Roles
from harness.judging.runs import Key, Run, runs_of
from objectives.arrays import Array
from objectives.data.columns import alike_words
from objectives.data.table import Table

METHODS = 200  # whose pairs are all tested
MOST = 2_000  # runs of one method that are compared without pairs: all pairs of them are looked at
ALL = 20_000  # of all methods


def evidences(table: Table, roles: Roles, options: Options, maximise: bool | None, tuned: bool) -> list[Evidence]:
    """The evidence of each problem, in the order of the table. `maximise` is what the source knows, `tuned` whether
    each value comes from a whole tuning."""
    scale = scale_of(roles.value, options, maximise)
    runs, remark = runs_of(table, roles, options.decimal, -math.inf if scale.more_is_better else math.inf)
    _demand_few(table, roles, runs)
    if scale.kind == "log":
        _demand_logarithms(table, roles, runs)
    scale = _shares(scale, options, runs)
    tuned = tuned or (len(roles.pair) == 1 and names.plain(roles.pair[0]) in names.TUNINGS)
    remarks = [_of_tuning(roles, tuned), remark, _alike(runs)]
    if not roles.pair and options.pair is None:
        remarks += [_unshared(table)]
    by_problem: dict[str, list[Run]] = {}
    for run in runs:
        by_problem.setdefault(run.problem, []).append(run)
    found = []
    for problem, mine in by_problem.items():
        one = _paired(mine, roles, scale) if roles.pair else _samples(mine, scale)
        told = tuple(text for text in (*remarks, *one.remarks, _lost(mine)) if text)
        where = problem if len(by_problem) > 1 else ""
        unit = _unit(roles, tuned)
        found.append(replace(one, level=options.level, tuned=tuned, where=where, repeated=unit, remarks=told))
    return found


def scale_of(name: str, options: Options, maximise: bool | None) -> Scale:
    """From what is typed and what the name of the metric says, never from the numbers: by difference, accuracies in
    points."""
    known = names.more_is_better(name) if maximise is None else maximise
    more = known if options.maximise is None else options.maximise
    kind = options.scale or ("points" if names.in_points(name) and more else "difference")
    if kind == "log" and more:
        raise UserError("scale=log compares gaps to 0, where less is better; add maximise=false, or scale=difference")
    return Scale(kind, more_is_better=more)


def _demand_few(table: Table, roles: Roles, runs: Sequence[Run]) -> None:
    """Methods as few as a person compares: more are numbers, or names of runs."""
    count = len({run.method for run in runs})
    if count > METHODS:
        column = ",".join(roles.method)
        told = f"{count:,} different methods, more than the {METHODS} of which all pairs can be tested"
        raise UserError(f"{table.where}, column {column}: {told}; add method=NAME if another column names the methods")


def _demand_logarithms(table: Table, roles: Roles, runs: Sequence[Run]) -> None:
    for run in runs:
        if math.isfinite(run.value) and run.value < 0:
            told = f"{run.value:g} has no logarithm: add scale=difference, or take the gap to the lowest value there is"
            raise UserError(f"{table.where}, row {table.numbers[run.row]}, column {roles.value}: {told}")


def _shares(scale: Scale, options: Options, runs: Sequence[Run]) -> Scale:
    """Accuracies in percent are told as they are: the differences are the same, a hundred times."""
    percent = any(math.isfinite(run.value) and abs(run.value) > 1 for run in runs)
    if scale.kind == "points" and percent:
        if options.scale == "points":
            raise UserError("scale=points is for shares from 0 to 1, and there are larger values: add scale=difference")
        return Scale("difference", more_is_better=scale.more_is_better)
    return scale


def _of_tuning(roles: Roles, tuned: bool) -> str:
    """What these runs can and cannot say."""
    if tuned:
        median = f"; its value is the median over {roles.within}" if roles.within else ""
        return f"each {roles.pair[0] if roles.pair else 'row'} is taken for a whole tuning of its own{median}"
    unit = _unit(roles, tuned)
    what = f"these runs repeat {unit}s only" if unit in names.SEEDS else "these are runs, not whole tunings"
    return f"{what}: tuning luck is not in this verdict"


def _unit(roles: Roles, tuned: bool) -> str:
    """What is repeated, in a word."""
    if tuned or not roles.pair:
        return "tuning" if tuned else "run"
    word = names.plain(roles.pair[0])
    return word if len(roles.pair) == 1 and word in names.SEEDS else "pair"


def _unshared(table: Table) -> str:
    """Why runs are not paired, where a column looks as if they could be."""
    known = [name for name in table.names if names.plain(name) in (*names.TUNINGS, *names.SEEDS)]
    return f"no {known[0]} is shared by two methods, so that they are not paired" if known else ""


def _alike(runs: Sequence[Run]) -> str:
    alike = alike_words([run.method for run in runs])
    return f"{listed(alike)} are different methods" if alike else ""


def _lost(runs: Sequence[Run]) -> str:
    lost = sum(math.isinf(run.value) for run in runs)
    told = f"values that are empty, inf or nan: {lost} of {len(runs)}; such a run was never finite, and is the worst"
    return told if lost else ""


def _paired(runs: list[Run], roles: Roles, scale: Scale) -> Evidence:
    """Of the pairs that all methods have; who lacks others is told."""
    methods = list(dict.fromkeys(run.method for run in runs))
    by_key = {(run.pair, run.method): run.value for run in runs}
    pairs = sorted({run.pair for run in runs}, key=_order)
    shared = [pair for pair in pairs if all((pair, method) in by_key for method in methods)]
    name = ",".join(roles.pair)
    if not shared:
        counts = [f"{method} has {sum((pair, method) in by_key for pair in pairs)}" for method in methods]
        on = f" on {runs[0].problem}" if runs[0].problem else ""
        raise UserError(
            f"{name}: none is shared by all methods{on} ({listed(counts)} of {len(pairs)}): leave out the rows of "
            "those that lack most, or add pair=none to compare without pairs"
        )
    gone = {method: [",".join(pair) for pair in pairs if (pair, method) not in by_key] for method in methods}
    lacking = [f"{method} lacks {name} {listed(some)}" for method, some in gone.items() if some]
    numbers = [int(pair[0]) for pair in shared if len(pair) == 1 and pair[0].isdecimal()]
    values = np.array([[by_key[pair, method] for method in methods] for pair in shared])
    return Evidence(
        runs[0].problem,
        methods,
        values,
        scale,
        diverged=_diverged(values),
        replicates=numbers if len(numbers) == len(shared) else (),
        remarks=(f"{listed(lacking)}: only the {len(shared)} that all have are judged",) if lacking else (),
    )


def _order(pair: Key) -> tuple[tuple[float, str], ...]:
    """Numbers by their size, before words."""
    return tuple((float(part) if part.isdecimal() else math.inf, part) for part in pair)


def _samples(runs: list[Run], scale: Scale) -> Evidence:
    """Values (most, methods), nan below those that a method has; nan alone where one of its runs did not end."""
    by_method: dict[str, list[float]] = {}
    for run in runs:
        by_method.setdefault(run.method, []).append(run.value)
    most = max(by_method, key=lambda method: len(by_method[method]))
    if len(by_method[most]) > MOST:
        raise UserError(
            f"{most} has {len(by_method[most]):,} rows, too many for runs that are not paired: if rows are steps of "
            "runs, name the run and the step by pair= and step="
        )
    if len(runs) > ALL:
        raise UserError(
            f"{len(runs):,} rows of {len(by_method)} methods are too many for runs that are not paired (at most "
            f"{ALL:,}): keep fewer of each, or name what is shared by pair="
        )
    values = np.full((len(by_method[most]), len(by_method)), math.nan)
    for k, mine in enumerate(by_method.values()):
        if not np.isnan(mine).any():
            values[: len(mine), k] = mine
    return Evidence(runs[0].problem, list(by_method), values, scale, diverged=_diverged(values), paired=False)


def _diverged(values: Array) -> list[float]:
    """The share of each column's values that are not finite."""
    known = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    return list((np.isinf(values).sum(axis=0) / known).tolist())
