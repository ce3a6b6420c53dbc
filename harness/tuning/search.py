"""One cell's search in one replicate: its study, where it stands, and the trials that may win it."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.answers.statistics import typical
from harness.cells.cell import Cell
from harness.configs.override import texts
from harness.results.metrics import Metric
from harness.results.trial import Phase, Standing, Trial
from harness.tuning.storage import Direction
from harness.tuning.streams import seeds_of
from harness.tuning.study import CellStudy

DECLARED = -1  # the number of the trial that is none of a study's
COUNTED = ("planned", "trials", "pruned", "diverged", "failed")


class Search:
    """What a cell tries in a replicate; without a space it tries the declared values alone."""

    def __init__(self, cell: Cell, replicate: int, metric: Metric, trusted: tuple[str, ...]) -> None:
        self.cell, self.replicate, self.metric = cell, replicate, metric
        self.direction: Direction = "maximize" if metric.maximise else "minimize"
        self.study = CellStudy(cell, self.direction, trusted, replicate) if cell.space else None
        self.standing = Standing(Trial(cell, (), replicate=replicate), planned=cell.trials)
        self._completed: list[tuple[float, Trial]] = []

    @property
    def key(self) -> tuple[int, int]:
        return self.cell.number, self.replicate

    @property
    def prunes(self) -> bool:
        """Whether its trials are compared before they end."""
        return self.study is not None and self.study.prunes

    @property
    def name(self) -> str:
        """Of its study."""
        name = self.cell.name or "trials"
        return f"{name} replicate={self.replicate}" if self.replicate else name

    def about(self) -> dict[str, Any]:
        """What its study says of itself."""
        cell = self.cell
        parts = ("objective", "optimizer", "schedules", "sampler", "pruner")
        return {
            "seeds": list(self.seeds("tune")),
            "steps": cell.settings.steps,
            "metric": self.metric.name,
            "aggregate": self.metric.aggregate,
            "overrides": texts(cell.overrides),
            "space": cell.space,
            "config": {key: cell.config.get(key) for key in parts},
        }

    def seeds(self, phase: Phase) -> tuple[int, ...]:
        return seeds_of(self.cell.settings, self.cell.config["sampler"].get("seed"), phase, self.replicate)

    def ask(self) -> list[Trial]:
        """The next batch."""
        done, batch = self.standing.trials, self.cell.settings.batch
        trials = []
        for number in range(done, min(done + batch, self.cell.trials)):
            point: dict[str, Any] = {}
            if self.study is not None:
                asked = self.study.ask()
                if asked is None:
                    self.standing.planned = number
                    break
                point = asked[1]
            trials.append(Trial(self.cell, self.seeds("tune"), "tune", number, point, self.replicate))
        return trials

    def asked_again(self, trial: Trial) -> str:
        """Ask for a trial that is on disk; what is asked for instead, if it is another."""
        if self.study is None:
            return ""
        asked = self.study.ask()
        if asked is not None and asked[0] == trial.number and same_point(asked[1], trial.point):
            return ""
        return f"its trial {trial.number} was at {trial.point}, and is now {asked and asked[1]}"

    def compare(self, percent: int, trials: Iterable[Trial], record: int) -> None:
        """All trials report what they are worth after so much of the run, then it is decided which are pruned."""
        assert self.study is not None
        reporting = {trial.number: trial for trial in sorted(trials, key=lambda trial: trial.number)}
        values = {number: self.metric.value(self.metric.of_runs(t, record)) for number, t in reporting.items()}
        for number in self.study.compare(percent, values, decide=percent < 100):
            trial = reporting[number]
            trial.trace.pruned[trial.rows] = True

    def tell(self, trial: Trial) -> None:
        """Tell Optuna how a trial ended, and keep the score."""
        state, value = trial.outcome, self.metric.value(self.metric.of_runs(trial))
        standing = self.standing
        if self.study is not None:
            self.study.tell(trial.number, state, value)
        standing.trials += 1
        standing.pruned += state == "pruned"
        standing.failed += state == "failed"
        gone = trial.trace.diverged[trial.rows].any()
        standing.diverged += bool(state == "complete" and math.isinf(value) and gone)
        first, rank = standing.trials == 1 or math.isnan(standing.best), self.metric.rank_of(trial)
        if state == "complete" and (first or rank < self.metric.rank_of(standing.speaker)):
            standing.best, standing.speaker = value, trial
        elif standing.trials == 1:
            standing.speaker = trial
        if state == "complete":
            self._completed.append((rank, trial))
        standing.history.append(standing.best)

    def finalists(self, most: int) -> list[Trial]:
        """The best completed trials, of each point one, best first."""
        found: list[Trial] = []
        for _, trial in sorted(self._completed, key=lambda pair: (pair[0], pair[1].number)):
            if len(found) < most and not any(same_point(trial.point, other.point) for other in found):
                found.append(trial)
        return found

    def again(self, trial: Trial, phase: Phase) -> Trial:
        """The same point on the seeds of another phase."""
        return Trial(self.cell, self.seeds(phase), phase, trial.number, trial.point, self.replicate)

    def declared(self) -> Trial:
        """The declared values on the seeds of the runs that speak for the cell; outside the budget."""
        speaker = self.standing.speaker
        return Trial(self.cell, speaker.seeds, "declared", DECLARED, {}, self.replicate)


def by_cell(searches: Iterable[Search], metric: Metric) -> list[Standing]:
    """Where the cells stand: all their trials, and of the replicates that have some the one in the middle."""
    standings: dict[Cell, list[Standing]] = {}
    for search in searches:
        standings.setdefault(search.cell, []).append(search.standing)
    found = []
    for mine in standings.values():
        begun = [standing for standing in mine if standing.trials] or mine
        middle = begun[typical([metric.rank(standing.best) for standing in begun])]
        sums = {name: sum(getattr(standing, name) for standing in mine) for name in COUNTED}
        found.append(replace(middle, **sums))
    return found


def same_point(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two points are one, but for the last bits in which two machines differ."""
    if one.keys() != other.keys():
        return False
    for key, value in one.items():
        if isinstance(value, float) and isinstance(other[key], float):
            if not math.isclose(value, other[key], rel_tol=1e-9):
                return False
        elif json.dumps(value) != json.dumps(other[key]):
            return False
    return True
