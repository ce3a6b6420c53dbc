"""A network that reproduces its inputs through a narrow layer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.checks import demand_dataset
from objectives.data import Dataset
from objectives.learning.mlp import MLP


@dataclass
class Autoencoder(Objective):
    """The mean squared error per pixel of an MLP whose targets are its inputs (Hinton & Salakhutdinov 2006); params
    W1, b1, W2, ... as there, the outputs linear.
    """

    dataset: Dataset
    hidden: Sequence[int] = (32, 8, 32)
    activation: str = "tanh"
    weight_init: str | float = "xavier"
    weight_decay: float = 0.0
    batch_size: int = 128
    dtype: str = "float32"

    complex_step = True
    parallel = True

    def __post_init__(self) -> None:
        demand_dataset(self)
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
