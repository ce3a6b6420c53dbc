"""Averaging in place of a schedule: schedule-free SGD."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.fields import Array, Fraction, NonNegative
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Iterate, New, PerRun


@dataclass
class ScheduleFreeSGD(Optimizer):
    """Schedule-free SGD (Defazio et al. 2024, equations 3 to 5).

    The params held are y, where gradients are taken; z makes the steps, and x, the average of the z weighted
    by lr^2, is the point to evaluate. momentum=0 is Polyak-Ruppert averaging (y = z), towards 1 primal averaging.

    >>> optimizer, params = ScheduleFreeSGD(lr=1.0, momentum=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"], optimizer.evaluation_params(params)["x"])
    [-1.] [-1.]
    [-1.75] [-1.5]
    """

    lr: NonNegative = 1.0
    momentum: Fraction = 0.9

    class Slots(NamedTuple):
        x: Iterate
        z: Iterate
        weights: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        z = s.z - h.lr * g
        weights = s.weights + h.lr * h.lr
        c = h.lr * h.lr / np.where(weights > 0, weights, 1)
        x = s.x + c * (z - s.x)
        y = z + h.momentum * (x - z)
        return y, ScheduleFreeSGD.Slots(x, z, weights)

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.x
