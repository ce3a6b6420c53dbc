"""Optimizers made of an optimizer: clipping."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.fields import Array, Positive
from harness.optimizers.base import Wrapper
from harness.optimizers.layerwise import norm
from harness.optimizers.memory import New


@dataclass
class Clip(Wrapper):
    """Gradients whose norm over the whole run exceeds max_norm are scaled down to it (Pascanu et al. 2013,
    algorithm 1).

    >>> from harness.optimizers.gradient_descent import SGD
    >>> params, grads = {"x": np.array([0.0]), "y": np.array([0.0])}, {"x": np.array([30.0]), "y": np.array([40.0])}
    >>> Clip(SGD(lr=1.0), max_norm=5.0).update(params, grads)
    >>> params
    {'x': array([-3.]), 'y': array([-4.])}
    """

    max_norm: Positive = 1.0

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return h.inner(p, g * (h.max_norm / np.maximum(norm(g), h.max_norm))), s
