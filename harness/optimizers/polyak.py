"""Steps from the value of the loss: Polyak's step, and MoMo, which models the loss by its averages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerRun, Sees
from harness.optimizers.norms import dot, norm
from objectives.arrays import Array, ratio
from objectives.fields import Finite, Fraction, NonNegative, Positive
from objectives.tracing import every


@dataclass
class PolyakSGD(Optimizer):
    """Stochastic Polyak step (Loizou et al. 2021, arXiv 2002.10542, SPS_max): (loss - f_min) / (c ||g||^2), at most
    lr. c = 1/2 is the paper's choice for convex problems, 1 is Polyak's own.

    >>> params = {"x": np.array([3.0, 4.0])}
    >>> PolyakSGD(c=0.5).update(params, {"x": np.array([3.0, 4.0])}, loss=12.5)  # ||x||^2 / 2
    >>> params["x"]
    array([0., 0.])
    """

    lr: NonNegative = 1.0
    c: Positive = 0.5
    f_min: Finite = 0.0

    sees: ClassVar[Sees] = "run"
    needs_loss: ClassVar[bool] = True

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        step = polyak(h.loss - h.f_min, h.c * dot(g, g), h.lr, lambda: (h.c * norm(g), norm(g)))
        return p - step * g, s


def polyak(gap: Array, squared: Array, most: Array, parts: Callable[[], tuple[Array, Array]]) -> Array:
    """The step gap / squared, at least 0 and at most `most`; 0 where `squared` is lost to rounding beside 1, as
    in optax. Where it has left its dtype, the gap is divided by its two parts."""
    slope = squared > np.finfo(np.float64).eps
    quotient = np.maximum(gap, 0) / np.where(slope, squared, 1)
    beyond = np.isinf(squared)

    def by_parts() -> Array:
        one, other = parts()
        return np.where(beyond, np.maximum(gap, 0) / one / other, quotient)

    quotient = every(np.any(beyond), by_parts, quotient)
    step: Array = np.where(slope, np.minimum(quotient, most), 0)
    return step


@dataclass
class MoMo(Optimizer):
    """Momentum models (Schaipp et al. 2024, arXiv 2305.07583, algorithm 1): Polyak's step for the average of the
    linear models of the loss at the points so far, at most lr. `adapt` lets the lower bound of the loss grow
    (algorithm 3, MoMo*).

    >>> params = {"x": np.array([3.0, 4.0])}
    >>> MoMo(lr=10.0).update(params, {"x": np.array([3.0, 4.0])}, loss=12.5)  # half way, Polyak's c = 1
    >>> params["x"]
    array([1.5, 2. ])
    """

    lr: Positive = 1.0
    beta: Fraction = 0.9
    lower_bound: Finite = 0.0
    weight_decay: NonNegative = 0.0
    adapt: bool = False

    sees: ClassVar[Sees] = "run"
    needs_loss: ClassVar[bool] = True

    class Slots(NamedTuple):
        m: Element
        loss: PerRun
        gamma: PerRun
        bound: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        keep = np.where(h.t == 1, 0, h.beta)
        m = keep * s.m + (1 - keep) * g
        loss, gamma = keep * s.loss + (1 - keep) * h.loss, keep * s.gamma + (1 - keep) * dot(g, p)
        step, lowest = _model_step(p, m, m, loss, gamma, s.bound, 1, h)
        return p / (1 + h.lr * h.weight_decay) - step * m, MoMo.Slots(m, loss, gamma, lowest)


@dataclass
class MoMoAdam(Optimizer):
    """MoMo in Adam's metric (Schaipp et al. 2024, arXiv 2305.07583, algorithm 2).

    >>> params = {"x": np.array([3.0, 4.0])}
    >>> MoMoAdam(lr=10.0).update(params, {"x": np.array([3.0, 4.0])}, loss=12.5)  # 12.5 / 7 against each sign
    >>> params["x"].round(4)
    array([1.2143, 2.2143])
    """

    lr: Positive = 0.01
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    lower_bound: Finite = 0.0
    weight_decay: NonNegative = 0.0
    adapt: bool = False

    sees: ClassVar[Sees] = "run"
    needs_loss: ClassVar[bool] = True

    class Slots(NamedTuple):
        m: Element
        v: Element
        c1: PerRun
        c2: PerRun
        loss: PerRun
        gamma: PerRun
        bound: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        new1, new2 = 1 - h.beta1, 1 - h.beta2
        m, v = s.m + new1 * (g - s.m), s.v + new2 * (g * g - s.v)
        c1, c2 = s.c1 + new1 * (1 - s.c1), s.c2 + new2 * (1 - s.c2)
        loss, gamma = s.loss + new1 * (h.loss - s.loss), s.gamma + new1 * (dot(g, p) - s.gamma)
        scaled = ratio(m, h.eps + np.sqrt(v / c2))
        step, lowest = _model_step(p, m, scaled, loss, gamma, s.bound, c1, h)
        new = p / (1 + h.lr * h.weight_decay) - step * scaled
        return new, MoMoAdam.Slots(m, v, c1, c2, loss, gamma, lowest)


def _model_step(
    p: Array, m: Array, scaled: Array, loss: Array, gamma: Array, before: Array, weight: Any, h: Any
) -> tuple[Array, Array]:
    """The step along `scaled` to where the model loss + <m, x - p> of weight c1 meets the lower bound, at most lr, and
    the bound for the next one."""
    bound = np.where(h.t == 1, h.lower_bound, before)
    shrink, inner, squared = 1 + h.lr * h.weight_decay, dot(m, p), dot(m, scaled)
    height = shrink * (loss - gamma) + inner
    if h.adapt:
        lowered = np.maximum(height / (2 * weight * shrink), h.lower_bound)
        bound = np.where(height < shrink * weight * bound, lowered, bound)
    step = polyak(height - shrink * weight * bound, squared, h.lr / weight, lambda: (norm(m), norm(scaled)))
    if h.adapt:
        fall = np.where(np.isinf(squared), step * norm(m) * norm(scaled), step * squared)
        fall = np.where(step > 0, fall, 0)  # a memory of infinities gives no step
        bound = np.maximum((loss + inner - gamma - fall / 2) / weight, h.lower_bound)
    return step, bound + np.zeros_like(step)
