"""The engine: a population of runs advances together, step by step, as one array program.

A run's numbers do not depend on who runs beside it: nothing reduces across axis 0, all randomness is by seed, and
the one shape for which NumPy sums in another order, a lone run whose neighbours would be contiguous with it, does
not occur, because such a run is computed twice.
"""

import copy
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from harness.clock import Clock
from harness.optimizers.base import Optimizer
from harness.optimizers.layout import Layout, Params
from harness.results.trace import Trace
from harness.running.counting import Counter
from harness.running.measures import MEASURES, Seen
from objectives.arrays import Array, Seeds
from objectives.base import Objective

TILE = 1 << 15  # parameters in a block of runs that lie side by side
SHARE = 1 << 18  # parameters in a block of networks that is worth a thread
PATH = 2  # parameters of a run up to which their path is kept


class Engine:
    """Advances a population: runs of one objective and one optimizer that differ in seed and in numbers.

    `runs` of the optimizer must be the number of seeds. A run ends after `steps` steps, or before the step that
    `budget` gradients don't pay for: then what it shows last stands in the records that remain. `advance()` yields
    after every record: runs that are then marked in `trace.pruned` go no further. Call `finish()` afterwards, or when
    enough is enough.
    """

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        seeds: Array,
        steps: int,
        records: int,
        keep: bool = False,
        budget: int | None = None,
        measure: Sequence[str] = (),
        compiled: "Callable[..., Block] | None" = None,
    ) -> None:
        """`compiled` makes the blocks of another engine than NumPy's."""
        self.objective, self.optimizer, self.keep = objective, optimizer, keep
        at = np.linspace(0, steps, min(records, steps) + 1).round().astype(np.int64)
        self.trace = Trace(np.array(seeds), at)
        size = Layout.of(objective.init(self.trace.seeds[:1])).size
        if size <= PATH:
            self.trace.path = np.full((len(seeds), len(self.trace.at), size), np.nan)
        self._threads, make = 1, compiled or Block
        if compiled is not None:  # whose threads and blocks are its own
            height = len(seeds)
        elif objective.order == "F" and not objective.remembers:
            height = max(2, TILE // size)
        else:  # networks keep to the cache on their own
            if objective.parallel and not objective.remembers:
                self._threads = max(1, min(cores(), len(seeds) * size // SHARE))
            height = -(-len(seeds) // self._threads)
        self._blocks = [
            make(objective, optimizer, self.trace, np.arange(start, min(start + height, len(seeds))), budget, measure)
            for start in range(0, len(seeds), height)
        ]

    def advance(self) -> Iterator[None]:
        """Train to the end, pausing after every record."""
        before = 0
        for record, step in enumerate(self.trace.at.tolist()):
            if not sum([block.left() for block in self._blocks]):
                if self.trace.ended.any():
                    self.trace.records = len(self.trace.at)
                return
            self._each("reach", before, step, record)
            self.trace.records, before = record + 1, step
            yield

    def tried(self, steps: int) -> float:
        """Seconds that some steps take after as many others, of a population that goes no further."""
        for start in (0, steps):
            begun = time.perf_counter()
            self._each("advance", start, start + steps, 1)
        return time.perf_counter() - begun

    def finish(self, test: bool = True) -> None:
        """Read the test set, unless told not to, and keep the final parameters if asked to."""
        self._each("finish", self.keep, test)

    def timed(self, clock: Clock) -> None:
        """Have a clock tell gradients, the rule and records apart, on the one thread whose time it tells."""
        self._threads = 1
        clock.listen(self, "records", "finish")
        for block in self._blocks:
            clock.listen(block, "records", "record")
            block.timed(clock)

    def _each(self, method: str, *args: Any) -> None:
        """Call it of every block; where they are large, each in a thread: NumPy lets them run side by side."""

        def quietly(block: Block) -> None:
            with np.errstate(all="ignore"):  # overflow is how divergence looks; it is recorded, not warned about
                getattr(block, method)(*args)

        if self._threads == 1:
            for block in self._blocks:
                quietly(block)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                for _ in pool.map(quietly, self._blocks):
                    pass


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def metrics_of(objective: Objective, params: Params) -> dict[str, Array]:
    """The metrics of a record: on the validation data, and as train_loss, ... on those of training. Without validation
    data the loss is that of training."""
    found = {split: objective.evaluate(dict(params), split) for split in objective.splits if split != "test"}
    of_training = {f"train_{name}": values for name, values in found.get("train", {}).items()}
    shown = found["validation"] if "validation" in found else {"loss": found["train"]["loss"]}
    return shown | of_training


def _started(objective: Objective, seeds: Seeds) -> Params:
    """The params at the start, drawn once for each seed: the trials of a replicate share theirs. What an objective
    remembers has a row per run."""
    if objective.remembers:
        return objective.init(seeds)
    distinct, place = np.unique(seeds, return_inverse=True)
    return {name: p[place] for name, p in objective.init(distinct).items()}


class Block:
    """Some runs, few enough for their arrays to stay in the cache from one record to the next."""

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        trace: Trace,
        rows: Array,
        budget: int | None,
        measure: Sequence[str] = (),
    ) -> None:
        self.objective, self.trace, self.rows = objective, trace, rows  # rows of the trace
        self.optimizer = copy.deepcopy(optimizer)
        self.optimizer.select(rows)
        self.budget = budget if optimizer.asks else None
        self.measure = measure
        self._ended: list[tuple[Objective, Array, Array]] = []  # objective, rows, final parameters
        start = _started(objective, trace.seeds[rows])
        self._layout = Layout.of(start)
        self._oracle = Counter(objective, self._layout, trace.seeds[rows])
        self.dtype = next(iter(start.values())).dtype
        self._p = np.empty((len(rows), self._layout.size), self.dtype, order=objective.order)
        self._p[:] = self._layout.gather(start, self._p)
        self._before: Array | None = None  # what was held one update ago; kept where somebody asks for it
        self._select(np.arange(len(rows)))

    def timed(self, clock: Clock) -> None:
        """Have a clock tell gradients and the rule apart."""
        clock.listen(self._oracle, "gradient", "begin", "evaluate", "hvp")
        clock.listen(self.optimizer, "rule", "advance")

    def left(self) -> int:
        """Let the pruned runs leave; how many stay."""
        pruned = self.trace.pruned[self.rows]
        if pruned.any():
            self._select(np.flatnonzero(~pruned))
        return len(self.rows)

    def reach(self, start: int, stop: int, record: int) -> None:
        """Make the steps from start to stop, and the record that stands there."""
        self.advance(start, stop, record)
        self.record(record, stop)

    def advance(self, start: int, stop: int, record: int) -> None:
        """Make the steps from start to stop, before the record."""
        oracle, optimizer, told = self._oracle, self.optimizer, self.optimizer.reads_loss
        for step in range(start, stop):
            if not len(self.rows):
                return
            earlier = self._before
            moved = "update_ratio" in self.measure and step == stop - 1
            if moved or self.budget is not None:
                self._before = optimizer.evaluation_point(self._p).copy(order="K")
            loss, g = oracle.begin(self._p, self._params, self._g, step, told)
            optimizer.advance(self._p, g, self._layout, loss, oracle)
            if self.budget is not None:
                self._settle(self.budget, earlier, step, record)

    def record(self, k: int, step: int) -> None:
        """Write record k, and let the runs that diverged leave."""
        if not len(self.rows):
            return
        held = self.optimizer.evaluation_point(self._p)
        everything = np.ones(len(self.rows), dtype=bool)
        finite = self._write(held, everything, slice(k, k + 1), np.full(len(self.rows), step), step)
        if k + 1 == len(self.trace.at):
            self._end(held, finite)
        if not finite.all():
            self._select(np.flatnonzero(finite))

    def finish(self, keep: bool, test: bool) -> None:
        """Read the test set, and keep the final parameters, of the runs that came to their end."""
        trace, runs = self.trace, len(self.trace.seeds)
        for objective, rows, held in self._ended:
            params = self._layout.shown(held)
            if test and "test" in objective.splits:
                for name, values in objective.evaluate(dict(params), "test").items():
                    trace.test.setdefault(name, np.full(runs, np.nan))[rows] = values
            for name, value in params.items() if keep else ():
                missing = np.full((runs, *value.shape[1:]), np.nan, value.dtype)
                trace.finals.setdefault(name, missing)[rows] = value

    def _settle(self, budget: int, earlier: Array | None, step: int, record: int, now: Array | bool = True) -> None:
        """End the runs whose budget is spent, those of `now`; a step that it did not pay for is undone."""
        asked = self._oracle.asked
        spent, over = (asked >= budget) & now, (asked > budget) & now
        if spent.any():
            held, before = self.optimizer.evaluation_point(self._p), self._before
            assert before is not None
            held, self._before = (
                np.asarray(np.where(over[:, None], undone, made), order=self.objective.order)
                for undone, made in ((before, held), (before if earlier is None else earlier, before))
            )
            np.minimum(asked, np.where(spent, budget, asked), out=asked)
            finite = self._write(held, spent, slice(record, None), np.where(over, step, step + 1), step + 1)
            self._end(held, spent & finite)
            self._select(np.flatnonzero(~spent))

    def _write(self, held: Array, some: Array, records: slice, steps: Array, ahead: int) -> Array:
        """Write what some runs show when they hold these parameters, before the step that lies ahead of whoever goes
        on; which of all runs are finite."""
        trace, rows, params = self.trace, self.rows[some], self._layout.shown(held)
        metrics = metrics_of(self.objective, params) | self._measured(held, params, ahead)
        finite = np.isfinite(metrics["loss"])
        shape = len(trace.seeds), len(trace.at)
        for name, values in metrics.items():
            # nothing else that a diverged run shows means anything: argmax of nan is a class, too
            shown = values if name == "loss" else np.where(finite, values, np.nan)
            trace.curves.setdefault(name, np.full(shape, np.nan))[rows, records] = shown[some, None]
            trace.curves[name][self.rows[some & ~finite], records.start + 1 :] = np.nan
        if trace.path is not None:
            trace.path[rows, records] = held[some, None]
        trace.spent[rows, records] = self._oracle.asked[some, None]
        trace.steps[rows] = steps[some]
        trace.diverged[rows] = ~finite[some]
        return finite

    def _measured(self, held: Array, params: Params, step: int) -> dict[str, Array]:
        """What is asked for besides, with gradients on what each seed meets at this step, whoever runs beside it."""

        def gradient() -> Array:
            objective = copy.deepcopy(self.objective) if self.objective.remembers else self.objective
            grads = objective.grads(dict(params), step, self.trace.seeds[self.rows])
            return self._layout.gather(grads, np.empty_like(held))

        seen = Seen(held, held if self._before is None else self._before, gradient)
        return {name: MEASURES[name](seen) for name in self.measure}

    def _end(self, held: Array, some: Array) -> None:
        """Put the final parameters of some runs away."""
        kept = self._accompanied(np.flatnonzero(some))
        if len(kept):
            objective = self.objective
            if objective.remembers:
                objective = copy.deepcopy(objective)
                objective.select(kept)
            self._ended.append((objective, self.rows[kept], np.asarray(held[kept], order=objective.order)))
            self.trace.ended[self.rows[kept]] = True

    def _accompanied(self, keep: Array) -> Array:
        """The runs to keep; a lone one whose neighbours would be contiguous twice."""
        alone = self.objective.order == "F" and len(set(keep.tolist())) == 1
        return np.array([keep[0], keep[0]]) if alone else keep

    def _select(self, keep: Array) -> None:
        """Let the other runs leave the arrays."""
        keep = self._accompanied(keep)
        self.rows = self.rows[keep]
        if len(keep):
            self.objective.select(keep)
            self.optimizer.select(keep)
            self._oracle.select(keep)
            self._p = np.asarray(self._p[keep], order=self.objective.order)
            if self._before is not None:
                self._before = np.asarray(self._before[keep], order=self.objective.order)
            self._g = np.empty_like(self._p)
            self._params = self._layout.shown(self._p)
