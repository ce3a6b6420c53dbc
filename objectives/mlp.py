"""A population of multilayer perceptrons, trained by hand-written backpropagation on stacked matmuls."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from objectives.base import Array, Objective, Params, Seeds, Split
from objectives.data import Dataset
from objectives.layers import ACTIVATIONS, LOSSES
from objectives.minibatches import epochs
from objectives.random import generator

BLOCK = 1 << 17  # bytes of activations per layer: a block of runs goes through all layers within the cache
CHUNK = 512  # examples that `evaluate` takes at once
EVALUATED = 10_000  # examples of the train split that `evaluate` reads at most


@dataclass
class MLP(Objective):
    """Fully connected layers; params W1 (runs, in, out), b1 (runs, out), W2, ... (Rumelhart et al. 1986).

    The training loss is the mean over a minibatch plus weight_decay/2 times the sum of squared weights; metrics
    leave the penalty out. Every epoch is a new permutation per seed, its incomplete last batch dropped.
    weight_init: he (He et al. 2015), xavier (Glorot & Bengio 2010), or a standard deviation. Biases start at 0.
    """

    dataset: Dataset
    hidden: Sequence[int] = (100, 100)
    activation: str = "relu"
    weight_init: str | float = "he"
    loss: str = "cross_entropy"
    weight_decay: float = 0.0
    batch_size: int = 128
    dtype: str = "float32"

    splits = ("train", "validation", "test")

    def __post_init__(self) -> None:
        self._check()
        self.digest = self.dataset.digest
        self._data = {name: self._prepared(*self.dataset.split(name)) for name in self.splits}
        self._activation, self._loss = ACTIVATIONS[self.activation], LOSSES[self.loss]
        widths = [self.dataset.x.shape[1], *self.hidden, self._data["train"][1].shape[1]]
        self._layers = list(enumerate(pairwise(widths), start=1))
        self._widest = max(widths)
        self._batches = epochs(len(self._data["train"][0]), self.batch_size)

    def _prepared(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Inputs, and targets shaped as the outputs: one-hot for classes."""
        targets = y[:, None] == np.arange(self.dataset.classes) if self.dataset.classes else y.reshape(len(y), -1)
        return x.astype(self.dtype), targets.astype(self.dtype)

    def _check(self) -> None:
        def demand(good: bool, name: str, wanted: str) -> None:
            if not good:
                raise ValueError(f"MLP.{name} must be {wanted}; got {getattr(self, name)!r}")

        demand(isinstance(self.dataset, Dataset), "dataset", "a Dataset")
        whole = isinstance(self.hidden, Sequence) and all(type(w) is int and w > 0 for w in self.hidden)
        demand(whole, "hidden", "a list of layer widths")
        demand(self.activation in tuple(ACTIVATIONS), "activation", f"one of {', '.join(ACTIVATIONS)}")
        spread = type(self.weight_init) in (int, float) and 0 <= float(self.weight_init) < math.inf
        demand(spread or self.weight_init in ("he", "xavier"), "weight_init", "he, xavier or a standard deviation")
        demand(self.loss in tuple(LOSSES), "loss", f"one of {', '.join(LOSSES)}")
        decay = type(self.weight_decay) in (int, float) and 0 <= self.weight_decay < math.inf
        demand(decay, "weight_decay", "a number of at least 0")
        n = len(self.dataset.parts["train"])
        fits = type(self.batch_size) is int and 0 < self.batch_size <= n
        demand(fits, "batch_size", f"an integer from 1 to the {n} training examples")
        demand(self.dtype in ("float32", "float64"), "dtype", "float32 or float64")
        demand(bool(self.dataset.classes) or self.loss == "mse", "loss", "mse for targets that are not classes")

    def init(self, seeds: Seeds) -> Params:
        params: Params = {}
        rngs = [generator(int(seed), "start") for seed in seeds]
        for k, (fan_in, fan_out) in self._layers:
            scale = {"he": math.sqrt(2 / fan_in), "xavier": math.sqrt(2 / (fan_in + fan_out))}
            deviation = scale.get(str(self.weight_init)) or float(self.weight_init)
            drawn = [deviation * rng.standard_normal((fan_in, fan_out)) for rng in rngs]
            params[f"W{k}"] = np.array(drawn, dtype=self.dtype)
            params[f"b{k}"] = np.zeros((len(seeds), fan_out), dtype=self.dtype)
        return params

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        x, y = self._data["train"]
        batches = self._batches.at(step, seeds)
        loss = np.empty(len(seeds), dtype=self.dtype)
        grads = {name: np.empty_like(p) for name, p in params.items()}
        for rows in self._blocks(len(seeds), self.batch_size):
            here = {name: p[rows] for name, p in params.items()}
            batch = batches[rows]
            losses, delta, inputs, slopes = self._forward(here, x[batch], y[batch])
            loss[rows] = np.mean(losses, axis=-1)
            delta /= self.batch_size
            for k, _ in reversed(self._layers):
                np.matmul(inputs[k - 1].swapaxes(-1, -2), delta, out=grads[f"W{k}"][rows])
                np.sum(delta, axis=1, out=grads[f"b{k}"][rows])
                if k > 1:
                    delta = np.matmul(delta, here[f"W{k}"].swapaxes(-1, -2))
                    delta *= slopes[k - 2]
            if self.weight_decay:
                for k, _ in self._layers:
                    W = here[f"W{k}"]
                    grads[f"W{k}"][rows] += self.weight_decay * W
                    loss[rows] += self.weight_decay / 2 * np.sum(W * W, axis=(1, 2))
        return loss, grads

    def _forward(self, params: Params, x: Array, y: Array) -> tuple[Array, Array, list[Array], list[Array]]:
        """Losses per example, their gradient at the outputs, and each layer's inputs and slopes."""
        inputs, slopes = [x], []
        for k, _ in self._layers[:-1]:
            z = np.matmul(inputs[-1], params[f"W{k}"])
            z += params[f"b{k}"][:, None]
            a = self._activation.value(z)
            inputs.append(a)
            slopes.append(self._activation.slope(z, a))
        losses, delta = self._loss(self._outputs(params, inputs[-1]), y)
        return losses, delta, inputs, slopes

    def _outputs(self, params: Params, a: Array) -> Array:
        k = len(self._layers)
        out: Array = np.matmul(a, params[f"W{k}"]) + params[f"b{k}"][:, None]
        return out

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        x, y = (part[:EVALUATED] if split == "train" else part for part in self._data[split])
        runs = len(params["b1"])
        losses = np.empty((runs, len(x)), dtype=self.dtype)
        hits = np.empty((runs, len(x)), dtype=bool)
        for rows in self._blocks(runs, CHUNK):
            here = {name: p[rows] for name, p in params.items()}
            for start in range(0, len(x), CHUNK):
                some = slice(start, start + CHUNK)
                a = x[some]
                for k, _ in self._layers[:-1]:
                    z = np.matmul(a, here[f"W{k}"])
                    z += here[f"b{k}"][:, None]
                    a = self._activation.value(z)
                outputs = self._outputs(here, a)
                losses[rows, some] = self._loss(outputs, y[some])[0]
                hits[rows, some] = np.argmax(outputs, axis=-1) == np.argmax(y[some], axis=-1)
        metrics = {"loss": np.mean(losses, axis=-1)}
        return metrics | ({"accuracy": np.mean(hits, axis=-1)} if self.dataset.classes else {})

    def _blocks(self, runs: int, examples: int) -> list[slice]:
        size = max(1, BLOCK // (examples * self._widest * np.dtype(self.dtype).itemsize))
        return [slice(start, min(start + size, runs)) for start in range(0, runs, size)]
