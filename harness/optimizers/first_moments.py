"""Adam with another first moment: QHAdam, LaProp, Adan, AdEMAMix and its simplification."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.adam import Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative, Share


@dataclass
class QHAdam(Optimizer):
    """Quasi-hyperbolic Adam (Ma & Yarats 2019, arXiv 1810.06801, equation 16): both corrected averages are mixed with
    what is new, in the shares nu1 and nu2; (1, 1) is Adam.

    >>> optimizer, params = QHAdam(lr=1.0, beta1=0.5, beta2=0.5, nu1=0.0, nu2=0.0), {"x": np.array([0.0])}
    >>> for g in (3.0, -5.0, 1.0):  # nothing but the sign of the gradient is left
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"].round(6)
    array([-1.])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.995
    beta2: Fraction = 0.999
    nu1: Share = 0.7
    nu2: Share = 1.0
    eps: NonNegative = 1e-8

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        m = (1 - h.nu1) * g + h.nu1 * (s.m / s.c1)
        v = (1 - h.nu2) * (g * g) + h.nu2 * (s.v / s.c2)
        return p - ratio(h.lr * m, np.sqrt(v) + h.eps), s


@dataclass
class LaProp(Optimizer):
    """Adam that divides first and averages then (Ziyin, Wang & Ueda 2020, arXiv 2002.04839, algorithm 1).

    >>> optimizer, params = LaProp(lr=1.0, beta1=0.9), {"x": np.array([0.0])}
    >>> for g in (1.0, 1.0, 1.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"].round(6)
    array([-3.])
    """

    lr: NonNegative = 0.0004
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-15

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        new1, new2 = 1 - h.beta1, 1 - h.beta2
        v, c2 = s.v + new2 * (g * g - s.v), s.c2 + new2 * (1 - s.c2)
        m = s.m + new1 * (ratio(g, np.sqrt(v / c2) + h.eps) - s.m)
        c1 = s.c1 + new1 * (1 - s.c1)
        return p - h.lr / c1 * m, Moments(m, v, c1, c2)


@dataclass
class Adan(Optimizer):
    """Adaptive Nesterov momentum (Xie et al. 2022, arXiv 2208.06677, algorithm 1): averages of the gradient, of its
    change, and of the square of the gradient looked ahead. As in the authors' code, betas are shares kept (the paper
    writes 1 - beta), averages are corrected, and weight decay is a division by 1 + lr weight_decay.

    >>> params = {"x": np.array([1.0])}
    >>> Adan(lr=0.1, weight_decay=1.0).update(params, {"x": np.array([7.0])})
    >>> params["x"].round(6)  # (1 - 0.1) / 1.1
    array([0.818182])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.98
    beta2: Fraction = 0.92
    beta3: Fraction = 0.99
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.02

    class Slots(NamedTuple):
        m: Element
        d: Element
        n: Element
        c1: PerRun
        c2: PerRun
        c3: PerRun
        before: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        change = np.where(h.t == 1, 0, g - s.before)
        ahead = g + h.beta2 * change
        new1, new2, new3 = 1 - h.beta1, 1 - h.beta2, 1 - h.beta3
        m, d, n = s.m + new1 * (g - s.m), s.d + new2 * (change - s.d), s.n + new3 * (ahead * ahead - s.n)
        c1, c2, c3 = s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2), s.c3 + new3 * (1 - s.c3)
        step = ratio(h.lr * (m / c1 + h.beta2 * d / c2), np.sqrt(n / c3) + h.eps)
        return (p - step) / (1 + h.lr * h.weight_decay), Adan.Slots(m, d, n, c1, c2, c3, g)


@dataclass
class AdEMAMix(Optimizer):
    """AdamW with a second, slow average of the gradient (Pagliardini, Ablin & Grangier 2024, arXiv 2409.03137,
    equation AdEMAMix): m1 is corrected, m2 isn't. The paper warms both up, in as many steps:
    give beta3 the schedule half_life, alpha warmup with share=1.

    >>> params = {"x": np.array([0.0])}
    >>> AdEMAMix(lr=0.1, alpha=5.0, beta3=0.99).update(params, {"x": np.array([4.0])})
    >>> params["x"].round(6)  # 0.1 * (1 + 5 * 0.01)
    array([-0.105])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    beta3: Fraction = 0.9999
    alpha: NonNegative = 5.0
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        slow: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new = moments(g, s, h)
        slow = s.slow + (1 - h.beta3) * (g - s.slow)
        step = ratio(new.m / new.c1 + h.alpha * slow, np.sqrt(new.v / new.c2) + h.eps)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, AdEMAMix.Slots(*new, slow)


@dataclass
class SimplifiedAdEMAMix(Optimizer):
    """AdEMAMix with one momentum (Morwani et al. 2025, arXiv 2502.02431, algorithm 2): m sums gradients, uncorrected,
    and alpha adds the newest one to it. Its lr is about (1 - beta1) times AdamW's.

    >>> optimizer, params = SimplifiedAdEMAMix(lr=0.1, beta1=0.5, alpha=2.0), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([4.0])})
    ...     print(params["x"].round(6))  # by (1 + 2), then (1.5 + 2)
    [-0.3]
    [-0.65]
    """

    lr: NonNegative = 1e-5
    beta1: Fraction = 0.99
    beta2: Fraction = 0.95
    alpha: NonNegative = 0.0
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0

    class Slots(NamedTuple):
        m: Element
        v: Element
        c2: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new2 = 1 - h.beta2
        m, v, c2 = h.beta1 * s.m + g, s.v + new2 * (g * g - s.v), s.c2 + new2 * (1 - s.c2)
        step = ratio(m + h.alpha * g, np.sqrt(v / c2) + h.eps)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, SimplifiedAdEMAMix.Slots(m, v, c2)
