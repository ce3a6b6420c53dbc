"""What a population has shown so far: plain arrays, which screens and files read."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.fields import Array


@dataclass
class Trace:
    """What a population has shown: one row per run, one column per record.

    Before a record is made, and after its run diverged, a curve holds nan.
    """

    seeds: Array
    at: Array  # the steps of the records
    curves: dict[str, Array] = field(default_factory=dict)  # metric -> (runs, records)
    path: Array | None = None  # (runs, records, size)
    records: int = 0
    steps: Array = field(init=False)  # how far each run came
    evaluations: Array = field(init=False)  # gradient evaluations of each run
    diverged: Array = field(init=False)
    failure: str = ""  # what an exception said that ended the population
    test: dict[str, Array] = field(default_factory=dict)  # metric -> (runs,), once at the end
    finals: dict[str, Array] = field(default_factory=dict)  # parameter -> (runs, ...), at the point to evaluate

    def __post_init__(self) -> None:
        runs = len(self.seeds)
        self.curves["loss"] = np.full((runs, len(self.at)), np.nan)
        self.steps = np.zeros(runs, dtype=np.int64)
        self.evaluations = np.zeros(runs, dtype=np.int64)
        self.diverged = np.zeros(runs, dtype=bool)


@dataclass
class Progress:
    """One cell while it trains and afterwards: its rows of a trace, and what it is called."""

    number: int
    overrides: tuple[str, ...]
    varied: dict[str, str]
    choices: dict[str, str]
    trace: Trace
    rows: slice
    steps: int
    problem: str = ""  # the fingerprint's hash

    @property
    def done(self) -> int:
        """Steps made so far."""
        return int(self.trace.at[self.trace.records - 1]) if self.trace.records else 0

    def curve(self, metric: str) -> Array:
        """The records so far, (runs, records)."""
        return self.trace.curves[metric][self.rows, : self.trace.records]

    def last(self, metric: str) -> Array:
        """The last record of each run (runs,): for a diverged run the one that was not finite."""
        trace = self.trace
        place = np.searchsorted(trace.at, trace.steps[self.rows])
        return np.take_along_axis(trace.curves[metric][self.rows], place[:, None], axis=1)[:, 0]

    def best(self, metric: str) -> Array:
        """The lowest finite record of each run (runs,), or its last one if there is none."""
        curve = np.where(np.isfinite(self.curve(metric)), self.curve(metric), np.inf)
        lowest = np.min(curve, axis=1, initial=np.inf)
        return np.where(np.isfinite(lowest), lowest, self.last(metric))

    def states(self) -> list[str]:
        """completed, diverged, failed or interrupted, for each run."""
        trace, rows = self.trace, self.rows
        unfinished = "failed" if trace.failure else "interrupted"
        return [
            "diverged" if diverged else "completed" if steps == self.steps else unfinished
            for diverged, steps in zip(trace.diverged[rows], trace.steps[rows], strict=True)
        ]


@dataclass
class Outcome:
    """All that a training leaves, before it is written."""

    board: list[Progress]
    seconds: list[float]  # of each population
    problems: dict[str, dict[str, Any]]  # the fingerprints
    interrupted: bool
