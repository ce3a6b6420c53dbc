"""Systems of as many equations as unknowns from Moré, Garbow & Hillstrom 1981, as sums of squares."""

from dataclasses import dataclass
from itertools import permutations
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, by_run
from objectives.functions.analytic import Box, Dim, Property
from objectives.functions.residuals import PAPER, Equations


@dataclass
class DiscreteBoundaryValue(Equations):
    """2 x_i - x_{i-1} - x_{i+1} + h^2 (x_i + t_i + 1)^3 / 2: u'' = (u + t + 1)^3 / 2 on a grid (Moré and
    Cosnard 1979).
    """

    start_box: ClassVar[Box] = (-0.5, 0.5)
    source: ClassVar[str] = f"{PAPER} 28"

    @property
    def published_start(self) -> tuple[float, ...]:  # type: ignore[override]
        t = np.arange(1, self.dim + 1) / (self.dim + 1)
        return tuple(t * (t - 1))

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n, h = self.dim, 1 / (self.dim + 1)
        y = x + np.arange(1, n + 1, dtype=x.dtype) * x.dtype.type(h) + 1
        J = np.zeros_like(x, shape=(len(x), n, n)) + (2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)).astype(x.dtype)
        k = np.arange(n)
        J[:, k, k] += x.dtype.type(1.5 * h * h) * y * y
        r = 2 * x + x.dtype.type(h * h / 2) * y * y * y
        r[:, 1:] -= x[:, :-1]
        r[:, :-1] -= x[:, 1:]
        return r, J


@dataclass
class BroydenTridiagonal(Equations):
    """(3 - 2 x_i) x_i - x_{i-1} - 2 x_{i+1} + 1 (Broyden 1965)."""

    published_start: ClassVar[tuple[float, ...]] = (-1.0,)
    start_box: ClassVar[Box] = (-1.0, 0.0)
    source: ClassVar[str] = f"{PAPER} 30"

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n = self.dim
        r = (3 - 2 * x) * x + 1
        r[:, 1:] -= x[:, :-1]
        r[:, :-1] -= 2 * x[:, 1:]
        J = np.zeros_like(x, shape=(len(x), n, n)) + (-np.eye(n, k=-1) - 2 * np.eye(n, k=1)).astype(x.dtype)
        k = np.arange(n)
        J[:, k, k] = 3 - 4 * x
        return r, J


@dataclass
class BroydenBanded(Equations):
    """x_i (2 + 5 x_i^2) + 1 - sum of x_j (1 + x_j) over the five neighbours before and the one after (Broyden 1971)."""

    published_start: ClassVar[tuple[float, ...]] = (-1.0,)
    start_box: ClassVar[Box] = (-1.0, 0.0)
    source: ClassVar[str] = f"{PAPER} 31"

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n = self.dim
        i, j = np.indices((n, n))
        near = ((j != i) & (j >= i - 5) & (j <= i + 1)).astype(x.dtype)
        own = x * (1 + x)
        r = x * (2 + 5 * x * x) + 1 - np.sum(near * own[:, None], axis=2)
        J = -near * (1 + 2 * x)[:, None]
        k = np.arange(n)
        J[:, k, k] = 2 + 15 * x * x
        return r, J


@dataclass
class Chebyquad(Equations):
    """Means of the shifted Chebyshev polynomials T_i(x_j) minus their integrals: nodes of a quadrature with equal
    weights (Fletcher 1965). Every order of the nodes is a minimum.
    """

    dim: Dim = 4

    dims: ClassVar[tuple[int, int | None]] = (2, 5)
    start_box: ClassVar[Box] = (0.0, 1.0)
    domain: ClassVar[Box | None] = (0.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"multimodal"})
    source: ClassVar[str] = f"{PAPER} 35"

    @property
    def published_start(self) -> tuple[float, ...]:  # type: ignore[override]
        return tuple(j / (self.dim + 1) for j in range(1, self.dim + 1))

    @property
    def minima(self) -> Array:
        return np.array(list(permutations(self._root[0])))

    def residuals(self, x: Array) -> tuple[Array, Array]:
        n, y = self.dim, 2 * x - 1
        before, now, slope_before, slope = np.ones_like(y), y, np.zeros_like(y), np.full_like(y, 2)
        r, J = [], []
        for i in range(1, n + 1):
            integral = -1 / (i * i - 1) if i % 2 == 0 else 0.0
            r.append(np.mean(by_run(now), axis=1) - integral)
            J.append(slope / n)
            before, now, slope_before, slope = now, 2 * y * now - before, slope, 4 * now + 2 * y * slope - slope_before
        return np.stack(r, axis=1), np.stack(J, axis=1)
