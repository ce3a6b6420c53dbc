"""What a schedule is: a pure function step -> factor on a hyperparameter. Steps count from 0."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np

from harness import fields
from harness.fields import Array, Number


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor for each step. Number fields may hold one number per run, and then so does the factor.

    A schedule that has times is told the `length` of the run in steps, and every other time is a share of it.
    """

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
        """The same in a run that is `by` times as long."""
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


Shape = Literal["linear", "cosine"]


def whole(share: Number, length: Number) -> Array:
    """A share of the length in whole steps."""
    return np.rint(np.multiply(share, length))


def progress(step: Number, begin: Number, end: Number) -> Array:
    """Which share of the way from `begin` to `end` lies behind: 0 before it, 1 after it."""
    return np.clip((step - begin) / np.maximum(end - begin, np.finfo(np.float64).tiny), 0, 1)


def between(first: Number, last: Number, share: Array, shape: Shape) -> Array:
    """From `first` to `last`, on a straight line or on half a cosine; exact at both."""
    x = (1 - np.cos(np.pi * share)) / 2 if shape == "cosine" else share
    return first * (1 - x) + last * x


def check_shares(owner: Schedule, name: str, values: Any) -> None:
    """Refuse a list of times or factors that holds anything but finite numbers of at least 0."""
    if not all(type(v) in (int, float) and 0 <= v < np.inf for v in values):
        raise ValueError(f"{type(owner).__name__}.{name} must be numbers of at least 0; got {values!r}")


def check_rising(owner: Schedule, name: str, values: Any) -> None:
    """Refuse a list of times that does not rise."""
    check_shares(owner, name, values)
    if any(later <= earlier for earlier, later in pairwise(values)):
        raise ValueError(f"{type(owner).__name__}.{name} must rise; got {values!r}")
