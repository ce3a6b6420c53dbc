"""Penalties and other sums of squares of any dimension from Moré, Garbow & Hillstrom 1981."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, by_run, power
from objectives.functions.analytic import Box, Dim, Property
from objectives.functions.residuals import PAPER, SumOfSquares

Dims = tuple[int, int | None]
# what no formula gives: found by Newton's method with complex-step Hessians
MINIMUM = {"Watson": 0.002287670053552502, "Penalty2": 9.376293007355442e-06}
MINIMA = {
    "Watson": [
        [-0.015725086401458453, 1.0124348693691096, -0.23299162595673487, 1.2604300877995989, -1.5137289227222674,
         0.9929964324311293]
    ],
    "Penalty2": [[0.1999993333503804, 0.19131670099277254, 0.48010148533262326, 0.5188454043902003]],
}  # fmt: skip


@dataclass
class Watson(SumOfSquares):
    """A differential equation's polynomial solution by least squares over 29 points: badly conditioned from dim 6 on
    (Kowalik & Osborne 1968).
    """

    dim: Dim = 6

    dims: ClassVar[Dims] = (6, 6)
    published_start: ClassVar[tuple[float, ...]] = (0.0,)
    published_value: ClassVar[float | None] = 30.0
    start_box: ClassVar[Box] = (-1.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = f"{PAPER} 20"

    @property
    def minimum(self) -> float:
        return MINIMUM["Watson"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["Watson"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        j = np.arange(self.dim, dtype=x.dtype)
        t = (np.arange(1, 30, dtype=x.dtype) / 29)[:, None]
        powers, slopes = power(t, j), j * power(t, np.maximum(j - 1, 0))
        total = np.sum(x[:, None] * powers, axis=2)
        r = np.sum(x[:, None] * slopes, axis=2) - total * total - 1
        J = slopes - 2 * total[:, :, None] * powers
        one, other = np.zeros_like(x), np.zeros_like(x)
        one[:, 0] = other[:, 1] = 1
        other[:, 0] = -2 * x[:, 0]
        last = x[:, 1] - x[:, 0] * x[:, 0] - 1
        return np.column_stack([r, x[:, 0], last]), np.concatenate([J, one[:, None], other[:, None]], axis=1)


@dataclass
class Penalty1(SumOfSquares):
    """1e-5 sum (x_i - 1)^2 + (sum x_i^2 - 1/4)^2: a sphere that pulls far more than the point 1 (Gill, Murray &
    Pitfield 1972).
    """

    dim: Dim = 4

    dims: ClassVar[Dims] = (2, None)
    start_box: ClassVar[Box] = (-1.0, 4.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = f"{PAPER} 23"

    @property
    def published_start(self) -> tuple[float, ...]:  # type: ignore[override]
        return tuple(range(1, self.dim + 1))

    @property
    def _each(self) -> float:
        """All coordinates of the minimum: the root of 1e-5 (c - 1) + 2 c (dim c^2 - 1/4), by Newton's method."""
        c = 0.5 / np.sqrt(self.dim)
        for _ in range(50):
            c -= (1e-5 * (c - 1) + 2 * c * (self.dim * c * c - 0.25)) / (1e-5 + 6 * self.dim * c * c - 0.5)
        return float(c)

    @property
    def minimum(self) -> float:
        c = self._each
        return float(1e-5 * self.dim * (c - 1) ** 2 + (self.dim * c * c - 0.25) ** 2)

    @property
    def minima(self) -> Array:
        return np.full((1, self.dim), self._each)

    def residuals(self, x: Array) -> tuple[Array, Array]:
        root = x.dtype.type(np.sqrt(1e-5))
        eye = np.broadcast_to(root * np.eye(self.dim, dtype=x.dtype), (len(x), self.dim, self.dim))
        last = np.sum(by_run(x * x), axis=1) - 0.25
        return np.column_stack([root * (x - 1), last]), np.concatenate([eye, 2 * x[:, None]], axis=1)


@dataclass
class Penalty2(SumOfSquares):
    """Exponentials of neighbours pulled to their values at 1 .. dim with 1e-5, and to a sphere with 1 (Gill, Murray &
    Pitfield 1972).
    """

    dim: Dim = 4

    dims: ClassVar[Dims] = (4, 4)
    published_start: ClassVar[tuple[float, ...]] = (0.5,)
    start_box: ClassVar[Box] = (0.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"ill-conditioned"})
    source: ClassVar[str] = f"{PAPER} 24"

    @property
    def minimum(self) -> float:
        return MINIMUM["Penalty2"]

    @property
    def minima(self) -> Array:
        return np.array(MINIMA["Penalty2"])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n, root = self.dim, x.dtype.type(np.sqrt(1e-5))
        i = np.arange(2, n + 1, dtype=x.dtype)
        y = np.exp(i / 10) + np.exp((i - 1) / 10)
        grown = np.exp(x / 10)
        weights = np.arange(n, 0, -1, dtype=x.dtype)
        r = [x[:, :1] - 0.2, root * (grown[:, 1:] + grown[:, :-1] - y)]
        r += [root * (grown[:, 1:] - x.dtype.type(np.exp(-0.1)))]
        r += [np.sum(by_run(weights * x * x), axis=1, keepdims=True) - 1]
        J = np.zeros_like(x, shape=(len(x), 2 * n, n))
        k = np.arange(1, n)
        J[:, 0, 0] = 1
        J[:, k, k] = J[:, n + k - 1, k] = root * grown[:, 1:] / 10
        J[:, k, k - 1] = root * grown[:, :-1] / 10
        J[:, -1] = 2 * weights * x
        return np.concatenate(r, axis=1), J


