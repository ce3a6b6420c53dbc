"""A deep network without nonlinearities: linear in its inputs, not in its weights."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_batch, demand_singular_values
from objectives.fields import Count, Dtype, Instance, NonNegatives, StaticNonNegative
from objectives.learning.layers import Widths
from objectives.learning.matrices import with_singular_values
from objectives.learning.minibatches import taken
from objectives.random import epochs, generator


@dataclass
class LinearNetwork(Objective):
    """1/2 mean |x W1 W2 ... - y|^2 (Baldi & Hornik 1989; Saxe, McClelland & Ganguli 2014, arXiv 1312.6120); params
    W1 (runs, inputs, width), W2, ..., which start at N(0, scale^2 / fan-in).

    Every minimum is global, all other critical points are saddles: plateaus end as one singular value of the teacher
    after the other is learned. Inputs are N(0, 1), targets those of a random linear map with these singular values plus
    N(0, noise^2); validation and test are fresh draws of as many examples.
    """

    inputs: Count = 20
    hidden: Widths = (10, 10)
    outputs: Count = 10
    singular_values: NonNegatives = (4.0, 2.0, 1.0)
    noise: StaticNonNegative = 0.1
    examples: Count = 500
    scale: StaticNonNegative = 0.5
    instance: Instance = 0
    batch_size: Count = 50
    dtype: Dtype = "float64"

    splits = ("train", "validation", "test")
    complex_step = True
    lowest = 0.0

    def prepare(self) -> None:
        demand_singular_values(self, min(self.inputs, self.outputs))
        demand_batch(self, self.examples)
        shape = self.inputs, self.outputs
        teacher = with_singular_values(self.singular_values, *shape, generator(self.instance, "linear network"))
        self._data = {name: self._drawn(name, teacher) for name in self.splits}
        widths = [self.inputs, *self.hidden, self.outputs]
        self._layers = {f"W{k}": shape for k, shape in enumerate(pairwise(widths), start=1)}
        self._batches = epochs(self.examples, self.batch_size)
        self.deterministic = self.batch_size == self.examples

    def _drawn(self, split: Split, teacher: Array) -> tuple[Array, Array]:
        rng = generator(self.instance, f"linear network {split}")
        x = rng.standard_normal((self.examples, self.inputs))
        y = x @ teacher + self.noise * rng.standard_normal((self.examples, self.outputs))
        return x.astype(self.dtype), y.astype(self.dtype)

    @property
    def minimum(self) -> float:
        """The lowest loss on the train split: least squares, of which the narrowest layer keeps the largest singular
        values of the fit (Baldi & Hornik 1989).
        """
        x, y = (part.astype(np.float64) for part in self._data["train"])
        fit = x @ np.linalg.lstsq(x, y)[0]
        lost = np.linalg.svd(fit, compute_uv=False)[min([*self.hidden, self.outputs]) :]
        return float((np.sum((fit - y) ** 2) + np.sum(lost**2)) / (2 * len(x)))

    def init(self, seeds: Seeds) -> Params:
        rngs = [generator(int(seed), "start") for seed in seeds]
        params = {}
        for name, shape in self._layers.items():
            drawn = np.array([rng.standard_normal(shape) for rng in rngs])
            params[name] = (self.scale / math.sqrt(shape[0]) * drawn).astype(self.dtype)
        return params

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        x, y = taken(self._data["train"], self._batches.at(step, seeds))
        activities = self._activities(params, x)
        error = activities.pop()
        error -= y
        delta, grads = error / self.batch_size, {}
        for name, activity in zip(reversed(self._layers), reversed(activities), strict=True):
            grads[name] = np.matmul(activity.swapaxes(-1, -2), delta)
            if name != "W1":
                delta = np.matmul(delta, params[name].swapaxes(-1, -2))
        return _half_mean_square(error), {name: grads[name] for name in params}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        x, y = self._data[split]
        error = self._activities(params, x)[-1]
        error -= y
        return {"loss": _half_mean_square(error)}

    def _activities(self, params: Params, x: Array) -> list[Array]:
        """The inputs of every layer, and the outputs of the last."""
        found = [x]
        for name in self._layers:
            found.append(np.matmul(found[-1], params[name]))
        return found


def _half_mean_square(error: Array) -> Array:
    """Half the squared length of each example's error, averaged over the examples."""
    found: Array = np.mean(np.sum(error * error, axis=-1), axis=-1) / 2
    return found
