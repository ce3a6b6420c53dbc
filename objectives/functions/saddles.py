"""Saddles that a gradient method must leave."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Property, columns


@dataclass
class SaddleEscape(Analytic):
    """x^2/2 - y^2/2 + y^4/4: the start lies near the saddle's stable direction, where a method first slows down;
    minima of -1/4 at (0, 1) and (0, -1).
    """

    published_start: ClassVar[tuple[float, ...]] = (1.0, 1e-3)
    published_value: ClassVar[float | None] = 0.49999950000025
    start_box: ClassVar[Box] = (-2.0, 2.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable"})
    source: ClassVar[str] = "ours, 2026"

    @property
    def minimum(self) -> float:
        return -0.25

    @property
    def minima(self) -> Array:
        return np.array([[0.0, 1.0], [0.0, -1.0]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        y2 = y * y
        return (x * x - y2) / 2 + y2 * y2 / 4, columns(x, y * (y2 - 1))


@dataclass
class MonkeySaddle(Analytic):
    """x^3 - 3 x y^2 + r^4 / 10, r^2 = x^2 + y^2: at the origin gradient and Hessian are both 0, and three ways lead
    down, to minima of -105.46875 at r = 7.5.
    """

    published_start: ClassVar[tuple[float, ...]] = (0.01, 0.001)
    start_box: ClassVar[Box] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "ours, 2026"

    @property
    def minimum(self) -> float:
        return -105.46875

    @property
    def minima(self) -> Array:
        side = 7.5 * math.sqrt(3) / 2
        return np.array([[-7.5, 0.0], [3.75, side], [3.75, -side]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        x2, y2 = x * x, y * y
        r2 = x2 + y2
        value = x * (x2 - 3 * y2) + r2 * r2 / 10
        return value, columns(3 * (x2 - y2) + 0.4 * x * r2, 0.4 * y * r2 - 6 * x * y)
