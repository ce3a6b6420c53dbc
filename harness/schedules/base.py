"""What a schedule is: a pure function step -> factor on a hyperparameter. Steps count from 0."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np

from objectives import fields
from objectives.arrays import Array
from objectives.fields import Measured, Number, Range


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor for each step. Number fields may hold one number per run, and then so does the factor."""

    def __post_init__(self) -> None:
        fields.check(self)

    @abstractmethod
    def __call__(self, step: Number) -> Number:
        """The factor of the update that follows `step` updates; of an array of steps, where it broadcasts."""

    def for_runs(self, rows: Array | None = None) -> Self:
        """The same with its numbers as arrays, if asked of these runs only.

        Arrays of any length round alike, Python floats don't.
        """

        def number(name: str, value: Number) -> Number:
            array = np.atleast_1d(value)
            return array if rows is None else fields.select(array, rows)

        return self._copy(lambda inside: inside.for_runs(rows), number)

    def stretched(self, by: Number) -> Self:
        """The same in a run that is `by` times as long. Times in steps stay, and must fit."""
        return self._copy(
            lambda inside: inside.stretched(by), lambda name, value: value * by if name == "length" else value
        )

    def runs(self) -> set[int]:
        """How many numbers its fields hold: 1, or one per run."""
        found = {int(np.size(getattr(self, name))) for name in fields.numbers(type(self))}
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            parts = value if isinstance(value, (list, tuple)) else [value]
            found |= {n for part in parts if isinstance(part, Schedule) for n in part.runs()}
        return found

    def _copy(self, inside: "Callable[[Schedule], Schedule]", number: Callable[[str, Number], Number]) -> Self:
        """A copy with every number and every schedule inside replaced."""

        def changed(value: Any) -> Any:
            if isinstance(value, Schedule):
                return inside(value)
            return [changed(item) for item in value] if isinstance(value, (list, tuple)) else value

        values = {f.name: changed(getattr(self, f.name)) for f in dataclasses.fields(self)}
        values |= {name: number(name, values[name]) for name in fields.numbers(type(self))}
        return dataclasses.replace(self, **values)


Unit = Literal["run", "steps"]


@dataclass(frozen=True)
class Timed(Schedule):
    """A schedule with times, told as shares of the run or, with unit=steps, in steps. `length` is the run's, in steps.

    Every class has the field `unit` last. A rate per time is one per run or per step.
    """

    length: Annotated[Number, Range(0, open_low=True), Measured("steps")]

    @property
    @abstractmethod
    def unit(self) -> Unit: ...

    @property
    def steps_per_unit(self) -> Number:
        return np.ones_like(self.length) if self.unit == "steps" else self.length

    def steps(self, time: Number) -> Array:
        """A time in steps, which need not be whole."""
        return np.multiply(time, self.steps_per_unit)

    def whole_steps(self, time: Number) -> Array:
        """A time in whole steps."""
        return np.rint(self.steps(time))


@dataclass(frozen=True)
class TimeRange(Range):
    """Where a time may lie: from 0 to 1, a share of the run; with unit=steps, 0 or from `least` to the length.

    What lies between 0 and 1 is no time in steps, but a share that somebody forgot to change.
    """

    low: float = 0
    high: float = 1
    least: int = 1

    def schema(self) -> dict[str, Any]:
        """What holds in both units."""
        return {"type": "number", "exclusiveMinimum" if self.open_low else "minimum": self.low}

    def of(self, owner: Timed) -> Range:
        return StepRange(self.least, zero=not self.open_low, length=owner.length) if owner.unit == "steps" else self

    def __str__(self) -> str:
        return f"{super().__str__()}, a share of the run, or in steps with unit=steps"


@dataclass(frozen=True)
class StepRange(Range):
    """From `low` steps to the length, which may be one number per run; and 0 where it makes sense."""

    zero: bool = False
    length: Number = np.inf

    def holds(self, values: Array) -> bool:
        length = self.length if np.shape(self.length) == values.shape else np.min(self.length)
        inside = (values >= self.low) & (values <= np.multiply(length, 1 + 1e-9))  # a stretched length is rounded
        return bool(np.all(inside | (self.zero & (values == 0))))

    def __str__(self) -> str:
        high = f"{np.min(self.length):.10g}" if np.ptp(self.length) == 0 else "length"
        return f"{'0 or ' if self.zero else ''}in [{self.low:g}, {high}], steps of the run (unit=steps)"


Time = Annotated[Number, TimeRange()]
Period = Annotated[Number, TimeRange(open_low=True)]
TwoSteps = Annotated[Number, TimeRange(open_low=True, least=2)]  # where one step, or a default of 1.0, is a slip
Times = Sequence[Annotated[float, TimeRange()]]
Shape = Literal["linear", "cosine"]


def progress(step: Number, begin: Number, end: Number) -> Array:
    """Which share of the way from `begin` to `end` lies behind: 0 before it, 1 after it."""
    return np.clip((step - begin) / np.maximum(end - begin, np.finfo(np.float64).tiny), 0, 1)


def between(first: Number, last: Number, share: Array, shape: Shape) -> Array:
    """From `first` to `last`, on a straight line or on half a cosine; exact at both."""
    x = (1 - np.cos(np.pi * share)) / 2 if shape == "cosine" else share
    return first * (1 - x) + last * x


def check_rising(owner: Schedule, name: str, values: Sequence[float]) -> None:
    """Refuse a list of times that does not rise."""
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError(f"{type(owner).__name__}.{name} must rise; got {values!r}")
