"""The noisy quadratic model of minibatch training."""

from dataclasses import dataclass

import numpy as np

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.fields import Count, Dtype
from objectives.random import Draws, generator

DRAWN = 4096  # numbers that a run draws at once


@dataclass
class NoisyQuadratic(Objective):
    """1/2 sum h_i theta_i^2 with h_i = 1/i, whose gradient comes with N(0, h_i / batch_size) noise: its covariance is
    the Hessian (Zhang et al. 2019, arXiv 1907.04164; there dim is 10,000). theta starts at N(0, 1).

    The loss in training is the one whose gradient that is; metrics are exact.
    """

    dim: Count = 1000
    batch_size: Count = 1
    dtype: Dtype = "float64"

    minimum = 0.0

    complex_step = True

    def prepare(self) -> None:
        self.curvatures = (1 / np.arange(1, self.dim + 1)).astype(self.dtype)
        self._deviation = np.sqrt(self.curvatures / self.batch_size).astype(self.dtype)
        chunk = max(1, DRAWN // self.dim)
        self._noise = Draws("noise", chunk, lambda rng: rng.standard_normal((chunk, self.dim)))

    def init(self, seeds: Seeds) -> Params:
        drawn = [generator(int(seed), "start").standard_normal(self.dim) for seed in seeds]
        return {"theta": np.array(drawn, self.dtype)}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        theta = params["theta"]
        slope = self.curvatures * theta
        noise = self._deviation * self._noise.at(step, seeds).astype(self.dtype)
        return np.sum((slope / 2 + noise) * theta, axis=1), {"theta": slope + noise}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": np.sum(self.curvatures * params["theta"] ** 2, axis=1) / 2}
