"""Schedules made of schedules: a warm-up before another, one after the other, one times the other."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from harness.schedules.base import Schedule, Time, Timed, Unit
from objectives.arrays import Array, power
from objectives.fields import NonNegative, Number


@dataclass(frozen=True)
class Warmup(Timed):
    """A rise to 1 over the first `share` of the run, then another schedule, whose clock starts when the rise ends.

    From `start` in a straight line, start + (1 - start) (k + first)/rise at step k (Goyal et al. 2017, arXiv
    1706.02677, section 2.2); constant: `start` all the way (He et al. 2016, section 4.2); exponential:
    start^(1 - (k + first)/rise). `first` is the number of the first step: with 1 no update is lost; with 0 the first
    one has the factor `start`, as in optax, torch and transformers.

    `then` is stretched so that it ends with the run; with `stretch=false` it keeps its own length.

    >>> from harness.schedules import Constant, Linear
    >>> [round(float(Warmup(length=8, share=0.5, then=Linear(length=8))(k)), 4) for k in range(9)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    >>> slow = Warmup(length=8, share=2, start=0.01, shape="exponential", first=0, unit="steps", then=Constant())
    >>> [float(slow(k)) for k in range(4)]
    [0.01, 0.1, 1.0, 1.0]
    """

    then: Schedule
    share: Time = 0.1
    start: NonNegative = 0.0
    shape: Literal["linear", "constant", "exponential"] = "linear"
    first: Literal[1, 0] = 1
    stretch: bool = True
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self._later  # made at once, so that times which do not fit are refused
        if self.shape != "linear" and np.any(np.asarray(self.start) <= 0):
            raise ValueError(f"Warmup.start must be above 0 where shape is {self.shape}; got {self.start}")

    def __call__(self, step: Number) -> Number:
        rise = self.whole_steps(self.share)
        way = (step + self.first) / np.maximum(rise, 1)
        if self.shape == "linear":
            before: Number = self.start + (1 - self.start) * way
        else:
            before = self.start if self.shape == "constant" else power(self.start, 1 - way)
        return np.where(step < rise, before, self._later(np.maximum(step - rise, 0)))

    @cached_property
    def _later(self) -> Schedule:
        return _fitted(self, "then", _rest(self, self.share)) if self.stretch else self.then


@dataclass(frozen=True)
class Join(Timed):
    """One schedule, and from `at` on another, whose clock starts there (optax.join_schedules, torch's
    SequentialLR).

    Each is stretched to the part of the run that it has; with `stretch=false` both keep their own lengths. For three,
    join a join.

    >>> from harness.schedules import Constant, Linear
    >>> [float(Join(length=8, first=Linear(8), then=Constant(), at=0.5)(k)) for k in range(6)]
    [1.0, 0.75, 0.5, 0.25, 1.0, 1.0]
    >>> [float(Join(length=6, first=Constant(), then=Linear(6), at=2, unit="steps")(k)) for k in range(6)]
    [1.0, 1.0, 1.0, 0.75, 0.5, 0.25]
    """

    first: Schedule
    then: Schedule
    at: Time = 0.5
    stretch: bool = True
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self._parts  # made at once, so that times which do not fit are refused

    def __call__(self, step: Number) -> Number:
        boundary = self.whole_steps(self.at)
        earlier, later = self._parts
        return np.where(step < boundary, earlier(step), later(np.maximum(step - boundary, 0)))

    @cached_property
    def _parts(self) -> tuple[Schedule, Schedule]:
        if not self.stretch:
            return self.first, self.then
        before = np.maximum(self.whole_steps(self.at), 1) / self.length
        return _fitted(self, "first", before), _fitted(self, "then", _rest(self, self.at))


@dataclass(frozen=True)
class Chain(Schedule):
    """The product of two schedules on the same clock (torch's ChainedScheduler, where its parts multiply).

    >>> from harness.schedules import Linear, Step
    >>> [float(Chain(Linear(4), Step(length=4, every=0.5))(k)) for k in range(4)]
    [1.0, 0.75, 0.05, 0.025]
    """

    first: Schedule
    second: Schedule

    def __call__(self, step: Number) -> Number:
        return self.first(step) * self.second(step)


def _rest(owner: Timed, time: Number) -> Array:
    """Which part of the run is left after a time, both in whole steps; at least one of them."""
    rest: Array = np.maximum(owner.length - owner.whole_steps(time), 1) / owner.length
    return rest


def _fitted(owner: Timed, name: str, part: Array) -> Schedule:
    """A schedule inside, stretched to its part of the run."""
    inside: Schedule = getattr(owner, name)
    try:
        return inside.stretched(part)
    except ValueError as error:
        raise ValueError(f"{type(owner).__name__}.{name} has only a part of the run: {error}") from None
