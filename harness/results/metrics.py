"""What a trial is worth: one number from its runs, by which trials are tuned and cells are ranked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from harness.answers.scale import BEYOND
from harness.answers.statistics import Interval, mean_interval, median, upper_quartile
from harness.results.trial import Trial
from objectives.arrays import Array

STEPS_TO_TARGET = "steps_to_target"


@dataclass(frozen=True)
class Metric:
    """`loss` (the last record), `best_loss` (the best one), `steps_to_target` (the first record whose loss is at most
    the target) or another metric that records show, such as `accuracy` or `train_loss`; over the seeds, the median, the
    mean, or the upper quartile (q75), whose worse side lies where the metric is worse.

    A run that diverged or failed, or never reached the target, has the worst value: infinity, which ranks below
    every finite one (minus infinity where more is better).
    """

    name: str = "loss"
    aggregate: Literal["q75", "median", "mean"] = "median"
    target: float | None = None
    more_is_better: bool | None = None  # None: by its name

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> "Metric":
        """That of a finished sweep; a target is in its runs already."""
        return cls(summary["metric"], summary["aggregate"], 0.0, summary.get("maximise"))

    @property
    def maximise(self) -> bool:
        return self.name.endswith("accuracy") if self.more_is_better is None else self.more_is_better

    @property
    def curve(self) -> str:
        """The curve it is read from."""
        return "loss" if self.name in ("best_loss", STEPS_TO_TARGET) else self.name

    @property
    def reported(self) -> "Metric":
        """By which runs are summed up that nothing was chosen by: the quartile is for choosing alone."""
        return replace(self, aggregate="median") if self.aggregate == "q75" else self

    def of_runs(self, trial: Trial, record: int | None = None) -> Array:
        """Each run's number (runs,): now, or when the record was made."""
        trace, rows = trial.trace, trial.rows
        worst = -np.inf if self.maximise else np.inf
        if self.curve not in trace.curves:  # it failed before its first record
            return np.full(rows.stop - rows.start, worst)
        seen = trace.curves[self.curve][rows, : trace.records if record is None else record + 1]
        if self.name == STEPS_TO_TARGET:
            assert self.target is not None
            there = seen <= self.target
            values = np.where(there.any(axis=1), trace.at[np.argmax(there, axis=1)], np.inf)
        elif self.name == "best_loss":
            values = np.min(np.where(np.isfinite(seen), seen, np.inf), axis=1, initial=np.inf)
        else:
            values = trial.last(self.curve) if record is None else seen[:, -1]
        if record is None:
            lost = trace.diverged[rows] | bool(trace.failure)
        else:  # as it was then, whatever came later
            lost = ~np.isfinite(trace.curves["loss"][rows, record])
        return np.where(lost | ~np.isfinite(values), worst, values).astype(np.float64)

    def value(self, runs: Array) -> float:
        """The quartile, median or mean of the runs."""
        return self.interval(runs).value

    def interval(self, runs: Array) -> Interval:
        """The same with an interval: by order statistics for a median, by Student's t for a mean, the range for a
        quartile."""
        of = {"q75": upper_quartile, "median": median, "mean": mean_interval}[self.aggregate]
        found = of(-runs if self.maximise else runs)
        return Interval(-found.value, -found.high, -found.low, found.level) if self.maximise else found

    def rank_of(self, trial: Trial) -> float:
        """What to sort trials by, the best first. Runs that ended before they reached a target may have reached it
        later: they come before those that diverged, which files and Optuna know by the same infinity."""
        runs = self.of_runs(trial)
        if self.name == STEPS_TO_TARGET:
            late = np.isinf(runs) & ~(trial.trace.diverged[trial.rows] | bool(trial.trace.failure))
            runs = np.where(late, BEYOND, runs)
        return self.rank(self.value(runs))

    def rank(self, value: float) -> float:
        """What to sort by, the best first; an unknown value comes last."""
        if np.isnan(value):
            return np.inf
        return -value if self.maximise else value
