"""Low-rank factors of a matrix."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_singular_values
from objectives.fields import Count, Dtype, Instance, NonNegatives, StaticNonNegative
from objectives.learning.matrices import with_singular_values
from objectives.random import generator


@dataclass
class MatrixFactorisation(Objective):
    """1/2 |U V^T - M|^2 for a matrix M of known singular values; params U (runs, rows, rank) and V (runs, columns,
    rank), which start at N(0, scale^2).

    The minimum is half the sum of the squared singular values beyond the rank (Eckart & Young 1936). Every local
    minimum is global, and the origin is a saddle. `instance` draws the singular vectors.
    """

    rows: Count = 20
    columns: Count = 30
    rank: Count = 3
    singular_values: NonNegatives = (8.0, 4.0, 2.0, 1.0, 0.5)
    scale: StaticNonNegative = 0.1
    instance: Instance = 0
    dtype: Dtype = "float64"

    complex_step = True
    lowest = 0.0
    deterministic = True

    def prepare(self) -> None:
        demand_singular_values(self, min(self.rows, self.columns))

    @cached_property
    def matrix(self) -> Array:
        """M (rows, columns)."""
        rng = generator(self.instance, "matrix factorisation")
        return with_singular_values(self.singular_values, self.rows, self.columns, rng).astype(self.dtype)

    @property
    def minimum(self) -> float:
        """The lowest loss."""
        return sum(value**2 for value in sorted(self.singular_values, reverse=True)[self.rank :]) / 2

    def init(self, seeds: Seeds) -> Params:
        rngs = [generator(int(seed), "start") for seed in seeds]
        sizes = {"U": self.rows, "V": self.columns}
        drawn = {name: [rng.standard_normal((size, self.rank)) for rng in rngs] for name, size in sizes.items()}
        return {name: (self.scale * np.array(found)).astype(self.dtype) for name, found in drawn.items()}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        error = self._error(params)
        grads = {"U": np.matmul(error, params["V"]), "V": np.matmul(error.swapaxes(-1, -2), params["U"])}
        return _half_square(error), grads

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": _half_square(self._error(params))}

    def _error(self, params: Params) -> Array:
        found: Array = np.matmul(params["U"], params["V"].swapaxes(-1, -2)) - self.matrix
        return found


def _half_square(error: Array) -> Array:
    found: Array = np.sum(error * error, axis=(1, 2)) / 2
    return found
