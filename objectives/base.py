"""The objective contract: what is minimised, over a population of runs. Axis 0 of every array is the run."""

from abc import ABC, abstractmethod
from typing import Any, Literal

from objectives.arrays import Array, Params, Seeds
from objectives.curvature import complex_step, difference
from objectives.fields import check

Split = Literal["train", "validation", "test"]


class Objective(ABC):
    """Whatever has a loss and gradients: a formula, or a model and its data.

    Randomness comes from `objectives.random`, by seed and step: every run with the same seed meets the same
    start, minibatches and noise. A run's numbers must not depend on the other runs of the population.
    """

    order: Literal["C", "F"] = "C"
    """The memory order in which params (runs, ...) arrive: C, each run contiguous, or F, the runs contiguous."""
    splits: tuple[Split, ...] = ("validation",)
    """What `evaluate` knows. Curves, tuning and ranking read validation, or train where there is no validation; test is
    read once, at the end."""
    more_is_better: frozenset[str] = frozenset({"accuracy"})
    less_is_better: frozenset[str] = frozenset({"loss"})
    """Which way the metrics of `evaluate` are ranked, besides those whose names end in accuracy or loss."""
    deterministic: bool = False
    """Whether loss and gradients depend on the params alone, but for rounding: then none is asked for twice at the
    same point."""
    complex_step: bool = False
    """Whether `loss_and_grads` may be given complex params and is analytic in them, so that `hvp` is exact."""
    parallel: bool = False
    """Whether several threads may call its methods at once, each for its own runs: then large populations use all
    cores."""
    remembers: bool = False
    """Whether the objective keeps memory per run between calls (batch-norm statistics): then `init` starts it, and
    `select` must be implemented."""
    lowest: float | None = None
    """What the loss never goes below, where known: losses are then compared by the ratio of their gaps to it."""
    digest: str = ""
    """A hash of the data behind the objective, if there are any."""
    gradients_by: str = ""
    """The package and version that gradients come from, where NumPy alone does not decide their last bits."""

    def __post_init__(self) -> None:
        """Of an objective that is a dataclass: its fields are what their annotations say, the rest is prepared."""
        check(self)
        self.prepare()

    def prepare(self) -> None:  # noqa: B027 - most objectives work nothing out
        """Work out what follows from the fields; a ValueError, as `demand` makes it, where they do not fit together."""

    @property
    def varies_with_seed(self) -> bool:
        """False if all seeds would give the same run."""
        return True

    @abstractmethod
    def init(self, seeds: Seeds) -> Params:
        """The start of each run: name -> (runs, ...). The dtype chosen here is the dtype of the whole run."""

    @abstractmethod
    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        """Loss (runs,) and gradients, named and shaped as params, on what the seeds meet at this step."""

    def grads(self, params: Params, step: int, seeds: Seeds) -> Params:
        """The gradients of `loss_and_grads` alone, bit for bit: asked where no rule reads the loss, and overridden
        where that costs less. A class that writes `loss_and_grads` anew gets this one with it; one whose
        method is replaced afterwards does not."""
        return self.loss_and_grads(params, step, seeds)[1]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        follow(cls, "grads", "loss_and_grads", Objective)

    @property
    def hvp_gradients(self) -> int:
        """How many gradients an `hvp` counts as."""
        return 1 if self.complex_step else 2

    def hvp(self, params: Params, v: Params, step: int, seeds: Seeds) -> Params:
        """The Hessian of the loss that the seeds meet at this step, times v: exact to rounding by a complex step of
        the gradient (Squire & Trapp 1998), else by a central difference of gradients.
        """
        found = complex_step if self.complex_step else difference
        return found(lambda there: self.grads(there, step, seeds), params, v)

    @abstractmethod
    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        """Metrics (runs,) without noise or minibatches; at least `loss`."""

    def select(self, rows: Array) -> None:  # noqa: B027 - most objectives keep no memory
        """Keep the memory of these runs only."""

    def memory(self) -> Any:
        """What it remembers: an array (runs, ...), or a tuple or dict of what such a memory is made of. Whoever gives
        it, and takes it back by `recall`, can be compiled."""
        return ()

    def recall(self, memory: Any) -> None:  # noqa: B027 - most objectives keep no memory
        """Remember this from now on."""


def follow(cls: type, part: str, whole: str, base: type) -> None:
    """Where a class has written the method `whole` anew, but not `part` of it, `part` is that of `base`, which calls
    `whole`: a base in between would answer for its own."""
    places = [next(k for k, owner in enumerate(cls.__mro__) if name in vars(owner)) for name in (whole, part)]
    if places[0] < places[1]:
        setattr(cls, part, getattr(base, part))
