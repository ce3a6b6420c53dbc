"""Averages of the iterates in place of a falling learning rate: ASGD, schedule-free SGD and AdamW."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, Iterate, New, PerRun
from objectives.arrays import Array, power, ratio
from objectives.fields import Fraction, NonNegative


@dataclass
class ASGD(Optimizer):
    """Averaged SGD (Polyak & Juditsky 1992, theorem 2), in the form of Bottou 2010 that torch has: lr falls as
    lr / (1 + decay lr t)^power, `decay` is also the strength of an L2 penalty, and the point to evaluate is the mean of
    the params from update start + 2 on.

    >>> optimizer, params = ASGD(lr=1.0, decay=0.0), {"x": np.array([0.0])}
    >>> for _ in range(3):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    >>> params["x"], optimizer.evaluation_params(params)["x"]
    (array([-3.]), array([-2.5]))
    """

    lr: NonNegative = 0.01
    decay: NonNegative = 1e-4
    power: NonNegative = 0.75
    start: NonNegative = 0.0

    class Slots(NamedTuple):
        average: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        lr = h.lr / power(1 + h.decay * h.lr * (h.t - 1), h.power)
        p = p * (1 - h.decay * lr) - lr * g
        return p, ASGD.Slots(s.average + (p - s.average) / np.maximum(1, h.t - 1 - h.start))

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.average


def averaged(z: Array, x: Array, weights: Array, momentum: Array, lr: Array) -> tuple[Array, Array, Array]:
    """The params y to hold, the new average x of all z, and the sum of their weights lr^2 (Defazio et al. 2024,
    equations 3 and 5)."""
    weights = weights + lr * lr
    x = x + ratio(lr * lr, weights) * (z - x)
    return z + momentum * (x - z), x, weights


@dataclass
class ScheduleFreeSGD(Optimizer):
    """Schedule-free SGD (Defazio et al. 2024, arXiv 2405.15682, equations 3 to 5).

    The params held are y, where gradients are taken and decayed; z makes the steps, and x, the average of the z
    weighted by lr^2, is the point to evaluate. momentum=0 is Polyak-Ruppert averaging (y = z), towards 1 primal
    averaging.

    >>> optimizer, params = ScheduleFreeSGD(lr=1.0, momentum=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"], optimizer.evaluation_params(params)["x"])
    [-1.] [-1.]
    [-1.75] [-1.5]
    """

    lr: NonNegative = 1.0
    momentum: Fraction = 0.9
    weight_decay: NonNegative = 0.0

    class Slots(NamedTuple):
        x: Iterate
        z: Iterate
        weights: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        z = s.z - h.lr * (g + h.weight_decay * p)
        y, x, weights = averaged(z, s.x, s.weights, h.momentum, h.lr)
        return y, ScheduleFreeSGD.Slots(x, z, weights)

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.x


@dataclass
class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW (Defazio et al. 2024, arXiv 2405.15682, algorithm 1): its steps are those of RMSProp with
    Adam's correction, beta1 is the share of the average in y, and the decay acts on y.

    >>> optimizer, params = ScheduleFreeAdamW(lr=1.0, beta1=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([7.0])})
    ...     print(params["x"].round(6), optimizer.evaluation_params(params)["x"].round(6))
    [-1.] [-1.]
    [-1.75] [-1.5]
    """

    lr: NonNegative = 0.0025
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0

    class Slots(NamedTuple):
        x: Iterate
        z: Iterate
        v: Element
        c2: PerRun
        weights: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new2 = 1 - h.beta2
        v, c2 = s.v + new2 * (g * g - s.v), s.c2 + new2 * (1 - s.c2)
        z = s.z - h.lr * (ratio(g, np.sqrt(v / c2) + h.eps) + h.weight_decay * p)
        y, x, weights = averaged(z, s.x, s.weights, h.beta1, h.lr)
        return y, ScheduleFreeAdamW.Slots(x, z, v, c2, weights)

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.x
