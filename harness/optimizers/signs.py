"""Steps whose length no gradient tells: SignSGD, Signum, Lion, Tiger, Rprop."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New
from objectives.arrays import Array
from objectives.fields import Fraction, NonNegative, Positive


@dataclass
class SignSGD(Optimizer):
    """Every coordinate moves by lr against the sign of its gradient (Bernstein et al. 2018, arXiv 1802.04434,
    algorithm 1).

    >>> params = {"x": np.array([0.0, 0.0, 0.0])}
    >>> SignSGD(lr=0.1).update(params, {"x": np.array([1e-9, -1e9, 0.0])})
    >>> params["x"]
    array([-0.1,  0.1,  0. ])
    """

    lr: NonNegative = 0.001

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return p - h.lr * np.sign(g), s


class Average(NamedTuple):
    """A moving average of the gradient."""

    m: Element


@dataclass
class Signum(Optimizer):
    """SignSGD by the sign of an average (Bernstein et al. 2018, arXiv 1802.04434, algorithm 2).

    >>> optimizer, params = Signum(lr=0.1, momentum=0.9), {"x": np.array([0.0])}
    >>> for g in (5.0, -1.0):  # the average stays above 0
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"]
    array([-0.2])
    """

    lr: NonNegative = 0.001
    momentum: Fraction = 0.9

    Slots = Average

    @staticmethod
    def rule(p: Array, g: Array, s: Average, h: Any) -> New:
        m = h.momentum * s.m + (1 - h.momentum) * g
        return p - h.lr * np.sign(m), Average(m)


@dataclass
class Tiger(Optimizer):
    """Tight-fisted optimizer (Su 2023, https://kexue.fm/archives/9512): Signum with decoupled weight decay.

    >>> params = {"x": np.array([1.0])}
    >>> Tiger(lr=0.1, weight_decay=0.5).update(params, {"x": np.array([7.0])})
    >>> params["x"].round(6)
    array([0.85])
    """

    lr: NonNegative = 0.001
    beta: Fraction = 0.965
    weight_decay: NonNegative = 0.01

    Slots = Average

    @staticmethod
    def rule(p: Array, g: Array, s: Average, h: Any) -> New:
        m = h.beta * s.m + (1 - h.beta) * g
        return p * (1 - h.lr * h.weight_decay) - h.lr * np.sign(m), Average(m)


@dataclass
class Lion(Optimizer):
    """Evolved sign momentum (Chen et al. 2023, arXiv 2302.06675, algorithm 2): the sign of an average by beta1, of
    which a longer one by beta2 is kept. Its lr is 3 to 10 times below AdamW's, its decay as much above.

    >>> optimizer, params = Lion(lr=0.1, beta1=0.5, beta2=0.9), {"x": np.array([0.0])}
    >>> for g in (10.0, -0.5):  # 0.5 * 1 - 0.5 * 0.5 is above 0
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"]
    array([-0.2])
    """

    lr: NonNegative = 0.0001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.99
    weight_decay: NonNegative = 0.0

    Slots = Average

    @staticmethod
    def rule(p: Array, g: Array, s: Average, h: Any) -> New:
        c = h.beta1 * s.m + (1 - h.beta1) * g
        m = h.beta2 * s.m + (1 - h.beta2) * g
        return p * (1 - h.lr * h.weight_decay) - h.lr * np.sign(c), Average(m)


@dataclass
class Rprop(Optimizer):
    """Resilient propagation (Riedmiller & Braun 1993): every coordinate has a step length of its own, lr at first,
    that grows while its gradient keeps the sign and shrinks when it changes. After a change the coordinate rests for
    an update (Igel & Huesken 2000, iRprop-), as in torch. For gradients without noise.

    >>> optimizer, params = Rprop(lr=1.0), {"x": np.array([0.0])}
    >>> for g in (1.0, 1.0, -1.0, -1.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    ...     print(params["x"].round(6))  # steps of 1, 1.2, none, and 0.6 back
    [-1.]
    [-2.2]
    [-2.2]
    [-1.6]
    """

    lr: NonNegative = 0.1
    eta_minus: Fraction = 0.5
    eta_plus: Positive = 1.2
    step_min: NonNegative = 1e-6
    step_max: NonNegative = 50.0

    class Slots(NamedTuple):
        before: Element
        length: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        kept = np.sign(g) * np.sign(s.before)  # their product may be too small for its dtype
        factor = np.where(kept > 0, h.eta_plus, np.where(kept < 0, h.eta_minus, 1))
        length = np.clip(np.where(h.t == 1, h.lr, s.length) * factor, h.step_min, h.step_max)
        before = np.where(kept < 0, 0, g)
        return p - np.sign(before) * length, Rprop.Slots(before, length)
