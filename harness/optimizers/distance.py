"""No learning rate: the distance from the start tells it. DoG, DoWG, and coin betting (COCOB)."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, Iterate, New, Origin, PerRun, Sees
from harness.optimizers.norms import dot, norm
from objectives.arrays import Array, ratio
from objectives.fields import NonNegative, Positive


@dataclass
class DoG(Optimizer):
    """Distance over gradients (Ivgi, Hinder & Carmon 2023, arXiv 2302.12022, equation DoG): the largest distance from
    the start so far over the root of the sum of squared gradient norms. lr is a factor, 1 in the paper.

    The first distance is r_eps (1 + ||x0||). The point to evaluate is the average that the paper calls polynomial decay
    averaging, of degree `averaging`.

    >>> optimizer, params = DoG(r_eps=0.1, eps=0.0), {"x": np.array([0.0, 0.0])}
    >>> optimizer.update(params, {"x": np.array([3.0, 4.0])})  # a first step of length 0.1
    >>> params["x"].round(6)
    array([-0.06, -0.08])
    """

    lr: NonNegative = 1.0
    r_eps: NonNegative = 1e-6
    eps: NonNegative = 1e-8
    averaging: NonNegative = 8.0

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        x0: Origin
        average: Iterate
        farthest: PerRun
        squares: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        known = np.where(h.t == 1, h.r_eps * (1 + norm(s.x0)), s.farthest)
        farthest = np.maximum(known, norm(p - s.x0))
        squares = s.squares + dot(g, g)
        p = p - ratio(h.lr * farthest, np.sqrt(squares + h.eps)) * g
        average = s.average + (1 + h.averaging) / (h.t + h.averaging) * (p - s.average)
        return p, DoG.Slots(s.x0, average, farthest, squares)

    @staticmethod
    def evaluate_at(p: Array, s: Slots) -> Array:
        return s.average


@dataclass
class DoWG(Optimizer):
    """Distance over weighted gradients (Khaled, Mishchenko & Jin 2023, arXiv 2305.16284, algorithm 1): DoG that weighs
    every gradient with the distance at its time, d0 at first.

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> DoWG(d0=0.1, eps=0.0).update(params, {"x": np.array([3.0, 4.0])})  # a first step of length 0.1
    >>> params["x"].round(6)
    array([-0.06, -0.08])
    """

    lr: NonNegative = 1.0
    d0: Positive = 0.01
    eps: NonNegative = 1e-4

    sees: ClassVar[Sees] = "run"

    class Slots(NamedTuple):
        x0: Origin
        farthest: PerRun  # squared
        squares: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        away = p - s.x0
        farthest = np.maximum(np.where(h.t == 1, h.d0 * h.d0, s.farthest), dot(away, away))
        squares = s.squares + farthest * dot(g, g)
        return p - ratio(h.lr * farthest, np.sqrt(squares) + h.eps) * g, DoWG.Slots(s.x0, farthest, squares)


@dataclass
class COCOB(Optimizer):
    """Continuous coin betting (Orabona & Tommasi 2017, arXiv 1705.07795, algorithm 2, COCOB-Backprop): every
    coordinate bets a share of what it has won on the next gradient.

    >>> params = {"x": np.array([0.0, 0.0])}
    >>> COCOB(alpha=100.0).update(params, {"x": np.array([5.0, -0.001])})
    >>> params["x"].round(6)  # 1 / alpha against the sign
    array([-0.01,  0.01])
    """

    alpha: Positive = 100.0
    eps: NonNegative = 1e-8

    class Slots(NamedTuple):
        x0: Origin
        theta: Element
        L: Element
        G: Element
        reward: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        L = np.maximum(np.maximum(s.L, np.abs(g)), h.eps)
        G = s.G + np.abs(g)
        reward = np.maximum(s.reward - g * (p - s.x0), 0)
        theta = s.theta - g
        p = s.x0 + ratio(theta, L * np.maximum(G + L, h.alpha * L)) * (L + reward)
        return p, COCOB.Slots(s.x0, theta, L, G, reward)
