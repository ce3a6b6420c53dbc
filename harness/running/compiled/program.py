"""What is compiled: some steps of a fixed number of runs, of one objective and one optimizer.

The numbers of the runs, what schedules make of them, draws and data are its arguments: cells and rounds that differ in
numbers share it. A run's bits depend on the number of runs in a block, and on nothing else beside it: every
population is cut into blocks of the same size, the last one filled up with copies.
"""

import copy
from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from harness.optimizers.base import Optimizer
from harness.optimizers.layout import Layout
from harness.running.compiled import links
from harness.running.compiled.tracer import Carried, Found, Subject, Tracer, fitted
from harness.running.compiled.watching import nested, strange
from objectives.arrays import Array
from objectives.base import Objective
from objectives.tracing import TRACER
from objectives.xla import Traced, bare, in_full

FED = 1 << 17  # bytes of draws that a run is told in one call
TOGETHER = 1 << 28  # and all runs of a block


class Ended(NamedTuple):
    """Of runs that have a budget: whether it is spent, after which step, and the points to evaluate one and two steps
    before."""

    spent: Any
    step: Any
    before: Any
    earlier: Any


class State(NamedTuple):
    """Of the runs in a block: params, the slots of each link, what asking changes, and what their budgets say."""

    p: Any
    slots: list[list[Any]]
    carried: Carried
    ended: Ended | None


class Fed(NamedTuple):
    """What some steps are told: seeds, each link's numbers, and of each step what schedules, draws and probes say."""

    seeds: Any
    numbers: list[dict[str, Any]]
    scheduled: list[dict[str, Any]]
    draws: list[Any]
    probes: list[Any]


class Given(NamedTuple):
    """What one step is told of it."""

    constants: Sequence[Any]
    draws: Sequence[Any]
    probes: Sequence[Any]


