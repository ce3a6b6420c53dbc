"""Functions of a vector x with an exact gradient and a known minimum."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.random import generator

Box = tuple[float, float] | tuple[tuple[float, float], ...]  # (low, high) for all coordinates, or one pair each

Property = Literal[
    "convex", "separable", "multimodal", "non-smooth", "ill-conditioned", "plateau", "edge minimum", "unbounded below",
    "minimum at infinity", "singular minimum", "discontinuous", "lower outside",
]  # fmt: skip


@dataclass
class Analytic(Objective):
    """A function of x (runs, dim). Seed 0 starts at the published point, seed k > 0 uniformly in the start box;
    `start` fixes the start for all. Subclasses state what is known of the function as class attributes.
    """

    dim: int = 2
    start: Sequence[float] | None = None
    dtype: Literal["float64", "float32"] = "float64"

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
        """Ours are analytic in complex numbers unless they say otherwise; of a class of yours, you must say it."""
        if "complex_step" not in vars(cls):
            cls.complex_step = cls.__module__.startswith("objectives.")

    def __post_init__(self) -> None:
        name, (low, high) = type(self).__name__, self.dims
        if type(self.dim) is not int or not self.allows(self.dim):
            allowed = f"{low}" if low == high else f"an integer of at least {low}"
            allowed += "" if high in (low, None) else f" and at most {high}"
            allowed += "" if self.dim_multiple == 1 else f" and a multiple of {self.dim_multiple}"
            raise ValueError(f"{name}.dim must be {allowed}; got {self.dim!r}")
        if self.dtype not in ("float64", "float32"):
            raise ValueError(f"{name}.dtype must be float64 or float32; got {self.dtype!r}")
        if self.start is not None:
            try:
                start = np.asarray(self.start, dtype=np.float64)
            except (TypeError, ValueError):
                start = np.empty(0)
            if start.shape != (self.dim,) or not np.isfinite(start).all():
                raise ValueError(f"{name}.start must be {self.dim} numbers; got {self.start!r}")
            if self.domain is not None:
                lowest, highest = bounds(self.domain, self.dim)
                if ((start < lowest) | (start > highest)).any():
                    raise ValueError(f"{name}.start must lie in the domain {self.domain}; got {self.start!r}")

    @classmethod
    def allows(cls, dim: int) -> bool:
        """Whether the function is defined in that many dimensions."""
        low, high = cls.dims
        return dim >= low and (high is None or dim <= high) and dim % cls.dim_multiple == 0

    @abstractmethod
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        """The value (runs,) and the gradient (runs, dim) at x (runs, dim)."""

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

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": self.value_and_gradient(params["x"])[0]}


def columns(*parts: Array) -> Array:
    """The coordinates of a gradient, each (runs,), as (runs, dim) with the runs contiguous."""
    return np.array(parts).T


def bounds(box: Box, dim: int) -> tuple[Array, Array]:
    """The lower and the upper end (dim,) of a box."""
    low, high = np.broadcast_to(np.asarray(box, dtype=np.float64), (dim, 2)).T
    return low, high


def demand_at_least(objective: Analytic, field: str, least: float) -> None:
    """A ValueError unless the field is a finite number of at least so much."""
    value = getattr(objective, field)
    if type(value) not in (int, float) or not least <= value < float("inf"):
        raise ValueError(f"{type(objective).__name__}.{field} must be a number of at least {least:g}; got {value!r}")
