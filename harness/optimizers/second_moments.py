"""Adam with another second moment: AdaBelief, Yogi, PAdam, diffGrad."""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from harness.optimizers.adam import Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun
from objectives.arrays import Array, power, ratio
from objectives.fields import Fraction, NonNegative, Range

Exponent = Annotated[float | Array, Range(0, 0.5, open_low=True)]


@dataclass
class AdaBelief(Optimizer):
    """Adam that divides by how far gradients stray from their average (Zhuang et al. 2020, arXiv 2010.07468,
    algorithm 2): s averages (g - m)^2, and eps is added to it at every step.

    A first gradient strays by beta1 g, so the step is longer than Adam's:

    >>> params = {"x": np.array([0.0])}
    >>> AdaBelief(lr=0.1, beta1=0.5).update(params, {"x": np.array([3.0])})
    >>> params["x"].round(6)
    array([-0.2])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-16

    class Slots(NamedTuple):
        m: Element
        s: Element
        c1: PerRun
        c2: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new1, new2 = 1 - h.beta1, 1 - h.beta2
        m, c1, c2 = s.m + new1 * (g - s.m), s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2)
        strayed = h.beta2 * s.s + new2 * ((g - m) * (g - m)) + h.eps
        step = ratio(h.lr / c1 * m, np.sqrt(strayed / c2) + h.eps)
        return p - step, AdaBelief.Slots(m, strayed, c1, c2)


@dataclass
class Yogi(Optimizer):
    """Adam whose v grows or shrinks by (1 - beta2) g^2, whichever way g^2 lies (Zaheer et al. 2018, algorithm 2).

    v starts at `initial_accumulator`, and so, in some libraries, does m: `initial_momentum`. Both are corrected as
    Adam's are.

    >>> optimizer, params = Yogi(lr=1.0, beta1=0.0, beta2=0.5, initial_accumulator=0.0, eps=0.0), {"x": np.array([0.0])}
    >>> for g in (2.0, 1.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    >>> params["x"].round(4)  # v is 2, then 2 - 1/2
    array([-1.7071])
    """

    lr: NonNegative = 0.01
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-3
    initial_accumulator: NonNegative = 1e-6
    initial_momentum: NonNegative = 0.0

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        new1, new2, first = 1 - h.beta1, 1 - h.beta2, h.t == 1
        m, v = np.where(first, h.initial_momentum, s.m), np.where(first, h.initial_accumulator, s.v)
        m, v = m + new1 * (g - m), v - new2 * np.sign(v - g * g) * (g * g)
        c1, c2 = s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2)
        return p - ratio(h.lr / c1 * m, np.sqrt(v / c2) + h.eps), Moments(m, v, c1, c2)


@dataclass
class PAdam(Optimizer):
    """Partially adaptive momentum (Chen et al. 2018, arXiv 1806.06763, algorithm 1): v to a power between 0, which is
    momentum, and 1/2, which is Adam. eps is added to sqrt(v) as in the authors' code; their AMSGrad is left out.

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> PAdam(lr=1.0, partial=0.25, eps=0.0).update(params, {"x": np.array([1.0, 16.0])})
    >>> params["x"].round(2)  # the corrections leave (1 - beta2)^(1/4)
    array([-0.18, -0.71])
    """

    lr: NonNegative = 0.1
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    partial: Exponent = 0.125
    eps: NonNegative = 1e-8

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        return p - ratio(h.lr * np.sqrt(s.c2) / s.c1 * s.m, power(np.sqrt(s.v) + h.eps, 2 * h.partial)), s


@dataclass
class DiffGrad(Optimizer):
    """Adam with friction (Dubey et al. 2020, arXiv 1909.11015, equations 8 to 10): steps are multiplied by the sigmoid
    of |g - the gradient before|, so that they halve where gradients don't change.

    >>> optimizer, params = DiffGrad(lr=1.0), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     before = params["x"].copy()
    ...     optimizer.update(params, {"x": np.array([100.0])})
    ...     print((params["x"] - before).round(6))
    [-1.]
    [-0.5]
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        before: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new = moments(g, s, h)
        friction = 1 / (1 + np.exp(-np.abs(s.before - g)))
        step = ratio(h.lr * np.sqrt(new.c2) / new.c1 * friction * new.m, np.sqrt(new.v) + h.eps)
        return p - step, DiffGrad.Slots(*new, g)
