"""What a population has shown so far: plain arrays, which screens and files read."""

from dataclasses import dataclass, field

import numpy as np

from objectives.arrays import Array


@dataclass
class Trace:
    """What a population has shown: one row per run, one column per record.

    Before a record is made, and after its run diverged, a curve holds nan.
    """

    seeds: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    at: Array = field(default_factory=lambda: np.zeros(1, dtype=np.int64))  # the steps of the records
    curves: dict[str, Array] = field(default_factory=dict)  # metric -> (runs, records)
    path: Array | None = None  # (runs, records, size)
    records: int = 0
    steps: Array = field(init=False)  # how far each run came
    spent: Array = field(init=False)  # gradients that each run had taken at each record (runs, records); -1: not made
    diverged: Array = field(init=False)
    ended: Array = field(init=False)  # came to their last step, or to the end of their budget
    pruned: Array = field(init=False)  # marked by whoever compares trials: the run leaves before the next step
    failure: str = ""  # what an exception said that ended the population
    test: dict[str, Array] = field(default_factory=dict)  # metric -> (runs,), once at the end
    finals: dict[str, Array] = field(default_factory=dict)  # parameter -> (runs, ...), at the point to evaluate

    def __post_init__(self) -> None:
        runs = len(self.seeds)
        self.curves["loss"] = np.full((runs, len(self.at)), np.nan)
        self.steps = np.zeros(runs, dtype=np.int64)
        self.spent = np.full((runs, len(self.at)), -1, dtype=np.int64)
        self.diverged = np.zeros(runs, dtype=bool)
        self.ended = np.zeros(runs, dtype=bool)
        self.pruned = np.zeros(runs, dtype=bool)

    @property
    def evaluations(self) -> Array:
        """Gradients that each run has taken (runs,), as of its last record."""
        most: Array = np.max(self.spent, axis=1, initial=0)
        return most
