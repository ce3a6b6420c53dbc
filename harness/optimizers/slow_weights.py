"""Optimizers made of an optimizer whose params are averaged: Lookahead, and a moving average (EMA)."""

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np

from harness.optimizers.base import Wrapper
from harness.optimizers.memory import Iterate, New
from objectives.arrays import Array
from objectives.fields import Fraction, Range, Share

AtLeastOne = Annotated[float | Array, Range(1)]


@dataclass
class Lookahead(Wrapper):
    """k steps forward, 1 step back (Zhang et al. 2019, arXiv 1907.08610, algorithm 1): every k updates slow weights
    go a share alpha of the way to the fast ones, which start from there again. The slow weights are the point to
    evaluate.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> optimizer, params = Lookahead(SGD(lr=1.0), k=2.0, alpha=0.5), {"x": np.array([0.0])}
    >>> for _ in range(3):
    ...     optimizer.update(params, {"x": np.array([1.0])})
    ...     print(params["x"], optimizer.evaluation_params(params)["x"])
    [-1.] [0.]
    [-1.] [-1.]
    [-2.] [-1.]
    """

    k: AtLeastOne = 5.0
    alpha: Share = 0.5

    class Slots(NamedTuple):
        slow: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        fast = h.inner(p, g)
        meet = np.floor(h.t / h.k) > np.floor((h.t - 1) / h.k)
        slow = np.where(meet, s.slow + h.alpha * (fast - s.slow), s.slow)
        return np.where(meet, slow, fast), Lookahead.Slots(slow)

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.slow


@dataclass
class EMA(Wrapper):
    """The point to evaluate is a moving average of the params, from the first update on (Tarvainen & Valpola 2017,
    arXiv 1703.01780, section 2). Training is not changed by it.

    >>> from harness.optimizers.gradient_descent import SGD
    >>> optimizer, params = EMA(SGD(lr=1.0), decay=0.5), {"x": np.array([0.0])}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"x": np.array([2.0])})
    ...     print(params["x"], optimizer.evaluation_params(params)["x"])
    [-2.] [-2.]
    [-4.] [-3.]
    """

    decay: Fraction = 0.999

    class Slots(NamedTuple):
        average: Iterate

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        p = h.inner(p, g)
        return p, EMA.Slots(np.where(h.t == 1, p, p + h.decay * (s.average - p)))

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.average
