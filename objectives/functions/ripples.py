"""Waves over the plane: one minimum among very many, or in a desert."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Property, columns


@dataclass
class Easom(Analytic):
    """-cos x cos y exp(-(x - pi)^2 - (y - pi)^2): a hole of width 1 in a plain of 200 by 200, where gradients are 0
    to the last bit (Easom 1990).
    """

    published_start: ClassVar[tuple[float, ...]] = (2.0, 2.0)
    start_box: ClassVar[Box] = (-100.0, 100.0)
    domain: ClassVar[Box | None] = (-100.0, 100.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"plateau"})
    source: ClassVar[str] = "Easom 1990; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return -1.0

    @property
    def minima(self) -> Array:
        return np.array([[math.pi, math.pi]])

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        a, b = x - math.pi, y - math.pi
        hole, p, q = np.exp(-(a * a + b * b)), np.cos(x), np.cos(y)
        by_x, by_y = hole * q * (np.sin(x) + 2 * a * p), hole * p * (np.sin(y) + 2 * b * q)
        return -p * q * hole, columns(by_x, by_y)


@dataclass
class Bohachevsky1(Analytic):
    """x^2 + 2 y^2 - 0.3 cos(3 pi x) - 0.4 cos(4 pi y) + 0.7: a bowl with ripples that matter only near its bottom
    (Bohachevsky, Johnson & Stein 1986).
    """

    published_start: ClassVar[tuple[float, ...]] = (60.0, -40.0)
    published_value: ClassVar[float | None] = 6800.0
    start_box: ClassVar[Box] = (-100.0, 100.0)
    domain: ClassVar[Box | None] = (-100.0, 100.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable"})
    source: ClassVar[str] = "Bohachevsky, Johnson & Stein 1986, function 1; Surjanovic & Bingham 2013"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        a, b = 3 * math.pi * x, 4 * math.pi * y
        value = x * x + 2 * y * y + 0.3 * (1 - np.cos(a)) + 0.4 * (1 - np.cos(b))
        return value, columns(2 * x + 0.9 * math.pi * np.sin(a), 4 * y + 1.6 * math.pi * np.sin(b))


@dataclass
class Schaffer2(Analytic):
    """1/2 + (sin^2(x^2 - y^2) - 1/2) / (1 + (x^2 + y^2)/1000)^2: hyperbolic ripples, ever shorter away from the
    minimum (Schaffer et al. 1989; Surjanovic & Bingham 2013, Schaffer no. 2).
    """

    published_start: ClassVar[tuple[float, ...]] = (20.0, -30.0)
    start_box: ClassVar[Box] = (-100.0, 100.0)
    domain: ClassVar[Box | None] = (-100.0, 100.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Schaffer et al. 1989; Surjanovic & Bingham 2013, Schaffer no. 2"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        x2, y2 = x * x, y * y
        wave, wide = np.sin(x2 - y2), 1 + (x2 + y2) / 1000
        height, wide2 = wave * wave - 0.5, wide * wide
        turn, fall = 2 * np.sin(2 * (x2 - y2)) / wide2, height / (250 * wide * wide2)
        return 0.5 + height / wide2, columns(x * (turn - fall), -y * (turn + fall))


@dataclass
class DropWave(Analytic):
    """-(1 + cos 12r) / (r^2/2 + 2), r^2 = x^2 + y^2: rings around the minimum (Surjanovic & Bingham 2013). It is
    smooth everywhere, the minimum included: cos 12r is a power series in r^2.
    """

    published_start: ClassVar[tuple[float, ...]] = (2.0, -3.0)
    start_box: ClassVar[Box] = (-5.12, 5.12)
    domain: ClassVar[Box | None] = (-5.12, 5.12)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Surjanovic & Bingham 2013, drop-wave"

    @property
    def minimum(self) -> float:
        return -1.0

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        square = x * x + y * y
        r, wide = np.sqrt(square), square / 2 + 2
        value = -(1 + np.cos(12 * r)) / wide
        sinc = np.where(r > 0, np.sin(12 * r) / np.where(r > 0, r, 1), 12)
        by_r = (12 * sinc - value) / wide  # divided by r
        return value, columns(x * by_r, y * by_r)
