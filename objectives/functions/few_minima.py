"""Functions of the plane with several minima."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Property, columns

SEVERAL: frozenset[Property] = frozenset({"multimodal"})


@dataclass
class Himmelblau(Analytic):
    """(x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima of value 0; the start lies near the local maximum between
    them (Himmelblau 1972).
    """

    published_start: ClassVar[tuple[float, ...]] = (-0.27, -0.9)
    start_box: ClassVar[Box] = (-5.0, 5.0)
    domain: ClassVar[Box | None] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = SEVERAL
    source: ClassVar[str] = "Himmelblau 1972, Applied Nonlinear Programming; Jamil & Yang 2013, function 65"

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


@dataclass
class ThreeHumpCamel(Analytic):
    """2 x^2 - 1.05 x^4 + x^6/6 + x y + y^2: a minimum of 0 between two of value 0.2986, at +-(1.7476, -0.8738)
    (Dixon & Szegö 1975; Surjanovic & Bingham 2013).
    """

    published_start: ClassVar[tuple[float, ...]] = (4.0, -4.0)
    start_box: ClassVar[Box] = (-5.0, 5.0)
    domain: ClassVar[Box | None] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = SEVERAL
    source: ClassVar[str] = "Surjanovic & Bingham 2013, three-hump camel"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        x2 = x * x
        value = x2 * (2 - x2 * (1.05 - x2 / 6)) + y * (x + y)
        return value, columns(x * (4 - x2 * (4.2 - x2)) + y, x + 2 * y)


@dataclass
class SixHumpCamel(Analytic):
    """(4 - 2.1 x^2 + x^4/3) x^2 + x y + (4 y^2 - 4) y^2: six minima in pairs, two of them global (Dixon & Szegö
    1978; Surjanovic & Bingham 2013).
    """

    published_start: ClassVar[tuple[float, ...]] = (2.0, 1.0)
    start_box: ClassVar[Box] = ((-3.0, 3.0), (-2.0, 2.0))
    domain: ClassVar[Box | None] = ((-3.0, 3.0), (-2.0, 2.0))
    properties: ClassVar[frozenset[Property]] = SEVERAL
    source: ClassVar[str] = "Dixon & Szegö 1978; Surjanovic & Bingham 2013, six-hump camel"

    @property
    def minimum(self) -> float:
        return -1.0316284534898774

    @property
    def minima(self) -> Array:
        x, y = 0.08984201310031806, -0.7126564030207397
        return np.array([[x, y], [-x, -y]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        x2, y2 = x * x, y * y
        value = x2 * (4 - x2 * (2.1 - x2 / 3)) + x * y + 4 * y2 * (y2 - 1)
        return value, columns(x * (8 - x2 * (8.4 - 2 * x2)) + y, x + y * (16 * y2 - 8))


@dataclass
class McCormick(Analytic):
    """sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1: a trough with a local minimum; along it, outside the domain, the
    function falls without end (McCormick 1976).
    """

    published_start: ClassVar[tuple[float, ...]] = (3.0, 3.0)
    start_box: ClassVar[Box] = ((-1.5, 4.0), (-3.0, 4.0))
    domain: ClassVar[Box | None] = ((-1.5, 4.0), (-3.0, 4.0))
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "unbounded below"})
    source: ClassVar[str] = "McCormick 1976; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return -math.sqrt(3) / 2 - math.pi / 3

    @property
    def minima(self) -> Array:
        return np.array([[0.5 - math.pi / 3, -0.5 - math.pi / 3]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        wave, twice = np.cos(x + y), 2 * (x - y)
        value = np.sin(x + y) + (x - y) * (x - y) - 1.5 * x + 2.5 * y + 1
        return value, columns(wave + twice - 1.5, wave - twice + 2.5)


@dataclass
class Branin(Analytic):
    """(y - b x^2 + c x - 6)^2 + 10 (1 - 1/(8 pi)) cos x + 10, b = 5.1/(4 pi^2), c = 5/pi: three minima of one value
    along a parabola (Branin 1972).
    """

    published_start: ClassVar[tuple[float, ...]] = (2.5, 7.5)
    published_value: ClassVar[float | None] = 24.129964413622268
    start_box: ClassVar[Box] = ((-5.0, 10.0), (0.0, 15.0))
    domain: ClassVar[Box | None] = ((-5.0, 10.0), (0.0, 15.0))
    properties: ClassVar[frozenset[Property]] = SEVERAL
    source: ClassVar[str] = "Branin 1972; Dixon & Szegö 1978; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return 10 / (8 * math.pi)

    @property
    def minima(self) -> Array:
        return np.array([[-math.pi, 12.275], [math.pi, 2.275], [3 * math.pi, 2.475]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        b, c, height = 5.1 / (4 * math.pi**2), 5 / math.pi, 10 - 10 / (8 * math.pi)
        off = y - (b * x - c) * x - 6
        value = off * off + height * np.cos(x) + 10
        return value, columns(2 * off * (c - 2 * b * x) - height * np.sin(x), 2 * off)


@dataclass
class GoldsteinPrice(Analytic):
    """(1 + (s+1)^2 (3s^2 - 14s + 19)) (30 + t^2 (3t^2 - 16t + 18)), s = x + y, t = 2x - 3y: values from 3 to a
    million on a small square, and local minima of 30, 84 and 840 (Goldstein & Price 1971, with its polynomials
    written in s and t).
    """

    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    published_value: ClassVar[float | None] = 1876.0
    start_box: ClassVar[Box] = (-2.0, 2.0)
    domain: ClassVar[Box | None] = (-2.0, 2.0)
    properties: ClassVar[frozenset[Property]] = SEVERAL
    source: ClassVar[str] = "Goldstein & Price 1971; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return 3.0

    @property
    def minima(self) -> Array:
        return np.array([[0.0, -1.0]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        s, t = x + y, 2 * x - 3 * y
        up, inner, outer = s + 1, (3 * s - 14) * s + 19, (3 * t - 16) * t + 18
        one, other = 1 + up * up * inner, 30 + t * t * outer
        by_s = other * up * (2 * inner + up * (6 * s - 14))
        by_t = one * t * (2 * outer + t * (6 * t - 16))
        return one * other, columns(by_s + 2 * by_t, by_s - 3 * by_t)
