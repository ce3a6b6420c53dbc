"""Sums of squares with published starts: singular, discontinuous and badly scaled valleys."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Dim, Property, columns


@dataclass
class PowellSingular(Analytic):
    """(a + 10b)^2 + 5 (c - d)^2 + (b - 2c)^4 + 10 (a - d)^4: at the minimum the Hessian is singular, so that even
    Newton's method converges only linearly (Powell 1962; Moré, Garbow & Hillstrom 1981, problem 13).
    """

    dim: Dim = 4

    dims: ClassVar[tuple[int, int | None]] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (3.0, -1.0, 0.0, 1.0)
    published_value: ClassVar[float | None] = 215.0
    start_box: ClassVar[Box] = (-4.0, 5.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "singular minimum"})
    source: ClassVar[str] = "Powell 1962; Moré, Garbow & Hillstrom 1981, problem 13"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, b, c, d = x.T
        r1, r2, r3, r4 = a + 10 * b, c - d, b - 2 * c, a - d
        s3, s4 = r3 * r3, r4 * r4
        value = r1 * r1 + 5 * r2 * r2 + s3 * s3 + 10 * s4 * s4
        by_3, by_4 = 4 * r3 * s3, 40 * r4 * s4
        return value, columns(2 * r1 + by_4, 20 * r1 + by_3, 10 * r2 - 2 * by_3, -10 * r2 - by_4)


@dataclass
class Wood(Analytic):
    """Two Rosenbrock valleys, 100 and 90 times steeper than flat, coupled by 10 (b + d - 2)^2 + (b - d)^2 / 10: near
    the start methods are held up by a saddle at (-1, 1, -1, 1) (Colville 1968; Moré, Garbow & Hillstrom 1981,
    problem 14).
    """

    dim: Dim = 4

    dims: ClassVar[tuple[int, int | None]] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (-3.0, -1.0, -3.0, -1.0)
    published_value: ClassVar[float | None] = 19192.0
    start_box: ClassVar[Box] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = "Colville 1968; Moré, Garbow & Hillstrom 1981, problem 14"

    @property
    def minima(self) -> Array:
        return np.ones((1, 4))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        a, b, c, d = x.T
        r1, r2, r3, r4, both, apart = b - a * a, 1 - a, d - c * c, 1 - c, b + d - 2, b - d
        value = 100 * r1 * r1 + r2 * r2 + 90 * r3 * r3 + r4 * r4 + 10 * both * both + apart * apart / 10
        gradient = columns(
            -400 * a * r1 - 2 * r2,
            200 * r1 + 20 * both + apart / 5,
            -360 * c * r3 - 2 * r4,
            180 * r3 + 20 * both - apart / 5,
        )
        return value, gradient


@dataclass
class HelicalValley(Analytic):
    """100 (z - 10 turn)^2 + 100 (r - 1)^2 + z^2, where (x, y) = r (cos, sin)(2 pi turn) and turn is in (-1/4, 3/4]: a
    helix around the z axis. It jumps where x = 0 > y (Fletcher & Powell 1963; Moré, Garbow & Hillstrom 1981,
    problem 7).
    """

    dim: Dim = 3

    dims: ClassVar[tuple[int, int | None]] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (-1.0, 0.0, 0.0)
    published_value: ClassVar[float | None] = 2500.0
    start_box: ClassVar[Box] = (-2.0, 2.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"non-smooth", "discontinuous"})
    source: ClassVar[str] = "Fletcher & Powell 1963; Moré, Garbow & Hillstrom 1981, problem 7"
    complex_step = False  # arctan2 is real

    @property
    def minima(self) -> Array:
        return np.array([[1.0, 0.0, 0.0]])

    def smooth(self, x: Array) -> Array:
        x, y, _ = x.T
        whole: Array = (x != 0) | (y > 0)
        return whole

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y, z = x.T
        square = x * x + y * y
        r = np.sqrt(square)
        turn = np.arctan2(-x, y) / (2 * math.pi) + 0.25  # the cut of arctan2 laid where x = 0 > y
        climb, off = 10 * (z - 10 * turn), 10 * (r - 1)
        around = 100 / math.pi * climb / np.where(square > 0, square, 1)
        away = 20 * off / np.where(r > 0, r, 1)
        gradient = columns(around * y + away * x, away * y - around * x, 20 * climb + 2 * z)
        return climb * climb + off * off + z * z, gradient


@dataclass
class FreudensteinRoth(Analytic):
    """(x - 13 + ((5 - y) y - 2) y)^2 + (x - 29 + ((y + 1) y - 14) y)^2: from the start most methods end in the local
    minimum (11.4128, -0.8968) of value 48.9843 (Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2).
    """

    published_start: ClassVar[tuple[float, ...]] = (0.5, -2.0)
    published_value: ClassVar[float | None] = 400.5
    start_box: ClassVar[Box] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Freudenstein & Roth 1963; Moré, Garbow & Hillstrom 1981, problem 2"

    @property
    def minima(self) -> Array:
        return np.array([[5.0, 4.0]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        r1, r2 = x - 13 + ((5 - y) * y - 2) * y, x - 29 + ((y + 1) * y - 14) * y
        by_y = 2 * r1 * ((10 - 3 * y) * y - 2) + 2 * r2 * ((3 * y + 2) * y - 14)
        return r1 * r1 + r2 * r2, columns(2 * (r1 + r2), by_y)


@dataclass
class PowellBadlyScaled(Analytic):
    """(10^4 x y - 1)^2 + (e^-x + e^-y - 1.0001)^2: the minimiser's coordinates differ by six orders of magnitude
    (Powell 1970; Moré, Garbow & Hillstrom 1981, problem 3). x and y may be exchanged, so there are two minima.
    """

    published_start: ClassVar[tuple[float, ...]] = (0.0, 1.0)
    published_value: ClassVar[float | None] = 1.1352617173483783
    start_box: ClassVar[Box] = (-1.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned", "multimodal"})
    source: ClassVar[str] = "Powell 1970; Moré, Garbow & Hillstrom 1981, problem 3"

    @property
    def minima(self) -> Array:
        small, large = 1.0981593296998175e-05, 9.106146739866524
        return np.array([[small, large], [large, small]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        left, right = np.exp(-x), np.exp(-y)
        r1, r2 = 1e4 * x * y - 1, left + right - 1.0001
        return r1 * r1 + r2 * r2, columns(2e4 * r1 * y - 2 * r2 * left, 2e4 * r1 * x - 2 * r2 * right)


@dataclass
class BrownBadlyScaled(Analytic):
    """(x - 10^6)^2 + (y - 2 10^-6)^2 + (x y - 2)^2: the minimum lies a million units away and is a millionth wide
    (Brown; Moré, Garbow & Hillstrom 1981, problem 4).
    """

    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    published_value: ClassVar[float | None] = 999998000002.999996
    start_box: ClassVar[Box] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = "Moré, Garbow & Hillstrom 1981, problem 4"

    @property
    def minima(self) -> Array:
        return np.array([[1e6, 2e-6]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        r1, r2, r3 = x - 1e6, y - 2e-6, x * y - 2
        return r1 * r1 + r2 * r2 + r3 * r3, columns(2 * (r1 + r3 * y), 2 * (r2 + r3 * x))
