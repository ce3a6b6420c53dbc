"""Test problems of DeepOBS, number for number (Schneider, Balles & Hennig 2019, arXiv 1903.05499)."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_batch
from objectives.fields import Count, Dtype, Index
from objectives.random import epochs
from objectives.tracing import rows_of

DIM = 100
EXAMPLES = 1000  # of each split
SEEDS: dict[Split, int] = {"train": 42, "test": 43, "validation": 44}


@dataclass
class QuadraticDeep(Objective):
    """DeepOBS's quadratic_deep: mean 1/2 (theta - x)^T Q (theta - x) over examples x of N(0, 0.6^2 I), dim 100;
    theta starts at 1. Q has 90 eigenvalues from 0 to 1 and 10 from 30 to 60, as Hessians of networks do.

    The original draws one Q per process from RandomState(42), so published files differ in how many had been drawn
    before: that is `draw`, 0 for the first. Held-out losses are over the first whole batches, 896 examples with
    batches of 128. `validate_on=test` makes the curves those of the test data, as published ones are; then nothing
    may be tuned on them.
    """

    draw: Index = 0
    validate_on: Literal["validation", "test"] = "validation"
    batch_size: Count = 128
    dtype: Dtype = "float32"

    splits = ("train", "validation", "test")
    complex_step = True

    def prepare(self) -> None:
        demand_batch(self, EXAMPLES)
        eigenvalues, rotation = _drawn(self.draw)
        Q = rotation.T * eigenvalues @ rotation
        data = {split: _examples(seed) for split, seed in SEEDS.items()}
        self.digest = hashlib.sha256(b"".join(a.tobytes() for a in (eigenvalues, *data.values()))).hexdigest()
        whole = EXAMPLES // self.batch_size * self.batch_size
        train, test = data["train"], data["test"][:whole]
        validation = {"validation": data["validation"][:whole], "test": test}[self.validate_on]
        self._summaries = {
            "train": _summary(train, Q),
            "validation": _summary(validation, Q),
            "test": _summary(test, Q),
        }
        self._Q, self._x = Q.astype(self.dtype), train.astype(self.dtype)
        self._energies = _energies(train, Q).astype(self.dtype)
        self._batches = epochs(EXAMPLES, self.batch_size)
        self.deterministic = self.batch_size == EXAMPLES

    @property
    def varies_with_seed(self) -> bool:
        return self.batch_size < EXAMPLES

    @property
    def minimum(self) -> float:
        """The lowest loss on the train split, at the mean of its examples."""
        return self._summaries["train"][1]

    def init(self, seeds: Seeds) -> Params:
        return {"theta": np.ones((len(seeds), DIM), self.dtype)}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        """With the batch's mean m: the gradient is Q (theta - m), the loss 1/2 theta^T Q theta - theta^T Q m plus the
        mean of 1/2 x^T Q x.
        """
        theta, batch = params["theta"], self._batches.at(step, seeds)
        pull = self._times(np.mean(rows_of(self._x, batch), axis=1))
        slope = self._times(theta) - pull
        loss = np.sum(theta * (slope - pull), axis=1) / 2 + np.mean(rows_of(self._energies, batch), axis=1)
        return loss, {"theta": slope}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        mean, lowest = self._summaries[split]
        away = params["theta"] - mean.astype(self.dtype)
        loss = np.sum(away * self._times(away), axis=1) / 2 + np.asarray(lowest, self.dtype)
        return {"loss": loss}

    def _times(self, rows: Array) -> Array:
        """Each row times Q: run by run, for a product of all would round otherwise beside other runs."""
        found: Array = np.matmul(rows[:, None], self._Q)[:, 0]
        return found


def _summary(x: Array, Q: Array) -> tuple[Array, float]:
    """The mean of the examples, and the loss there: what the loss at any theta depends on."""
    mean = np.mean(x, axis=0)
    return mean, float(np.mean(_energies(x - mean, Q)))


def _energies(x: Array, Q: Array) -> Array:
    """1/2 x^T Q x of each example."""
    found: Array = np.sum(x @ Q * x, axis=1) / 2
    return found


def _examples(seed: int) -> Array:
    """N(0, 0.6^2) rounded to float32, as the original does."""
    legacy = np.random.RandomState(seed)  # the legacy stream is part of the definition
    return legacy.normal(0.0, 0.6, (EXAMPLES, DIM)).astype(np.float32).astype(np.float64)


def _drawn(draw: int) -> tuple[Array, Array]:
    """Eigenvalues and rotation of a draw, after those before it."""
    legacy = np.random.RandomState(42)  # the legacy stream is part of the definition
    for _ in range(draw + 1):
        eigenvalues = np.concatenate([legacy.uniform(0, 1, 90), legacy.uniform(30, 60, 10)])
        rotation = _rotation(legacy)
    return eigenvalues, rotation


def _rotation(legacy: np.random.RandomState) -> Array:
    """A uniform rotation by the subgroup algorithm (Diaconis & Shahshahani 1987): a rotation of the plane, carried
    from each dimension to the next by the reflection that takes the first axis to a random direction.
    """
    angle = 2 * np.pi * legacy.uniform()
    found = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for size in range(3, DIM + 1):
        direction = legacy.normal(size=size)
        mirror = -direction / np.linalg.norm(direction)
        mirror[0] += 1
        mirror /= np.linalg.norm(mirror)
        larger = np.eye(size)
        larger[1:, 1:] = found
        found = larger - 2 * np.outer(mirror, mirror @ larger)
    return -found
