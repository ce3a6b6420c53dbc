"""SOAP: Adam in the eigenbasis of Shampoo. Weights are (inputs, outputs); more axes than two count as inputs."""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from harness.optimizers.base import Optimizer
from harness.optimizers.matrices import Left, Right, as_matrix, eigh
from harness.optimizers.memory import Element, New, Sees
from objectives.arrays import Array, power, ratio
from objectives.fields import Count, Fraction, NonNegative
from objectives.tracing import every


@dataclass
class SOAP(Optimizer):
    """Adam in the eigenvectors of the averages of g g' and g' g (Vyas et al. 2024, arXiv 2409.11321, algorithm 3),
    which a power iteration with QR renews every `interval` updates. As in the authors' code, the first gradient only
    makes the first eigenvectors. Vectors and scalars take Adam's steps.

    >>> optimizer, params = SOAP(lr=0.1, weight_decay=0.0), {"W": np.zeros((2, 2))}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.array([[0.0, 5.0], [1.0, 0.0]])})
    >>> params["W"].round(4)  # along the singular vectors, each by lr
    array([[ 0. , -0.1],
           [-0.1,  0. ]])
    """

    lr: NonNegative = 0.003
    beta1: Fraction = 0.95
    beta2: Fraction = 0.95
    shampoo_beta: Fraction = 0.95
    eps: NonNegative = 1e-8
    weight_decay: NonNegative = 0.01
    interval: Count = 10

    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        m: Element
        v: Element  # of a matrix, in its eigenvectors
        left: Left
        right: Right
        left_basis: Left
        right_basis: Right

    @staticmethod
    def rule(p: Array, g: Array, s: Slots, h: Any) -> New:
        done, basis = h.t - 1, (s.left_basis, s.right_basis)  # updates that moved the params

        def moved() -> tuple[Array, Array, Array]:
            m = s.m + (1 - h.beta1) * (g - s.m)
            v = s.v + (1 - h.beta2) * (_turned(g, basis) ** 2 - s.v)
            c1, c2 = 1 - power(h.beta1, done), 1 - power(h.beta2, done)
            step = _turned(ratio(_turned(m, basis), np.sqrt(v) + h.eps), basis, back=True)
            new = p - h.lr * np.sqrt(c2) / c1 * step
            return new - h.lr * h.weight_decay * new, m, v

        new, m, v = every(done > 0, moved, (p, s.m, s.v))
        if g.ndim < 3:
            return new, SOAP.Slots(m, v, *s[2:])
        matrix, forget = as_matrix(g), np.reshape(1 - h.shampoo_beta, (-1, 1, 1))
        left = s.left + forget * (matrix @ matrix.swapaxes(-1, -2) - s.left)
        right = s.right + forget * (matrix.swapaxes(-1, -2) @ matrix - s.right)

        def first() -> tuple[Array, Array, Array]:
            return v, eigh(left)[1][..., ::-1], eigh(right)[1][..., ::-1]

        def renewed() -> tuple[Array, Array, Array]:
            (one, rows), (other, columns) = _renewed(left, basis[0]), _renewed(right, basis[1])
            sorted_rows = np.take_along_axis(as_matrix(v), rows[:, :, None], axis=1)
            return np.take_along_axis(sorted_rows, columns[:, None, :], axis=2).reshape(v.shape), one, other

        due, kept = (done > 0) & (done % h.interval == 0), every(done == 0, first, (v, *basis))
        v, one, other = every(due, renewed, kept)
        return new, SOAP.Slots(m, v, left, right, one, other)


def _turned(a: Array, basis: tuple[Array, Array], back: bool = False) -> Array:
    """A tensor in its eigenvectors, or from there; vectors stay."""
    if a.ndim < 3:
        return a
    left, right = basis
    turned: Array
    turned = left @ as_matrix(a) @ right.swapaxes(-1, -2) if back else left.swapaxes(-1, -2) @ as_matrix(a) @ right
    return turned.reshape(a.shape)


def _renewed(a: Array, basis: Array) -> tuple[Array, Array]:
    """The basis after one power iteration, and the order of the eigenvalues that it had, the largest first."""
    product = a @ basis
    order = np.argsort(-np.sum(basis * product, axis=1), axis=-1, stable=True)
    return np.linalg.qr(np.take_along_axis(product, order[:, None, :], axis=2))[0], order
