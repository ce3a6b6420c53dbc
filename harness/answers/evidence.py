"""What an answer is made of: a value for every replicate and cell of one problem, and what is known about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from harness.answers.scale import Scale
from harness.answers.statistics import Interval
from harness.answers.verdict import LEVEL
from objectives.arrays import Array

Stopped = Literal["", "interrupted", "timeout"]


@dataclass(frozen=True)
class Evidence:
    """Values (replicates, cells) of a metric: inf where a replicate was never finite, nan where a run of it failed.

    Untuned, a replicate is a seed. Not paired, a cell has values of its own, as many as it has, nan below them; a cell
    of which a run failed has nan alone.
    """

    problem: str
    names: Sequence[str]  # of the cells
    values: Array
    scale: Scale
    level: float = LEVEL
    tuned: bool = True
    once: Sequence[int] = ()  # columns of one value, repeated, as another replicate would be the same again
    copies: bool = False  # another replicate would be the same again, so that an order is a fact
    stopped: Stopped = ""  # early: interrupted, or by a time-out that left the cells with different numbers of trials
    diverged: Sequence[float] = ()  # the share of each cell's reported runs
    numbers: Sequence[int] = ()  # of the cells in the files; 0, 1, ... where nothing is said
    replicates: Sequence[int] = ()  # their numbers, or the seeds
    alone: Interval | None = None  # of the one replicate of the one cell, over its seeds
    test: Array | None = field(default=None, repr=False)  # the same metric on the test set, (replicates, cells)
    dataset: str = ""  # from whose split, or splits, the values come
    splits: int = 1  # more where each replicate has one of its own
    where: str = ""  # what tells the problem from others of the sweep
    cut: str = ""  # what a time-out left of the trials, where it left all cells as many
    target: bool = False  # whether the values are steps to it: BEYOND where the runs ended first, inf if they diverged
    limits: Sequence[int | None] = ()  # steps that the runs of each cell could make
    arrived: Sequence[float] = ()  # the share of each cell's reported runs that reached the target
    targets: Sequence[float] = ()  # the share of absolute targets that each cell's reported runs reached
    ladder: str = ""  # what these targets are
    unequal: tuple[str, ...] = ()  # what the cells should share and do not, such as steps; of one sweep they share all
    includes: Sequence[tuple[int, int, str]] = ()  # columns: a method, a special case of it, and at which numbers
    remarks: tuple[str, ...] = ()  # what whoever gathered the values has to say beside the answer
    repeated: str = ""  # what others repeated, `seed`: no setting of ours would add to it; empty where we did
    paired: bool = True  # whether the values of a row belong together
    until: bool = False  # whether replicates are added until the answer is decided
    margin: float | None = None  # within which cells are equivalent: harness.answers.scale says of what
    raised: int = 0  # how often trials were raised after an answer, which begins the evidence again
    looks: int = 1  # answers that could have decided and were given of these replicates, this one included

    @property
    def sequential(self) -> bool:
        """Whether there may be several looks at these replicates, all of which must hold."""
        return self.until or self.looks > 1

    @property
    def judged_by(self) -> Literal["signed-rank", "rank-sum", "e-process"]:
        """The test of its pairs."""
        return "rank-sum" if not self.paired else "e-process" if self.sequential else "signed-rank"

    @property
    def unit(self) -> str:
        """What is repeated."""
        return self.repeated or ("tuning" if self.tuned else "seed")

    @property
    def count(self) -> int:
        """Replicates."""
        return len(self.values)

    def of(self, k: int) -> Array:
        """The values of a cell."""
        mine: Array = self.values[:, k]
        return mine if self.paired else mine[~np.isnan(mine)]
