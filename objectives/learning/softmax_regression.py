"""Softmax regression with a penalty, and the minimum of what it learns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_batch, demand_classes
from objectives.data import Dataset
from objectives.fields import Count, Dtype, StaticNonNegative
from objectives.learning.layers import cross_entropy
from objectives.learning.mlp import MLP
from objectives.learning.newton import demand_unique, minimise


@dataclass
class SoftmaxRegression(Objective):
    """Multinomial logistic regression: mean cross-entropy of softmax(x W + b) + l2/2 |W|^2 (Bohning 1992); params W1
    (runs, features, classes) and b1 (runs, classes) of an MLP without hidden layers, which start at 0.

    Metrics leave the penalty out, but for `penalised_loss` on the train split. `minimum` is the lowest such loss on
    all train examples; the Hessian of Newton's method has (features x classes)^2 numbers.
    """

    dataset: Dataset
    l2: StaticNonNegative = 1e-3
    batch_size: Count = 128
    dtype: Dtype = "float64"

    complex_step = True
    lowest = 0.0
    parallel = True

    def prepare(self) -> None:
        demand_classes(self, self.dataset)
        demand_batch(self, len(self.dataset.parts["train"]))
        self.digest, self.splits = self.dataset.digest, self.dataset.splits
        self._model = MLP(
            self.dataset, [], weight_init=0.0, weight_decay=self.l2, batch_size=self.batch_size, dtype=self.dtype
        )
        self.deterministic = self._model.deterministic

    @property
    def varies_with_seed(self) -> bool:
        return self.batch_size < len(self.dataset.parts["train"])

    def init(self, seeds: Seeds) -> Params:
        return self._model.init(seeds)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        return self._model.loss_and_grads(params, step, seeds)

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        metrics = self._model.evaluate(params, split)
        if split == "train":
            penalty = self.l2 / 2 * np.sum(params["W1"] ** 2, axis=(1, 2))
            metrics["penalised_loss"] = metrics["loss"] + penalty
        return metrics

    @cached_property
    def minimiser(self) -> dict[str, Array]:
        """Where the penalised loss on the train split is lowest, by Newton's method: of the points that differ by a
        number added to all of b1, the one whose b1 sums to 0.
        """
        demand_unique(self, self.l2)
        x, labels = self._newton_data()
        (n, features), classes = x.shape, labels.shape[1]
        penalty = np.repeat(np.append(np.full(features - 1, self.l2), 0.0), classes)
        shift = np.append(np.zeros((features - 1) * classes), np.ones(classes))

        def slopes(v: Array) -> tuple[Array, Array]:
            _, error = cross_entropy(x @ v.reshape(features, classes), labels)
            p = error + labels
            hessian = np.empty((features, classes, features, classes))
            for c in range(classes):
                for k in range(classes):
                    weight = p[:, c] * ((c == k) - p[:, k]) / n
                    hessian[:, c, :, k] = x.T @ (x * weight[:, None])
            gradient = (x.T @ error / n).ravel() + penalty * v
            # b1 + 1 has the same loss: a curvature along it leaves the steps as they are and the matrix regular
            return gradient, hessian.reshape(v.size, v.size) + np.diag(penalty) + np.outer(shift, shift)

        found = minimise(self._penalised, slopes, np.zeros(features * classes)).reshape(features, classes)
        return {"W1": found[:-1], "b1": found[-1]}

    @property
    def minimum(self) -> float:
        """The lowest penalised loss on the train split."""
        return self._penalised(np.vstack([self.minimiser["W1"], self.minimiser["b1"]]))

    def _penalised(self, v: Array) -> float:
        x, labels = self._newton_data()
        weights = v.reshape(x.shape[1], labels.shape[1])
        losses, _ = cross_entropy(x @ weights, labels)
        return float(np.mean(losses) + self.l2 / 2 * np.sum(weights[:-1] ** 2))

    def _newton_data(self) -> tuple[Array, Array]:
        """Inputs with a column of ones for b1, and one-hot labels."""
        x, y = self.dataset.split("train")
        x = x.astype(self.dtype).astype(np.float64)
        return np.column_stack([x, np.ones(len(x))]), (y[:, None] == np.arange(self.dataset.classes)).astype(float)
