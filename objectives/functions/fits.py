"""Curves fitted to data: the least-squares problems of Moré, Garbow & Hillstrom 1981 with a few parameters."""

from dataclasses import dataclass
from itertools import permutations
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, power
from objectives.functions.analytic import Box, Dim, Property
from objectives.functions.residuals import PAPER, SumOfSquares, stacked

Dims = tuple[int, int | None]
# what no formula gives: found by Newton's method with complex-step Hessians
MINIMUM = {
    "JennrichSampson": 124.36218235561483,
    "Bard": 0.008214877306578976,
    "GaussianFit": 1.1279327696193028e-08,
    "Meyer": 87.94585517085625,
    "KowalikOsborne": 0.00030750560384923815,
    "BrownDennis": 85822.20162635637,
    "Osborne1": 5.464894697482988e-05,
}
MINIMA = {
    "JennrichSampson": [[0.2578252136703641, 0.2578252136703641]],
    "Bard": [[0.08241055974978889, 1.133036092029721, 2.3436951786425375]],
    "GaussianFit": [[0.39895613783875666, 1.0000190844878056, 0.0]],
    "Meyer": [[0.005609636471028114, 6181.346346286361, 345.2236346241361]],
    "KowalikOsborne": [[0.19280693457903791, 0.19128232873436654, 0.12305650692632085, 0.13606233068379464]],
    "BrownDennis": [[-11.594439904762165, 13.203630051207202, -0.4034394881768595, 0.2367787744557363]],
    "Osborne1": [
        [0.37541005210695194, 1.9358469127123514, -1.464687136613407, 0.012867534640057257, 0.022122699661672674]
    ],
}


