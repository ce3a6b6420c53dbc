"""Smooth functions whose valleys bend."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, power
from objectives.functions.analytic import Analytic, Box, Property, columns


@dataclass
class Rosenbrock(Analytic):
    """sum_{i<dim} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2: a flat curved valley (Rosenbrock 1960; start of Moré,
    Garbow & Hillstrom 1981, problem 1; chained as in BBOB f8).

    From dim 4 on there is a second, local minimum on the side of (-1, 1, ..., 1): for dim 4 it is
    (-0.776, 0.613, 0.382, 0.146), with value 3.701.
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (-1.2, 1.0)
    published_value: ClassVar[float | None] = 24.2
    start_box: ClassVar[Box] = (-2.048, 2.048)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = "Rosenbrock 1960; Moré, Garbow & Hillstrom 1981, problem 1; Hansen et al. 2009, BBOB f8"

    @property
    def minima(self) -> Array:
        return np.ones((1, self.dim))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, rise, rest = self._parts(x)
        value = 100 * rise * rise + rest * rest
        return value[:, 0] if self.dim == 2 else np.sum(value, axis=1), self._slope(x, a, rise, rest)

    def gradient(self, x: Array) -> Array:
        return self._slope(x, *self._parts(x))

    def _parts(self, x: Array) -> tuple[Array, Array, Array]:
        a = x[:, :-1]
        return a, x[:, 1:] - a * a, 1 - a

    def _slope(self, x: Array, a: Array, rise: Array, rest: Array) -> Array:
        gradient = np.zeros_like(x)
        gradient[:, :-1] = -400 * a * rise - 2 * rest
        gradient[:, 1:] += 200 * rise
        return gradient


@dataclass
class ExtendedRosenbrock(Analytic):
    """sum over pairs 100 (x_{2i} - x_{2i-1}^2)^2 + (1 - x_{2i-1})^2: dim/2 independent copies of Rosenbrock's valley,
    easier than the chained one (Moré, Garbow & Hillstrom 1981, problem 21).
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    dim_multiple: ClassVar[int] = 2
    published_start: ClassVar[tuple[float, ...]] = (-1.2, 1.0)
    published_value: ClassVar[float | None] = 121.0
    start_box: ClassVar[Box] = (-2.048, 2.048)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = "Moré, Garbow & Hillstrom 1981, problem 21"

    @property
    def minima(self) -> Array:
        return np.ones((1, self.dim))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, b = x[:, ::2], x[:, 1::2]
        rise, rest = b - a * a, 1 - a
        gradient = np.empty_like(x)
        gradient[:, ::2] = -400 * a * rise - 2 * rest
        gradient[:, 1::2] = 200 * rise
        return np.sum(100 * rise * rise + rest * rest, axis=1), gradient


@dataclass
class DixonPrice(Analytic):
    """(x_1 - 1)^2 + sum_{i>1} i (2 x_i^2 - x_{i-1})^2: a chain of parabolas that bends towards 1/2 (Dixon & Price
    1989). The last coordinate's sign is free, so there are two minima; and there is a local one.
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = tuple(-10.0 + 2 * i for i in range(11))
    published_value: ClassVar[float | None] = 63905.0
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Dixon & Price 1989; Surjanovic & Bingham 2013"

    @property
    def minima(self) -> Array:
        one = power(2, 2 / power(2, np.arange(1.0, self.dim + 1)) - 1)
        return np.array([one, np.append(one[:-1], -one[-1])])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, b, first = x[:, :-1], x[:, 1:], x[:, 0] - 1
        rise = 2 * b * b - a
        weighted = np.arange(2, self.dim + 1, dtype=self.dtype) * rise
        gradient = np.zeros_like(x)
        gradient[:, 1:] = 8 * b * weighted
        gradient[:, :-1] -= 2 * weighted
        gradient[:, 0] += 2 * first
        return first * first + np.sum(weighted * rise, axis=1), gradient


@dataclass
class Beale(Analytic):
    """Three residuals c_i - x (1 - y^i), c = 1.5, 2.25, 2.625: steep at the corners, flat in between (Beale 1958;
    Moré, Garbow & Hillstrom 1981, problem 5).
    """

    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    published_value: ClassVar[float | None] = 14.203125
    start_box: ClassVar[Box] = (-4.5, 4.5)
    domain: ClassVar[Box | None] = (-4.5, 4.5)
    properties: ClassVar[frozenset[Property]] = frozenset({"plateau"})
    source: ClassVar[str] = "Beale 1958; Moré, Garbow & Hillstrom 1981, problem 5"

    @property
    def minima(self) -> Array:
        return np.array([[3.0, 0.5]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        y2 = y * y
        y3 = y2 * y
        r1, r2, r3 = 1.5 - x * (1 - y), 2.25 - x * (1 - y2), 2.625 - x * (1 - y3)
        by_x = -2 * (r1 * (1 - y) + r2 * (1 - y2) + r3 * (1 - y3))
        by_y = 2 * x * (r1 + 2 * y * r2 + 3 * y2 * r3)
        return r1 * r1 + r2 * r2 + r3 * r3, columns(by_x, by_y)


@dataclass
class LogCoshCanyon(Analytic):
    """log cosh x + 50 log cosh(y - sin x): a winding canyon whose walls rise linearly, so that gradients stay bounded
    (by about 71) and say little about the distance.
    """

    published_start: ClassVar[tuple[float, ...]] = (3.0, 2.0)
    start_box: ClassVar[Box] = (-5.0, 5.0)
    source: ClassVar[str] = "ours, 2026"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        off = y - np.sin(x)
        wall = 50 * np.tanh(off)
        return log_cosh(x) + 50 * log_cosh(off), columns(np.tanh(x) - wall * np.cos(x), wall)


def log_cosh(x: Array) -> Array:
    """The logarithm of cosh x without overflow, to the last digit near 0 too."""
    size: Array = np.abs(x)
    value: Array = size + np.log1p(np.expm1(-2 * size) / 2)
    return value
