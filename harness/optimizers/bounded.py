"""Adam whose steps are held within bounds: AdaBound, AMSBound, AdaMod, ADOPT, StableAdamW."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.adam import MaximalMoments, Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun, Sees
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative


def rates(v: Array, s: Moments, h: Any) -> Array:
    """Adam's step length per unit of m in every coordinate, both corrections in it."""
    return ratio(h.lr * np.sqrt(s.c2) / s.c1, np.sqrt(v) + h.eps)


@dataclass
class AdaBound(Optimizer):
    """Adam that turns into SGD (Luo et al. 2019, arXiv 1902.09843, algorithm 2): its rates are clipped to bounds that
    close in on `final_lr`, at the speed `gamma`. As in the authors' code, moments are corrected as Adam's, rates are
    not divided by sqrt(t), and a schedule of lr should be given to final_lr, too.

    >>> optimizer, params = AdaBound(lr=0.1, final_lr=0.5, gamma=1e9, eps=1e-9), {"x": np.array([0.0])}
    >>> optimizer.update(params, {"x": np.array([10.0])})  # m is 1, the bounds are closed
    >>> params["x"].round(6)
    array([-0.5])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    final_lr: NonNegative = 0.1
    gamma: NonNegative = 0.001
    eps: NonNegative = 1e-8

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        return p - bounded(rates(s.v, s, h), h) * s.m, s


def bounded(rate: Array, h: Any) -> Array:
    """AdaBound's rates, clipped; a gamma of 0 leaves them as they are, but for a final_lr of 0."""
    speed = h.gamma * h.t
    low, high = h.final_lr * (1 - 1 / (speed + 1)), h.final_lr * (1 + 1 / np.where(speed > 0, speed, 1))
    high = np.where((speed > 0) | (h.final_lr == 0), high, np.inf)
    found: Array = np.minimum(np.maximum(rate, low), high)
    return found


@dataclass
class AMSBound(Optimizer):
    """AdaBound with the largest v so far (Luo et al. 2019, algorithm 3 of its appendix; AMSGrad in its memory).

    >>> optimizer, params = AMSBound(lr=1.0, beta1=0.0, beta2=0.5, gamma=1e-9), {"x": np.array([0.0])}
    >>> for g in (4.0, 1.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"].round(4)  # 1, and sqrt(3/4) / sqrt(8)
    array([-1.3062])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    final_lr: NonNegative = 0.1
    gamma: NonNegative = 0.001
    eps: NonNegative = 1e-8

    Slots = MaximalMoments

    @staticmethod
    def rule(p: Array, g: Array, s: MaximalMoments, h: Any) -> New:
        new = moments(g, s, h)
        top = np.maximum(s.top, new.v)
        return p - bounded(rates(top, new, h), h) * new.m, MaximalMoments(*new, top)


@dataclass
class AdaMod(Optimizer):
    """Adam whose rates never exceed their own long average (Ding et al. 2019, arXiv 1910.12249, algorithm 1).

    The average starts at 0, so the first step is 1 - beta3 of Adam's:

    >>> params = {"x": np.array([0.0])}
    >>> AdaMod(lr=1.0, beta3=0.75).update(params, {"x": np.array([3.0])})
    >>> params["x"].round(6)
    array([-0.25])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    beta3: Fraction = 0.999
    eps: NonNegative = 1e-8

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        rate: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new = moments(g, s, h)
        rate = rates(new.v, new, h)
        mean = s.rate + (1 - h.beta3) * (rate - s.rate)
        return p - np.minimum(rate, mean) * new.m, AdaMod.Slots(*new, mean)


@dataclass
class Adopt(Optimizer):
    """ADOPT (Taniguchi et al. 2024, arXiv 2411.02853, algorithm 2): a gradient is divided by the v of those before it,
    then clipped to (t - 1)^(1/4), then averaged. The first gradient only fills v.

    >>> optimizer, params = Adopt(lr=1.0, beta1=0.0), {"x": np.array([0.0])}
    >>> for g in (2.0, 1.0, 8.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    ...     print(params["x"].round(4))
    [0.]
    [-0.5]
    [-1.6892]
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.9999
    eps: NonNegative = 1e-6

    class Slots(NamedTuple):
        m: Element
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        first = h.t == 1
        limit = np.sqrt(np.sqrt(h.t - 1))
        size = np.maximum(np.sqrt(s.v), h.eps)
        scaled = np.minimum(np.maximum(ratio(g, size), -limit), limit)
        m = s.m + (1 - h.beta1) * (scaled - s.m)
        v = np.where(first, g * g, s.v + (1 - h.beta2) * (g * g - s.v))
        return p - h.lr * m, Adopt.Slots(m, v)


@dataclass
class StableAdamW(Optimizer):
    """AdamW with a smaller lr for a tensor whose gradients outgrow v (Wortsman et al. 2023, arXiv 2304.13013,
    algorithm 2, after Adafactor): lr / max(1, RMS(g / sqrt(v))). The betas are corrected, not the averages.

    A gradient ten times as large as those before it makes a step of about 1/3 of what Adam would make:

    >>> optimizer, params = StableAdamW(lr=1.0, beta1=0.0, beta2=0.9, weight_decay=0.0), {"x": np.zeros(1)}
    >>> for g in (1.0,) * 50 + (10.0,):
    ...     before = params["x"].copy()
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> (params["x"] - before).round(3)
    array([-1.])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.99
    eps: NonNegative = 1e-6
    weight_decay: NonNegative = 0.01

    sees: ClassVar[Sees] = "tensors"

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        v = s.v / s.c2
        rms = np.sqrt(np.mean(ratio(g * g, np.maximum(v, h.eps * h.eps)), axis=tuple(range(1, g.ndim)), keepdims=True))
        lr = h.lr / np.maximum(1, rms)
        return p * (1 - lr * h.weight_decay) - ratio(lr * s.m / s.c1, np.sqrt(v) + h.eps), s
