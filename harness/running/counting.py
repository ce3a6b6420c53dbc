"""What a step may ask of the objective: gradients here and elsewhere, curvature, random numbers; counted per run."""

import numpy as np

from harness.optimizers.layout import Layout, Params
from harness.optimizers.oracle import Kind
from objectives.arrays import Array
from objectives.base import Objective
from objectives.random import generator


class Counter:
    """The oracle (harness.optimizers.oracle) of some runs, counting what each of them asks.

    A deterministic objective is asked once for a point: where a line search ended, the next step begins for free.
    """

    def __init__(self, objective: Objective, layout: Layout, seeds: Array) -> None:
        self.objective, self.layout, self.seeds = objective, layout, seeds
        self.asked = np.zeros(len(seeds), dtype=np.int64)  # gradients so far, of each run
        self._step = 0
        self._p: Array = np.empty((len(seeds), 0))
        self._last: tuple[Array, Array, Array] | None = None  # the point of each run's newest answer, and the answer

    def select(self, keep: Array) -> None:
        """Keep these runs only."""
        self.seeds, self.asked = self.seeds[keep], self.asked[keep]
        if self._last is not None:
            p, loss, g = self._last
            self._last = self._ordered(p[keep]), loss[keep], self._ordered(g[keep])

    def begin(self, p: Array, params: Params, g: Array, step: int, told: bool = True) -> tuple[Array | None, Array]:
        """Loss (runs,), unless nobody is to be told it, and gradients of a step at p, whose tensors are `params`; `g`
        may be written to."""
        self._step, self._p = step, p
        known = None
        if self._last is not None:
            (point, value, slopes), self._last = self._last, None
            known = (point == p).all(axis=1, keepdims=True)
            if known.all():
                return value[:, 0], slopes
        if not told and known is None:
            self.asked += 1
            return None, self.layout.gather(self.objective.grads(dict(params), step, self.seeds), g)
        loss, grads = self.objective.loss_and_grads(dict(params), step, self.seeds)
        g = self.layout.gather(grads, g)
        self.asked += 1
        if known is not None:
            self.asked -= known[:, 0]
            loss, g = np.where(known[:, 0], value[:, 0], loss), self._ordered(np.where(known, slopes, g))
        return loss, g

    def evaluate(self, p: Array, where: Array | None = None) -> tuple[Array, Array]:
        """Loss and gradients at other params; those of runs that `where` (runs, 1) leaves out mean nothing and cost
        nothing."""
        p = self._ordered(p)
        rows = np.arange(len(p)) if where is None else np.flatnonzero(where)
        if len(rows) == len(p) or self.objective.remembers:
            loss, g = self._answer(p, self.seeds)
        else:
            loss, g = np.full((len(p), 1), np.nan, p.dtype), self._ordered(np.full_like(p, np.nan))
            # a lone run whose neighbours would be contiguous is computed twice, as in the engine
            some = rows if len(rows) > 1 or self.objective.order == "C" else np.repeat(rows, 2)
            if len(some):
                loss[some], g[some] = self._answer(self._ordered(p[some]), self.seeds[some])
        self.asked[rows] += 1
        if self.objective.deterministic:
            self._keep(p, loss, g, rows)
        return loss, g

    def hvp(self, v: Array) -> Array:
        """The Hessian at the params of this step times v."""
        shown = self.layout.shown
        found = self.objective.hvp(shown(self._p), shown(self._ordered(v)), self._step, self.seeds)
        self.asked += self.objective.hvp_gradients
        return self.layout.gather(found, np.empty_like(self._p))

    def draw(self, kind: Kind) -> Array:
        """Random numbers by seed and step."""
        return self._ordered(drawn_for(kind, self.seeds, self._step, self._p.shape[1]).astype(self._p.dtype))

    def _answer(self, p: Array, seeds: Array) -> tuple[Array, Array]:
        loss, grads = self.objective.loss_and_grads(self.layout.shown(p), self._step, seeds)
        return loss[:, None], self.layout.gather(grads, np.empty_like(p))

    def _keep(self, p: Array, loss: Array, g: Array, rows: Array) -> None:
        if self._last is None:
            self._last = np.full_like(p, np.nan), loss.copy(), np.empty_like(g)
        for old, new in zip(self._last, (p, loss, g), strict=True):
            old[rows] = new[rows]

    def _ordered(self, a: Array) -> Array:
        return np.asarray(a, order=self.objective.order)


def drawn_for(kind: Kind, seeds: Array, step: int, size: int) -> Array:
    """What a rule draws at a step (runs, size)."""
    unique, place = np.unique(seeds, return_inverse=True)
    rngs = [generator(int(seed), "probe", step) for seed in unique]
    if kind == "normal":
        return np.array([rng.standard_normal(size) for rng in rngs])[place]
    return np.array([rng.integers(0, 2, size) * 2 - 1 for rng in rngs])[place]
