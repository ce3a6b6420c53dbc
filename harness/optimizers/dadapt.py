"""No learning rate: a growing lower bound d of the distance to the solution. D-Adaptation and Prodigy.

lr is a factor on d, 1 in the papers, and carries the schedule.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, Origin, PerRun, Sees
from harness.optimizers.norms import dot, norm, total
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative, Positive


def bound(d: Array, numerator: Array, denominator: Array) -> Array:
    """The larger of d and the new estimate, which has none to give while there were no gradients."""
    larger: Array = np.maximum(d, np.where(denominator > 0, ratio(numerator, denominator), 0))
    return larger


@dataclass
class DAdaptSGD(Optimizer):
    """D-Adapted SGD (Defazio & Mishchenko 2023, arXiv 2301.07733, algorithm 4): steps of d over the norm of the first
    gradient, and momentum as an average of the iterates.

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> DAdaptSGD(d0=0.1, momentum=0.0).update(params, {"x": np.array([3.0, 4.0])})  # a first step of length d0
    >>> params["x"].round(6)
    array([-0.06, -0.08])
    """

    lr: NonNegative = 1.0
    momentum: Fraction = 0.9
    d0: Positive = 1e-6
    weight_decay: NonNegative = 0.0

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        x0: Origin
        s: Element
        d: PerRun
        first: PerRun
        numerator: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        first = np.where(s.first > 0, s.first, norm(g))
        d = np.where(h.t == 1, h.d0, s.d)
        rate = ratio(d * h.lr, first)
        g = g + h.weight_decay * p
        numerator = s.numerator + rate * dot(g, s.s)
        total = s.s + rate * g
        d = bound(d, 2 * numerator, norm(total))
        z = s.x0 - total
        return z + h.momentum * (p - z), DAdaptSGD.Slots(s.x0, total, d, first, numerator)


@dataclass
class DAdaptAdam(Optimizer):
    """D-Adapted Adam (Defazio & Mishchenko 2023, arXiv 2301.07733, algorithm 5) with decoupled weight decay. The
    paper doesn't correct the averages; `bias_correction` multiplies the rate by Adam's sqrt(c2) / c1 (optax).

    >>> params = {"x": np.array([0.0])}
    >>> DAdaptAdam(d0=0.1, beta1=0.9, beta2=0.99).update(params, {"x": np.array([5.0])})
    >>> params["x"].round(6)  # 0.1 * (1 - 0.9) / sqrt(1 - 0.99)
    array([-0.1])
    """

    lr: NonNegative = 1.0
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    d0: Positive = 1e-6
    weight_decay: NonNegative = 0.0
    bias_correction: bool = False

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        m: Element
        v: Element
        s: Element
        d: PerRun
        c1: PerRun
        c2: PerRun
        numerator: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        c1, c2 = s.c1 + (1 - h.beta1) * (1 - s.c1), s.c2 + (1 - h.beta2) * (1 - s.c2)
        d = np.where(h.t == 1, h.d0, s.d)
        rate = d * h.lr * (np.sqrt(c2) / c1 if h.bias_correction else 1)
        keep = np.sqrt(h.beta2)
        numerator = keep * s.numerator + (1 - keep) * rate * dot(g, ratio(s.s, np.sqrt(s.v) + h.eps))
        m, v = h.beta1 * s.m + (1 - h.beta1) * rate * g, h.beta2 * s.v + (1 - h.beta2) * (g * g)
        average = keep * s.s + (1 - keep) * rate * g
        d = bound(d, numerator, (1 - keep) * total(np.abs(average)))
        p = p * (1 - h.weight_decay * rate) - ratio(m, np.sqrt(v) + h.eps)
        return p, DAdaptAdam.Slots(m, v, average, d, c1, c2, numerator)


@dataclass
class Prodigy(Optimizer):
    """Prodigy (Mishchenko & Defazio 2023, arXiv 2306.06101, algorithm 4) with decoupled weight decay: gradients enter
    the averages times d, so that old ones, of a time when d was too small, weigh less.

    The step has the old d, eps the new one. The averages are not corrected unless by `bias_correction` (optax);
    `safeguard_warmup` keeps lr out of the denominator of the estimate, which a warm-up would make too large;
    d_coef is a factor on the estimate.

    >>> params = {"x": np.array([0.0])}
    >>> Prodigy(d0=0.1, beta1=0.9, beta2=0.99).update(params, {"x": np.array([5.0])})
    >>> params["x"].round(6)  # 0.1 * (1 - 0.9) / sqrt(1 - 0.99)
    array([-0.1])
    """

    lr: NonNegative = 1.0
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    d0: Positive = 1e-6
    d_coef: Positive = 1.0
    weight_decay: NonNegative = 0.0
    bias_correction: bool = False
    safeguard_warmup: bool = False

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        x0: Origin
        m: Element
        v: Element
        s: Element
        d: PerRun
        c1: PerRun
        c2: PerRun
        numerator: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        c1, c2 = s.c1 + (1 - h.beta1) * (1 - s.c1), s.c2 + (1 - h.beta2) * (1 - s.c2)
        d = np.where(h.t == 1, h.d0, s.d)
        rate = d * h.lr * (np.sqrt(c2) / c1 if h.bias_correction else 1)
        keep, scale = np.sqrt(h.beta2), d / h.d0
        numerator = keep * s.numerator + scale * rate * dot(g, s.x0 - p)
        m, v = h.beta1 * s.m + (1 - h.beta1) * d * g, h.beta2 * s.v + (1 - h.beta2) * d * d * (g * g)
        average = keep * s.s + scale * (d if h.safeguard_warmup else rate) * g
        d = bound(d, h.d_coef * numerator, total(np.abs(average)))
        p = p * (1 - h.weight_decay * rate) - ratio(rate * m, np.sqrt(v) + d * h.eps)
        return p, Prodigy.Slots(s.x0, m, v, average, d, c1, c2, numerator)
