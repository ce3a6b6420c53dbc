"""Functions of a vector x with an exact gradient and a known minimum."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split, follow
from objectives.fields import Dtype, Range, Whole, demand, demand_kind, kind_of
from objectives.random import generator

Box = tuple[float, float] | tuple[tuple[float, float], ...]  # (low, high) for all coordinates, or one pair each

Property = Literal[
    "convex", "separable", "multimodal", "non-smooth", "ill-conditioned", "plateau", "edge minimum", "unbounded below",
    "minimum at infinity", "singular minimum", "discontinuous", "lower outside",
]  # fmt: skip


@dataclass(frozen=True)
class Dims(Whole):
    """The dimensions that a class is defined in."""

    def of(self, owner: Any) -> Whole:
        low, high = owner.dims
        return Whole(low, inf if high is None else high, owner.dim_multiple)


Dim = Annotated[int, Dims()]
DIM = kind_of(Dim)
Condition = Annotated[float, Range(1)]  # the largest over the smallest scale


@dataclass
class Analytic(Objective):
    """A function of x (runs, dim). Seed 0 starts at the published point, seed k > 0 uniformly in the start box;
    `start` fixes the start for all. Subclasses state what is known of the function as class attributes.
    """

    dim: Dim = 2
    start: Sequence[float] | None = None
    dtype: Dtype = "float64"

    order = "F"
    deterministic = True

    dims: ClassVar[tuple[int, int | None]] = (2, 2)  # the smallest and the largest dim; None: any
    dim_multiple: ClassVar[int] = 1  # which dim must be a multiple of
    published_start: ClassVar[tuple[float, ...]]  # repeated as often as dim asks
    start_box: ClassVar[Box]
    published_value: ClassVar[float | None] = None  # at the published start of the config's dim, where there is one
    domain: ClassVar[Box | None] = None  # None: the whole space
    properties: ClassVar[frozenset[Property]] = frozenset()
    source: ClassVar[str] = ""  # who published it, when, and under which number

    def __init_subclass__(cls) -> None:
        """Ours are analytic in complex numbers unless they say otherwise; of a class of yours, you must say it. A class
        that writes the function anew has its gradient from there."""
        super().__init_subclass__()
        follow(cls, "gradient", "value_and_gradient", Analytic)
        if "complex_step" not in vars(cls):
            cls.complex_step = cls.__module__.startswith("objectives.")

    def prepare(self) -> None:
        demand_kind(f"{type(self).__name__}.dim", self.dim, DIM.of(self))  # a class of yours may say `dim: int`
        declared = type(self).minimum is not Analytic.minimum or type(self).__module__.startswith("objectives.")
        if declared and not {"unbounded below", "lower outside"} & set(self.properties):
            self.lowest = self.minimum
        if self.start is None:
            return
        start = np.asarray(self.start, dtype=np.float64)
        demand(self, "start", start.shape == (self.dim,) and bool(np.isfinite(start).all()), f"{self.dim} numbers")
        if self.domain is not None:
            lowest, highest = bounds(self.domain, self.dim)
            if ((start < lowest) | (start > highest)).any():
                name = type(self).__name__
                raise ValueError(f"{name}.start must lie in the domain {self.domain}; got {self.start!r}")

    @classmethod
    def allows(cls, dim: int) -> bool:
        """Whether the function is defined in that many dimensions."""
        return DIM.of(cls).holds(dim)

    @abstractmethod
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """The value (runs,) and the gradient (runs, dim) at x (runs, dim)."""

    def gradient(self, x: Array) -> Array:
        """The gradient (runs, dim) alone, bit for bit the same; overridden where that costs less."""
        return self.value_and_gradient(x)[1]

    @property
    def minimum(self) -> float:
        """The lowest value there is."""
        return 0.0

    @property
    def minima(self) -> Array:
        """Every known global minimum, one a row: (k, dim)."""
        return np.zeros((1, self.dim))

    def smooth(self, x: Array) -> Array:
        """Where the gradient is a derivative: False (runs,) at kinks, where it is one of the subgradients."""
        return np.ones(len(x), dtype=bool)

    @property
    def varies_with_seed(self) -> bool:
        return self.start is None

    def init(self, seeds: Seeds) -> Params:
        x = np.empty((len(seeds), self.dim), dtype=self.dtype)
        low, high = bounds(self.start_box, self.dim)
        for row, seed in zip(x, seeds, strict=True):
            if self.start is not None:
                row[:] = self.start
            elif seed == 0:
                row[:] = np.resize(self.published_start, self.dim)
            else:
                row[:] = generator(int(seed), "start").uniform(low, high)
        return {"x": x}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        value, gradient = self.value_and_gradient(params["x"])
        return value, {"x": gradient}

    def grads(self, params: Params, step: int, seeds: Seeds) -> Params:
        return {"x": self.gradient(params["x"])}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": self.value_and_gradient(params["x"])[0]}


def columns(*parts: Array) -> Array:
    """The coordinates of a gradient, each (runs,), as (runs, dim) with the runs contiguous."""
    return np.array(parts, like=parts[0]).T


def bounds(box: Box, dim: int) -> tuple[Array, Array]:
    """The lower and the upper end (dim,) of a box."""
    low, high = np.broadcast_to(np.asarray(box, dtype=np.float64), (dim, 2)).T
    return low, high
