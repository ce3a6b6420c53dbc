"""What a population has shown so far: plain arrays, which screens and files read."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from objectives.arrays import Array

Phase = Literal["run", "tune", "confirm"]  # at declared values; while searching; the winner on seeds of its own
State = Literal["complete", "pruned", "failed", "interrupted"]  # of a trial
STATES = ("completed", "diverged", "pruned", "failed", "interrupted")


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


@dataclass
class Progress:
    """One trial of a cell while it trains and afterwards: its rows of a trace, and what it is called."""

    number: int  # of the cell
    overrides: tuple[str, ...]
    varied: dict[str, str]
    choices: dict[str, str]
    trace: Trace
    rows: slice
    steps: int
    problem: str = ""  # the fingerprint's hash
    phase: Phase = "run"
    trial: int = 0
    point: dict[str, Any] = field(default_factory=dict)  # what was searched: place -> value

    @property
    def outcome(self) -> State:
        """How the trial ended, as Optuna is told; of one that was interrupted, Optuna hears nothing."""
        if self.trace.failure:
            return "failed"
        if "interrupted" in self.states():
            return "interrupted"
        return "pruned" if self.trace.pruned[self.rows].any() else "complete"

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
        """completed, diverged, pruned, failed or interrupted, for each run."""
        trace, rows = self.trace, self.rows
        unfinished = "failed" if trace.failure else "interrupted"
        return [
            "diverged" if diverged else "completed" if ended else "pruned" if pruned else unfinished
            for diverged, pruned, ended in zip(trace.diverged[rows], trace.pruned[rows], trace.ended[rows], strict=True)
        ]


@dataclass
class Trained:
    """A trace and the trials in it."""

    trace: Trace
    board: list[Progress]
    fingerprint: dict[str, Any]
    seconds: float


@dataclass
class Standing:
    """Where a cell stands: what its trials came to, and the runs that speak for it."""

    speaker: Progress  # the confirming runs of the best trial, else its tuning runs, else the first trial
    planned: int = 1  # trials it may try
    trials: int = 0
    pruned: int = 0
    diverged: int = 0  # trials whose value is infinite
    failed: int = 0
    best: float = math.nan  # the value of the best trial, of those that were not pruned
    history: list[float] = field(default_factory=list)  # the best value after each trial


@dataclass
class Outcome:
    """All that a training leaves, before it is written."""

    trained: list[Trained]
    standings: list[Standing]  # one per cell
    stopped: str = ""  # why it ended early: interrupted, or timeout

    @property
    def board(self) -> list[Progress]:
        """Every trial, in the order of the files."""
        return sorted(in_order(self.trained), key=lambda part: (part.number, part.phase == "confirm"))


def in_order(trained: Iterable[Trained]) -> list[Progress]:
    """The trials of all, by cell and number."""
    return sorted((part for one in trained for part in one.board), key=lambda part: (part.number, part.trial))


Watch = Callable[[list[Progress], list[Standing]], None]
"""Who is shown the trials in training and, in a sweep that tunes, where the cells stand."""
