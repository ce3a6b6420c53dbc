"""A trial from being asked for to its row in a file, and what trials make together: populations, cells, an outcome."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.results.trace import Trace
from objectives.arrays import Array

if TYPE_CHECKING:
    from harness.cells.cell import Cell

# at declared values; while searching; the best trials among each other; the winner of these, on seeds of its own; at
# declared values on the same seeds
Phase = Literal["run", "tune", "final", "confirm", "declared"]
PHASES: tuple[Phase, ...] = ("run", "tune", "final", "confirm", "declared")
State = Literal["complete", "pruned", "failed", "interrupted"]  # of a trial
STATES = ("completed", "diverged", "pruned", "failed", "interrupted")  # of a run


@dataclass(eq=False)
class Trial:
    """A cell at one point of its space, on some seeds: what is asked for, trained, told and written.

    Who plans it gives it its rows of a population's trace; before that it has shown nothing, and has no rows.
    """

    cell: "Cell"
    seeds: tuple[int, ...]
    phase: Phase = "run"
    number: int = 0  # of the cell's trials
    point: dict[str, Any] = field(default_factory=dict)  # searched place -> value
    replicate: int = 0  # of the whole tuning
    trace: Trace = field(default_factory=Trace)
    rows: slice = field(default_factory=lambda: slice(0, 0))
    problem: str = ""  # the fingerprint's hash

    @property
    def place(self) -> tuple[int, int, int]:
        """Its cell, replicate and number: no other trial of its phase has them."""
        return self.cell.number, self.replicate, self.number

    @property
    def speaks(self) -> bool:
        """Whether its runs may speak for the cell: they read the test set, and keep their params where asked."""
        return self.phase not in ("tune", "declared")

    @property
    def overrides(self) -> tuple[str, ...]:
        """What gives these runs again."""
        seeds = None if self.phase in ("run", "tune") and not self.replicate else self.seeds
        return self.cell.again(self.point, seeds, self.replicate)

    @property
    def steps(self) -> int:
        """Steps that each of its runs may make."""
        return self.cell.settings.steps

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

    @property
    def evaluations(self) -> Array:
        """Gradients that each run has taken (runs,), as of its last record."""
        most: Array = np.max(self.trace.spent[self.rows], axis=1, initial=0)
        return most

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
class Population:
    """Runs that advance together: their trace, and the trials whose runs they are, in the order of its rows."""

    trace: Trace
    trials: list[Trial]
    fingerprint: dict[str, Any]
    seconds: float = 0.0
    engine: str = ""  # the identity of what advanced them


@dataclass
class Standing:
    """Where a cell stands: what its trials came to, and the runs that speak for it."""

    speaker: Trial  # the confirming runs of the best trial, else its tuning runs, else the first trial
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

    populations: list[Population]
    standings: list[Standing]  # one per cell
    stopped: str = ""  # why it ended early: interrupted, or timeout

    @property
    def trials(self) -> list[Trial]:
        """Every trial, in the order of the files."""
        found = in_order(self.populations)
        return sorted(found, key=lambda trial: (trial.cell.number, trial.replicate, PHASES.index(trial.phase)))

    @property
    def problems(self) -> dict[str, dict[str, Any]]:
        """The fingerprint of each problem by its hash."""
        return {one.fingerprint["problem"]: one.fingerprint for one in self.populations if one.trace.records}


def in_order(populations: Iterable[Population]) -> list[Trial]:
    """The trials of all, by cell, replicate and number."""
    found = (trial for population in populations for trial in population.trials)
    return sorted(found, key=lambda trial: trial.place)


Show = Callable[[Sequence[Trial], Sequence[Standing]], None]
"""Who is shown the trials in training and, in a sweep that tunes, where the cells stand."""
