"""The optimizer contract: hyperparameters and one pure rule; what is not mathematics is done here, once.

A rule is `rule(p, g, s, h) -> (new p, new slots)`: the parameters, the gradients, the slots `s` and the
hyperparameters `h` of this step. It changes nothing it is given and uses array functions only. `h` also has

    t         the number of this update, counted from 1
    loss      the loss at p, one per run, where the rule says `needs_loss`
    evaluate  evaluate(p, where=None) -> (loss, g) at other parameters, hvp(v) -> the Hessian times v, and
    hvp, draw draw("normal" or "signs") -> random numbers: see harness.optimizers.oracle ("run" rules only)
    inner     inner(p, g, lr=None, through=None) -> new p: the update of the wrapped optimizer, its lr times a factor,
              the gradients that it asks for through a function (wrappers only)
    tensors   tensors(f, *arrays) -> array: f of every tensor (runs, ...) of arrays (runs, size) ("run" rules only)

What `p` is depends on what the rule must see: some *elements* of (runs, size), one *tensor* (runs, ...) or the
whole *run* (runs, size). The run is always axis 0, and everything in `h` and `s` broadcasts against `p`.
"""

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import numpy as np

from harness.optimizers.held import Held, arrays, demand_fitting, held
from harness.optimizers.layout import Layout, Params
from harness.optimizers.memory import Memory, New, NoSlots, Sees
from harness.optimizers.oracle import BookOracle, Oracle, Through
from harness.schedules import Schedule
from objectives import fields
from objectives.arrays import Array


