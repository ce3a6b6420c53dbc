"""A learning rate for every element from the squares of its gradients: AdaGrad, AdaDelta, RMSProp."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative


@dataclass
class AdaGrad(Optimizer):
    """Adaptive subgradient method (Duchi et al. 2011, figure 1). eps is added to the root of the sum, which starts
    at `initial_accumulator`, or (`eps_inside`) to the sum.

    The k-th step against a constant gradient has length lr / sqrt(k), whatever the gradient's size:

    >>> optimizer, params = AdaGrad(lr=1.0), {"x": np.array([0.0, 0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([1.0, 1000.0])})
    ...     print(params["x"].round(4))
    [-1. -1.]
    [-1.7071 -1.7071]
    """

    lr: NonNegative = 0.01
    eps: NonNegative = 1e-7
    initial_accumulator: NonNegative = 0.0
    eps_inside: bool = False

    class Slots(NamedTuple):
        G: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        G = s.G + g * g
        return p - ratio(h.lr * g, _root(h.initial_accumulator + G, h)), AdaGrad.Slots(G)


@dataclass
class AdaDelta(Optimizer):
    """Steps in the units of the params (Zeiler 2012, arXiv 1212.5701, algorithm 1): the gradient times the ratio of
    two averages, of the squares of the steps before and of the gradients.

    The first step knows none, and is eps's:

    >>> params = {"x": np.array([0.0])}
    >>> AdaDelta(rho=0.75, eps=1e-6).update(params, {"x": np.array([8.0])})
    >>> params["x"].round(6)  # 0.001 * 8 / 4
    array([-0.002])
    """

    lr: NonNegative = 1.0
    rho: Fraction = 0.95
    eps: NonNegative = 1e-6

    class Slots(NamedTuple):
        v: Element
        u: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.rho * s.v + (1 - h.rho) * (g * g)
        step = ratio(np.sqrt(s.u + h.eps), np.sqrt(v + h.eps)) * g
        u = h.rho * s.u + (1 - h.rho) * (step * step)
        return p - h.lr * step, AdaDelta.Slots(v, u)


@dataclass
class RMSProp(Optimizer):
    """Divide the gradient by a running average of its magnitude (Tieleman & Hinton 2012, lecture 6.5). eps is added
    to the root of the average, or (`eps_inside`) to the average.

    The average starts at 0 and is not corrected, so the first step is lr / sqrt(1 - rho):

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> RMSProp(lr=0.01, rho=0.99).update(params, {"x": np.array([1.0, 1000.0])})
    >>> params["x"].round(6)
    array([-0.1, -0.1])
    """

    lr: NonNegative = 0.001
    rho: Fraction = 0.9
    eps: NonNegative = 1e-8
    eps_inside: bool = False

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.rho * s.v + (1 - h.rho) * (g * g)
        return p - ratio(h.lr * g, _root(v, h)), RMSProp.Slots(v)


@dataclass
class RMSPropMomentum(Optimizer):
    """RMSProp with momentum, and (`centered`) by the standard deviation in place of the magnitude (Graves 2013,
    arXiv 1308.0850, equations 38 to 41). lr acts inside the velocity.

    >>> params = {"x": np.array([0.0])}
    >>> RMSPropMomentum(lr=1.0, rho=0.5, eps=0.0).update(params, {"x": np.array([3.0])})
    >>> params["x"].round(6)  # 3 / sqrt(4.5 - 1.5^2)
    array([-2.])
    """

    lr: NonNegative = 0.0001
    rho: Fraction = 0.95
    momentum: Fraction = 0.9
    eps: NonNegative = 1e-4
    eps_inside: bool = True
    centered: bool = True

    class Slots(NamedTuple):
        v: Element
        m: Element
        u: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v, m = h.rho * s.v + (1 - h.rho) * (g * g), h.rho * s.m + (1 - h.rho) * g
        spread = np.maximum(v - m * m, 0) if h.centered else v  # rounding may take it below 0
        u = h.momentum * s.u + ratio(h.lr * g, _root(spread, h))
        return p - u, RMSPropMomentum.Slots(v, m, u)


def _root(squares: Array, h: Any) -> Array:
    """The root, with eps in it or beside it."""
    root: Array = np.sqrt(squares + h.eps) if h.eps_inside else np.sqrt(squares) + h.eps
    return root
