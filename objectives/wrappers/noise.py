"""Gradients that are noisy, sparse or late, around any objective. Losses and metrics stay exact."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from objectives.arrays import Array, Params, Seeds, laid_out
from objectives.fields import Index, Instance, StaticNonNegative, StaticPart, StaticPositive
from objectives.random import Draws
from objectives.wrappers.around import Around

CHUNK = 4096  # numbers that a run draws at once


@dataclass
class Noisy(Around):
    """Draws numbers for every coordinate of the gradient, and changes it with them. Two of one kind around each
    other need different `instance`s, or they draw the same.
    """

    def prepare(self) -> None:
        self.deterministic = False
        self._draws: Draws | None = None

    @property
    def varies_with_seed(self) -> bool:
        return True

    @abstractmethod
    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        """The numbers of some steps of a run, (steps, coordinates)."""

    @abstractmethod
    def changed(self, g: Array, drawn: Array) -> Array:
        """The gradient of a tensor with the numbers drawn for it, both (runs, ...)."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = super().loss_and_grads(params, step, seeds)
        size = sum(g[0].size for g in grads.values())
        if self._draws is None:
            chunk = max(1, CHUNK // size)
            stream = f"{type(self).__name__} {getattr(self, 'instance', 0)}"
            self._draws = Draws(stream, chunk, lambda rng: self.draw(rng, (chunk, size)))
        drawn, start, noisy = self._draws.at(step, seeds), 0, {}
        for name, g in grads.items():
            end = start + g[0].size
            noisy[name] = self.changed(g, drawn[:, start:end].reshape(g.shape).astype(g.dtype))
            start = end
        return loss, noisy


@dataclass
class Sized(Noisy):
    """Noise of size sigma."""

    sigma: StaticNonNegative = 0.1
    instance: Instance = 0

    @property
    def varies_with_seed(self) -> bool:
        return self.sigma > 0 or self.inner.varies_with_seed


@dataclass
class GaussianNoise(Sized):
    """Adds N(0, sigma^2) to every coordinate of the gradient."""

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        drawn: Array = self.sigma * rng.standard_normal(shape)
        return drawn

    def changed(self, g: Array, drawn: Array) -> Array:
        return g + drawn


@dataclass
class StudentNoise(Sized):
    """Adds Student's t, of scale sigma, to every coordinate: rare, huge gradients, as in language models (Zhang et al.
    2020, arXiv 1912.03194). The variance is finite from freedom > 2 on, the mean from freedom > 1 on.
    """

    freedom: StaticPositive = 2.5

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        drawn: Array = self.sigma * rng.standard_t(self.freedom, shape)
        return drawn

    def changed(self, g: Array, drawn: Array) -> Array:
        return g + drawn


@dataclass
class MultiplicativeNoise(Sized):
    """Multiplies every coordinate of the gradient by 1 + N(0, sigma^2): noise that vanishes at the minimum."""

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        drawn: Array = self.sigma * rng.standard_normal(shape)
        return drawn

    def changed(self, g: Array, drawn: Array) -> Array:
        found: Array = g * (1 + drawn)
        return found


@dataclass
class SparseGradients(Noisy):
    """Keeps a coordinate of the gradient with probability `density`, and divides what is kept by it, so that the mean
    is the gradient; else it is 0. As rare words and features do.
    """

    density: StaticPart = 0.1
    instance: Instance = 0

    @property
    def varies_with_seed(self) -> bool:
        return self.density < 1 or self.inner.varies_with_seed

    def draw(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        kept: Array = (rng.random(shape) < self.density) / self.density
        return kept

    def changed(self, g: Array, drawn: Array) -> Array:
        return g * drawn


@dataclass
class DelayedGradients(Around):
    """Gradients of the params that were held `delay` steps before, as stale workers send them; in the first steps
    those of the start. Other points than those of the path have no past: they see the same late gradient.
    """

    delay: Index = 1

    def prepare(self) -> None:
        self.remembers = self.delay > 0 or self.inner.remembers
        self.deterministic = self.inner.deterministic and not self.delay
        self._past: Params = {}  # name -> (runs, delay + 1, ...), the gradients of step k at k % (delay + 1)
        self._steps = np.zeros((0, 2), np.int64)  # the first and the newest step of each run; -1 before them

    def init(self, seeds: Seeds) -> Params:
        params = super().init(seeds)
        self._begin(params)
        return params

    def _begin(self, params: Params) -> None:
        kept = self.delay + 1 if self.delay else 0
        self._past = {name: np.zeros((len(p), kept, *p.shape[1:]), p.dtype) for name, p in params.items()}
        self._steps = np.full((len(next(iter(params.values()))), 2), -1)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = super().loss_and_grads(params, step, seeds)
        if not self.delay:
            return loss, grads
        if not self._past:
            self._begin(params)
        first, newest = self._steps[:, 0], self._steps[:, 1]
        fresh, first = newest != step, np.where(first < 0, step, first)
        here, late = step % (self.delay + 1), np.maximum(step - self.delay, first)[0] % (self.delay + 1)
        for name, g in grads.items():
            past = self._past[name]
            past[:, here] = np.where(fresh.reshape(-1, *(1,) * (g.ndim - 1)), g, past[:, here])
        self._steps = np.stack([first, np.zeros_like(first) + step], axis=1)
        return loss, {name: laid_out(self._past[name][:, late].copy(), self.order) for name in grads}

    def hvp(self, params: Params, v: Params, step: int, seeds: Seeds) -> Params:
        """Of the inner objective: curvature isn't late."""
        return self.inner.hvp(params, v, step, seeds)

    def select(self, rows: Array) -> None:
        super().select(rows)
        self._past = {name: past[rows] for name, past in self._past.items()}
        self._steps = self._steps[rows]

    def memory(self) -> Any:
        return self._past, self._steps, super().memory()

    def recall(self, memory: Any) -> None:
        self._past, self._steps, inner = memory
        super().recall(inner)
