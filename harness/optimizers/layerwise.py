"""A learning rate for every tensor: LARS, LAMB, NovoGrad, Fromage; and its direction: AdamP."""

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.adam import Moments, moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerTensor, Sees
from harness.optimizers.norms import dot, norm, unanimous
from objectives.arrays import Array, ratio
from objectives.fields import Fraction, NonNegative


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
        scale = ratio(h.trust * length, slope + h.weight_decay * length)
        v = h.momentum * s.v + h.lr * np.where((length > 0) & (slope > 0), scale, 1) * (g + h.weight_decay * p)
        return p - v, LARS.Slots(v)


@dataclass
class LAMB(Optimizer):
    """Adam's step with weight decay, stretched to the length of the tensor (You et al. 2020, arXiv 1904.00962,
    algorithm 2, with the identity for phi); not stretched where either is 0. Others take a tensor for at most `longest`
    long (0: as long as it is), do not `correct` the averages for their start, or (`late`) the first one only, after its
    step has been stretched, so that early steps are longer than the tensor's length tells.

    >>> params, grads = {"w": np.array([3.0, 4.0])}, {"w": np.array([1.0, -7.0])}
    >>> LAMB(lr=0.1, weight_decay=0.0).update(params, grads)
    >>> params["w"].round(4)  # a step of length 0.1 * 5 along (1, -1)
    array([2.6464, 4.3536])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-6
    weight_decay: NonNegative = 0.01
    longest: NonNegative = 0.0
    correct: bool = True
    late: bool = False

    sees: ClassVar[Sees] = "tensors"
    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        c1, c2 = (s.c1, s.c2) if h.correct else (np.ones_like(s.c1), np.ones_like(s.c2))
        u = ratio(s.m / c1, np.sqrt(s.v / c2) + h.eps) + h.weight_decay * p
        lr = h.lr / s.c1 if h.late else h.lr
        return p - lr * trust(p, u, most=np.where(h.longest > 0, h.longest, np.inf)) * u, s


def trust(p: Array, u: Array, least: Any = 0, most: Any = np.inf) -> Array:
    """||p||, at most `most`, over ||u||, both at least `least`; 1 where either is 0, and a number in any case."""
    length, size = np.clip(norm(p), least, most), np.maximum(norm(u), least)
    quotient = np.minimum(ratio(length, size), np.finfo(p.dtype).max)
    stretch: Array = np.where((length > 0) & (size > 0), quotient, 1)
    return stretch


@dataclass
class NovoGrad(Optimizer):
    """Momentum of gradients that are divided by the norm of their tensor (Ginsburg et al. 2019, arXiv 1905.11286,
    algorithm 1). The average of squared norms starts at the first one. `averaging` takes new gradients by 1 - beta1.

    >>> params = {"w": np.array([0.0, 0.0])}
    >>> NovoGrad(lr=1.0, weight_decay=0.0).update(params, {"w": np.array([30.0, 40.0])})
    >>> params["w"].round(6)
    array([-0.6, -0.8])
    """

    lr: NonNegative = 0.01
    beta1: Fraction = 0.95
    beta2: Fraction = 0.98
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.001
    averaging: bool = False

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        m: Element
        v: PerTensor

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        first, squared = h.t == 1, dot(g, g)
        v = np.where(first, squared, h.beta2 * s.v + (1 - h.beta2) * squared)
        u = ratio(g, np.sqrt(v) + h.eps) + h.weight_decay * p
        m = h.beta1 * s.m + (np.where(first, 1, 1 - h.beta1) * u if h.averaging else u)
        return p - h.lr * m, NovoGrad.Slots(m, v)


@dataclass
class Fromage(Optimizer):
    """Frobenius matched gradient descent (Bernstein et al. 2020, arXiv 2002.03432, algorithm 1): every tensor turns by
    the angle whose tangent is lr. A tensor or a gradient of zeros steps by lr g; with `min_norm`, no norm is below it.

    >>> params = {"w": np.array([3.0, 0.0])}
    >>> Fromage(lr=0.75).update(params, {"w": np.array([0.0, 1e-9])})
    >>> params["w"]  # (3, -0.75 * 3) / 1.25
    array([ 2.4, -1.8])
    """

    lr: NonNegative = 0.01
    min_norm: NonNegative = 0.0

    sees: ClassVar[Sees] = "tensors"

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return (p - h.lr * trust(p, g, h.min_norm) * g) / np.sqrt(1 + h.lr * h.lr), s


@dataclass
class AdamP(Optimizer):
    """Adam for weights whose length doesn't matter (Heo et al. 2021, arXiv 2006.08217, algorithm 2): where gradient and
    weights are nearly orthogonal (a cosine below delta / sqrt(size), for the weights into every output or for the whole
    matrix), the part of the step along the weights is taken out, and their decay is multiplied by decay_ratio. Vectors
    are left to AdamW.

    >>> params = {"W": np.array([[3.0], [4.0]])}
    >>> AdamP(lr=1.0).update(params, {"W": np.array([[-4.0], [3.0]])})
    >>> params["W"].round(4)  # of the step (-1, 1), what is orthogonal to (3, 4)
    array([[4.12],
           [3.16]])
    """

    lr: NonNegative = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.0
    delta: NonNegative = 0.1
    decay_ratio: NonNegative = 0.1

    sees: ClassVar[Sees] = "tensors"
    Slots = Moments

    @staticmethod
    def rule(p: Array, g: Array, s: Moments, h: Any) -> New:
        s = moments(g, s, h)
        u, decay = ratio(s.m / s.c1, np.sqrt(s.v / s.c2) + h.eps), h.lr * h.weight_decay
        if p.ndim > 2:
            near, u = _tangential(p, g, u, h.delta)
            decay = decay * np.where(near, h.decay_ratio, 1)
        return p * (1 - decay) - h.lr * u, s


def _tangential(p: Array, g: Array, u: Array, delta: Array) -> tuple[Array, Array]:
    """Whether gradient and weights are nearly orthogonal, of the weights into every output or else of the whole matrix,
    and the step without its part along these weights if they are."""
    extents = tuple(range(1, p.ndim - 1)), tuple(range(1, p.ndim))

    def sums(product: Array) -> list[Array]:
        return [np.sum(product, axis=axes, keepdims=True) for axes in extents]

    squares, near = sums(p * p), []
    for axes, both, lengths, slopes in zip(extents, sums(p * g), squares, sums(g * g), strict=True):
        cosine = ratio(np.abs(both), np.sqrt(lengths * slopes))
        largest = np.max(cosine, axis=extents[1], keepdims=True)
        near.append(largest < delta / np.sqrt(prod(p.shape[axis] for axis in axes)))
    channels, either = near[0], near[0] | near[1]
    if unanimous(~either):
        return either, u
    part = ratio(p * np.where(channels, *sums(p * u)), np.where(channels, *squares))
    return either, u - np.where(either, part, 0)
