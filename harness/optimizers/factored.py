"""Second moments of matrices by their rows and columns: SM3, Adafactor, CAME."""

from dataclasses import dataclass
from functools import reduce
from math import sqrt
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.memory import Element, New, Sees, Slot
from harness.optimizers.norms import norm
from objectives.arrays import Array, power, ratio
from objectives.fields import Count, Fraction, NonNegative, Positive

Shape = tuple[int, ...]


def _cover(shape: Shape, owner: Any) -> Shape:
    return (sum(shape),) if len(shape) > 1 else shape


def _is_factored(shape: Shape, owner: Any) -> bool:
    return len(shape) > 1 and min(shape[-2:]) >= getattr(owner, "min_side", 1)


def _rows(shape: Shape, owner: Any) -> Shape:
    return (*shape[:-1], 1) if _is_factored(shape, owner) else (0,)


def _columns(shape: Shape, owner: Any) -> Shape:
    return (*shape[:-2], 1, shape[-1]) if _is_factored(shape, owner) else (0,)


def _else(shape: Shape, owner: Any) -> Shape:
    return (0,) if _is_factored(shape, owner) else shape


Rows = Annotated[Array, Slot(_rows)]
Columns = Annotated[Array, Slot(_columns)]
Else = Annotated[Array, Slot(_else)]


@dataclass
class SM3(Optimizer):
    """AdaGrad whose sum for an element is the least of those of its row and its column (Anil et al. 2019, arXiv
    1901.11150, algorithm SM3-II), with momentum as an average of the steps. Vectors have AdaGrad's own.

    >>> params = {"W": np.zeros((2, 2))}
    >>> optimizer = SM3(lr=1.0, momentum=0.0)
    >>> for g in ([[3.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 4.0]]):
    ...     optimizer.update(params, {"W": np.array(g)})
    >>> params["W"].round(4)  # row 2 and column 2 had no gradient before
    array([[-1.,  0.],
           [ 0., -1.]])
    """

    lr: NonNegative = 0.1
    momentum: Fraction = 0.9
    eps: NonNegative = 1e-30

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        m: Element
        mu: Annotated[Array, Slot(_cover)]

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        shape = g.shape[1:]
        if len(shape) > 1:
            ends = np.cumsum((0, *shape)).tolist()
            ones = [tuple(n if axis == k else 1 for axis, n in enumerate(shape)) for k in range(len(shape))]
            parts = [s.mu[:, ends[k] : ends[k + 1]].reshape(len(g), *one) for k, one in enumerate(ones)]
            nu = g * g + reduce(np.minimum, np.broadcast_arrays(*parts))
            others = [tuple(axis + 1 for axis in range(len(shape)) if axis != k) for k in range(len(shape))]
            mu = np.concatenate([np.max(nu, axis=axes) for axes in others], axis=1)
        else:
            nu = mu = g * g + s.mu
        m = h.momentum * s.m + ratio((1 - h.momentum) * g, np.sqrt(nu + h.eps))
        return p - h.lr * m, SM3.Slots(m, mu)


class Factored(NamedTuple):
    """Averages over rows and columns of a matrix, or of every number of what isn't factored."""

    rows: Rows
    columns: Columns
    v: Else


def factored(squares: Array, s: Any, keep: Array) -> tuple[Array, Factored]:
    """One over the root of the average squares (Shazeer & Stern 2018, algorithm 2: of rows times columns over the mean
    of the rows), and the averages with these squares in them. Products of averages would leave float32."""
    if not s.rows.size:
        v = keep * s.v + (1 - keep) * squares
        return ratio(1, np.sqrt(v)), Factored(s.rows, s.columns, v)
    rows = keep * s.rows + (1 - keep) * np.mean(squares, axis=-1, keepdims=True)
    columns = keep * s.columns + (1 - keep) * np.mean(squares, axis=-2, keepdims=True)
    share = ratio(rows, np.mean(rows, axis=-2, keepdims=True))
    return ratio(ratio(1, np.sqrt(share)), np.sqrt(columns)), Factored(rows, columns, s.v)


def rms(a: Array) -> Array:
    """The root of the mean square of each run's tensor."""
    return norm(a) / sqrt(max(1, a[0].size))


@dataclass
class Adafactor(Optimizer):
    """Steps relative to the size of the tensor, with second moments of rows and columns (Shazeer & Stern 2018, arXiv
    1804.04235, algorithm 4): max(eps2, RMS(p)) min(lr, 1 / sqrt(t)), of an update whose RMS is at most `clip`. Without
    `relative`, lr itself takes the place of the minimum. Matrices with a side below `min_side` are not factored.

    >>> params = {"w": np.array([3.0, 4.0, 0.0, 0.0])}
    >>> Adafactor(lr=0.1).update(params, {"w": np.array([1.0, -9.0, 0.0, 0.0])})
    >>> params["w"]  # 0.1 of the RMS 2.5, against the signs
    array([2.75, 4.25, 0.  , 0.  ])
    """

    lr: NonNegative = 0.01
    decay_rate: Positive = 0.8
    eps1: NonNegative = 1e-30
    eps2: NonNegative = 1e-3
    clip: Positive = 1.0
    weight_decay: NonNegative = 0.0
    relative: bool = True
    min_side: Count = 1

    sees: ClassVar[Sees] = "tensors"
    Slots = Factored

    @staticmethod
    def rule(p: Array, g: Array, s: Factored, h: Any) -> New:
        scale, s = factored(g * g + h.eps1, s, 1 - power(h.t, -h.decay_rate))
        u = g * scale
        rho = np.minimum(h.lr, 1 / np.sqrt(h.t)) if h.relative else h.lr
        step = np.maximum(h.eps2, rms(p)) * rho / np.maximum(1, rms(u) / h.clip)
        return p * (1 - h.lr * h.weight_decay) - step * u, s


@dataclass
class CAME(Optimizer):
    """Confidence-guided Adafactor (Luo et al. 2023, arXiv 2307.02047, algorithm 2): the averaged update m is divided by
    the root of how far updates stray from it, which is factored, too. Vectors move by m.

    >>> params = {"w": np.array([0.0])}
    >>> CAME(lr=1.0, beta1=0.5).update(params, {"w": np.array([3.0])})
    >>> params["w"].round(6)  # an update of 1 / sqrt(1 - beta2) that is clipped to 1
    array([-0.5])
    """

    lr: NonNegative = 0.0002
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    beta3: Fraction = 0.9999
    eps1: NonNegative = 1e-30
    eps2: NonNegative = 1e-16
    clip: Positive = 1.0
    weight_decay: NonNegative = 0.0

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        rows: Rows
        columns: Columns
        v: Else
        m: Element
        strayed_rows: Rows
        strayed_columns: Columns

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        scale, new = factored(g * g + h.eps1, s, h.beta2)
        u = g * scale
        u = u / np.maximum(1, rms(u) / h.clip)
        m = h.beta1 * s.m + (1 - h.beta1) * u
        step, strayed = m, Factored(s.strayed_rows, s.strayed_columns, s.v)
        if g.ndim > 2:
            steady, strayed = factored((u - m) * (u - m) + h.eps2, strayed, h.beta3)
            step = m * steady
        slots = CAME.Slots(*new, m, strayed.rows, strayed.columns)
        return p * (1 - h.lr * h.weight_decay) - h.lr * step, slots
