"""Quadratic bowls."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.analytic import Analytic, Box, columns
from objectives.base import Array


@dataclass
class Valley(Analytic):
    """x^2/20 + y^2: twenty times flatter along x (Deep Learning from Scratch, section 6.1.2)."""

    published_start: ClassVar[tuple[float, ...]] = (-7.0, 2.0)
    start_box: ClassVar[Box] = (-10.0, 10.0)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return x * x / 20 + y * y, columns(x / 10, 2 * y)


@dataclass
class Sphere(Analytic):
    """sum x_i^2: nothing to adapt to (BBOB f1; Hansen et al. 2009)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    start_box: ClassVar[Box] = (-5.0, 5.0)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(x * x, axis=1), 2 * x


@dataclass
class Ellipsoid(Analytic):
    """sum condition^((i-1)/(dim-1)) x_i^2: separable, the Hessian's condition number is `condition`
    (BBOB f2; Hansen et al. 2009).
    """

    condition: float = 1e6

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    start_box: ClassVar[Box] = (-5.0, 5.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if type(self.condition) not in (int, float) or not 1 <= self.condition < float("inf"):
            raise ValueError(f"Ellipsoid.condition must be a number of at least 1; got {self.condition!r}")
        self._scale = (self.condition ** np.linspace(0, 1, self.dim)).astype(self.dtype)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        half = self._scale * x
        return np.sum(half * x, axis=1), 2 * half
