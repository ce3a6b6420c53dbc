"""Smooth functions whose valleys bend."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.analytic import Analytic, Box, columns
from objectives.base import Array


@dataclass
class Rosenbrock(Analytic):
    """sum_{i<dim} 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2: a flat curved valley (Rosenbrock 1960; start of Moré,
    Garbow & Hillstrom 1981, problem 1; chained as in BBOB f8).

    From dim 4 on there is a second, local minimum on the side of (-1, 1, ..., 1): for dim 4 it is
    (-0.776, 0.613, 0.382, 0.146), with value 3.701.
    """

    dims: ClassVar[tuple[int, int | None]] = (2, None)
    published_start: ClassVar[tuple[float, ...]] = (-1.2, 1.0)
    start_box: ClassVar[Box] = (-2.048, 2.048)

    @property
    def minima(self) -> Array:
        return np.ones((1, self.dim))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, b = x[:, :-1], x[:, 1:]
        rise, rest = b - a * a, 1 - a
        gradient = np.zeros_like(x)
        gradient[:, :-1] = -400 * a * rise - 2 * rest
        gradient[:, 1:] += 200 * rise
        value = 100 * rise * rise + rest * rest
        return value[:, 0] if self.dim == 2 else np.sum(value, axis=1), gradient


@dataclass
class Beale(Analytic):
    """Three residuals c_i - x (1 - y^i), c = 1.5, 2.25, 2.625: steep at the corners, flat in between (Beale 1958;
    Moré, Garbow & Hillstrom 1981, problem 5).
    """

    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    start_box: ClassVar[Box] = (-4.5, 4.5)

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
class Himmelblau(Analytic):
    """(x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima of value 0; the start lies near the local maximum between
    them (Himmelblau 1972).
    """

    published_start: ClassVar[tuple[float, ...]] = (-0.27, -0.9)
    start_box: ClassVar[Box] = (-5.0, 5.0)

    @property
    def minima(self) -> Array:
        return np.array(
            [
                [3.0, 2.0],
                [-2.805118086952745, 3.131312518250573],
                [-3.779310253377747, -3.283185991286170],
                [3.584428340330492, -1.848126526964404],
            ]
        )

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        a, b = x * x + y - 11, x + y * y - 7
        return a * a + b * b, columns(4 * x * a + 2 * b, 2 * a + 4 * y * b)
