"""Gradients at a second point: SAM, and the extra-gradient method."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from harness.optimizers.base import Optimizer, Wrapper
from harness.optimizers.memory import New, Sees
from harness.optimizers.norms import norm
from objectives.arrays import Array
from objectives.fields import NonNegative


@dataclass
class SAM(Wrapper):
    """Sharpness-aware minimization (Foret et al. 2021, arXiv 2010.01412, algorithm 1): the gradient from the highest
    point within rho, as the slope here tells it. `adaptive` measures distances by the size of each param (Kwon et al.
    2021, arXiv 2102.11600, equation 3).

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params = {"x": np.array([3.0, 4.0])}
    >>> SAM(SGD(lr=0.1), rho=5.0).update(params, dict(params), evaluate=lambda there: (0.0, dict(there)))
    >>> params["x"].round(6)  # the gradient of x^2/2 at twice the point
    array([2.4, 3.2])
    """

    rho: NonNegative = 0.05
    adaptive: bool = False

    gradients: ClassVar[int] = 2

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        scale = np.abs(p) if h.adaptive else np.ones_like(p)
        climb = scale * scale * g * (h.rho / (norm(scale * g) + 1e-12))
        return h.inner(p, h.evaluate(p + climb)[1]), s


@dataclass
class ExtraGradient(Optimizer):
    """A step by the gradient of the point that a plain step would reach (Korpelevich 1976), for games. On a
    quadratic it needs lr below 1 / curvature, half of what plain descent may have.

    >>> params = {"x": np.array([1.0])}
    >>> ExtraGradient(lr=0.5).update(params, dict(params), evaluate=lambda there: (0.0, dict(there)))
    >>> params["x"]  # 1 - 0.5 * 0.5
    array([0.75])
    """

    lr: NonNegative = 0.03

    sees: ClassVar[Sees] = "run"
    gradients: ClassVar[int] = 2

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return p - h.lr * h.evaluate(p - h.lr * g)[1], s
