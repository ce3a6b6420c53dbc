"""Updates of whole matrices: Muon, Shampoo. Weights are (inputs, outputs); more axes than two count as inputs."""

from dataclasses import dataclass
from functools import partial
from math import prod, sqrt
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from harness.optimizers.adam import moments
from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, PerTensor, Sees, Slot
from harness.optimizers.norms import norm, total
from objectives.arrays import Array, power, ratio
from objectives.fields import Count, Fraction, NonNegative, Positive
from objectives.tracing import some

Shape = tuple[int, ...]


def _vectors(shape: Shape, owner: Any) -> Shape:
    return shape if len(shape) < 2 else (0,)


def orthogonal(x: Array, steps: int) -> Array:
    """A matrix with about the singular vectors of x, and singular values between 0.7 and 1.2: the quintic
    Newton-Schulz iteration of Jordan 2024, in the dtype of x."""
    wide = x if x.shape[-2] <= x.shape[-1] else x.swapaxes(-1, -2)
    wide = wide / np.maximum(norm(wide), 1e-7)
    for _ in range(steps):
        gram = wide @ wide.swapaxes(-1, -2)
        wide = 3.4445 * wide + (2.0315 * (gram @ gram) - 4.7750 * gram) @ wide
    return wide if x.shape[-2] <= x.shape[-1] else wide.swapaxes(-1, -2)


@dataclass
class Muon(Optimizer):
    """Momentum whose matrices are orthogonalized (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon;
    weight decay and `rms` after Liu et al. 2025, arXiv 2502.16982). A matrix moves by lr times

        spectral  sqrt(max(1, outputs / inputs)), Jordan's factor
        rms       0.2 sqrt(max(outputs, inputs)), which gives the steps the size of AdamW's

    Vectors and scalars move by AdamW with lr times vector_lr.

    >>> params = {"W": np.zeros((2, 2))}
    >>> Muon(lr=0.1, newton_schulz=12).update(params, {"W": np.array([[0.0, 5.0], [1.0, 0.0]])})
    >>> np.sign(params["W"])
    array([[ 0., -1.],
           [-1.,  0.]])
    """

    lr: NonNegative = 0.02
    momentum: Fraction = 0.95
    weight_decay: NonNegative = 0.0
    vector_lr: NonNegative = 0.015
    beta1: Fraction = 0.9
    beta2: Fraction = 0.95
    eps: NonNegative = 1e-8
    nesterov: bool = True
    scaling: Literal["spectral", "rms"] = "spectral"
    newton_schulz: Count = 5

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        m: Element
        v: Annotated[Array, Slot(_vectors)]
        c1: PerTensor
        c2: PerTensor

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        kept = p * (1 - h.lr * h.weight_decay)
        if g.ndim < 3:
            new = moments(g, s, h)
            step = ratio(h.vector_lr / new.c1 * new.m, np.sqrt(new.v / new.c2) + h.eps)
            return kept - h.lr * step, Muon.Slots(*new)
        m = h.momentum * s.m + g
        x = g + h.momentum * m if h.nesterov else m
        inputs, outputs = prod(g.shape[1:-1]), g.shape[-1]
        x = orthogonal(x.reshape(len(g), inputs, outputs), h.newton_schulz).reshape(g.shape)
        factor = 0.2 * sqrt(max(outputs, inputs)) if h.scaling == "rms" else sqrt(max(1, outputs / inputs))
        return kept - h.lr * factor * x, Muon.Slots(m, s.v, s.c1, s.c2)


def _matrix(shape: Shape) -> tuple[int, int]:
    return (prod(shape[:-1]), shape[-1]) if len(shape) > 1 else (prod(shape), 1)


def as_matrix(a: Array) -> Array:
    """A tensor (runs, ...) as (runs, inputs, outputs)."""
    return a.reshape(len(a), *_matrix(a.shape[1:]))


def _left(shape: Shape, owner: Any) -> Shape:
    return (_matrix(shape)[0],) * 2


def _right(shape: Shape, owner: Any) -> Shape:
    return (_matrix(shape)[1],) * 2 if len(shape) > 1 else (0, 0)


Left = Annotated[Array, Slot(_left)]
Right = Annotated[Array, Slot(_right)]


@dataclass
class Shampoo(Optimizer):
    """Preconditioning of both sides of a matrix (Gupta, Koren & Singer 2018, arXiv 1802.09568, algorithm 1): by the
    -1/4 powers of eps I plus the sums of g g' and g' g; of a vector by the -1/2 power of its one matrix. Momentum acts
    on what was preconditioned.

    The powers are computed anew every `interval` updates, algorithm 1 to the letter where that is 1 (20 lose no
    accuracy, says Gupta's tf.contrib.opt.ShampooOptimizer). `early`, which is ours: and before that for a run whose g
    they would make longer than sqrt(min(inputs, outputs)), a vector longer than 1. Powers of sums that hold g cannot,
    and those that have not seen its direction multiply it by up to 1 / sqrt(eps).

    >>> params = {"W": np.zeros((2, 2))}
    >>> Shampoo(lr=0.1, eps=1e-12, momentum=0.0).update(params, {"W": np.array([[0.0, 5.0], [1.0, 0.0]])})
    >>> params["W"].round(4)  # the first update is orthogonal
    array([[ 0. , -0.1],
           [-0.1,  0. ]])
    """

    lr: NonNegative = 0.1
    eps: Positive = 1e-4
    momentum: Fraction = 0.9
    interval: Count = 10
    early: bool = True

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        v: Element
        left: Left
        right: Right
        left_power: Left
        right_power: Right

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        matrix, both, (one, other) = as_matrix(g), g.ndim > 2, (s.left_power, s.right_power)
        left = s.left + matrix @ matrix.swapaxes(-1, -2)
        right = s.right + matrix.swapaxes(-1, -2) @ matrix if both else s.right
        u = _through(one, matrix, other)
        late = ~(total(u * u)[:, 0, 0] <= min(matrix.shape[1:])) & h.early
        due = late | ((h.t - 1) % h.interval == 0).reshape(-1)
        eps, exponent = np.reshape(h.eps, (-1, 1, 1)), -1 / 4 if both else -1 / 2
        one = some(due, partial(_power, exponent=exponent), one, left, eps)
        other = some(due, partial(_power, exponent=exponent), other, right, eps) if both else other
        v = h.momentum * s.v + some(due, _through, u, one, matrix, other).reshape(g.shape)
        return p - h.lr * v, Shampoo.Slots(v, left, right, one, other)


def _through(left: Array, matrix: Array, right: Array) -> Array:
    """The matrix between the powers; a vector has no right one."""
    found: Array = left @ matrix
    return found @ right if right.shape[-1] else found


def _power(a: Array, eps: Array, exponent: float) -> Array:
    """The power of a + eps I, whose eigenvalues are at least eps."""
    values, vectors = eigh(a + eps * np.eye(a.shape[-1], dtype=a.dtype))
    values = np.maximum(values, np.reshape(eps, (-1, 1)))
    powers: Array = (vectors * power(values, exponent)[:, None, :]) @ vectors.swapaxes(-1, -2)
    return powers


def eigh(a: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors of symmetric matrices (runs, n, n); nan for those that are not finite, which LAPACK
    refuses together with all others: their runs have diverged."""
    finite = np.all(np.isfinite(a), axis=(-2, -1), keepdims=True)
    values, vectors = np.linalg.eigh(np.where(finite, a, 0))
    return np.where(finite[..., 0], values, np.nan), np.where(finite, vectors, np.nan)
