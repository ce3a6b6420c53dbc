"""The engine: a population of runs advances together, step by step, as one array program.

A run's numbers do not depend on who runs beside it: nothing reduces across axis 0, all randomness is by seed, and
the one shape for which NumPy sums in another order, a lone run whose neighbours would be contiguous with it, does
not occur, because such a run is computed twice.
"""

from collections.abc import Iterator

import numpy as np

from harness.fields import Array
from harness.layout import Layout
from harness.optimizers.base import Optimizer
from harness.trace import Trace
from objectives.base import Objective

PATH = 2  # parameters of a run up to which their path is kept


class Population:
    """Runs of one objective and one optimizer that differ in seed and in numbers.

    `runs` of the optimizer must be the number of seeds. `advance()` yields after every record.
    """

    def __init__(
        self, objective: Objective, optimizer: Optimizer, seeds: Array, steps: int, records: int, keep: bool = False
    ) -> None:
        self.objective, self.optimizer, self.steps, self.keep = objective, optimizer, steps, keep
        at = np.unique(np.linspace(0, steps, min(records, steps) + 1).round().astype(np.int64))
        self.trace = Trace(np.array(seeds), at)
        self._pending = 0  # gradient evaluations since the last record, of every run still here
        self._rows = np.arange(len(seeds))  # the row of the trace that each row of the arrays belongs to
        start = objective.init(self.trace.seeds)
        self._layout = Layout.of(start)
        dtype = next(iter(start.values())).dtype
        self._p = self._layout.gather(start, np.empty((len(seeds), self._layout.size), dtype, order=objective.order))
        if objective.order == "F" and len(seeds) == 1:
            self._select(np.array([0, 0]))
        self._adopt(np.array(self._p, order=objective.order))

    def advance(self) -> Iterator[None]:
        """Train to the end, pausing after every record. Call `finish()` afterwards, or when enough is enough."""
        due = set(self.trace.at.tolist())
        for step in range(self.steps + 1):
            if step in due:
                with np.errstate(all="ignore"):
                    self._record(step)
                yield
            if step == self.steps or not len(self._rows):
                break
            with np.errstate(all="ignore"):  # overflow is how divergence looks; it is recorded, not warned about
                self._step(step)

    def finish(self) -> None:
        """Read the test set, and keep the final parameters if asked to."""
        if not len(self._rows):
            return
        params = self._layout.views(self.optimizer.evaluation_point(self._p))
        runs = len(self.trace.seeds)
        with np.errstate(all="ignore"):
            if "test" in self.objective.splits:
                for name, values in self.objective.evaluate(params, "test").items():
                    self.trace.test[name] = np.full(runs, np.nan)
                    self.trace.test[name][self._rows] = values
        if self.keep:
            for name, value in params.items():
                self.trace.finals[name] = np.full((runs, *value.shape[1:]), np.nan, value.dtype)
                self.trace.finals[name][self._rows] = value

    def _step(self, step: int) -> None:
        loss, grads = self.objective.loss_and_grads(self._params, step, self._seeds)
        p, g = self._p, self._layout.gather(grads, self._g)

        def evaluate(there: Array, where: Array | None = None) -> tuple[Array, Array]:
            value, slopes = self.objective.loss_and_grads(self._layout.views(there), step, self._seeds)
            charged = self._rows if where is None else self._rows[np.reshape(where, -1)]
            self.trace.evaluations[np.unique(charged)] += 1
            return value[:, None], self._layout.gather(slopes, np.empty_like(p))

        self.optimizer.advance(p, g, self._layout, loss, evaluate)
        self._pending += 1

    def _record(self, step: int) -> None:
        trace, k, rows = self.trace, self.trace.records, self._rows
        held = self.optimizer.evaluation_point(self._p)
        params = self._layout.views(held)
        metrics = self.objective.evaluate(params, "validation")
        if "train" in self.objective.splits:
            metrics |= {f"train_{name}": v for name, v in self.objective.evaluate(params, "train").items()}
        for name, values in metrics.items():
            if name not in trace.curves:
                trace.curves[name] = np.full((len(trace.seeds), len(trace.at)), np.nan)
            trace.curves[name][rows, k] = values
        if self._layout.size <= PATH:
            if trace.path is None:
                trace.path = np.full((len(trace.seeds), len(trace.at), self._layout.size), np.nan)
            trace.path[rows, k] = held
        trace.records += 1
        trace.steps[rows] = step
        trace.evaluations[np.unique(rows)] += self._pending
        self._pending = 0
        finite = np.isfinite(metrics["loss"])
        trace.diverged[rows] = ~finite
        if not finite.all():
            self._select(np.flatnonzero(finite))

    def _select(self, keep: Array) -> None:
        """Let the other runs leave the arrays."""
        if not len(keep):
            self._rows = keep
            return
        if self.objective.order == "F" and len(np.unique(self._rows[keep])) == 1:
            keep = np.array([keep[0], keep[0]])
        self._rows = self._rows[keep]
        self.objective.select(keep)
        self.optimizer.select(keep)
        self._adopt(np.array(self._p[keep], order=self.objective.order))

    def _adopt(self, p: Array) -> None:
        self._p, self._g = p, np.empty_like(p)
        self._params = self._layout.views(p)
        self._seeds = self.trace.seeds[self._rows]
