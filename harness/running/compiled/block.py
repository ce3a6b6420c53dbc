"""A block of the engine whose steps are compiled. What happens at records, who leaves and when, is the engine's own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import jax
import numpy as np

from harness.clock import Clock
from harness.optimizers.base import Optimizer
from harness.results.trace import Trace
from harness.running.compiled import links
from harness.running.compiled.feed import Feed, Lane, lanes_of
from harness.running.compiled.program import Ended, Program, State
from harness.running.compiled.tracer import Carried
from harness.running.engine import Block, cores
from objectives.arrays import Array
from objectives.base import Objective
from objectives.xla import STARTED

Programs = Callable[[Objective, Optimizer, int, int, int | None], Program]  # of so many params, steps, gradients


class CompiledBlock(Block):
    """All runs of a population. Between records they stand in NumPy's arrays, from where those who go on are filled
    into the fewest blocks of the program."""

    def __init__(
        self,
        programs: Programs,
        objective: Objective,
        optimizer: Optimizer,
        trace: Trace,
        rows: Array,
        budget: int | None,
        measure: Sequence[str] = (),
    ) -> None:
        self._known: Array | None = None  # the point that each run asked for last
        self._lanes: list[Lane] = []  # of the runs that are here
        super().__init__(objective, optimizer, trace, rows, budget, measure)
        links.remember(self.optimizer, self._p, self._layout)
        longest = int(np.max(np.diff(trace.at), initial=1))
        self.program = programs(objective, self.optimizer, self._layout.size, longest, self.budget)
        if self.program.kept:
            self._known = np.full_like(self._p, np.nan)

    def timed(self, clock: Clock) -> None:
        """Gradients and the rule are one program."""
        clock.listen(self, "compiled", "advance")

    def advance(self, start: int, stop: int, record: int) -> None:
        moved = "update_ratio" in self.measure and self.budget is None
        if moved and stop > start and len(self.rows):
            self._reach(start, stop - 1)
            self._before, start = self.optimizer.evaluation_point(self._p).copy(order="K"), stop - 1
        ended = self._reach(start, stop)
        if ended is not None and self.budget is not None:
            self._settle_all(ended, self.budget, record)

    def _reach(self, start: int, stop: int) -> Ended | None:
        """Make these steps, in as many calls as the program needs."""
        runs, program = len(self.rows), self.program
        if not runs or start == stop:
            return None
        seeds = self.trace.seeds[self.rows]
        self._lanes = self._lanes or lanes_of(program, self.optimizer, seeds)
        states = [self._state(lane.rows) for lane in self._lanes]
        for first in range(start, stop, program.longest):
            count = min(program.longest, stop - first)
            feed = Feed(program, self.optimizer, seeds, first, first + count)

            def made(of: tuple[Lane, State], first: int = first, count: int = count, feed: Feed = feed) -> State:
                lane, state = of
                return program.steps(state, feed.of(lane), first, count)

            states = each(made, list(zip(self._lanes, states, strict=True)), alone=not program.compiled)
            program.compiled = True
        return self._taken_back(states, stop - start)

    def _state(self, rows: Array) -> State:
        """Of these runs, as the program holds it."""
        slots = [[slot[rows] for slot in link._memory.slots] for link in links.links(self.optimizer) if link._memory]
        ended = None
        if self.budget is not None:
            before = np.full_like(self._p, np.nan) if self._before is None else self._before
            none = np.zeros(len(rows), bool)
            ended = Ended(none, none.astype(np.int64), before[rows], before[rows])
        known = None if self._known is None else self._known[rows]
        memory = mapped(lambda a: a[rows], self.objective.memory())
        state = State(self._p[rows], slots, Carried(self._oracle.asked[rows], known, memory), ended)
        made: State = mapped(np.ascontiguousarray, self.program.turned(state))
        return made

    def _taken_back(self, states: Sequence[State], steps: int) -> Ended | None:
        """Write what the program made into NumPy's arrays."""
        ended: list[Any] = []
        memories: list[Any] = []
        for (rows, real, *_), made in zip(self._lanes, states, strict=True):
            state, to = self.program.turned(mapped(np.asarray, made)), rows[:real]
            state = mapped(lambda a: a[:real], state)  # noqa: B023 - called at once
            self._p[to], self._oracle.asked[to] = state.p, state.carried.asked
            if self._known is not None:
                self._known[to] = state.carried.last
            memories.append(state.carried.memory)
            for link, slots in zip(links.links(self.optimizer), state.slots, strict=True):
                for held, slot in zip(link._memory.slots if link._memory else [], slots, strict=True):
                    held[to] = slot
            ended.append(state.ended)
        for link in links.links(self.optimizer):
            link._updates, link._last = link._updates + steps, None
        self.objective.recall(joined(memories))
        if self.budget is None:
            return None
        return Ended(*(np.concatenate(part) for part in zip(*ended, strict=True)))

    def _settle_all(self, ended: Ended, budget: int, record: int) -> None:
        """End the runs whose budgets are spent, in the order in which that happened."""
        order = self.objective.order
        rows = np.arange(len(self.rows))  # of `ended`, those that are still here
        for step in sorted(set(ended.step[ended.spent].tolist())):
            now = ended.spent[rows] & (ended.step[rows] == step)
            self._before = np.asarray(ended.before[rows], order=order)
            self._settle(budget, np.asarray(ended.earlier[rows], order=order), step, record, now)
            rows = rows[self._accompanied(np.flatnonzero(~now))]
        if not ended.spent.any():
            self._before = np.asarray(ended.before, order=order)

    def _select(self, keep: Array) -> None:
        kept = self._accompanied(keep)
        super()._select(keep)
        self._lanes = []
        if self._known is not None and len(kept):
            self._known = np.asarray(self._known[kept], order=self.objective.order)


def each(f: Callable[[Any], Any], items: Sequence[Any], alone: bool = False) -> list[Any]:
    """What f makes of each, in as many threads as there are cores: XLA lets go of Python while it works. With `alone`
    the first one comes before the others, as it compiles what they run."""
    threads = min(cores(), len(items)) if STARTED else 1
    if threads < 2:
        return [f(item) for item in items]
    first = [f(item) for item in items[:alone]]
    return [*first, *pool(threads).map(f, items[len(first) :])]


@cache
def pool(threads: int) -> ThreadPoolExecutor:
    """Threads that stay: to start some at every record takes longer than a small program."""
    return ThreadPoolExecutor(threads)


def mapped(f: Callable[[Any], Any], tree: Any) -> Any:
    """What f makes of every array of it."""
    return jax.tree.map(f, tree)


def joined(trees: Sequence[Any]) -> Any:
    """Their arrays, one after another along the runs."""
    return jax.tree.map(lambda *parts: np.concatenate(parts), *trees)
