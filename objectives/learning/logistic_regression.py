"""Binary logistic regression with a penalty, and the minimum of what it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_batch, demand_classes, demand_range
from objectives.data import Dataset
from objectives.fields import Count, Dtype, Index, StaticNonNegative, demand
from objectives.learning.layers import sigmoid
from objectives.learning.minibatches import taken
from objectives.learning.newton import demand_unique, minimise
from objectives.random import epochs


@dataclass
class LogisticRegression(Objective):
    """mean log(1 + exp(-s (x . w + b))) + l2/2 |w|^2 with labels s of -1 and 1 (Cox 1958); params w (runs, features)
    and b (runs, 1), which start at 0.

    `positive` are the classes labelled 1, by default the upper half: 5 to 9 of the digits. Metrics leave the penalty
    out, but for `penalised_loss` on the train split, which `minimum` is the minimum of.
    """

    dataset: Dataset
    positive: Sequence[Index] | None = None
    l2: StaticNonNegative = 1e-3
    batch_size: Count = 128
    dtype: Dtype = "float64"

    complex_step = True
    lowest = 0.0

    def prepare(self) -> None:
        demand_classes(self, self.dataset)
        demand_batch(self, len(self.dataset.parts["train"]))
        demand_range(self, self.dataset, self.dtype)
        classes = range(self.dataset.classes)
        chosen = list(classes)[len(classes) // 2 :] if self.positive is None else self.positive
        some = set(chosen) < set(classes) and len(chosen) > 0
        demand(self, "positive", some, f"a list of some, not all, of the classes 0 to {len(classes) - 1}")
        self.digest, self.splits = self.dataset.digest, self.dataset.splits
        self._data = {}
        for name in self.splits:
            x, y = self.dataset.split(name)
            self._data[name] = x.astype(self.dtype), np.isin(y, chosen).astype(self.dtype)
        self._batches = epochs(len(self._data["train"][0]), self.batch_size)
        self.deterministic = self.batch_size == len(self._data["train"][0])

    @property
    def varies_with_seed(self) -> bool:
        return self.batch_size < len(self._data["train"][0])

    def init(self, seeds: Seeds) -> Params:
        features = self.dataset.x.shape[1]
        return {"w": np.zeros((len(seeds), features), self.dtype), "b": np.zeros((len(seeds), 1), self.dtype)}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        x, y = taken(self._data["train"], self._batches.at(step, seeds))
        w, z = params["w"], _scores(params, x)
        delta = sigmoid(z)
        delta -= y
        delta /= self.batch_size
        grads = {"w": np.matmul(x.swapaxes(-1, -2), delta[..., None])[..., 0] + self.l2 * w}
        grads["b"] = np.sum(delta, axis=1, keepdims=True)
        return np.mean(_losses(z, y), axis=1) + self.l2 / 2 * np.sum(w * w, axis=1), grads

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        x, y = self._data[split]
        w, z = params["w"], _scores(params, x)
        metrics = {"loss": np.mean(_losses(z, y), axis=1), "accuracy": np.mean((z > 0) == (y > 0), axis=1)}
        if split == "train":
            metrics["penalised_loss"] = metrics["loss"] + self.l2 / 2 * np.sum(w * w, axis=1)
        return metrics

    @cached_property
    def minimiser(self) -> dict[str, Array]:
        """Where the penalised loss on the train split is lowest, by Newton's method."""
        demand_unique(self, self.l2)
        x, y, penalty = self._newton_data()

        def slopes(v: Array) -> tuple[Array, Array]:
            p = sigmoid(x @ v)
            curvature = x.T @ (x * (p * (1 - p))[:, None]) / len(x)
            return x.T @ (p - y) / len(x) + penalty * v, curvature + np.diag(penalty)

        found = minimise(self._penalised, slopes, np.zeros(x.shape[1]))
        return {"w": found[:-1], "b": found[-1:]}

    @property
    def minimum(self) -> float:
        """The lowest penalised loss on the train split."""
        return self._penalised(np.concatenate([self.minimiser["w"], self.minimiser["b"]]))

    def _penalised(self, v: Array) -> float:
        x, y, penalty = self._newton_data()
        return float(np.mean(_losses(x @ v, y)) + np.sum(penalty * v * v) / 2)

    def _newton_data(self) -> tuple[Array, Array, Array]:
        """Inputs with a column of ones for b, labels, and the penalty of each coefficient."""
        x, y = (part.astype(np.float64) for part in self._data["train"])
        return np.column_stack([x, np.ones(len(x))]), y, np.append(np.full(x.shape[1], self.l2), 0.0)


def _scores(params: Params, x: Array) -> Array:
    found: Array = np.matmul(x, params["w"][..., None])[..., 0]
    found += params["b"]
    return found


def _losses(z: Array, y: Array) -> Array:
    """log(1 + exp(z)) - y z without overflow."""
    found: Array = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - y * z
    return found
