"""Noise around any objective."""

from dataclasses import dataclass

from objectives.base import Array, Objective, Params, Seeds, Split
from objectives.random import Draws


@dataclass
class GaussianNoise(Objective):
    """Adds N(0, sigma^2) to every coordinate of the gradient. Losses and metrics stay exact."""

    inner: Objective
    sigma: float = 0.1

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Objective):
            raise ValueError(f"GaussianNoise.inner must be an Objective; got {self.inner!r}")
        if type(self.sigma) not in (int, float) or not 0 <= self.sigma < float("inf"):
            raise ValueError(f"GaussianNoise.sigma must be a number of at least 0; got {self.sigma!r}")
        self.order = self.inner.order
        self.splits = self.inner.splits
        self.digest = self.inner.digest
        self.remembers = self.inner.remembers
        self._noise: Draws | None = None

    @property
    def varies_with_seed(self) -> bool:
        return self.sigma > 0 or self.inner.varies_with_seed

    def init(self, seeds: Seeds) -> Params:
        return self.inner.init(seeds)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = self.inner.loss_and_grads(params, step, seeds)
        size = sum(g[0].size for g in grads.values())
        if self._noise is None:
            chunk = max(1, 4096 // size)
            self._noise = Draws("noise", chunk, lambda rng: rng.standard_normal((chunk, size)))
        noise, start, noisy = self.sigma * self._noise.at(step, seeds), 0, {}
        for name, g in grads.items():
            end = start + g[0].size
            noisy[name] = g + noise[:, start:end].reshape(g.shape).astype(g.dtype)
            start = end
        return loss, noisy

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return self.inner.evaluate(params, split)

    def select(self, rows: Array) -> None:
        self.inner.select(rows)
