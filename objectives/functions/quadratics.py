"""Quadratic bowls along the axes: sums of scale_i x_i^2."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, power
from objectives.functions.analytic import Analytic, Box, Condition, Property, columns

BOWL: frozenset[Property] = frozenset({"convex", "separable"})
NARROW: frozenset[Property] = frozenset({"convex", "separable", "ill-conditioned"})


@dataclass
class Valley(Analytic):
    """x^2/20 + y^2: twenty times flatter along x (Deep Learning from Scratch, section 6.1.2)."""

    published_start: ClassVar[tuple[float, ...]] = (-7.0, 2.0)
    published_value: ClassVar[float | None] = 6.45
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Saito 2016, Deep Learning from Scratch, section 6.1.2"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return x * x / 20 + y * y, columns(x / 10, 2 * y)

    def gradient(self, x: Array) -> Array:
        return columns(x[:, 0] / 10, 2 * x[:, 1])


@dataclass
class Sphere(Analytic):
    """sum x_i^2: nothing to adapt to (BBOB f1; Hansen et al. 2009)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 2.0
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Hansen et al. 2009, BBOB f1"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(x * x, axis=1), 2 * x

    def gradient(self, x: Array) -> Array:
        return 2 * x


@dataclass
class Ellipsoid(Analytic):
    """sum condition^((i-1)/(dim-1)) x_i^2: separable, the Hessian's condition number is `condition`
    (BBOB f2; Hansen et al. 2009).
    """

    condition: Condition = 1e6

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 1274605.1368484432
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = NARROW
    source: ClassVar[str] = "Hansen et al. 2009, BBOB f2"

    @cached_property
    def _scale(self) -> Array:
        found: Array = power(self.condition, np.linspace(0, 1, self.dim)).astype(self.dtype)
        return found

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return weighted(self._scale, x)


@dataclass
class SumOfSquares(Analytic):
    """sum i x_i^2: a mild ellipsoid, the condition number is dim (Surjanovic & Bingham 2013)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 55.0
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Surjanovic & Bingham 2013, sum squares"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return weighted(np.arange(1, self.dim + 1, dtype=self.dtype), x)


@dataclass
class BentCigar(Analytic):
    """x_1^2 + condition sum_{i>1} x_i^2: one long axis among short ones (BBOB f12 without its bend; Hansen et al.
    2009).
    """

    condition: Condition = 1e6

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 9000001.0
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = NARROW
    source: ClassVar[str] = "Hansen et al. 2009, BBOB f12, without the bend"

    @cached_property
    def _scale(self) -> Array:
        scale = np.full(self.dim, self.condition, dtype=self.dtype)
        scale[0] = 1
        return scale

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return weighted(self._scale, x)


@dataclass
class Discus(Analytic):
    """condition x_1^2 + sum_{i>1} x_i^2: one short axis among long ones (BBOB f11; Hansen et al. 2009)."""

    condition: Condition = 1e6

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 1000009.0
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = NARROW
    source: ClassVar[str] = "Hansen et al. 2009, BBOB f11"

    @cached_property
    def _scale(self) -> Array:
        scale = np.ones(self.dim, dtype=self.dtype)
        scale[0] = self.condition
        return scale

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return weighted(self._scale, x)


def weighted(scale: Array, x: Array) -> tuple[Array, Array]:
    """The sum of scale_i x_i^2, and its gradient."""
    half = scale * x
    return np.sum(half * x, axis=1), 2 * half
