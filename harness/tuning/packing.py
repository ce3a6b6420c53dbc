"""Which trials train side by side: as many as fit into memory, and can be built."""

from collections.abc import Iterator, Sequence

from harness.errors import RunError
from harness.results.trial import Population, Trial
from harness.running.failures import FAILURES, told
from harness.running.plan import Planned, Planner, never_begun

TOGETHER = 1 << 28  # bytes of parameters; gradients and memory come on top


def side_by_side(trials: Sequence[Trial], planner: Planner) -> Iterator[list[Trial]]:
    """The trials in groups that fit; a replicate's stay together, to be compared."""
    size = {cell: planner.bytes_of_a_run(cell) for cell in {trial.cell for trial in trials}}
    by_replicate: dict[int, list[Trial]] = {}
    for trial in trials:
        by_replicate.setdefault(trial.replicate, []).append(trial)
    group: list[Trial] = []
    taken = 0
    for mine in by_replicate.values():
        needed = sum(size[trial.cell] * len(trial.seeds) for trial in mine)
        if group and taken + needed > TOGETHER:
            yield group
            group, taken = [], 0
        group, taken = group + mine, taken + needed
    if group:
        yield group


def planned_or_lost(trials: list[Trial], planner: Planner, raising: bool) -> tuple[list[Planned], list[Population]]:
    """The populations, and the trials that cannot be built at their point: they have failed, or it is an error."""
    try:
        return planner.plan(trials), []
    except FAILURES as error:  # of an objective that some point does not suit: find out which
        told(error)
        planned, lost = [], []
        for trial in trials:
            try:
                planned += planner.plan([trial])
            except FAILURES as error:
                what = told(error)
                if raising:
                    raise RunError(f"trial {trial.number} of {trial.cell.name or 'the cell'}: {what}") from error
                lost.append(never_begun(trial, what))
        return planned, lost
