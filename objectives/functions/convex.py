"""Convex functions that are no quadratics."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, power
from objectives.functions.analytic import Analytic, Box, Condition, Property


@dataclass
class DifferentPowers(Analytic):
    """sum |x_i|^(2 + 4 (i-1)/(dim-1)): the exponents go from 2 to 6, so that near the minimum the last coordinates
    have no curvature left (BBOB f14 without its square root; Hansen et al. 2009).
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 10.0
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "separable", "singular minimum"})
    source: ClassVar[str] = "Hansen et al. 2009, BBOB f14, without the square root"

    @cached_property
    def _power(self) -> Array:
        found: Array = np.linspace(2, 6, self.dim).astype(self.dtype)
        return found

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        square = x * x
        rest = power(square, self._power / 2 - 1)
        return np.sum(square * rest, axis=1), self._power * x * rest


@dataclass
class Zakharov(Analytic):
    """sum x_i^2 + s^2 + s^4 with s = sum i x_i / 2: a plate that gets steep in one direction (Surjanovic & Bingham
    2013).
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 9.3125
    start_box: ClassVar[Box] = (-5.0, 10.0)
    domain: ClassVar[Box | None] = (-5.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex"})
    source: ClassVar[str] = "Surjanovic & Bingham 2013, Zakharov"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        half = np.arange(1, self.dim + 1, dtype=self.dtype) / 2
        s = np.sum(half * x, axis=1, keepdims=True)
        s2 = s * s
        value = np.sum(x * x, axis=1) + (s2 + s2 * s2)[:, 0]
        return value, 2 * x + (2 * s + 4 * s * s2) * half


@dataclass
class IllScaledL1(Analytic):
    """sum condition^((i-1)/(dim-1)) |x_i|: a roof, where steps of a fixed length swing for ever. At the kinks the
    gradient is the subgradient 0. In two dimensions |x| + 100 |y|.
    """

    condition: Condition = 100.0

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (3.0, 2.0)
    published_value: ClassVar[float | None] = 203.0
    start_box: ClassVar[Box] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "separable", "non-smooth"})
    source: ClassVar[str] = "ours, 2026"
    complex_step = False  # it takes an absolute value

    @cached_property
    def _scale(self) -> Array:
        found: Array = power(self.condition, np.linspace(0, 1, self.dim)).astype(self.dtype)
        return found

    def smooth(self, x: Array) -> Array:
        off_axis: Array = np.all(x != 0, axis=1)
        return off_axis

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(self._scale * np.abs(x), axis=1), self._scale * np.sign(x)
