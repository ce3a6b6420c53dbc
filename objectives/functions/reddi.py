"""A convex problem on which Adam goes the wrong way."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.fields import Dtype, StaticNonNegative, Whole, demand
from objectives.random import Draws, generator

DRAWN = 1024  # steps that a run draws at once


@dataclass
class ReddiCounterexample(Objective):
    """f_t(x) = large x for t mod period = 1, else -small x, with x in [-1, 1]; t counts from 1 (Reddi, Kale & Kumar
    2018, arXiv 1904.09237: theorem 1 has small = 1, period = 3 and large = C > 2, the experiments 10, 101 and 1010).
    `stochastic` draws the large one with probability 1/period instead (theorem 3, where it is (1 + delta)/(C + 1)).

    On average f rises, so x = -1 is best. Adam with beta1 = 0 and beta2 = 1/(1 + C^2) moves to +1: it divides the rare
    large gradient by its own size. The paper projects x onto [-1, 1] after every step; here x is free, and metrics are
    those of the nearest point of the domain. Seed 0 starts at x = 1, as the paper does, the others uniformly.
    """

    large: StaticNonNegative = 3.0
    small: StaticNonNegative = 1.0
    period: Annotated[int, Whole(2)] = 3
    stochastic: bool = False
    dtype: Dtype = "float64"

    domain: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    complex_step = True

    def prepare(self) -> None:
        least = (self.period - 1) * self.small
        demand(self, "large", self.large > least, f"above (period - 1) small = {least}, so that -1 is best")
        self._draws = Draws("minibatch", DRAWN, lambda rng: rng.random(DRAWN) < 1 / self.period)

    @property
    def slope(self) -> float:
        """The mean slope of f."""
        return (self.large - (self.period - 1) * self.small) / self.period

    @property
    def minimum(self) -> float:
        """The lowest mean loss in the domain, at x = -1."""
        return -self.slope

    def init(self, seeds: Seeds) -> Params:
        x = [1.0 if seed == 0 else generator(int(seed), "start").uniform(*self.domain) for seed in seeds]
        return {"x": np.array(x, self.dtype)[:, None]}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        x = params["x"]
        rare = (
            self._draws.at(step, seeds)[:, None]
            if self.stochastic
            else np.full_like(x, step % self.period == 0, dtype=bool)
        )
        slope = np.where(rare, self.large, -self.small).astype(self.dtype)
        return (slope * x)[:, 0], {"x": slope}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        x = params["x"][:, 0]
        nearest = np.where(np.isfinite(x), np.clip(x, *self.domain), x)
        return {"loss": nearest * np.asarray(self.slope, self.dtype)}
