"""What is common to objectives made of an objective."""

from abc import abstractmethod
from dataclasses import dataclass
from inspect import get_annotations
from typing import Any

from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.fields import check


@dataclass
class Around(Objective):
    """An objective made of another, `inner`, which by itself it leaves as it is. Its traits are those of `inner`."""

    inner: Objective

    def __post_init__(self) -> None:
        check(self)
        for trait in get_annotations(Objective):
            setattr(self, trait, getattr(self.inner, trait))
        self.prepare()

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

    def memory(self) -> Any:
        return self.inner.memory()

    def recall(self, memory: Any) -> None:
        self.inner.recall(memory)
