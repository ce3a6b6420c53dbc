"""Steps whose length is found on the way: AdGD, gradient descent with Armijo's rule, and L-BFGS."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.line_search import MOST, Found, backtracking, strong_wolfe
from harness.optimizers.memory import Element, Iterate, New, PerRun, Sees, Slot
from harness.optimizers.norms import dot, norm, unanimous
from objectives.arrays import Array
from objectives.fields import Count, Fraction, Positive


@dataclass
class AdGD(Optimizer):
    """Adaptive gradient descent (Malitsky & Mishchenko 2020, arXiv 1910.09529, algorithm 1): half of 1 / the local
    Lipschitz constant that the last step has shown, growing not too fast. lr is the first step. For gradients without
    noise, which it would take for curvature.

    >>> optimizer, params = AdGD(lr=0.1), {"x": np.array([1.0])}
    >>> for _ in range(2):  # then half of Newton's step
    ...     optimizer.update(params, {"x": 2 * params["x"]})
    ...     print(params["x"])
    [0.8]
    [0.4]
    """

    lr: Positive = 1e-3

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        before: Iterate
        old: Element
        step: PerRun
        growth: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        moved, changed = norm(p - s.before), norm(g - s.old)
        told = (moved > 0) & (changed > 0)
        seen = np.where(told, moved / np.where(told, 2 * changed, 1), np.inf)
        step = np.where(h.t < 3, seen, np.minimum(np.sqrt(1 + s.growth) * s.step, seen))
        step = np.where(h.t == 1, h.lr, np.where(np.isfinite(step), step, s.step))
        growth = step / np.where(h.t == 1, step, s.step)
        return p - step * g, AdGD.Slots(p, g, step, growth)


@dataclass
class ArmijoGD(Optimizer):
    """Gradient descent by backtracking (Armijo 1966): the step, at first `lr`, then `grow` times the last one but at
    most lr, shrinks until the loss falls by c1 of what the slope promises; after `backtracks` of them the params stay.

    >>> params, f = {"x": np.array([1.0])}, lambda there: (there["x"] @ there["x"], {"x": 2 * there["x"]})
    >>> ArmijoGD(lr=1.2, shrink=0.5).update(params, f(params)[1], f(params)[0], f)  # 1.2 is too long, 0.6 is not
    >>> params["x"].round(6)
    array([-0.2])
    """

    lr: Positive = 1.0
    c1: Fraction = 1e-4
    shrink: Fraction = 0.8
    grow: Positive = 1.5
    backtracks: Count = 30

    sees: ClassVar[Sees] = "run"
    needs_loss: ClassVar[bool] = True
    varies: ClassVar[bool] = True

    class Slots(NamedTuple):
        step: Annotated[Array, Slot("run", start=np.inf)]

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        start = Found(p, h.loss, g, np.minimum(h.grow * s.step, h.lr), h.loss)
        found = backtracking(h.evaluate, start, -g, h.shrink, h.c1, h.backtracks + 1)
        return found.p, ArmijoGD.Slots(found.step)


def _pairs(shape: tuple[int, ...], owner: Any) -> tuple[int, ...]:
    return (owner.history, *shape)


def _numbers(shape: tuple[int, ...], owner: Any) -> tuple[int, ...]:
    return (owner.history, 1)


@dataclass
class LBFGS(Optimizer):
    """Limited-memory BFGS (Liu & Nocedal 1989, algorithm 2.1): the direction of a quasi-Newton method that remembers
    the last `history` steps and what they changed in the gradient, on the same minibatch. How far is searched for:

        strong_wolfe  by interpolation, until the slope is at most c2 of the first (Moré & Thuente 1994)
        armijo        by halving, until the loss falls by c1 of what the slope promises

    The first step to try is lr times the direction; without memory, lr long. A search that finds nothing empties the
    memory. Pairs without positive curvature are not remembered.

    >>> f = lambda there: (there["x"] @ there["x"] / 2, dict(there))
    >>> params = {"x": np.array([3.0, 4.0])}
    >>> optimizer = LBFGS()
    >>> for _ in range(2):  # a step of length 1, then the minimum
    ...     optimizer.update(params, f(params)[1], f(params)[0], f)
    ...     print(abs(params["x"]).round(9))
    [2.4 3.2]
    [0. 0.]
    """

    lr: Positive = 1.0
    c1: Fraction = 1e-3
    c2: Fraction = 0.9
    history: Count = 10
    line_search: Literal["strong_wolfe", "armijo"] = "strong_wolfe"

    sees: ClassVar[Sees] = "run"
    needs_loss: ClassVar[bool] = True
    varies: ClassVar[bool] = True

    class Slots(NamedTuple):
        steps: Annotated[Array, Slot(_pairs)]
        changes: Annotated[Array, Slot(_pairs)]
        curvatures: Annotated[Array, Slot(_numbers)]  # of each pair, its inner product
        known: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        d = -_newton(g, s)
        lost = dot(g, d) >= 0  # rounding has eaten the curvature
        known = np.where(lost, 0, s.known)
        d = np.where(lost, -g, d)
        length = norm(d)
        first = np.where(known > 0, h.lr, h.lr / np.where(length > 0, length, 1))
        start = Found(p, h.loss, g, first, h.loss)
        if h.line_search == "armijo":
            found = backtracking(h.evaluate, start, d, np.full_like(first, 0.5), h.c1, MOST)
        else:
            found = strong_wolfe(h.evaluate, start, d, h.c1, h.c2)
        step, change = found.p - p, found.g - g
        curved = found.good & (dot(step, change) > -np.finfo(p.dtype).eps * dot(step, g))
        known = np.where(found.good, np.minimum(known + curved, h.history), 0)
        steps, changes = _with(s.steps, step, curved), _with(s.changes, change, curved)
        curvatures = _with(s.curvatures, dot(steps[:, -1], changes[:, -1]), curved)
        return found.p, LBFGS.Slots(steps, changes, curvatures, known)


def _newton(g: Array, s: Any) -> Array:
    """The inverse Hessian that the pairs tell, times g: the two-loop recursion (Nocedal 1980). The newest pair is the
    last; before the first, it is the identity."""
    count, q, gains = s.steps.shape[1], g, {}
    told = [s.known >= count - k for k in range(count)]
    curvature = [np.where(told[k], s.curvatures[:, k], 1) for k in range(count)]
    for k in reversed(range(count)):
        gains[k] = np.where(told[k], dot(s.steps[:, k], q) / curvature[k], 0)
        q = q - gains[k] * s.changes[:, k]
    squared = dot(s.changes[:, -1], s.changes[:, -1])
    q = q * np.where(told[-1], curvature[-1] / np.where(told[-1], squared, 1), 1)
    for k in range(count):
        back = np.where(told[k], dot(s.changes[:, k], q) / curvature[k], 0)
        q = q + (gains[k] - back) * s.steps[:, k]
    return q


def _with(history: Array, new: Array, where: Array) -> Array:
    """The history, with the new one at its end where it is to be remembered."""
    longer = np.concatenate([history[:, 1:], new[:, None]], axis=1)
    return longer if unanimous(where) else np.where(where[..., None], longer, history)