@dataclass
class JennrichSampson(SumOfSquares):
    """2 + 2i - exp(i x) - exp(i y), i = 1..10: a ridge that doubles back, and a residual that stays large (Jennrich &
    Sampson 1968).
    """

    published_start: ClassVar[tuple[float, ...]] = (0.3, 0.4)
    start_box: ClassVar[Box] = (0.0, 0.5)
    source: ClassVar[str] = f"{PAPER} 6"

    @property
    def minimum(self) -> float:
        return MINIMUM["JennrichSampson"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["JennrichSampson"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        i = np.arange(1.0, 11, dtype=x.dtype)
        a, b = np.exp(i * x[:, :1]), np.exp(i * x[:, 1:])
        return 2 + 2 * i - a - b, stacked(-i * a, -i * b)


@dataclass
class Bard(SumOfSquares):
    """y_i - x - u / (v y + w z) with u = i, v = 16 - i, w = min(u, v): rational, with a second minimum of 17.4 at
    infinity (Bard 1970).
    """

    dim: Dim = 3

    dims: ClassVar[Dims] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0, 1.0)
    start_box: ClassVar[Box] = (0.5, 2.0)
    source: ClassVar[str] = f"{PAPER} 8"

    @property
    def minimum(self) -> float:
        return MINIMUM["Bard"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["Bard"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        y = np.array(
            [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39], x.dtype
        )
        u = np.arange(1.0, 16, dtype=x.dtype)
        v, w = 16 - u, np.minimum(u, 16 - u)
        below = v * x[:, 1:2] + w * x[:, 2:]
        slope = u / (below * below)
        return y - x[:, :1] - u / below, stacked(np.full_like(below, -1), slope * v, slope * w)


@dataclass
class GaussianFit(SumOfSquares):
    """x exp(-y (t - z)^2 / 2) - data, t = 3.5 .. -3.5: a bell curve, almost fitted at the start (called Gaussian)."""

    dim: Dim = 3

    dims: ClassVar[Dims] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (0.4, 1.0, 0.0)
    start_box: ClassVar[Box] = ((0.1, 1.0), (0.2, 2.0), (-0.5, 0.5))
    source: ClassVar[str] = f"{PAPER} 9"

    @property
    def minimum(self) -> float:
        return MINIMUM["GaussianFit"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["GaussianFit"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        half = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521]
        y = np.array([*half, 0.3989, *half[::-1]], x.dtype)
        away = np.arange(3.5, -3.6, -0.5, dtype=x.dtype) - x[:, 2:]
        bell = np.exp(-x[:, 1:2] * away * away / 2)
        a = x[:, :1]
        return a * bell - y, stacked(bell, -a * bell * away * away / 2, a * bell * x[:, 1:2] * away)


@dataclass
class Meyer(SumOfSquares):
    """x exp(y / (t + z)) - data, the resistance of a thermistor at t = 50 .. 125: parameters from 0.006 to 6,000, and
    a valley as flat as any (Meyer 1970).
    """

    dim: Dim = 3

    dims: ClassVar[Dims] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (0.02, 4000.0, 250.0)
    start_box: ClassVar[Box] = ((0.005, 0.02), (4000.0, 7000.0), (250.0, 400.0))
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned", "singular minimum"})
    source: ClassVar[str] = f"{PAPER} 10"

    @property
    def minimum(self) -> float:
        return MINIMUM["Meyer"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["Meyer"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        y = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]
        t = np.arange(50.0, 126, 5, dtype=x.dtype) + x[:, 2:]
        growth = np.exp(x[:, 1:2] / t)
        a = x[:, :1]
        return a * growth - np.array(y, x.dtype), stacked(growth, a * growth / t, -a * growth * x[:, 1:2] / (t * t))


@dataclass
class Gulf(SumOfSquares):
    """exp(-|u - y|^z / x) - t with t = i/100, u = 25 + (-50 log t)^(2/3), i = 1..99: the corrected Gulf research
    function (Cox 1969; the paper prints a misplaced subscript). Where y is one of the u, all above 25.6, are kinks.
    """

    dim: Dim = 3

    dims: ClassVar[Dims] = (3, 3)
    published_start: ClassVar[tuple[float, ...]] = (5.0, 2.5, 0.15)
    start_box: ClassVar[Box] = ((5.0, 60.0), (2.0, 25.0), (0.15, 1.2))
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = f"{PAPER} 11"

    @property
    def minima(self) -> Array:
        return np.array([[50.0, 25.0, 1.5]])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        t = np.arange(1, 100, dtype=x.real.dtype) / 100
        a, away, curve = x[:, :1], 25 + power(-50 * np.log(t), 2 / 3) - x[:, 1:2], x[:, 2:]
        side = np.sign(away.real)
        size = np.where(side == 0, 1, side * away)
        raised = np.where(side == 0, 0, power(size, curve))
        bell = np.exp(-raised / a)
        slope = -bell / a
        by_y = -side * slope * curve * raised / size
        return bell - t, stacked(bell * raised / (a * a), by_y, slope * raised * np.log(size))


@dataclass
class KowalikOsborne(SumOfSquares):
    """data - a (u^2 + b u) / (u^2 + c u + d): rational kinetics of an enzyme, with a lower valley towards infinity
    that does not reach the minimum (Kowalik & Osborne 1968).
    """

    dim: Dim = 4

    dims: ClassVar[Dims] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (0.25, 0.39, 0.415, 0.39)
    start_box: ClassVar[Box] = (0.1, 0.5)
    source: ClassVar[str] = f"{PAPER} 15"

    @property
    def minimum(self) -> float:
        return MINIMUM["KowalikOsborne"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["KowalikOsborne"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        y = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246]
        u = np.array([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625], x.dtype)
        a, b, c, d = (x[:, k : k + 1] for k in range(4))
        above, below = u * u + b * u, u * u + c * u + d
        slope = a * above / (below * below)
        return np.array(y, x.dtype) - a * above / below, stacked(-above / below, -a * u / below, slope * u, slope)


@dataclass
class BrownDennis(SumOfSquares):
    """(a + t b - exp t)^2 + (c + d sin t - cos t)^2 squared, t = 0.2 .. 4: residuals that stay large, far from what
    Gauss-Newton expects (Brown & Dennis 1971).
    """

    dim: Dim = 4

    dims: ClassVar[Dims] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (25.0, 5.0, -5.0, -1.0)
    start_box: ClassVar[Box] = ((-25.0, 25.0), (-5.0, 15.0), (-5.0, 5.0), (-1.0, 1.0))
    source: ClassVar[str] = f"{PAPER} 16"

    @property
    def minimum(self) -> float:
        return MINIMUM["BrownDennis"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["BrownDennis"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        t: Array = np.arange(1.0, 21, dtype=x.dtype) / 5
        a, b, c, d = (x[:, k : k + 1] for k in range(4))
        one, other = a + t * b - np.exp(t), c + d * np.sin(t) - np.cos(t)
        return one * one + other * other, stacked(2 * one, 2 * one * t, 2 * other, 2 * other * np.sin(t))


@dataclass
class Osborne1(SumOfSquares):
    """data - (a + b exp(-t d) + c exp(-t e)), t = 0, 10, .. 320: two decays that resemble each other (Osborne 1972)."""

    dim: Dim = 5

    dims: ClassVar[Dims] = (5, 5)
    published_start: ClassVar[tuple[float, ...]] = (0.5, 1.5, -1.0, 0.01, 0.02)
    start_box: ClassVar[Box] = ((0.3, 0.6), (1.4, 2.2), (-1.8, -1.0), (0.01, 0.02), (0.02, 0.03))
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = f"{PAPER} 17"

    @property
    def minimum(self) -> float:
        return MINIMUM["Osborne1"]

    @property
    def minima(self) -> Array:
        found = np.array(MINIMA["Osborne1"])
        return np.concatenate([found, found[:, [0, 2, 1, 4, 3]]])  # either decay may come first

    def residuals(self, x: Array) -> tuple[Array, Array]:
        y = [844, 908, 932, 936, 925, 908, 881, 850, 818, 784, 751, 718, 685, 658, 628, 603, 580, 558, 538, 522, 506,
             490, 478, 467, 457, 448, 438, 431, 424, 420, 414, 411, 406]  # fmt: skip
        t = np.arange(0, 330, 10, dtype=x.dtype)
        a, b, c, d, e = (x[:, k : k + 1] for k in range(5))
        first, second = np.exp(-t * d), np.exp(-t * e)
        J = stacked(np.full_like(first, -1), -first, -second, b * first * t, c * second * t)
        return np.array(y, x.dtype) / 1000 - (a + b * first + c * second), J


@dataclass
class BiggsExp6(SumOfSquares):
    """c exp(-t a) - d exp(-t b) + f exp(-t e) - (exp(-t) - 5 exp(-10 t) + 3 exp(-4 t)), t = 0.1 .. 1.3: sums of decays
    are hard to tell apart (Biggs 1971). Its six minima are the orders of the decays; there is a local one of 5.66e-3.
    """

    dim: Dim = 6

    dims: ClassVar[Dims] = (6, 6)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 2.0, 1.0, 1.0, 1.0, 1.0)
    start_box: ClassVar[Box] = (0.5, 6.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned", "multimodal"})
    source: ClassVar[str] = f"{PAPER} 18"

    @property
    def minima(self) -> Array:
        decays = [(1.0, 1.0), (10.0, -5.0), (4.0, 3.0)]  # rate, weight
        orders = permutations(decays)
        return np.array([[p[0], q[0], p[1], -q[1], r[0], r[1]] for p, q, r in orders])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        t = np.arange(1, 14, dtype=x.dtype) / 10
        a, b, c, d, e, f = (x[:, k : k + 1] for k in range(6))
        p, q, r = np.exp(-t * a), np.exp(-t * b), np.exp(-t * e)
        data = np.exp(-t) - 5 * np.exp(-10 * t) + 3 * np.exp(-4 * t)
        return c * p - d * q + f * r - data, stacked(-t * c * p, t * d * q, p, -q, -t * f * r, r)
