"""Sums of squares of residuals, the form in which Moré, Garbow & Hillstrom 1981 give their functions."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from objectives.arrays import Array, by_run, laid_out
from objectives.functions.analytic import Analytic, Dim, Property

PAPER = "Moré, Garbow & Hillstrom 1981, problem"


@dataclass
class SumOfSquares(Analytic):
    """sum of r_i(x)^2, from residuals r (runs, m) and their Jacobian (runs, m, dim)."""

    properties: ClassVar[frozenset[Property]] = frozenset()

    @abstractmethod
    def residuals(self, x: Array) -> tuple[Array, Array]:
        """The residuals (runs, m) and their derivatives (runs, m, dim) at x (runs, dim)."""

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        r, J = (by_run(part) for part in self.residuals(x))
        # run by run: a product over all runs would round otherwise beside other runs
        value = np.matmul(r[:, None], r[:, :, None])[:, 0, 0]
        return value, laid_out(2 * np.matmul(r[:, None], J)[:, 0], "F")


@dataclass
class Equations(SumOfSquares):
    """As many residuals as unknowns, all 0 at the minimum, which Newton's method finds from the published start."""

    dim: Dim = 10

    dims: ClassVar[tuple[int, int | None]] = (2, None)

    @cached_property
    def _root(self) -> Array:
        return self._solved(np.resize(self.published_start, self.dim))

    def _solved(self, start: Array) -> Array:
        """The root (1, dim) to which Newton's method goes from there."""
        x = start[None].astype(np.float64)
        for _ in range(100):
            r, J = self.residuals(x)
            step = np.linalg.solve(J[0], r[0])
            x = x - step
            if np.abs(step).max() <= 4e-16 * np.abs(x).max():
                break
        return x

    @property
    def minima(self) -> Array:
        return self._root


def stacked(*columns: Array) -> Array:
    """Derivatives by each coordinate, all (runs, m), as (runs, m, dim)."""
    return np.stack(np.broadcast_arrays(*columns), axis=2)