class Program:
    """For `block` runs. A call makes at most `longest` steps, and fewer where each takes many draws; a run may take
    `budget` gradients."""

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        block: int,
        longest: int,
        budget: int | None = None,
        device: str = "cpu",
    ) -> None:
        self.device = jax.devices(device)[0]
        demand_carried(objective)
        if objective.remembers or strange(nested(objective)):  # what is traced stays in no one else's
            objective = copy.deepcopy(objective)
        self.objective, self.block, self.budget = objective, block, budget
        start = objective.init(np.zeros(block, np.int64))
        self.layout = Layout.of(start)
        self.dtype = next(iter(start.values())).dtype
        p = np.empty((block, self.layout.size), self.dtype)
        p[:] = self.layout.gather(start, p)
        self._optimizer = copy.deepcopy(optimizer)
        self._optimizer.select(np.zeros(block, np.int64))
        for link in links.links(self._optimizer):
            link._memory = None
        links.remember(self._optimizer, p, self.layout)
        self.kept = objective.deterministic and any(o.gradients > 1 or o.varies for o in links.links(optimizer))
        self.found = Found()
        self._subject = Subject(objective, self.layout, block, self.found)
        self._steps = jax.jit(self._written_down)
        self.compiled = False  # by the first call
        self._constants = self._looked_for(p, objective.memory())
        told = [draws.drawn(0, np.zeros(1, np.int64)).nbytes for draws in self.found.draws.values()]
        told += [p[:1].nbytes for _ in self.found.probes]
        self.longest = min(longest, max(1, min(FED, TOGETHER // block) // max(1, sum(told))))

    def steps(self, state: State, fed: Fed, start: int, count: int) -> State:
        """`count` steps from `start` on."""
        with exactly(self.device):
            made: State = self._steps(state, fed, start, count, self._constants)
            return made

    def held(self, tree: Any) -> Any:
        """Its arrays on the device, for calls to come."""
        with exactly(self.device):
            return jax.tree.map(jnp.asarray, tree)

    def _looked_for(self, p: Array, memory: Any) -> list[Any]:
        """Find out what the texts ask for, by a step that nobody makes; the large arrays, as XLA holds them."""
        chain, everybody = links.links(self._optimizer), np.arange(self.block)
        slots = [list(link._memory.slots) for link in chain if link._memory]
        none = np.zeros(self.block, bool)
        ended = None if self.budget is None else Ended(none, none.astype(np.int64), p, p)
        carried = Carried(none.astype(np.int64), p if self.kept else None, memory)
        state = State(p, slots, carried, ended)
        numbers = links.numbers(self._optimizer, everybody, self.dtype)
        fed = Fed(np.zeros(self.block, np.int64), numbers, [{} for _ in chain], [], [])
        with exactly(self.device):
            jax.eval_shape(self._written_down, self.turned(state), fed, 0, 1, None)
            return [jnp.asarray(x) for x in self.found.constants.values()]

    def turned(self, state: State) -> State:
        """With the runs last in memory where they are contiguous, and back."""
        if self.objective.order == "C":
            return state
        made: State = jax.tree.map(lambda a: a.T if a.ndim == 2 else a, state)
        return made

    def _written_down(self, state: State, fed: Fed, start: Any, count: Any, constants: Any) -> State:
        def given(i: Any) -> Given | None:
            if constants is None:
                return None
            return Given(constants, [table[i] for table in fed.draws], [table[i] for table in fed.probes])

        def step(i: Any, state: State) -> State:
            now = [
                numbers | {name: table[i] for name, table in tables.items()}
                for numbers, tables in zip(fed.numbers, fed.scheduled, strict=True)
            ]
            return self.turned(self._step(self.turned(state), now, fed.seeds, start + i, given(i)))

        if self.budget is None:
            made: State = lax.fori_loop(0, count, step, state)
            return made

        def more(carry: Any) -> Any:
            return (carry[0] < count) & ~carry[1].ended.spent.all()

        _, made = lax.while_loop(more, lambda carry: (carry[0] + 1, step(*carry)), (0, state))
        return made

    def _step(self, state: State, numbers: list[dict[str, Any]], seeds: Any, step: Any, given: Given | None) -> State:
        tracer = Tracer(self._subject, state.p, seeds, step, state.carried, given)
        before = jnp.full((1, 1), step, self.dtype)
        optimizer, p = links.handed(self._optimizer, state.slots, numbers, before), Traced(state.p)
        token = TRACER.set(tracer)
        try:
            shown = None if self.budget is None else bare(optimizer.evaluation_point(p))  # type: ignore[arg-type]
            loss, g = tracer.begin()
            told: Any = Traced(loss)
            optimizer.advance(p, Traced(g), self.layout, told, tracer)  # type: ignore[arg-type]
        finally:
            TRACER.reset(token)
        slots = [[bare(slot) for slot in link._memory.slots] for link in links.links(optimizer) if link._memory]
        made = State(p.value, fitted(slots, state.slots), tracer.carried, None)
        return made if state.ended is None else self._within(state, made, shown, step)

    def _within(self, state: State, made: State, shown: Any, step: Any) -> State:
        """What was made, but for runs whose budget is spent: they stay as they are."""
        assert state.ended is not None
        rest = state.ended.spent

        def kept(old: Any, new: Any) -> Any:
            return jnp.where(rest.reshape(-1, *(1,) * (new.ndim - 1)), old, new)

        spent = rest | (made.carried.asked >= self.budget)
        ended = Ended(
            spent,
            jnp.where(spent & ~rest, step, state.ended.step),
            kept(state.ended.before, shown),
            kept(state.ended.earlier, state.ended.before),
        )
        merged: State = jax.tree.map(kept, state._replace(ended=None), made)
        return merged._replace(ended=ended)


def demand_carried(objective: Objective) -> None:
    """A TypeError where something remembers that no program can carry from step to step."""
    for part in nested(objective):
        methods = type(part).memory, type(part).recall
        if part.remembers and (Objective.memory in methods or Objective.recall in methods):
            raise TypeError(f"{type(part).__name__} remembers, but lacks the methods memory() and recall()")


@contextmanager
def exactly(device: Any) -> Any:
    """On that device and in full, a TypeError where a text cannot be followed."""
    try:
        with in_full(device):
            yield
    except jax.errors.UnexpectedTracerError:
        raise TypeError("what it keeps from step to step is not in memory() and recall()") from None
    except jax.errors.ConcretizationTypeError as error:
        what = str(error).splitlines()[0]
        raise TypeError(f"it decides by a number that a program does not know beforehand: {what}") from error
