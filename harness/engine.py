"""The engine: a population of runs advances together, step by step, as one array program.

A run's numbers do not depend on who runs beside it: nothing reduces across axis 0, all randomness is by seed, and
the one shape for which NumPy sums in another order, a lone run whose neighbours would be contiguous with it, does
not occur, because such a run is computed twice.
"""

import copy
from collections.abc import Iterator

import numpy as np

from harness.fields import Array
from harness.layout import Layout
from harness.optimizers.base import Optimizer
from harness.trace import Trace
from objectives.base import Objective

TILE = 1 << 15  # parameters in a block of runs that lie side by side
PATH = 2  # parameters of a run up to which their path is kept


class Population:
    """Runs of one objective and one optimizer that differ in seed and in numbers.

    `runs` of the optimizer must be the number of seeds. `advance()` yields after every record: runs that are then
    marked in `trace.pruned` go no further. Call `finish()` afterwards, or when enough is enough.
    """

    def __init__(
        self, objective: Objective, optimizer: Optimizer, seeds: Array, steps: int, records: int, keep: bool = False
    ) -> None:
        self.objective, self.optimizer, self.keep = objective, optimizer, keep
        at = np.linspace(0, steps, min(records, steps) + 1).round().astype(np.int64)
        self.trace = Trace(np.array(seeds), at)
        size = Layout.of(objective.init(self.trace.seeds[:1])).size
        whole = objective.remembers or objective.order == "C"  # networks keep to the cache on their own
        height = len(seeds) if whole else max(2, TILE // size)
        self._blocks = [
            Block(objective, optimizer, self.trace, np.arange(start, min(start + height, len(seeds))))
            for start in range(0, len(seeds), height)
        ]

    def advance(self) -> Iterator[None]:
        """Train to the end, pausing after every record."""
        before = 0
        for record, step in enumerate(self.trace.at.tolist()):
            self._blocks = [block for block in self._blocks if block.left()]
            if not self._blocks:
                return
            with np.errstate(all="ignore"):  # overflow is how divergence looks; it is recorded, not warned about
                for block in self._blocks:
                    block.advance(before, step)
                    block.record(record, step)
            self.trace.records, before = record + 1, step
            yield

    def finish(self, test: bool = True) -> None:
        """Read the test set, unless told not to, and keep the final parameters if asked to."""
        with np.errstate(all="ignore"):
            for block in self._blocks:
                if block.left():
                    block.finish(self.keep, test)


class Block:
    """Some runs, few enough for their arrays to stay in the cache from one record to the next."""

    def __init__(self, objective: Objective, optimizer: Optimizer, trace: Trace, rows: Array) -> None:
        self.objective, self.trace, self.rows = objective, trace, rows  # rows of the trace
        self.optimizer = copy.deepcopy(optimizer)
        self.optimizer.select(rows)
        start = objective.init(trace.seeds[rows])
        self._layout = Layout.of(start)
        dtype = next(iter(start.values())).dtype
        self._p = np.empty((len(rows), self._layout.size), dtype, order=objective.order)
        self._p[:] = self._layout.gather(start, self._p)
        self._select(np.arange(len(rows)))

    def left(self) -> int:
        """Let the pruned runs leave; how many stay."""
        pruned = self.trace.pruned[self.rows]
        if pruned.any():
            self._select(np.flatnonzero(~pruned))
        return len(self.rows)

    def advance(self, start: int, stop: int) -> None:
        """Make the steps from start to stop."""
        for step in range(start, stop):
            loss, grads = self.objective.loss_and_grads(self._params, step, self._seeds)
            g = self._layout.gather(grads, self._g)

            def evaluate(p: Array, where: Array | None = None, step: int = step) -> tuple[Array, Array]:
                value, slopes = self.objective.loss_and_grads(self._layout.views(p), step, self._seeds)
                charged = self.rows if where is None else self.rows[np.reshape(where, -1)]
                self.trace.evaluations[charged] += 1
                return value[:, None], self._layout.gather(slopes, np.empty_like(p))

            self.optimizer.advance(self._p, g, self._layout, loss, evaluate)
        self.trace.evaluations[self.rows] += stop - start  # NumPy adds once to a row that stands there twice

    def record(self, k: int, step: int) -> None:
        """Write record k, and let the runs that diverged leave."""
        trace, rows = self.trace, self.rows
        held = self.optimizer.evaluation_point(self._p)
        params = self._layout.views(held)
        metrics = self.objective.evaluate(params, "validation")
        if "train" in self.objective.splits:
            metrics |= {f"train_{name}": v for name, v in self.objective.evaluate(params, "train").items()}
        finite = np.isfinite(metrics["loss"])
        for name, values in metrics.items():
            if name not in trace.curves:
                trace.curves[name] = np.full((len(trace.seeds), len(trace.at)), np.nan)
            # nothing else that a diverged run shows means anything: argmax of nan is a class, too
            trace.curves[name][rows, k] = values if name == "loss" else np.where(finite, values, np.nan)
        if self._layout.size <= PATH:
            if trace.path is None:
                trace.path = np.full((len(trace.seeds), len(trace.at), self._layout.size), np.nan)
            trace.path[rows, k] = held
        trace.steps[rows] = step
        trace.diverged[rows] = ~finite
        if not finite.all():
            self._select(np.flatnonzero(finite))

    def finish(self, keep: bool, test: bool) -> None:
        params = self._layout.views(self.optimizer.evaluation_point(self._p))
        trace, runs = self.trace, len(self.trace.seeds)
        if test and "test" in self.objective.splits:
            for name, values in self.objective.evaluate(params, "test").items():
                trace.test.setdefault(name, np.full(runs, np.nan))[self.rows] = values
        for name, value in params.items() if keep else ():
            missing = np.full((runs, *value.shape[1:]), np.nan, value.dtype)
            trace.finals.setdefault(name, missing)[self.rows] = value

    def _select(self, keep: Array) -> None:
        """Let the other runs leave the arrays."""
        if self.objective.order == "F" and len(set(keep.tolist())) == 1:
            keep = np.array([keep[0], keep[0]])
        self.rows = self.rows[keep]
        self._seeds = self.trace.seeds[self.rows]
        if len(keep):
            self.objective.select(keep)
            self.optimizer.select(keep)
            self._p = np.asarray(self._p[keep], order=self.objective.order)
            self._g = np.empty_like(self._p)
            self._params = self._layout.views(self._p)
