"""Adam: two moving averages, corrected for their start at 0; and what changes its decay, its maximum or its norm."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative


class Moments(NamedTuple):
    """Moving averages of the gradient and of its square, and the weight that each has gathered.

    c1 and c2 equal 1 - beta^t for a fixed beta and stay exact for a scheduled one.
    """

    m: Element
    v: Element
    c1: PerRun
    c2: PerRun


def moments(g: Array, s: Any, h: Any) -> Moments:
    """The averages with this gradient in them."""
    new1, new2 = 1 - h.beta1, 1 - h.beta2
    return Moments(
        s.m + new1 * (g - s.m), s.v + new2 * (g * g - s.v), s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2)
    )


@dataclass
class Adam(Optimizer):
    """Adaptive moment estimation (Kingma & Ba 2015, algorithm 1).

    `eps_hat` adds eps before the correction of v, as at the end of the paper's section 2 (and in Deep Learning
    from Scratch).

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

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        if h.eps_hat:
            step = ratio(h.lr * np.sqrt(s.c2) / s.c1 * s.m, np.sqrt(s.v) + h.eps)
        else:
            step = ratio(h.lr / s.c1 * s.m, np.sqrt(s.v / s.c2) + h.eps)
        return p - step, s


@dataclass
class AdamW(Optimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101, algorithm 2): p shrinks by
    lr weight_decay of itself, whatever its gradients. The decay follows the schedule of lr.

    >>> params = {"x": np.array([1.0])}
    >>> AdamW(lr=0.1, weight_decay=0.5).update(params, {"x": np.array([0.0])})
    >>> params["x"]
    array([0.95])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.01

    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        return p * (1 - h.lr * h.weight_decay) - ratio(h.lr / s.c1 * s.m, np.sqrt(s.v / s.c2) + h.eps), s


class MaximalMoments(NamedTuple):
    """Adam's memory, and the largest v so far."""

    m: Element
    v: Element
    c1: PerRun
    c2: PerRun
    top: Element


@dataclass
class AMSGrad(Optimizer):
    """Adam that never forgets how large v was (Reddi, Kale & Kumar 2018, arXiv 1904.09237, algorithm 2).

    What is corrected for its start at 0 differs: `correction` is nothing in the paper (`none`), the largest raw v
    (`last`: torch, keras), or each v before the largest is taken (`first`: optax).

    The second gradient is tiny, the step isn't larger for it:

    >>> optimizer, params = AMSGrad(lr=1.0, beta1=0.0, beta2=0.0, eps=0.0), {"x": np.array([0.0])}
    >>> for g in (4.0, 1.0):
    ...     optimizer.update(params, {"x": np.array([g])})
    ...     print(params["x"])
    [-1.]
    [-1.25]
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    correction: Literal["none", "first", "last"] = "none"

    Slots = MaximalMoments

    @staticmethod
    def rule(p: Array, g: Array, s: MaximalMoments, h: Any) -> New:
        new = moments(g, s, h)
        top = np.maximum(s.top, new.v / new.c2 if h.correction == "first" else new.v)
        v = top / new.c2 if h.correction == "last" else top
        m = new.m if h.correction == "none" else new.m / new.c1
        return p - ratio(h.lr * m, np.sqrt(v) + h.eps), MaximalMoments(*new, top)


@dataclass
class AdaMax(Optimizer):
    """Adam with the infinity norm (Kingma & Ba 2015, algorithm 2), which has no eps: a coordinate that never had a
    gradient stays. With eps, the norm is max(beta2 u, |g| + eps) (torch, optax) or u + eps (`eps_outside`: keras).

    >>> optimizer, params = AdaMax(lr=0.1), {"x": np.array([0.0, 0.0])}
    >>> optimizer.update(params, {"x": np.array([5.0, 0.0])})
    >>> params["x"]
    array([-0.1,  0. ])
    """

    lr: NonNegative = 0.002
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 0.0
    eps_outside: bool = False

    class Slots(NamedTuple):
        m: Element
        u: Element
        c1: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new1 = 1 - h.beta1
        m, c1 = s.m + new1 * (g - s.m), s.c1 + new1 * (1 - s.c1)
        u = np.maximum(h.beta2 * s.u, np.abs(g) if h.eps_outside else np.abs(g) + h.eps)
        size = u + h.eps if h.eps_outside else u
        return p - ratio(h.lr / c1 * m, size), AdaMax.Slots(m, u, c1)
