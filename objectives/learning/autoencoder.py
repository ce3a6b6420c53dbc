"""A network that reproduces its inputs through a narrow layer."""

from dataclasses import dataclass, replace

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.data import Dataset
from objectives.fields import Count, Dtype, StaticNonNegative
from objectives.learning.layers import ActivationName, Init, Widths
from objectives.learning.mlp import MLP


@dataclass
class Autoencoder(Objective):
    """The mean squared error per pixel of an MLP whose targets are its inputs (Hinton & Salakhutdinov 2006); params
    W1, b1, W2, ... as there, the outputs linear.
    """

    dataset: Dataset
    hidden: Widths = (32, 8, 32)
    activation: ActivationName = "tanh"
    weight_init: Init = "xavier"
    weight_decay: StaticNonNegative = 0.0
    batch_size: Count = 128
    dtype: Dtype = "float32"

    complex_step = True
    lowest = 0.0
    parallel = True

    def prepare(self) -> None:
        self.digest, self.splits = self.dataset.digest, self.dataset.splits
        self._network = MLP(
            replace(self.dataset, y=self.dataset.x, classes=0),
            self.hidden,
            self.activation,
            self.weight_init,
            "mse",
            self.weight_decay,
            self.batch_size,
            self.dtype,
        )
        self.deterministic = self._network.deterministic

    def init(self, seeds: Seeds) -> Params:
        return self._network.init(seeds)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        return self._network.loss_and_grads(params, step, seeds)

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": self._network.evaluate(params, split)["loss"]}
