"""Gradient descent with a global learning rate: SGD, Momentum, Nesterov."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from harness.fields import Array, Fraction, NonNegative
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro 1951).

    >>> import numpy as np
    >>> params, grads = {"x": np.array([1.0, -2.0])}, {"x": np.array([0.5, -4.0])}
    >>> SGD(lr=0.1).update(params, grads)
    >>> params["x"]
    array([ 0.95, -1.6 ])
    """

    lr: NonNegative = 0.01

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return p - h.lr * g, s


@dataclass
class Momentum(Optimizer):
    """Heavy ball (Polyak 1964) as in Deep Learning from Scratch, section 6.1.4: lr acts inside the velocity.

    With a constant gradient the steps grow towards lr / (1 - momentum):

    >>> import numpy as np
    >>> optimizer, params = Momentum(lr=1.0, momentum=0.5), {"x": np.array([0.0])}
    >>> for _ in range(3):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"])
    [-1.]
    [-2.5]
    [-4.25]
    """

    lr: NonNegative = 0.01
    momentum: Fraction = 0.9

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.momentum * s.v - h.lr * g
        return p + v, Momentum.Slots(v)


@dataclass
class Nesterov(Optimizer):
    """Nesterov's accelerated gradient (Sutskever et al. 2013, equations 3 and 4).

    The params held are the look-ahead point theta + momentum v, where the gradient is wanted: seen from there
    the update is momentum^2 v - (1 + momentum) lr g with the *old* v (Bengio et al. 2013, equation 7). With a
    scheduled momentum that is the update of torch, which looks ahead with the old momentum and steps with the new.

    >>> import numpy as np
    >>> optimizer, params = Nesterov(lr=1.0, momentum=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"])
    [-1.5]
    [-3.25]
    """

    lr: NonNegative = 0.01
    momentum: Fraction = 0.9

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.momentum * s.v - h.lr * g
        return p - h.momentum * s.v + (1 + h.momentum) * v, Nesterov.Slots(v)
