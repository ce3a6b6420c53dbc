"""What a rule may ask for beyond the gradient: gradients elsewhere, curvature, random numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from harness.optimizers.layout import Layout, Params
from harness.optimizers.norms import norm
from objectives.arrays import Array, ratio

Kind = Literal["normal", "signs"]


class Oracle(Protocol):
    """All arrays are (runs, size), in the order and dtype of the params, unless said otherwise."""

    def evaluate(self, p: Array, where: Array | None = None, /) -> tuple[Array, Array]:
        """Loss (runs, 1) and gradients at other params, on the same minibatch. Runs that `where` (runs, 1) leaves out
        are not charged, and what comes back for them means nothing."""

    def hvp(self, v: Array, /) -> Array:
        """The Hessian at the params of this step times v, on the same minibatch."""

    def draw(self, kind: Kind, /) -> Array:
        """Standard normal numbers, or 1 and -1 with equal chances: others at every step and seed."""


@dataclass(frozen=True)
class Through:
    """An oracle whose gradients elsewhere go through a function, as wrappers clip or centralize them."""

    oracle: Oracle
    function: Callable[[Array], Array]

    def evaluate(self, p: Array, where: Array | None = None) -> tuple[Array, Array]:
        loss, g = self.oracle.evaluate(p, where)
        return loss, self.function(g)

    def hvp(self, v: Array) -> Array:
        return self.oracle.hvp(v)

    def draw(self, kind: Kind) -> Array:
        return self.oracle.draw(kind)


@dataclass
class BookOracle:
    """The oracle behind `update(params, grads, evaluate=f)`, for f(params) -> (loss, grads): curvature is a central
    difference of gradients, random numbers are drawn per run by its row and the step: the engine draws others, by
    seed."""

    f: Callable[[Params], tuple[Any, Params]]
    p: Array
    plan: Layout
    shapes: dict[str, tuple[int, ...]]  # of f's params
    step: int

    def evaluate(self, p: Array, where: Array | None = None) -> tuple[Array, Array]:
        there = {
            name: p[:, columns].reshape(self.shapes[name])
            for name, columns in zip(self.plan.names, self.plan.columns, strict=True)
        }
        loss, grads = self.f(there)
        flat = [np.reshape(grads[name], (len(p), -1)) for name in self.plan.names]
        return np.asarray(loss, p.dtype).reshape(-1, 1), np.concatenate(flat, axis=1).astype(p.dtype, copy=False)

    def hvp(self, v: Array) -> Array:
        return difference(lambda there: self.evaluate(there)[1], self.p, v)

    def draw(self, kind: Kind) -> Array:
        counter = np.array([0, 0, 0, self.step], dtype=np.uint64)
        rngs = [np.random.Generator(np.random.Philox(key=run, counter=counter)) for run in range(len(self.p))]
        size = self.p.shape[1]
        rows = [r.standard_normal(size) if kind == "normal" else 2 * r.integers(0, 2, size) - 1 for r in rngs]
        return np.array(rows, self.p.dtype)


def difference(slope: Callable[[Array], Array], p: Array, v: Array) -> Array:
    """The Hessian times v by a central difference of gradients: as far to both sides as rounding and curvature
    balance, the cube root of eps times the size of p."""
    reach = np.cbrt(np.finfo(p.dtype).eps) * (1 + norm(p))
    h = ratio(reach, norm(v)).astype(p.dtype)
    found: Array = (slope(p + h * v) - slope(p - h * v)) / (2 * h)
    return found
