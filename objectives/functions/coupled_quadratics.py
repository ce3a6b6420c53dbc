"""Quadratic bowls whose axes are not the coordinates."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Property, columns

BOWL: frozenset[Property] = frozenset({"convex"})


@dataclass
class Booth(Analytic):
    """(x + 2y - 7)^2 + (2x + y - 5)^2: an ellipse at 45 degrees, nine times longer than wide in curvature
    (Surjanovic & Bingham 2013).
    """

    published_start: ClassVar[tuple[float, ...]] = (-5.0, -5.0)
    published_value: ClassVar[float | None] = 884.0
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Surjanovic & Bingham 2013, Booth"

    @property
    def minima(self) -> Array:
        return np.array([[1.0, 3.0]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        a, b = x + 2 * y - 7, 2 * x + y - 5
        return a * a + b * b, columns(2 * a + 4 * b, 4 * a + 2 * b)


@dataclass
class Matyas(Analytic):
    """0.26 (x^2 + y^2) - 0.48 x y: an ellipse at 45 degrees, condition number 25 (Surjanovic & Bingham 2013)."""

    published_start: ClassVar[tuple[float, ...]] = (8.0, -6.0)
    published_value: ClassVar[float | None] = 49.04
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Surjanovic & Bingham 2013, Matyas"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return 0.26 * (x * x + y * y) - 0.48 * x * y, columns(0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x)


@dataclass
class Schwefel12(Analytic):
    """sum_i (x_1 + ... + x_i)^2: every coordinate is coupled with every other, the condition number grows as dim^2
    (Schwefel 1981, problem 1.2).
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    published_value: ClassVar[float | None] = 55.0
    start_box: ClassVar[Box] = (-100.0, 100.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Schwefel 1981, problem 1.2; Jamil & Yang 2013"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        partial, tail = np.empty_like(x), np.empty_like(x)
        np.cumsum(x, axis=1, out=partial)
        np.cumsum(partial[:, ::-1], axis=1, out=tail[:, ::-1])
        return np.sum(partial * partial, axis=1), 2 * tail


@dataclass
class Trid(Analytic):
    """sum (x_i - 1)^2 - sum_{i>1} x_i x_{i-1}: a tridiagonal Hessian, and a minimiser that moves away as dim^2/4
    (Neumaier's problem 3; Surjanovic & Bingham 2013, whose box is [-dim^2, dim^2]).
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (0.0,)
    published_value: ClassVar[float | None] = 6.0
    start_box: ClassVar[Box] = (-36.0, 36.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Surjanovic & Bingham 2013, Trid"

    @property
    def minimum(self) -> float:
        return -self.dim * (self.dim + 4) * (self.dim - 1) / 6

    @property
    def minima(self) -> Array:
        i = np.arange(1.0, self.dim + 1)
        return (i * (self.dim + 1 - i))[None]

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        off = x - 1
        gradient = 2 * off
        gradient[:, 1:] -= x[:, :-1]
        gradient[:, :-1] -= x[:, 1:]
        return np.sum(off * off, axis=1) - np.sum(x[:, 1:] * x[:, :-1], axis=1), gradient


@dataclass
class HilbertQuadratic(Analytic):
    """x'Hx / 2 with H_ij = 1 / (i + j - 1), the matrix of Hilbert 1894: its condition number grows as 33^dim
    (1.6e13 for dim 10), so that most directions are flat.
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0,)
    start_box: ClassVar[Box] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "ill-conditioned"})
    source: ClassVar[str] = "Hilbert 1894, Ein Beitrag zur Theorie des Legendre'schen Polynoms"

    @cached_property
    def _hessian(self) -> Array:
        i = np.arange(self.dim)
        return (1 / (i + i[:, None] + 1)).astype(self.dtype)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        gradient = np.zeros_like(x)
        for column, row in zip(x.T, self._hessian, strict=True):  # x @ H would round by the number of runs
            gradient += column[:, None] * row
        return np.sum(x * gradient, axis=1) / 2, gradient


@dataclass
class NesterovWorstCase(Analytic):
    """(x_1^2 + sum (x_i - x_{i+1})^2 + x_dim^2) / 8 - x_1 / 4: from the origin a gradient method sees one more
    coordinate per step, so that no first-order method does well in fewer than dim steps (Nesterov 2004, section
    2.1.2, with L = 1).
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (0.0,)
    published_value: ClassVar[float | None] = 0.0
    start_box: ClassVar[Box] = (-1.0, 1.0)
    properties: ClassVar[frozenset[Property]] = BOWL
    source: ClassVar[str] = "Nesterov 2004, Introductory Lectures on Convex Optimization, section 2.1.2"

    @property
    def minimum(self) -> float:
        return (1 / (self.dim + 1) - 1) / 8

    @property
    def minima(self) -> Array:
        return 1 - np.arange(1.0, self.dim + 1)[None] / (self.dim + 1)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        step, first, last = x[:, :-1] - x[:, 1:], x[:, 0], x[:, -1]
        gradient = np.zeros_like(x)
        gradient[:, :-1] = step / 4
        gradient[:, 1:] -= step / 4
        gradient[:, 0] += (first - 1) / 4
        gradient[:, -1] += last / 4
        return (first * first + np.sum(step * step, axis=1) + last * last) / 8 - first / 4, gradient
