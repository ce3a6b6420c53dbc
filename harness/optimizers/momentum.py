"""Velocities of other kinds: QHM, AggMo, PNM, AccSGD, and optimism."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, Iterate, New
from objectives.arrays import Array
from objectives.fields import Fraction, NonNegative, Positive, Share


@dataclass
class QHM(Optimizer):
    """Quasi-hyperbolic momentum (Ma & Yarats 2019, arXiv 1810.06801, equations 3 and 4): a share nu of the step is the
    average of the gradients, the rest is the gradient. Its lr is 1 / (1 - momentum) times that of the heavy ball.

    >>> optimizer, params = QHM(lr=1.0, momentum=0.5, nu=0.8), {"x": np.array([0.0])}
    >>> optimizer.update(params, {"x": np.array([1.0])})
    >>> params["x"].round(6)  # 0.2 + 0.8 * 0.5
    array([-0.6])
    """

    lr: NonNegative = 1.0
    momentum: Fraction = 0.999
    nu: Share = 0.7

    class Slots(NamedTuple):
        m: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        m = s.m + (1 - h.momentum) * (g - s.m)
        return p - h.lr * (g + h.nu * (m - g)), QHM.Slots(m)


@dataclass
class AggMo(Optimizer):
    """Aggregated momentum (Lucas et al. 2019, arXiv 1804.00325, section 3): the mean of three velocities, of which
    the slow one is fast in narrow valleys and the others damp its oscillations.

    >>> optimizer, params = AggMo(lr=1.0, beta1=0.0, beta2=0.5, beta3=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([3.0])})
    ...     print(params["x"])  # by (3 + 3 + 3) / 3, then by (3 + 4.5 + 4.5) / 3
    [-3.]
    [-7.]
    """

    lr: NonNegative = 0.01
    beta1: Fraction = 0.0
    beta2: Fraction = 0.9
    beta3: Fraction = 0.99

    class Slots(NamedTuple):
        v1: Element
        v2: Element
        v3: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v1, v2, v3 = h.beta1 * s.v1 + g, h.beta2 * s.v2 + g, h.beta3 * s.v3 + g
        return p - h.lr / 3 * (v1 + v2 + v3), AggMo.Slots(v1, v2, v3)


@dataclass
class PNM(Optimizer):
    """Positive-negative momentum (Xie et al. 2021, arXiv 2103.17182, algorithm 1): two averages take the gradients in
    turn; 1 + beta0 times the newer minus beta0 times the older has more noise for the same drift.

    >>> optimizer, params = PNM(lr=1.0, beta1=0.5, beta0=0.0), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([4.0])})
    ...     print(params["x"])  # each average has had one gradient: 0.75 * 4
    [-3.]
    [-6.]
    """

    lr: NonNegative = 0.1
    beta1: Fraction = 0.9
    beta0: NonNegative = 1.0
    weight_decay: NonNegative = 0.0

    class Slots(NamedTuple):
        newer: Element
        older: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        keep = h.beta1 * h.beta1
        newer = s.older + (1 - keep) * (g - s.older)
        step = ((1 + h.beta0) * newer - h.beta0 * s.newer) / np.sqrt((1 + h.beta0) * (1 + h.beta0) + h.beta0 * h.beta0)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, PNM.Slots(newer, s.newer)


@dataclass
class AccSGD(Optimizer):
    """Accelerated SGD (Kidambi et al. 2018, arXiv 1803.05591, algorithm 1) for noisy gradients: a long step of
    kappa / 0.7 times lr enters a running average, a short one of lr the params, and both are mixed. kappa is about the
    condition number, xi at most its root.

    >>> optimizer, params = AccSGD(lr=1.0, kappa=4.9, xi=5.0), {"x": np.array([0.0])}
    >>> optimizer.update(params, {"x": np.array([1.0])})
    >>> params["x"].round(6)  # 0.7 / 1.2 of -1, 0.5 / 1.2 of the average, which is half of -7
    array([-2.041667])
    """

    lr: NonNegative = 0.01
    kappa: Positive = 1000.0
    xi: Positive = 10.0

    class Slots(NamedTuple):
        average: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new = 0.49 * h.xi / h.kappa
        average = s.average + new * (p - h.lr * h.kappa / 0.7 * g - s.average)
        return (0.7 * (p - h.lr * g) + new * average) / (0.7 + new), AccSGD.Slots(average)


@dataclass
class Optimistic(Optimizer):
    """Optimistic gradient descent (Daskalakis et al. 2018, arXiv 1711.00141): the change of the gradient, taken
    as a forecast of the next, is added to it. In games it converges where plain descent circles.

    >>> optimizer, params = Optimistic(lr=1.0), {"x": np.array([0.0])}
    >>> for g in (1.0, 3.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    ...     print(params["x"])  # the first gradient has no forecast, the second is taken as 5
    [-1.]
    [-6.]
    """

    lr: NonNegative = 0.01
    optimism: NonNegative = 1.0

    class Slots(NamedTuple):
        before: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        change = np.where(h.t == 1, 0, g - s.before)
        return p - h.lr * (g + h.optimism * change), Optimistic.Slots(g)
