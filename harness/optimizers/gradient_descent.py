"""Gradient descent with a global learning rate: SGD, Momentum, Nesterov, and torch's SGD, which is all of them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New
from objectives.arrays import Array
from objectives.fields import Fraction, NonNegative, Share


@dataclass
class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro 1951).

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


@dataclass
class SGDW(Optimizer):
    """Momentum with decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 1), which isn't in
    the velocity. As in AdamW, the decay is multiplied by lr.

    >>> optimizer, params = SGDW(lr=0.1, momentum=0.5, weight_decay=1.0), {"x": np.array([1.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([0.0])})
    >>> params["x"].round(6)
    array([0.81])
    """

    lr: NonNegative = 0.01
    momentum: Fraction = 0.9
    weight_decay: NonNegative = 0.01

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        v = h.momentum * s.v + g
        return p * (1 - h.lr * h.weight_decay) - h.lr * v, SGDW.Slots(v)


@dataclass
class TorchSGD(Optimizer):
    """SGD with the switches of torch: lr acts on the velocity, new gradients enter it by 1 - dampening (but the first
    by 1), and weight decay is part of the gradient. With dampening = momentum, the velocity is an average.

    >>> optimizer, params = TorchSGD(lr=1.0, momentum=0.5, dampening=0.5), {"x": np.array([0.0])}
    >>> for _ in range(3):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"])
    [-1.]
    [-2.]
    [-3.]
    """

    lr: NonNegative = 0.01
    momentum: Fraction = 0.9
    dampening: Share = 0.0
    weight_decay: NonNegative = 0.0
    nesterov: bool = False

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        g = g + h.weight_decay * p
        v = h.momentum * s.v + np.where(h.t == 1, 1, 1 - h.dampening) * g
        return p - h.lr * (g + h.momentum * v if h.nesterov else v), TorchSGD.Slots(v)
