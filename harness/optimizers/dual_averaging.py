"""The sum of all gradients, seen from one point: MADGRAD and FTRL-proximal."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, Origin
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative, Positive


@dataclass
class MADGRAD(Optimizer):
    """Momentumized, adaptive, dual averaged gradient (Defazio & Jelassi 2022, arXiv 2101.11075, algorithm 1): from the
    start x0 by the weighted sum of all gradients over the cube root of that of their squares. As in the authors' code,
    lr + eps takes the place of lr.

    >>> params = {"x": np.array([0.0])}
    >>> MADGRAD(lr=1.0, momentum=0.5, eps=0.0).update(params, {"x": np.array([8.0])})
    >>> params["x"].round(6)  # half of 8 / cbrt(64)
    array([-1.])
    """

    lr: NonNegative = 0.01
    momentum: Fraction = 0.9
    eps: NonNegative = 1e-6

    class Slots(NamedTuple):
        s: Element
        v: Element
        x0: Origin

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        weight = (h.lr + h.eps) * np.sqrt(h.t)
        total, v = s.s + weight * g, s.v + weight * (g * g)
        z = s.x0 - ratio(total, np.cbrt(v) + h.eps)
        return z + h.momentum * (p - z), MADGRAD.Slots(total, v, s.x0)


@dataclass
class FTRL(Optimizer):
    """Follow the (proximally) regularized leader (McMahan et al. 2013, algorithm 1): AdaGrad's steps with an L1 and
    an L2 penalty, of which the first makes params exactly 0.

    Every update adds a proximal term at the params held, so that the terms' strength is the inverse of the learning
    rate (beta + sqrt(n)) / lr. The paper starts at 0. From elsewhere, the strength beta / lr belongs to the start, so
    that a param without gradients stays; in other libraries (`from_zero`) to 0, which pulls every param there at first.

    >>> optimizer, params = FTRL(lr=1.0, beta=0.0, l1=2.0), {"x": np.array([0.0, 0.0])}
    >>> optimizer.update(params, {"x": np.array([4.0, 1.0])})
    >>> params["x"]  # (4 - 2) / 4, and nothing for a gradient below l1
    array([-0.5, -0. ])
    """

    lr: Positive = 0.1
    beta: NonNegative = 1.0
    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    from_zero: bool = False

    class Slots(NamedTuple):
        z: Element
        n: Element
        strength: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        n = s.n + g * g
        strength = (h.beta + np.sqrt(n)) / np.maximum(h.lr, 1e-20)  # a schedule may end at 0
        before = np.where(h.t == 1, h.beta / h.lr, s.strength) if h.from_zero else s.strength
        z = s.z + g - (strength - before) * p
        beyond = np.sign(z) * np.maximum(np.abs(z) - h.l1, 0)
        whole = strength + h.l2
        known = whole > 0
        return np.where(known, -beyond / np.where(known, whole, 1), 0 if h.from_zero else p), FTRL.Slots(z, n, strength)