@dataclass
class Optimizer(ABC):
    """`update(params, grads)` over dicts, as in Deep Learning from Scratch: arrays of one dimension or more are updated
    in place; the names of numbers and 0-d arrays get new ones, those of lists get arrays.

    Without `runs` the arrays have any shape; with `runs=R`, axis 0 of every array is the run, and a number field
    may be an array with one number per run. `schedules` moves number fields by a factor per step.

    A subclass is a dataclass of hyperparameters with a `rule`, a NamedTuple `Slots` if the rule keeps memory,
    and `evaluate_at(p, s)` if the point to evaluate isn't the point held.
    """

    runs: int | None = field(default=None, kw_only=True, repr=False)
    schedules: Mapping[str, Schedule] = field(default_factory=dict, kw_only=True, repr=False)

    Slots: ClassVar[Any] = NoSlots
    sees: ClassVar[Sees] = "elements"
    needs_loss: ClassVar[bool] = False
    gradients: ClassVar[int] = 1  # how many a step takes, those of `inner` not counted
    varies: ClassVar[bool] = False  # whether a step may take more

    @staticmethod
    @abstractmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        """The new parameters and the new slots."""

    @staticmethod
    def evaluate_at(p: Array, s: Any) -> Array:
        """The point to evaluate, where that isn't the point held."""
        return p

    def __post_init__(self) -> None:
        fields.check(self)
        cls = type(self)
        if self.runs is not None and (type(self.runs) is not int or self.runs < 1):
            raise ValueError(f"{cls.__name__}.runs must be an integer of at least 1; got {self.runs!r}")
        for name in fields.numbers(cls):
            value = getattr(self, name)
            if isinstance(value, np.ndarray) and value.size != self.runs:
                raise ValueError(f"{cls.__name__}.{name} has {value.size} numbers for {self.runs or 'no'} runs")
        for name, schedule in self.schedules.items():
            if not isinstance(schedule, Schedule):
                raise ValueError(f"{cls.__name__}.schedules[{name!r}] must be a Schedule; got {schedule!r}")
            if wrong := {n for n in schedule.for_runs().runs() if n not in (1, self.runs)}:
                raise ValueError(f"the schedule of {name} has {wrong.pop()} numbers for {self.runs or 'no'} runs")
            if name not in fields.numbers(cls):
                known = ", ".join(fields.numbers(cls)) or "none"
                raise ValueError(f"{cls.__name__} has no {name} to schedule; choices: {known}")
        self.schedules = {name: schedule.for_runs() for name, schedule in self.schedules.items()}
        self._updates = 0
        self._memory: Memory | None = None
        self._last: Any = None  # the hyperparameters of the last step, without their schedules

    def __setattr__(self, name: str, value: Any) -> None:
        """A number set by hand holds from the next update on."""
        super().__setattr__(name, value)
        if name in fields.numbers(type(self)):
            super().__setattr__("_last", None)

    # the textbook's interface: dicts of arrays

    def update(
        self,
        params: Held,
        grads: Held,
        loss: float | Array | None = None,
        evaluate: Callable[[Held], tuple[Any, Held]] | None = None,
    ) -> None:
        """One update. For rules that ask for them: the loss at params, and `evaluate(params)`, which returns loss and
        grads at other params."""
        tensors = arrays(params)
        demand_fitting(tensors, grads, self.runs)
        if self._memory is not None and tensors.keys() == set(self._memory.plan.names):
            tensors = {name: tensors[name] for name in self._memory.plan.names}
        plan = self._plan(tensors)
        if self._memory is not None and plan != self._memory.plan:
            raise ValueError("params have other names or shapes than in the first update")

        p = self._gathered(tensors, plan)
        oracle = None
        if evaluate is not None:
            shapes = {name: tensor.shape for name, tensor in tensors.items()}
            oracle = BookOracle(lambda there: evaluate(held(there, params)), p, plan, shapes, self._updates)
        self.advance(p, self._gathered(grads, plan).astype(p.dtype, copy=False), plan, loss, oracle)
        _scatter(p, plan, tensors)
        for name, value in held(tensors, params).items():
            if value is not params[name]:
                params[name] = value

    def evaluation_params(self, params: Held) -> Held:
        """Copies of the params at the point to evaluate: schedule-free's x, an average, or params themselves."""
        tensors = arrays(params)
        names = list(tensors) if self._memory is None else self._memory.plan.names
        copies = {name: tensors[name].copy() for name in names}
        plan = self._plan(copies)
        _scatter(self.evaluation_point(self._gathered(tensors, plan)), plan, copies)
        return held(copies, params)

    def _plan(self, params: Params) -> Layout:
        return Layout.of(params if self.runs else {name: p[None] for name, p in params.items()})

    def _gathered(self, tensors: Held, plan: Layout) -> Array:
        return np.concatenate([np.reshape(tensors[name], (self.runs or 1, -1)) for name in plan.names], axis=1)

    # the engine's interface: a population in one buffer

    def advance(
        self,
        p: Array,
        g: Array,
        plan: Layout,
        loss: float | Array | None = None,
        oracle: Oracle | None = None,
        lr: Array | None = None,
    ) -> None:
        """One update of the buffer p (runs, size), in place; its memory order is the caller's choice. A wrapper may
        give a factor on lr (runs, 1).
        """
        if self._memory is None:
            self._memory = Memory(p, plan, self.sees, self.Slots, self)
        self._updates += 1
        self._memory.apply(self.rule, p, g, self._now(self._memory, loss, oracle, lr))

    def evaluation_point(self, p: Array) -> Array:
        """The point to evaluate, (runs, size), when p is held."""
        return p if self._memory is None else self.evaluate_at(p, self._memory.bundle())

    @property
    def asks(self) -> bool:
        """Whether a step may take more gradients than `gradients`."""
        return self.varies

    @property
    def reads_loss(self) -> bool:
        """Whether a step wants the loss at the params."""
        return self.needs_loss

    @property
    def state_size(self) -> int:
        """How many numbers its slots hold, those of a wrapped optimizer not counted."""
        return 0 if self._memory is None else sum(slot.size for slot in self._memory.slots)

    def select(self, rows: Array) -> None:
        """Keep these runs only."""
        self.runs = len(rows)
        for name in fields.numbers(type(self)):
            setattr(self, name, fields.select(getattr(self, name), rows))
        self.schedules = {name: schedule.for_runs(rows) for name, schedule in self.schedules.items()}
        self._last = None  # its arrays have the old number of rows
        if self._memory is not None:
            self._memory.select(rows)

    def _now(self, memory: Memory, loss: float | Array | None, oracle: Oracle | None, lr: Array | None = None) -> Any:
        """The hyperparameters of this step, in the dtype of the runs, shaped to broadcast against them."""
        if self._last is None:
            values = {name: memory.spread(getattr(self, name)) for name in fields.numbers(type(self))}
            values |= {name: getattr(self, name) for name in fields.choices(type(self))}
            before = memory.spread(self._updates - 1)
            tensors = memory.each if self.sees == "run" else None
            self._last = hyperparameters(type(self))(
                **values, t=before, loss=None, evaluate=None, hvp=None, draw=None, tensors=tensors
            )
        *numbers, t, _, _, _, _, tensors, inner = self._last
        if self.needs_loss and loss is None:
            raise ValueError(f"{type(self).__name__} needs the loss at params: update(params, grads, loss)")
        if (self.gradients > 1 or self.varies) and oracle is None:
            raise ValueError(f"{type(self).__name__} needs gradients elsewhere: update(params, grads, evaluate=f)")
        told = memory.spread(loss) if self.needs_loss else None
        asked = (oracle.evaluate, oracle.hvp, oracle.draw) if oracle is not None else (None, None, None)
        self._last = now = self._last._make((*numbers, t + 1, told, *asked, tensors, inner))
        if self.schedules:
            step = self._updates - 1
            factors = {name: getattr(self, name) * at(step) for name, at in self.schedules.items()}
            now = now._replace(**{name: memory.spread(value) for name, value in factors.items()})
        return now if lr is None else self._slowed(now, lr)

    def _slowed(self, now: Any, lr: Array) -> Any:
        if "lr" not in now._fields:
            raise TypeError(f"{type(self).__name__} has no lr for a wrapper to change")
        return now._replace(lr=now.lr * lr)


