"""Schedules: pure functions step -> factor on a hyperparameter. Steps count from 0.

Every schedule is told the `length` of the run in steps (the configs fill in `steps`), and every other time is
a share of it, so that a schedule keeps its shape when the run gets longer; `length=1` turns shares into steps.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from harness import fields
from harness.fields import Array, NonNegative, Number, Positive, Share


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor for each step. Number fields may hold one number per run, and then so does the factor."""

    def __post_init__(self) -> None:
        fields.check(self)

    @abstractmethod
    def __call__(self, step: Number) -> Number:
        """The factor of the update that follows `step` updates."""

    def for_runs(self, rows: Array | None = None) -> Self:
        """The same with its numbers as arrays, if asked of these runs only.

        Arrays of any length round alike, Python floats don't.
        """

        def changed(value: Any) -> Any:
            if isinstance(value, Schedule):
                return value.for_runs(rows)
            return [changed(item) for item in value] if isinstance(value, (list, tuple)) else value

        inside = {f.name: changed(getattr(self, f.name)) for f in dataclasses.fields(self)}
        for name in fields.numbers(type(self)):
            value = np.atleast_1d(inside[name])
            inside[name] = value if rows is None else fields.select(value, rows)
        return dataclasses.replace(self, **inside)

    def runs(self) -> set[int]:
        """How many numbers its fields hold: 1, or one per run."""
        found = {int(np.size(getattr(self, name))) for name in fields.numbers(type(self))}
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            parts = value if isinstance(value, (list, tuple)) else [value]
            found |= {n for part in parts if isinstance(part, Schedule) for n in part.runs()}
        return found


@dataclass(frozen=True)
class Constant(Schedule):
    """Always 1.

    >>> Constant()(57)
    1.0
    """

    def __call__(self, step: Number) -> Number:
        return 1.0


@dataclass(frozen=True)
class Linear(Schedule):
    """A straight line from 1 to `end`, and `end` from then on.

    >>> [float(Linear(length=4)(k)) for k in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    length: Positive
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        return 1 + (self.end - 1) * np.minimum(step / self.length, 1)


@dataclass(frozen=True)
class Polynomial(Schedule):
    """end + (1 - end) (1 - step/length)^power, and `end` from then on.

    >>> [float(Polynomial(length=4, power=2)(k)) for k in range(5)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0]
    """

    length: Positive
    power: Positive = 2.0
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        left: Array = np.power(1 - np.minimum(step / self.length, 1), self.power)
        return self.end + (1 - self.end) * left


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 to `end` (Loshchilov & Hutter 2017, equation 5, without restarts).

    It stays at `end` afterwards (torch's CosineAnnealingLR rises again).

    >>> [round(float(Cosine(length=4)(k)), 4) for k in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    length: Positive
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        return self.end + (1 - self.end) * (1 + np.cos(np.pi * np.minimum(step / self.length, 1))) / 2


@dataclass(frozen=True)
class Exponential(Schedule):
    """rate^(step/length): a fixed share is lost at every step, and `rate` is left when the run ends.

    >>> [round(float(Exponential(length=2, rate=0.01)(k)), 4) for k in range(3)]
    [1.0, 0.1, 0.01]
    """

    length: Positive
    rate: Positive = 0.01

    def __call__(self, step: Number) -> Number:
        factor: Number = np.power(self.rate, step / self.length)
        return factor


@dataclass(frozen=True)
class Step(Schedule):
    """Times `rate` whenever another `every` of the length has passed; the new value holds from that step on.

    >>> [round(float(Step(length=6, every=1/3)(k)), 4) for k in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """

    length: Positive
    every: Positive = 1 / 3
    rate: Positive = 0.1

    def __call__(self, step: Number) -> Number:
        period = np.maximum(np.rint(self.every * self.length), 1)
        return np.power(self.rate, np.floor(step / period))


@dataclass(frozen=True)
class MultiStep(Schedule):
    """Times `rate` at each of the milestones, given as shares of the length.

    >>> [round(float(MultiStep(length=8, milestones=[0.5, 0.75])(k)), 4) for k in range(8)]
    [1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """

    length: Positive
    milestones: Sequence[float] = field(default=(0.5, 0.75))
    rate: Positive = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(type(m) in (int, float) and m >= 0 for m in self.milestones):
            raise ValueError(f"MultiStep.milestones must be numbers of at least 0; got {self.milestones!r}")

    def __call__(self, step: Number) -> Number:
        passed = sum((step >= np.rint(m * self.length)).astype(np.float64) for m in self.milestones)
        return np.power(self.rate, passed)


@dataclass(frozen=True)
class Warmup(Schedule):
    """A linear rise over the first `share` of the length, times (step + 1)/rise, then another schedule.

    The clock of `then` starts when the rise ends and is stretched so that both end with the run: with
    `then=cosine` this is optax's warmup_cosine_decay_schedule, shifted so that the first update is not lost.

    >>> [round(float(Warmup(length=8, share=0.5, then=Linear(length=8))(k)), 4) for k in range(9)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]
    """

    length: Positive
    then: Schedule
    share: Share = 0.1

    def __call__(self, step: Number) -> Number:
        rise = np.rint(self.share * self.length)
        stretch = self.length / np.maximum(self.length - rise, 1)
        later = self.then(np.maximum(step - rise, 0) * stretch)
        return np.where(step < rise, (step + 1) / np.maximum(rise, 1), later)
