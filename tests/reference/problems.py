"""Small learning problems, for gradients that another library can be asked for."""

from collections.abc import Callable

import numpy as np

from objectives.arrays import Array, Params
from objectives.base import Objective
from objectives.data import Dataset, split
from objectives.functions.noisy_quadratic import NoisyQuadratic
from objectives.functions.quadratic_deep import QuadraticDeep
from objectives.functions.reddi import ReddiCounterexample
from objectives.learning.autoencoder import Autoencoder
from objectives.learning.least_squares import LeastSquares
from objectives.learning.linear_network import LinearNetwork
from objectives.learning.logistic_regression import LogisticRegression
from objectives.learning.matrix_factorisation import MatrixFactorisation
from objectives.learning.mlp import MLP
from objectives.learning.softmax_regression import SoftmaxRegression
from objectives.random import generator

SEEDS, STEP = np.array([2, 0]), 4


def blobs() -> Dataset:
    rng = generator(0, "blobs")
    y = rng.integers(3, size=100)
    return split(rng.normal(size=(100, 6)) + y[:, None], y, 3, 0.2, 0.2)


PROBLEMS: dict[str, Callable[[], Objective]] = {
    "least_squares": lambda: LeastSquares(examples=60, features=5, noise=0.3, batch_size=16),
    "logistic_regression": lambda: LogisticRegression(blobs(), l2=0.1, batch_size=16),
    "softmax_regression": lambda: SoftmaxRegression(blobs(), l2=0.1, batch_size=16),
    "matrix_factorisation": lambda: MatrixFactorisation(rows=5, columns=7, rank=2, scale=1.0),
    "linear_network": lambda: LinearNetwork(6, [4, 3], 5, examples=60, batch_size=16, scale=1.0),
    "autoencoder": lambda: Autoencoder(blobs(), [4, 2, 4], weight_decay=0.1, batch_size=16, dtype="float64"),
    "mlp": lambda: MLP(
        blobs(), [5, 4], "tanh", weight_decay=0.1, batch_size=16, dtype="float64",
        batch_norm=True, dropout=0.3, label_smoothing=0.1, replacement=True,
    ),
    "noisy_quadratic": lambda: NoisyQuadratic(dim=8, batch_size=4),
    "quadratic_deep": lambda: QuadraticDeep(dtype="float64"),
    "reddi": lambda: ReddiCounterexample(),
    "reddi_stochastic": lambda: ReddiCounterexample(1010.0, 10.0, 101, stochastic=True),
}  # fmt: skip


def point(objective: Objective) -> Params:
    """The start, and a little further: where no parameter is 0."""
    rng = generator(0, "point")
    return {name: p + 0.3 * rng.standard_normal(p.shape) for name, p in objective.init(SEEDS).items()}


def batch(objective: Objective) -> Array:
    """The rows of the train split that the seeds meet (runs, batch_size)."""
    inner = next((getattr(objective, n) for n in ("_model", "_network") if hasattr(objective, n)), objective)
    found: Array = inner._batches.at(STEP, SEEDS)
    return found