@dataclass
class Wrapper(Optimizer):
    """An optimizer made of an optimizer: its rule sees whole runs and calls `h.inner(p, g)` for the wrapped update."""

    inner: Optimizer

    sees: ClassVar[Sees] = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.inner.runs is None:
            self.inner.runs = self.runs
        if self.inner.runs != self.runs:
            raise ValueError(f"{type(self).__name__} has {self.runs} runs, its inner optimizer {self.inner.runs}")

    def evaluation_point(self, p: Array) -> Array:
        return super().evaluation_point(self.inner.evaluation_point(p))

    @property
    def asks(self) -> bool:
        return self.varies or self.inner.asks

    @property
    def reads_loss(self) -> bool:
        return self.needs_loss or self.inner.reads_loss

    def select(self, rows: Array) -> None:
        super().select(rows)
        self.inner.select(rows)

    def _now(self, memory: Memory, loss: float | Array | None, oracle: Oracle | None, lr: Array | None = None) -> Any:
        outer = lr

        def inner(
            p: Array, g: Array, lr: Array | None = None, through: Callable[[Array], Array] | None = None
        ) -> Array:
            p = p.copy(order="K")
            factor = outer if lr is None else lr if outer is None else outer * lr
            asked = oracle if through is None or oracle is None else Through(oracle, through)
            self.inner.advance(p, g, memory.plan, loss, asked, factor)
            return p

        return super()._now(memory, loss, oracle)._replace(inner=inner)


def _scatter(buffer: Array, plan: Layout, params: Params) -> None:
    for name, columns in zip(plan.names, plan.columns, strict=True):
        params[name][...] = buffer[:, columns].reshape(params[name].shape)


@cache
def hyperparameters(cls: type[Optimizer]) -> Any:
    """The NamedTuple that a rule receives as h."""
    names = (*fields.numbers(cls), *(name for name in fields.choices(cls) if name != "inner"))
    told = ("t", "loss", "evaluate", "hvp", "draw", "tensors", "inner")
    return namedtuple("Hyperparameters", (*names, *told), defaults=(None,))
