"""Adam: two moving averages, corrected for their start at 0."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.fields import Array, Fraction, NonNegative
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun


@dataclass
class Adam(Optimizer):
    """Adaptive moment estimation (Kingma & Ba 2015, algorithm 1).

    `eps_hat` adds eps before the correction of v, as at the end of the paper's section 2 (and in Deep Learning
    from Scratch). c1 and c2 equal 1 - beta^t for a fixed beta and stay exact for a scheduled one: they are
    averaged with the weights of m and v.

    A first step has length lr in every coordinate:

    >>> params, grads = {"x": np.array([1.0, -2.0])}, {"x": np.array([0.5, -4.0])}
    >>> Adam(lr=0.1).update(params, grads)
    >>> params["x"].round(6)
    array([ 0.9, -1.9])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    eps_hat: bool = False

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new1, new2 = 1 - h.beta1, 1 - h.beta2
        m = s.m + new1 * (g - s.m)
        v = s.v + new2 * (g * g - s.v)
        c1 = s.c1 + new1 * (1 - s.c1)
        c2 = s.c2 + new2 * (1 - s.c2)
        if h.eps_hat:
            step = h.lr * np.sqrt(c2) / c1 * m / (np.sqrt(v) + h.eps)
        else:
            step = h.lr / c1 * m / (np.sqrt(v / c2) + h.eps)
        return p - step, Adam.Slots(m, v, c1, c2)
