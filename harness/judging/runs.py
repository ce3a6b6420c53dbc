"""Others' runs, each once, from a table and what its columns hold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.answers.sentences import listed
from harness.answers.statistics import middle
from harness.errors import UserError
from harness.judging import history, names
from harness.judging.cells import key, value
from harness.judging.roles import Roles
from objectives.data.table import Table

Key = tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One run, or what the seeds of one tuning came to."""

    problem: str
    method: str
    pair: Key
    value: float  # the worst there is if it diverged, nan if it did not end
    row: int  # its place in the table


def runs_of(table: Table, roles: Roles, decimal: str, worst: float) -> tuple[list[Run], str]:
    """The runs of a table, of pairs one for each problem, method and pair, and what is to be said of their values."""
    keys = [_keys(table, roles, k) for k in range(len(table.rows))]
    named = table.column(roles.run) if roles.run and not roles.pair else [""] * len(keys)
    whole = [(*key, name) for key, name in zip(keys, named, strict=True)]
    places, remark = list(range(len(keys))), ""
    if history.is_history(table, whole, roles.step):
        places, remark = history.last(table, whole, roles.step, roles.value)
    states = table.column(roles.state) if roles.state else [""] * len(keys)
    runs = []
    for k in places:
        found = value(table, k, roles.value, decimal)
        found = math.nan if states[k].casefold() in names.UNFINISHED else worst if math.isinf(found) else found
        runs.append(Run(*keys[k][:3], found, k))
    return _once(table, roles, runs, [keys[k][3] for k in places]) if roles.pair else runs, remark


def _keys(table: Table, roles: Roles, k: int) -> tuple[str, str, Key, str]:
    """Problem, method, pair and seed of a row."""
    within = key(table, k, roles.within) if roles.within else ""
    pair = tuple(key(table, k, name) for name in roles.pair)
    return _joined(table, roles.problem, k), _joined(table, roles.method, k), pair, within


def _joined(table: Table, columns: Sequence[str], k: int) -> str:
    """`adam lr=0.1`: of the first column the words alone."""
    told = [key(table, k, name) for name in columns]
    return " ".join([*told[:1], *(f"{n}={t}" for n, t in zip(columns[1:], told[1:], strict=True))])


def _once(table: Table, roles: Roles, runs: list[Run], seeds: Sequence[str]) -> list[Run]:
    """One run for each problem, method and pair: of the seeds within a tuning the median."""
    found: dict[tuple[str, str, Key], dict[str, Run]] = {}
    for run, seed in zip(runs, seeds, strict=True):
        group = found.setdefault((run.problem, run.method, run.pair), {})
        if seed in group:
            _refuse_copy(table, roles, group[seed], run, seed)
        group[seed] = run
    return [_summed_up(list(group.values())) for group in found.values()]


def _summed_up(group: list[Run]) -> Run:
    """The runs of one tuning as one; without a value where a run of it did not end."""
    values = np.array([run.value for run in group])
    return replace(group[0], value=math.nan if np.isnan(values).any() else middle(np.sort(values)))


def _refuse_copy(table: Table, roles: Roles, first: Run, second: Run, seed: str) -> None:
    """Two rows of one key, and the columns in which they differ."""
    told = [first.method, *(f"{name} {part}" for name, part in zip(roles.pair, first.pair, strict=True))]
    told += [f"{roles.within} {seed}"] * bool(roles.within) + [f"problem {first.problem}"] * bool(first.problem)
    used = {roles.value, *roles.method, *roles.problem, *roles.pair, roles.within, roles.step, roles.run}
    rows = [table.rows[run.row] for run in (first, second)]
    differ = [name for name, a, b in zip(table.names, *rows, strict=True) if a != b and name not in used]
    way = "leave one of them out"
    if differ:
        kinds = {"problem": names.PROBLEMS, "pair": (*names.TUNINGS, *names.SEEDS)}
        known = [(option, name) for option, words in kinds.items() for name in differ if names.plain(name) in words]
        option, name = known[0] if known else ("method", differ[0])
        columns = {"problem": roles.problem, "pair": roles.pair, "method": roles.method}[option]
        way = (
            f"they differ in {listed(differ)}; if that tells {option}s apart, add {option}={','.join([*columns, name])}"
        )
    numbers = [table.numbers[run.row] for run in (first, second)]
    raise UserError(f"{table.where}: rows {numbers[0]} and {numbers[1]} are both {', '.join(told)}; {way}")
