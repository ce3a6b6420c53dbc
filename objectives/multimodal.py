"""Functions with many local minima."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.analytic import Analytic, Box
from objectives.base import Array


@dataclass
class Rastrigin(Analytic):
    """10 dim + sum x_i^2 - 10 cos(2 pi x_i): a grid of minima, one near every integer point (Rastrigin 1974)."""

    dims: ClassVar[tuple[int, int | None]] = (1, None)
    published_start: ClassVar[tuple[float, ...]] = (-2.0, 3.5)
    start_box: ClassVar[Box] = (-5.12, 5.12)
    domain: ClassVar[Box | None] = (-5.12, 5.12)

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

    @property
    def minimum(self) -> float:
        return -39.166165703771412 * self.dim

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

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        root = np.sqrt(np.arange(1, self.dim + 1, dtype=x.dtype))
        cos, sin = np.cos(x / root), np.sin(x / root)
        # the product of all other cosines, without dividing by one that may be 0
        before, after = np.ones_like(x), np.ones_like(x)
        np.cumprod(cos[:, :-1], axis=1, out=before[:, 1:])
        np.cumprod(cos[:, :0:-1], axis=1, out=after[:, -2::-1])
        value = 1 + np.sum(x * x, axis=1) / 4000 - before[:, -1] * cos[:, -1]
        return value, x / 2000 + sin / root * before * after
