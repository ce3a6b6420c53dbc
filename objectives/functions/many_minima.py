"""Functions with many local minima."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, power
from objectives.fields import Count
from objectives.functions.analytic import Analytic, Box, Property


@dataclass
class Rastrigin(Analytic):
    """10 dim + sum x_i^2 - 10 cos(2 pi x_i): a grid of minima, one near every integer point (Rastrigin 1974)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (-2.0, 3.5)
    start_box: ClassVar[Box] = (-5.12, 5.12)
    domain: ClassVar[Box | None] = (-5.12, 5.12)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable"})
    source: ClassVar[str] = "Rastrigin 1974; Surjanovic & Bingham 2013"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        turn = 2 * math.pi * x
        value = np.sum(x * x + 10 * (1 - np.cos(turn)), axis=1)
        return value, 2 * x + 20 * math.pi * np.sin(turn)


@dataclass
class Ackley(Analytic):
    """-20 exp(-0.2 r) - exp(mean cos(2 pi x_i)) + 20 + e, r = sqrt(mean x_i^2) (Ackley 1987): nearly flat far out,
    and not differentiable at its minimum, where the gradient is given as 0.
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (-2.1, 1.3)
    start_box: ClassVar[Box] = (-32.768, 32.768)
    domain: ClassVar[Box | None] = (-32.768, 32.768)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "non-smooth", "plateau"})
    source: ClassVar[str] = "Ackley 1987; Surjanovic & Bingham 2013"

    def smooth(self, x: Array) -> Array:
        elsewhere: Array = np.any(x != 0, axis=1)
        return elsewhere

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        turn = 2 * math.pi * x
        r = np.sqrt(np.sum(x * x, axis=1, keepdims=True) / self.dim)
        cone = 20 * np.exp(-0.2 * r)
        waves = np.exp(np.sum(np.cos(turn), axis=1, keepdims=True) / self.dim)
        pull = 0.2 * cone / np.where(r > 0, r, 1)
        gradient = (pull * x + 2 * math.pi * waves * np.sin(turn)) / self.dim
        return ((20 - cone) + (math.e - waves))[:, 0], gradient


@dataclass
class StyblinskiTang(Analytic):
    """sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2: two minima per coordinate, the lower one on the negative side
    (Styblinski & Tang 1990). The minimum is -39.166165703771412 per dimension.
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 4.0)
    start_box: ClassVar[Box] = (-5.0, 5.0)
    domain: ClassVar[Box | None] = (-5.0, 5.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable"})
    source: ClassVar[str] = "Styblinski & Tang 1990; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return -39.166165703771415 * self.dim

    @property
    def minima(self) -> Array:
        return np.full((1, self.dim), -2.9035340277711770)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        square = x * x
        value = np.sum((square * square - 16 * square + 5 * x) / 2, axis=1)
        return value, 2 * x * square - 16 * x + 2.5


@dataclass
class Griewank(Analytic):
    """1 + sum x_i^2 / 4000 - prod cos(x_i / sqrt(i)): ripples on a wide bowl (Griewank 1981)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (-50.0, 70.0)
    start_box: ClassVar[Box] = (-600.0, 600.0)
    domain: ClassVar[Box | None] = (-600.0, 600.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = "Griewank 1981; Surjanovic & Bingham 2013"

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        root = np.sqrt(np.arange(1, self.dim + 1, dtype=x.dtype))
        cos, sin = np.cos(x / root), np.sin(x / root)
        # the product of all other cosines, without dividing by one that may be 0
        before, after = np.ones_like(x), np.ones_like(x)
        np.cumprod(cos[:, :-1], axis=1, out=before[:, 1:])
        np.cumprod(cos[:, :0:-1], axis=1, out=after[:, -2::-1])
        value = 1 + np.sum(x * x, axis=1) / 4000 - before[:, -1] * cos[:, -1]
        return value, x / 2000 + sin / root * before * after


@dataclass
class Levy(Analytic):
    """sin^2(pi w_1) + sum_{i<dim} (w_i - 1)^2 (1 + 10 sin^2(pi w_i + 1)) + (w_dim - 1)^2 (1 + sin^2(2 pi w_dim)),
    w = 1 + (x - 1)/4: a bowl whose walls are corrugated (Levy & Montalvo 1985; Surjanovic & Bingham 2013).
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (-4.0, 5.0)
    start_box: ClassVar[Box] = (-10.0, 10.0)
    domain: ClassVar[Box | None] = (-10.0, 10.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable"})
    source: ClassVar[str] = "Levy & Montalvo 1985; Surjanovic & Bingham 2013"

    @property
    def minima(self) -> Array:
        return np.ones((1, self.dim))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        off = (x - 1) / 4
        first, last = math.pi * (1 + off[:, 0]), off[:, -1]
        near, turn, end = off[:, :-1], math.pi * (1 + off[:, :-1]) + 1, 2 * math.pi * (1 + last)
        wave, sine, end_wave = np.sin(turn), np.sin(first), np.sin(end)
        uneven, end_uneven = 1 + 10 * wave * wave, 1 + end_wave * end_wave
        value = sine * sine + np.sum(near * near * uneven, axis=1) + last * last * end_uneven
        gradient = np.zeros_like(x)
        gradient[:, :-1] = near * (2 * uneven + near * 10 * math.pi * np.sin(2 * turn))
        gradient[:, -1] = last * (2 * end_uneven + last * 2 * math.pi * np.sin(2 * end))
        gradient[:, 0] += math.pi * np.sin(2 * first)
        return value, gradient / 4


@dataclass
class Schwefel226(Analytic):
    """418.98... dim - sum x_i sin sqrt|x_i|: the best minimum lies near the border, far from the next best; outside
    the domain the function falls without end (Schwefel 1981, problem 2.26). The offset is exact, so that the
    minimum is 0 to rounding; 418.9829 leaves 1e-5 per dimension.
    """

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (100.0, -200.0)
    start_box: ClassVar[Box] = (-500.0, 500.0)
    domain: ClassVar[Box | None] = (-500.0, 500.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable", "unbounded below"})
    source: ClassVar[str] = "Schwefel 1981, problem 2.26; Surjanovic & Bingham 2013"
    complex_step = False  # it takes an absolute value

    @property
    def minima(self) -> Array:
        return np.full((1, self.dim), 420.96874635998203)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        root = np.sqrt(np.abs(x))
        sine = np.sin(root)
        return np.sum(418.98288727243371 - x * sine, axis=1), -sine - root / 2 * np.cos(root)


@dataclass
class Michalewicz(Analytic):
    """-sum sin(x_i) sin(i x_i^2 / pi)^(2 steepness): dim! valleys as narrow as `steepness` makes them, with flat land
    between (Michalewicz 1992, steepness 10). Outside the domain there are lower points.
    """

    steepness: Count = 10

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (2.0, 1.4)
    start_box: ClassVar[Box] = (0.0, math.pi)
    domain: ClassVar[Box | None] = (0.0, math.pi)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal", "separable", "plateau", "lower outside"})
    source: ClassVar[str] = "Michalewicz 1992; Surjanovic & Bingham 2013"

    @property
    def minimum(self) -> float:
        return float(self.value_and_gradient(np.repeat(self.minima, 2, axis=0))[0][0])

    @property
    def minima(self) -> Array:
        """Coordinate i has one bump in each interval i x^2 in (k pi^2, (k + 1) pi^2): the root of its logarithm's
        slope, by bisection, in the two intervals nearest to pi/2, where sin x is largest.
        """
        i = np.arange(1.0, self.dim + 1)[:, None]
        k = np.clip(np.floor(i / 4 - 0.5) + np.array([0, 1]), 0, i - 1)
        low, high = math.pi * np.sqrt(k / i), math.pi * np.sqrt((k + 1) / i)
        for _ in range(60):
            middle = (low + high) / 2
            turn = i * middle * middle / math.pi
            rises = 1 / np.tan(middle) + 4 * self.steepness * i * middle / math.pi / np.tan(turn) > 0
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        height = np.sin(low) * power(np.sin(i * low * low / math.pi), 2 * self.steepness)
        return np.take_along_axis(low, np.argmax(height, axis=1)[:, None], axis=1).T

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        by_turn = np.arange(1, self.dim + 1, dtype=self.dtype) / math.pi
        turn = by_turn * x * x
        sine, wave = np.sin(x), np.sin(turn)
        narrow = power(wave, 2 * self.steepness - 1)
        slope = np.cos(x) * wave + 4 * self.steepness * sine * np.cos(turn) * by_turn * x
        return -np.sum(sine * narrow * wave, axis=1), -narrow * slope
