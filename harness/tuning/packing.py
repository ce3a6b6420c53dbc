"""Which trials train side by side: as many as fit into memory."""

from collections.abc import Iterator, Sequence

from harness.results.trial import Trial
from harness.running.plan import Planner

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
