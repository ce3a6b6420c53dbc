"""What is common to objectives made of an objective."""

from abc import abstractmethod
from dataclasses import dataclass

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split


@dataclass
class Around(Objective):
    """An objective made of another, `inner`, which by itself it leaves as it is."""

    inner: Objective

    def __post_init__(self) -> None:
        if not isinstance(self.inner, Objective):
            raise ValueError(f"{type(self).__name__}.inner must be an Objective; got {self.inner!r}")
        self.order = self.inner.order
        self.splits = self.inner.splits
        self.more_is_better, self.less_is_better = self.inner.more_is_better, self.inner.less_is_better
        self.digest = self.inner.digest
        self.remembers = self.inner.remembers
        self.deterministic = self.inner.deterministic
        self.parallel = self.inner.parallel
        self.complex_step = self.inner.complex_step

    @property
    def varies_with_seed(self) -> bool:
        return self.inner.varies_with_seed

    def init(self, seeds: Seeds) -> Params:
        return self.inner.init(seeds)

    @abstractmethod
    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        return self.inner.loss_and_grads(params, step, seeds)

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return self.inner.evaluate(params, split)

    def select(self, rows: Array) -> None:
        self.inner.select(rows)
