"""The words of the language: what an annotation can say of a number, and the names of what is said often."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Annotated, Any, Literal

import numpy as np

from objectives.arrays import Array

Number = float | Array  # a float for all runs, or an array with one number per run


@dataclass(frozen=True)
class Range:
    """Where a number may lie. `open_high` excludes the upper end; infinity is never a value."""

    low: float = -inf
    high: float = inf
    open_high: bool = False
    open_low: bool = False

    def of(self, owner: Any) -> "Range":
        """The range in this object, where other fields move it."""
        return self

    def holds(self, values: Array) -> bool:
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        return bool(np.all(above & below & np.isfinite(values)))

    def __str__(self) -> str:
        if self.high == inf and self.low > -inf:
            return f"{'above' if self.open_low else 'at least'} {self.low:g}"
        if self.high == inf:
            return "any number"
        return f"in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}{')' if self.open_high else ']'}"

    def schema(self) -> dict[str, Any]:
        """The range in the words of JSON Schema."""
        low = {"exclusiveMinimum" if self.open_low else "minimum": self.low} if self.low > -inf else {}
        high = {"exclusiveMaximum" if self.open_high else "maximum": self.high} if self.high < inf else {}
        return {"type": "number", **low, **high}


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, both of which belong to it, and a multiple of `multiple`."""

    low: float = -inf
    high: float = inf
    multiple: int = 1

    def of(self, owner: Any) -> "Whole":
        """The range in this object or class, where others of its attributes set it."""
        return self


@dataclass(frozen=True)
class Measured:
    """What a number is measured in."""

    name: str


@dataclass(frozen=True)
class Length:
    """How many values a list has at least."""

    least: int


@dataclass(frozen=True)
class Called:
    """What a message calls a value that fits, where the type says too little."""

    text: str


@dataclass(frozen=True)
class Written:
    """What a config has in place of the value: `seeds: 3` becomes a tuple of seeds."""

    hint: Any


# one number per run: hyperparameters, which may differ between the runs of a population
Finite = Annotated[Number, Range()]
NonNegative = Annotated[Number, Range(0)]
Positive = Annotated[Number, Range(0, open_low=True)]
Fraction = Annotated[Number, Range(0, 1, open_high=True)]  # decay rates: 1 would never forget
Inside = Annotated[Number, Range(0, 1, open_low=True, open_high=True)]
Share = Annotated[Number, Range(0, 1)]

# one number for all runs: what belongs to a problem
StaticFinite = Annotated[float, Range()]
StaticNonNegative = Annotated[float, Range(0)]
StaticPositive = Annotated[float, Range(0, open_low=True)]
StaticFraction = Annotated[float, Range(0, 1, open_high=True)]
StaticInside = Annotated[float, Range(0, 1, open_low=True, open_high=True)]
StaticPart = Annotated[float, Range(0, 1, open_low=True)]
NonNegatives = Sequence[StaticNonNegative]
Count = Annotated[int, Whole(1)]
Index = Annotated[int, Whole(0)]
Instance = Annotated[int, Whole(0, 2**62 - 1)]  # a seed of its own
SplitNumber = Annotated[  # which split of the rows; a config may leave it to the replicates of a sweep
    int, Written(Instance | Literal["replicate"]), Called("a whole number of at least 0, or replicate")
]
Dtype = Literal["float32", "float64"]
Typed = str | int | float  # a name or path as it is typed: 2021 arrives as a number


def select(value: Number, rows: Array) -> Number:
    """The numbers of these runs."""
    return value[rows] if isinstance(value, np.ndarray) and value.size > 1 else value
