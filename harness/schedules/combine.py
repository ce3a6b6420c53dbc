"""Schedules made of schedules: a warm-up before another, one after the other, one times the other."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from harness.fields import Array, NonNegative, Number, Positive
from harness.schedules.base import Schedule, whole
from objectives.arrays import power


@dataclass(frozen=True)
class Warmup(Schedule):
    """A rise to 1 over the first `share` of the length, then another schedule, whose clock starts when the rise ends.

    From `start` in a straight line, start + (1 - start) (k + first)/rise at step k (Goyal et al. 2017, arXiv
    1706.02677, section 2.2); constant: `start` all the way (He et al. 2016, section 4.2); exponential:
    start^(1 - (k + first)/rise). `first` is the number of the first step: with 1 no update is lost; with 0 the first
    one has the factor `start`, as in optax, torch and transformers.

    `then` is stretched so that it ends with the run; with `stretch=false` it keeps its own length, and with `length=1`
    as well, `share` is the rise in steps.

    >>> from harness.schedules import Constant, Linear
    >>> [round(float(Warmup(length=8, share=0.5, then=Linear(length=8))(k)), 4) for k in range(9)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    >>> slow = Warmup(length=1, share=2, start=0.01, shape="exponential", first=0, stretch=False, then=Constant())
    >>> [float(slow(k)) for k in range(4)]
    [0.01, 0.1, 1.0, 1.0]
    """

    length: Positive
    then: Schedule
    share: NonNegative = 0.1
    start: NonNegative = 0.0
    shape: Literal["linear", "constant", "exponential"] = "linear"
    first: Literal[1, 0] = 1
    stretch: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_share(self, "share", self.share, self.stretch)
        if self.shape != "linear" and np.any(np.asarray(self.start) <= 0):
            raise ValueError(f"Warmup.start must be above 0 where shape is {self.shape}; got {self.start}")

    def __call__(self, step: Number) -> Number:
        rise = whole(self.share, self.length)
        way = (step + self.first) / np.maximum(rise, 1)
        if self.shape == "linear":
            before: Number = self.start + (1 - self.start) * way
        else:
            before = self.start if self.shape == "constant" else power(self.start, 1 - way)
        return np.where(step < rise, before, self._later(np.maximum(step - rise, 0)))

    @cached_property
    def _later(self) -> Schedule:
        return self.then.stretched(_rest(self.share, self.length)) if self.stretch else self.then


@dataclass(frozen=True)
class Join(Schedule):
    """One schedule, and from `at` of the length on another, whose clock starts there (optax.join_schedules, torch's
    SequentialLR).

    Each is stretched to the part of the run that it has; with `stretch=false` both keep their own lengths, and with
    `length=1` as well, `at` is a step. For three, join a join.

    >>> from harness.schedules import Constant, Linear
    >>> [float(Join(length=8, first=Linear(8), then=Constant(), at=0.5)(k)) for k in range(6)]
    [1.0, 0.75, 0.5, 0.25, 1.0, 1.0]
    >>> [float(Join(length=1, first=Constant(), then=Linear(4), at=2, stretch=False)(k)) for k in range(6)]
    [1.0, 1.0, 1.0, 0.75, 0.5, 0.25]
    """

    length: Positive
    first: Schedule
    then: Schedule
    at: NonNegative = 0.5
    stretch: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_share(self, "at", self.at, self.stretch)

    def __call__(self, step: Number) -> Number:
        boundary = whole(self.at, self.length)
        earlier, later = self._parts
        return np.where(step < boundary, earlier(step), later(np.maximum(step - boundary, 0)))

    @cached_property
    def _parts(self) -> tuple[Schedule, Schedule]:
        if not self.stretch:
            return self.first, self.then
        before = np.maximum(whole(self.at, self.length), 1) / self.length
        return self.first.stretched(before), self.then.stretched(_rest(self.at, self.length))


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


def _rest(share: Number, length: Number) -> Array:
    """Which part of the run is left after a share of it, both in whole steps; at least one of them."""
    rest: Array = np.maximum(length - whole(share, length), 1) / length
    return rest


def _check_share(owner: Schedule, name: str, share: Number, stretch: bool) -> None:
    if stretch and np.any(np.asarray(share) > 1):
        raise ValueError(
            f"{type(owner).__name__}.{name} must be in [0, 1], a share of the length, unless stretch=false; got {share}"
        )
