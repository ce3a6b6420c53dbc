"""Less noise by a second gradient on the same minibatch, at the params before: STORM, MARS."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.adam import Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, Iterate, New, PerRun, Sees
from harness.optimizers.norms import norm
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative, Share


@dataclass
class STORM(Optimizer):
    """Recursive momentum (Cutkosky & Orabona 2019, arXiv 1905.10018, equation 2) with constant lr and a: the average
    of gradients is moved along with the params, by what the step changed on the new minibatch. It is SVRG's control
    variate without its passes over all data.

    >>> params, f = {"x": np.array([1.0])}, lambda there: (0.0, {"x": 2 * there["x"]})
    >>> optimizer = STORM(lr=0.25, a=0.0)
    >>> for _ in range(2):  # without noise, gradient descent
    ...     optimizer.update(params, f(params)[1], evaluate=f)
    ...     print(params["x"])
    [0.5]
    [0.25]
    """

    lr: NonNegative = 0.1
    a: Share = 0.1

    sees: ClassVar[Sees] = "run"
    gradients: ClassVar[int] = 2

    class Slots(NamedTuple):
        d: Element
        before: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        _, old = h.evaluate(s.before)
        d = g + np.where(h.t == 1, 0, 1 - h.a) * (s.d - old)
        return p - h.lr * d, STORM.Slots(d, p)


@dataclass
class Corrected(Optimizer):
    """What both forms of MARS have."""

    lr: NonNegative = 0.003
    beta1: Fraction = 0.95
    beta2: Fraction = 0.99
    gamma: NonNegative = 0.025
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0
    eps_hat: bool = False

    sees: ClassVar[Sees] = "run"


@dataclass
class MARS(Corrected):
    """AdamW on gradients that are corrected by what the step before changed (Yuan et al. 2024, arXiv 2411.10438,
    algorithm 1 with MARS-AdamW): g + gamma beta1 / (1 - beta1) (g - the gradient at the params before, on this
    minibatch), of norm at most 1 in every tensor. `eps_hat` adds eps before the correction of v, as the authors' code.

    >>> params, f = {"x": np.array([1.0])}, lambda there: (0.0, {"x": 2 * there["x"]})
    >>> MARS(lr=0.25).update(params, f(params)[1], evaluate=f)
    >>> params["x"].round(6)
    array([0.75])
    """

    gradients: ClassVar[int] = 2

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        before: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        _, old = h.evaluate(s.before)
        new, m = corrected(p, g, old, s, h)
        return new, MARS.Slots(*m, p)


@dataclass
class MARSApproximate(Corrected):
    """MARS with one gradient a step: that of the minibatch before at its own params stands for the one at the params
    before (Yuan et al. 2024, arXiv 2411.10438, section 3.3, MARS-approx), as the authors train. There is none before
    the first: it counts as 0.

    >>> params = {"x": np.array([1.0])}
    >>> MARSApproximate(lr=0.25).update(params, {"x": np.array([2.0])})
    >>> params["x"].round(6)
    array([0.75])
    """

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        old: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new, m = corrected(p, g, s.old, s, h)
        return new, MARSApproximate.Slots(*m, g)


def corrected(p: Array, g: Array, old: Array, s: Any, h: Any) -> tuple[Array, Moments]:
    """AdamW's step by the corrected gradient, and its moments."""
    c = g + h.gamma * (h.beta1 / (1 - h.beta1)) * (g - old)
    new = moments(h.tensors(lambda c: c / np.maximum(norm(c), 1), c), s, h)
    root = (np.sqrt(new.v) + h.eps) / np.sqrt(new.c2) if h.eps_hat else np.sqrt(new.v / new.c2) + h.eps
    return p * (1 - h.lr * h.weight_decay) - ratio(h.lr / new.c1 * new.m, root), new
