"""Steps by the diagonal of the Hessian, estimated by Hutchinson's method: AdaHessian, Sophia."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun, Sees
from objectives.arrays import Array, power, ratio
from objectives.fields import Count, Fraction, NonNegative, Positive
from objectives.tracing import every


def diagonal(h: Any) -> Array:
    """An estimate of the diagonal by one draw (Hutchinson 1989): z times the Hessian times z."""
    z = h.draw(h.probe)
    estimate: Array = z * h.hvp(z)
    return estimate


@dataclass
class AdaHessian(Optimizer):
    """Adam that divides by the root mean square of the Hessian's diagonal (Yao et al. 2021, arXiv 2006.00719,
    algorithm 1), with decoupled weight decay; without the paper's averaging over blocks of a tensor.

    >>> params = {"x": np.array([1.0, 1.0])}
    >>> f = lambda there: (0.0, {"x": np.array([1.0, 10.0]) * there["x"]})
    >>> AdaHessian(lr=0.5).update(params, f(params)[1], evaluate=f)  # half of Newton's step
    >>> params["x"].round(6)
    array([0.5, 0.5])
    """

    lr: NonNegative = 0.1
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0
    power: NonNegative = 1.0
    probe: Literal["signs", "normal"] = "signs"

    sees: ClassVar[Sees] = "run"
    gradients: ClassVar[int] = 2
    varies: ClassVar[bool] = True

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new1, new2 = 1 - h.beta1, 1 - h.beta2
        d = diagonal(h)
        m, v = s.m + new1 * (g - s.m), s.v + new2 * (d * d - s.v)
        c1, c2 = s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2)
        step = ratio(m / c1, power(v / c2, h.power / 2) + h.eps)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, AdaHessian.Slots(m, v, c1, c2)


@dataclass
class Sophia(Optimizer):
    """Momentum over an average of the Hessian's diagonal, every step cut to at most lr (Liu et al. 2023, arXiv
    2305.14342, algorithm 3, Sophia-H): m / max(gamma h, eps), at most 1. h is renewed every `interval` updates.

    >>> params = {"x": np.array([1.0, 1.0])}
    >>> f = lambda there: (0.0, {"x": np.array([0.02, 10.0]) * there["x"]})
    >>> Sophia(lr=0.5, beta1=0.0, beta2=0.0, gamma=1.0, probe="signs").update(params, f(params)[1], evaluate=f)
    >>> params["x"].round(2)
    array([0.5, 0.5])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.96
    beta2: Fraction = 0.99
    gamma: Positive = 0.01
    eps: NonNegative = 1e-12
    weight_decay: NonNegative = 0.0
    interval: Count = 10
    probe: Literal["signs", "normal"] = "normal"

    sees: ClassVar[Sees] = "run"
    varies: ClassVar[bool] = True

    class Slots(NamedTuple):
        m: Element
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        m = s.m + (1 - h.beta1) * (g - s.m)
        v = every((h.t - 1) % h.interval == 0, lambda: s.v + (1 - h.beta2) * (diagonal(h) - s.v), s.v)
        step = np.clip(ratio(m, np.maximum(h.gamma * v, h.eps)), -1, 1)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, Sophia.Slots(m, v)
