"""What NumPy draws and works out for the steps that a program makes: the same randomness as its own engine has."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.running.compiled import links
from harness.running.compiled.program import Fed, Program
from harness.running.counting import drawn_for
from objectives.arrays import Array, Seeds


class Lane(NamedTuple):
    """A block of the program: the rows of the engine's block in it, the last ones copies, how many are none, and what
    stays the same for them from call to call."""

    rows: Array
    real: int
    seeds: Any
    numbers: list[dict[str, Any]]


def lanes_of(program: Program, optimizer: Optimizer, seeds: Seeds) -> list[Lane]:
    """Those of runs with these seeds."""
    made = []
    for rows, real in parts(len(seeds), program.block):
        same = program.held((seeds[rows], links.numbers(optimizer, rows, program.dtype)))
        made.append(Lane(rows, real, *same))
    return made


class Feed:
    """Of all runs of a block of the engine, for the steps from `start` to `stop`; each block of the program takes its
    rows. Tables are as long as the program is compiled for, whatever the number of steps."""

    def __init__(self, program: Program, optimizer: Optimizer, seeds: Seeds, start: int, stop: int) -> None:
        self.program, self.optimizer, self.steps = program, optimizer, range(start, stop)
        found = program.found
        self._draws = [draws.between(start, stop, seeds) for draws in found.draws.values()]
        probed = [[drawn_for(kind, seeds, step, program.layout.size) for step in self.steps] for kind in found.probes]
        self._probes = [np.stack(table).astype(program.dtype) for table in probed]

    def of(self, lane: Lane) -> Fed:
        """What these runs are told."""
        rows, steps = lane.rows, self.steps
        scheduled = links.scheduled(self.optimizer, steps.start, steps.stop, rows, self.program.dtype)
        return Fed(
            lane.seeds,
            lane.numbers,
            [{name: self._long(table) for name, table in tables.items()} for tables in scheduled],
            [self._long(table[:, rows]) for table in self._draws],
            [self._long(table[:, rows]) for table in self._probes],
        )

    def _long(self, table: Array) -> Array:
        return padded(table, self.program.longest)


def padded(table: Array, length: int) -> Array:
    """With zeros at its end, which no step reads."""
    if len(table) == length:
        return table
    longer = np.zeros((length, *table.shape[1:]), table.dtype)
    longer[: len(table)] = table
    return longer


def parts(rows: int, block: int) -> Sequence[tuple[Array, int]]:
    """The rows of each block of the program, the last one filled up with copies of its last row, and how many of them
    are no copies."""
    starts = range(0, rows, block)
    return [(np.minimum(np.arange(start, start + block), rows - 1), min(block, rows - start)) for start in starts]
