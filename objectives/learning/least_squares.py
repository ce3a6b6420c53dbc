"""Linear least squares on synthetic data."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from objectives.arrays import Array, Params, Seeds, power
from objectives.base import Objective, Split
from objectives.checks import demand_batch
from objectives.fields import Count, Dtype, Instance, Range, StaticNonNegative
from objectives.learning.minibatches import taken
from objectives.random import epochs, generator


@dataclass
class LeastSquares(Objective):
    """1/2 mean (x . w - y)^2 (Legendre 1805); params w (runs, features), which start at 0.

    Features are independent, with variances from 1 down to 1/condition in equal ratios. Targets are those of a random
    linear function plus N(0, noise^2): without noise, or with fewer examples than features, some w interpolates, and
    the noise of minibatches vanishes there. Validation and test are fresh draws of as many examples.
    """

    examples: Count = 1000
    features: Count = 50
    condition: Annotated[float, Range(1)] = 100.0
    noise: StaticNonNegative = 0.0
    instance: Instance = 0
    batch_size: Count = 32
    dtype: Dtype = "float64"

    splits = ("train", "validation", "test")
    complex_step = True
    lowest = 0.0

    def prepare(self) -> None:
        demand_batch(self, self.examples)
        self._data = {name: self._drawn(name) for name in self.splits}
        self._batches = epochs(self.examples, self.batch_size)
        self.deterministic = self.batch_size == self.examples

    def _drawn(self, split: Split) -> tuple[Array, Array]:
        teacher = generator(self.instance, "least squares").standard_normal(self.features)
        rng = generator(self.instance, f"least squares {split}")
        spread = power(self.condition, np.linspace(0, -0.5, self.features))
        x = rng.standard_normal((self.examples, self.features)) * spread
        y = np.sum(x * teacher, axis=1) + self.noise * rng.standard_normal(self.examples)
        return x.astype(self.dtype), y.astype(self.dtype)

    @property
    def varies_with_seed(self) -> bool:
        return self.batch_size < self.examples

    @cached_property
    def minimiser(self) -> dict[str, Array]:
        """Where the loss on the train split is lowest: of several such points the shortest."""
        x, y = (part.astype(np.float64) for part in self._data["train"])
        return {"w": np.linalg.lstsq(x, y)[0]}

    @property
    def minimum(self) -> float:
        """The lowest loss on the train split."""
        x, y = (part.astype(np.float64) for part in self._data["train"])
        return float(np.mean((x @ self.minimiser["w"] - y) ** 2) / 2)

    def init(self, seeds: Seeds) -> Params:
        return {"w": np.zeros((len(seeds), self.features), self.dtype)}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        x, y = taken(self._data["train"], self._batches.at(step, seeds))
        error = _errors(params["w"], x, y)
        slope = np.matmul(x.swapaxes(-1, -2), error[..., None])[..., 0] / self.batch_size
        return _half_mean_square(error), {"w": slope}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": _half_mean_square(_errors(params["w"], *self._data[split]))}


def _errors(w: Array, x: Array, y: Array) -> Array:
    found: Array = np.matmul(x, w[..., None])[..., 0]
    found -= y
    return found


def _half_mean_square(error: Array) -> Array:
    found: Array = np.mean(error * error, axis=-1) / 2
    return found