@dataclass
class VariablyDimensioned(SumOfSquares):
    """sum (x_i - 1)^2 + s^2 + s^4 with s = sum i (x_i - 1): one direction is steeper the larger dim is."""

    dim: Dim = 10

    dims: ClassVar[Dims] = (2, None)
    start_box: ClassVar[Box] = (0.0, 2.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex"})
    source: ClassVar[str] = f"{PAPER} 25"

    @property
    def published_start(self) -> tuple[float, ...]:  # type: ignore[override]
        return tuple(1 - j / self.dim for j in range(1, self.dim + 1))

    @property
    def minima(self) -> Array:
        return np.ones((1, self.dim))

    def residuals(self, x: Array) -> tuple[Array, Array]:
        j = np.arange(1, self.dim + 1, dtype=x.dtype)
        s = np.sum(by_run(j * (x - 1)), axis=1, keepdims=True)
        eye = np.broadcast_to(np.eye(self.dim, dtype=x.dtype), (len(x), self.dim, self.dim))
        pull = np.broadcast_to(j, x.shape)[:, None]
        return np.concatenate([x - 1, s, s * s], axis=1), np.concatenate([eye, pull, 2 * s[:, None] * pull], axis=1)


@dataclass
class Trigonometric(SumOfSquares):
    """dim - sum cos x_j + i (1 - cos x_i) - sin x_i: many minima of 0, of which only that at 0 is in the domain, and
    others close to 0 (Spedicato 1975).
    """

    dim: Dim = 10

    dims: ClassVar[Dims] = (2, None)
    start_box: ClassVar[Box] = (0.0, 0.1)
    source: ClassVar[str] = f"{PAPER} 26"

    @property
    def published_start(self) -> tuple[float, ...]:  # type: ignore[override]
        return (1 / self.dim,)

    @property
    def domain(self) -> Box:  # type: ignore[override]
        return (-1 / self.dim, 1 / self.dim)

    def residuals(self, x: Array) -> tuple[Array, Array]:
        i = np.arange(1, self.dim + 1, dtype=x.dtype)
        cos, sin = np.cos(x), np.sin(x)
        r = self.dim - np.sum(by_run(cos), axis=1, keepdims=True) + i * (1 - cos) - sin
        own = np.zeros_like(x, shape=(len(x), self.dim, self.dim))
        k = np.arange(self.dim)
        own[:, k, k] = i * sin - cos
        return r, own + sin[:, None]


@dataclass
class BrownAlmostLinear(SumOfSquares):
    """x_i + sum x_j - (dim + 1) for i < dim, and prod x_j - 1: linear but for one equation (Brown 1969). Besides its
    minima of 0 it falls towards 1 at (0, .., 0, dim + 1).
    """

    dim: Dim = 4

    dims: ClassVar[Dims] = (3, None)
    published_start: ClassVar[tuple[float, ...]] = (0.5,)
    start_box: ClassVar[Box] = (0.4, 1.2)
    source: ClassVar[str] = f"{PAPER} 27"

    @property
    def minima(self) -> Array:
        """(c, .., c, c^(1 - dim)) for the real roots c of dim c^dim - (dim + 1) c^(dim - 1) + 1."""
        n = self.dim
        polynomial = [n, -(n + 1), *[0] * (n - 2), 1]
        roots, slope = np.roots(polynomial), np.polyder(polynomial)
        found = [1.0]
        for c in roots[np.abs(roots.imag) < 1e-6].real:
            if abs(c - 1) > 1e-3:
                for _ in range(50):
                    c -= np.polyval(polynomial, c) / np.polyval(slope, c)
                found.append(float(c))
        return np.array([[*[c] * (n - 1), n + 1 - n * c] for c in found])

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n = self.dim
        whole = np.sum(by_run(x), axis=1, keepdims=True)
        others = np.stack([np.prod(by_run(np.delete(x, k, axis=1)), axis=1) for k in range(n)], axis=1)
        J = np.zeros_like(x, shape=(len(x), n, n)) + (np.eye(n, dtype=x.dtype) + 1)
        J[:, -1] = others
        return np.concatenate([x[:, :-1] + whole - (n + 1), x[:, -1:] * others[:, -1:] - 1], axis=1), J
