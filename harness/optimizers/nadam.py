"""Adam that looks ahead, and Adam that waits until v can be trusted: NAdam, NAdamW, RAdam."""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from harness.optimizers.adam import Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun, Slot
from objectives.arrays import Array, power, ratio
from objectives.fields import Fraction, NonNegative


@dataclass
class NAdam(Optimizer):
    """Adam with Nesterov's look-ahead (Dozat 2016, algorithm 2): the step mixes mu_{t+1} of the average with 1 - mu_t
    of the gradient, each divided by 1 minus the product of its mu.

    mu_t = beta1 (1 - 0.96^(momentum_decay t) / 2) warms the look-ahead up; `constant` holds it at beta1, the paper's
    simpler form.

    >>> params = {"x": np.array([0.0])}
    >>> NAdam(lr=1.0, beta1=0.5, eps=0.0, constant=True).update(params, {"x": np.array([3.0])})
    >>> params["x"].round(4)  # 0.5 * 0.5 / 0.75 of the average, 0.5 / 0.5 of the gradient
    array([-1.3333])
    """

    lr: NonNegative = 0.002
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    momentum_decay: NonNegative = 0.004
    constant: bool = False

    class Slots(NamedTuple):
        m: Element
        v: Element
        c2: PerRun
        product: Annotated[Array, Slot("run", start=1.0)]

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new2 = 1 - h.beta2
        m = s.m + (1 - h.beta1) * (g - s.m)
        v, c2 = s.v + new2 * (g * g - s.v), s.c2 + new2 * (1 - s.c2)
        mu, following = (
            h.beta1 if h.constant else h.beta1 * (1 - power(0.96, h.momentum_decay * t) / 2) for t in (h.t, h.t + 1)
        )
        product = s.product * mu
        ahead = following / (1 - product * following) * m + (1 - mu) / (1 - product) * g
        return p - ratio(h.lr * ahead, np.sqrt(v / c2) + h.eps), NAdam.Slots(m, v, c2, product)


@dataclass
class NAdamW(Optimizer):
    """NAdam with decoupled weight decay (Dahl et al. 2023, arXiv 2306.07179, section 7).

    >>> params = {"x": np.array([1.0])}
    >>> NAdamW(lr=0.1, weight_decay=0.5).update(params, {"x": np.array([0.0])})
    >>> params["x"]
    array([0.95])
    """

    lr: NonNegative = 0.002
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    momentum_decay: NonNegative = 0.004
    constant: bool = False
    weight_decay: NonNegative = 0.01

    Slots = NAdam.Slots

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return NAdam.rule(p * (1 - h.lr * h.weight_decay), g, s, h)


@dataclass
class RAdam(Optimizer):
    """Rectified Adam (Liu et al. 2020, arXiv 1908.03265, algorithm 2): momentum until v averages more than `threshold`
    gradients' worth, then Adam with a factor for the variance of 1 / sqrt(v).

    `eps_hat` adds eps before the correction of v.

    With beta2 = 0.999 the first four steps are those of momentum:

    >>> optimizer, params = RAdam(lr=1.0), {"x": np.array([0.0])}
    >>> for _ in range(6):
    ...     optimizer.update(params, {"x": np.array([2.0])})
    >>> params["x"].round(4)
    array([-8.0431])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    threshold: NonNegative = 4.0
    eps_hat: bool = False

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        most = 2 / (1 - h.beta2) - 1
        length = most - 2 * h.t * (1 - s.c2) / s.c2
        trusted = (length > h.threshold) & (length > 4)
        some, most = np.where(trusted, length, 5), np.where(trusted, most, 5)
        r = np.sqrt((some - 4) * (some - 2) * most / ((most - 4) * (most - 2) * some))
        root = (np.sqrt(s.v) + h.eps) / np.sqrt(s.c2) if h.eps_hat else np.sqrt(s.v / s.c2) + h.eps
        return p - h.lr / s.c1 * s.m * np.where(trusted, ratio(r, root), 1), s
