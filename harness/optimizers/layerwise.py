"""A learning rate for every tensor: LARS."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.fields import Array, Fraction, NonNegative
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, Sees
from harness.optimizers.norms import norm


@dataclass
class LARS(Optimizer):
    """Layer-wise adaptive rate scaling (You et al. 2017, algorithm 1): momentum, with steps scaled by
    trust ||p|| / (||g|| + weight_decay ||p||), or by 1 for a tensor or a gradient of zeros (biases start so).

    The first step is lr * trust of the tensor's own length:

    >>> params, grads = {"w": np.array([3.0, 4.0])}, {"w": np.array([0.0, 0.2])}
    >>> LARS(lr=1.0, trust=0.01, weight_decay=0.0).update(params, grads)
    >>> params["w"]
    array([3.  , 3.95])
    """

    lr: NonNegative = 1.0
    momentum: Fraction = 0.9
    weight_decay: NonNegative = 0.0005
    trust: NonNegative = 0.001

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        v: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        length, slope = norm(p), norm(g)
        known = (length > 0) & (slope > 0)
        ratio = np.where(known, h.trust * length / np.where(known, slope + h.weight_decay * length, 1), 1)
        v = h.momentum * s.v + h.lr * ratio * (g + h.weight_decay * p)
        return p - v, LARS.Slots(v)
