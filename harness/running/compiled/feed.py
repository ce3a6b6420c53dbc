"""What NumPy draws and works out for the steps that a program makes: the same randomness as its own engine has."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.optimizers.base import Optimizer
from harness.running.compiled import links
from harness.running.compiled.program import Fed, Program
from harness.running.counting import drawn_for
from objectives.arrays import Array, Seeds


class Feed:
    """Of all runs of a block of the engine, for the steps from `start` to `stop`; each block of the program takes its
    rows. Tables are as long as the program is compiled for, whatever the number of steps."""

    def __init__(self, program: Program, optimizer: Optimizer, seeds: Seeds, start: int, stop: int) -> None:
        self.program, self.optimizer, self.seeds, self.steps = program, optimizer, seeds, range(start, stop)
        found = program.found
        self._draws = [draws.between(start, stop, seeds) for draws in found.draws.values()]
        probed = [[drawn_for(kind, seeds, step, program.layout.size) for step in self.steps] for kind in found.probes]
        self._probes = [np.stack(table).astype(program.dtype) for table in probed]

    def of(self, rows: Array) -> Fed:
        """What these runs are told."""
        dtype, optimizer = self.program.dtype, self.optimizer
        scheduled = links.scheduled(optimizer, self.steps.start, self.steps.stop, rows, dtype)
        return Fed(
            self.seeds[rows],
            links.numbers(optimizer, rows, dtype),
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


def turned_host(a: Array, last: bool) -> Array:
    """As the program holds it: the runs last where they are contiguous."""
    return np.ascontiguousarray(a.T) if last and a.ndim == 2 else np.ascontiguousarray(a)


def back(a: Any, last: bool) -> Array:
    """As the engine holds it."""
    found = np.asarray(a)
    return found.T if last and found.ndim == 2 else found
