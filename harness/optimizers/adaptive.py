"""A learning rate for every element from the squares of its gradients: AdaGrad, RMSProp."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.fields import Array, Fraction, NonNegative
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New


@dataclass
class AdaGrad(Optimizer):
    """Adaptive subgradient method (Duchi et al. 2011, figure 1), eps outside the root.

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

    class Slots(NamedTuple):
        G: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        G = s.G + g * g
        return p - h.lr * g / (np.sqrt(G) + h.eps), AdaGrad.Slots(G)


@dataclass
class RMSProp(Optimizer):
    """Divide the gradient by a running average of its magnitude (Tieleman & Hinton 2012, lecture 6.5).

    The average starts at 0 and is not corrected, so the first step is lr / sqrt(1 - rho):

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> RMSProp(lr=0.01, rho=0.99).update(params, {"x": np.array([1.0, 1000.0])})
    >>> params["x"].round(6)
    array([-0.1, -0.1])
    """

    lr: NonNegative = 0.001
    rho: Fraction = 0.9
    eps: NonNegative = 1e-8

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.rho * s.v + (1 - h.rho) * (g * g)
        return p - h.lr * g / (np.sqrt(v) + h.eps), RMSProp.Slots(v)
