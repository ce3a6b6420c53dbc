"""The same objective seen through other coordinates: shifted, turned, stretched, squeezed."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from objectives.arrays import Array, Params, Seeds, by_run, laid_out, power
from objectives.base import Split
from objectives.fields import Instance, Range, StaticNonNegative, StaticPositive
from objectives.random import generator
from objectives.wrappers.around import Around

MOST = 2000  # coordinates of a tensor that a dense matrix may turn


@dataclass
class Linear(Around):
    """The inner objective at A x, for a matrix A for each tensor of parameters. It starts where A x is the inner
    start, so that only what an optimizer makes of the other coordinates differs.
    """

    instance: Instance = 0

    def prepare(self) -> None:
        self._maps: dict[tuple[str, int], tuple[Array, Array]] = {}

    @abstractmethod
    def matrix(self, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
        """A matrix (size, size) and its inverse."""

    def init(self, seeds: Seeds) -> Params:
        return self._each(super().init(seeds), 1, transposed=False)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = super().loss_and_grads(self._each(params, 0, transposed=False), step, seeds)
        return loss, self._each(grads, 0, transposed=True)

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return super().evaluate(self._each(params, 0, transposed=False), split)

    def _each(self, tensors: Params, which: int, transposed: bool) -> Params:
        """Every tensor times its matrix (0) or the inverse (1)."""
        found = {}
        for name, tensor in tensors.items():
            flat = by_run(tensor.reshape(len(tensor), -1))
            A = self._map(name, flat.shape[1])[which].astype(flat.dtype)
            # run by run: a product of all would round otherwise beside other runs
            turned = np.matmul(flat[:, None], A if transposed else np.ascontiguousarray(A.T))[:, 0]
            found[name] = laid_out(turned.reshape(tensor.shape), self.order)
        return found

    def _map(self, name: str, size: int) -> tuple[Array, Array]:
        if (name, size) not in self._maps:
            if size > MOST:
                raise ValueError(f"{type(self).__name__}: {name} has {size} coordinates; at most {MOST} can be turned")
            self._maps[name, size] = self.matrix(generator(self.instance, f"turn {name}"), size)
        return self._maps[name, size]


@dataclass
class Rotate(Linear):
    """Turned by a random rotation, uniform over all (Haar; Mezzadri 2007, arXiv math-ph/0609050); `instance` draws
    another one. SGD and momentum do not see it, what works coordinate by coordinate does.
    """

    def matrix(self, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
        Q = rotation(rng, size)
        return Q, Q.T


@dataclass
class Condition(Linear):
    """Squeezed along random axes by factors from 1 to sqrt(condition), spaced evenly on a log scale: the Hessian of a
    sphere gets this condition number. `rotated=false` squeezes along the coordinates.
    """

    condition: Annotated[float, Range(1)] = 100.0
    rotated: bool = True

    def matrix(self, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
        Q = rotation(rng, size) if self.rotated else np.eye(size)
        factors = power(self.condition, np.linspace(0, 1, size) / 2)
        return Q.T * factors @ Q, Q.T / factors @ Q


@dataclass
class Rescale(Around):
    """`value` times the inner objective at x / `length`, which starts at length times the inner start. Adam does not
    see the first, and neither is seen by what has no units in its step.
    """

    value: StaticPositive = 1.0
    length: StaticPositive = 1.0

    def prepare(self) -> None:
        self.lowest = None if self.lowest is None else self.lowest * self.value

    def init(self, seeds: Seeds) -> Params:
        return {name: p * p.dtype.type(self.length) for name, p in super().init(seeds).items()}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = super().loss_and_grads(self._inside(params), step, seeds)
        return loss * self.value, {name: g * (self.value / self.length) for name, g in grads.items()}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        found = super().evaluate(self._inside(params), split)
        return {name: v * self.value if name.endswith("loss") else v for name, v in found.items()}

    def _inside(self, params: Params) -> Params:
        return {name: p / p.dtype.type(self.length) for name, p in params.items()}


@dataclass
class Shift(Around):
    """The inner objective at x - s, with s from N(0, scale^2) in every coordinate: minima move, starts stay. Weight
    decay and what is pulled to 0 see it. `instance` draws another s.
    """

    scale: StaticNonNegative = 1.0
    instance: Instance = 0

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        return super().loss_and_grads(self._inside(params), step, seeds)

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return super().evaluate(self._inside(params), split)

    def shift(self, name: str, shape: tuple[int, ...]) -> Array:
        """By how much the minima of this tensor move."""
        return self.scale * generator(self.instance, f"shift {name}").standard_normal(shape)

    def _inside(self, params: Params) -> Params:
        return {name: p - self.shift(name, p.shape[1:]).astype(p.dtype) for name, p in params.items()}


def rotation(rng: np.random.Generator, size: int) -> Array:
    """A uniformly random rotation or reflection (size, size): the Q of a normal matrix, R's signs taken out."""
    Q, R = np.linalg.qr(rng.standard_normal((size, size)))
    found: Array = Q * np.sign(np.diag(R))
    return found
