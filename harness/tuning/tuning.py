"""Tuning: every cell asks for a batch of trials, all batches train together, and the studies are told.

What a round has shown is on disk before Optuna hears of it. A sweep that is resumed asks again, in order, for what it
has, reads the answers from disk, and goes on where they end: its files are those of a sweep that was never stopped.
"""

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.cells.cell import Cell
from harness.configs.override import texts
from harness.errors import RunError, UserError
from harness.results.metrics import Metric
from harness.results.trace import Trace
from harness.results.trial import Outcome, Population, Show, Standing, Trial, in_order
from harness.running.failures import FAILURES, told
from harness.running.fingerprint import same
from harness.running.plan import Planned, Planner
from harness.running.training import Watcher, train
from harness.tuning import rounds
from harness.tuning.resume import ROUNDS
from harness.tuning.storage import Direction, Mirror
from harness.tuning.study import CellStudy

CONFIRM = "confirm.npz"


class Tuner(Watcher):
    """Tunes all cells of a sweep with equal budgets, in a folder of its own."""

    def __init__(
        self,
        cells: Sequence[Cell],
        planner: Planner,
        folder: Path,
        metric: Metric,
        name: str,
        secret: str | None = None,
        show: Show = lambda trials, standings: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.cells, self.planner, self.folder, self.metric = cells, planner, folder, metric
        self.settings = cells[0].settings
        self._show, self._interrupted = show, stop
        self._tuning = True  # or confirming
        direction: Direction = "maximize" if metric.maximise else "minimize"
        self._studies = [CellStudy(cell, direction, planner.trusted) if cell.space else None for cell in cells]
        self._names = [cell.name or "trials" for cell in cells]
        self._mirror = Mirror(folder, self.settings.storage, name, secret)
        for cell, name, study in zip(cells, self._names, self._studies, strict=True):
            if study is not None:
                about = {"seeds": list(cell.settings.seeds), "steps": cell.settings.steps, "metric": metric.name}
                about |= {"aggregate": metric.aggregate, "overrides": texts(cell.overrides), "space": cell.space}
                config = {
                    key: cell.config.get(key) for key in ("objective", "optimizer", "schedules", "sampler", "pruner")
                }
                self._mirror.open(name, direction, {**about, "config": config})
        self._mirror.flush()
        self._standings = [Standing(Trial(cell, ()), planned=cell.trials) for cell in cells]
        self._trained: list[Population] = []
        self._in_flight: list[Population] = []  # the batch that a stop ended: shown and kept, but told to nobody
        self._best: dict[int, Trial] = {}  # by cell
        self._deadline = math.inf if self.settings.timeout is None else time.monotonic() + self.settings.timeout

    @property
    def where(self) -> str:
        """The storage of the studies."""
        return self._mirror.where

    def replay(self) -> None:
        """Ask for and tell what is on disk."""
        (self.folder / ROUNDS).mkdir(exist_ok=True)
        for path in self._files():
            self._replay(path)

    def run(self) -> Outcome:
        """Tune to the end, then confirm each cell's best trial."""
        number = len(self._files())
        while trials := self._asked():
            # what was asked and not told before a stop is asked for again by whoever resumes
            trained = self._train(trials)
            if any(trial.outcome == "interrupted" for trial in in_order(trained)):
                self._in_flight = trained
                break
            rounds.save(self.folder / ROUNDS / f"{number:06}.npz", trained)
            number += 1
            self._tell(trained)
        unfinished = any(standing.trials < standing.planned for standing in self._standings)
        stopped = self._stopped() if unfinished else ""
        if not self._interrupted():
            self._confirm()
            stopped = "interrupted" if self._interrupted() else stopped
        return Outcome([*self._trained, *self._in_flight], self._standings, stopped)

    def _files(self) -> list[Path]:
        return sorted((self.folder / ROUNDS).glob("*.npz"))

    def _stopped(self) -> str:
        if self._interrupted():
            return "interrupted"
        return "timeout" if time.monotonic() > self._deadline else ""

    def _asked(self) -> list[Trial]:
        """The next batch of every cell."""
        if self._stopped():
            return []
        trials = []
        for cell, study, standing in zip(self.cells, self._studies, self._standings, strict=True):
            done = standing.trials
            for number in range(done, min(done + self.settings.batch, cell.trials)):
                point: dict[str, Any] = {}
                if study is not None:
                    asked = study.ask()
                    if asked is None:
                        standing.planned = number
                        break
                    point = asked[1]
                trials.append(Trial(cell, cell.settings.seeds, "tune", number, point))
        return trials

    def _replay(self, path: Path) -> None:
        """Ask for the trials of a round that is on disk, and tell what it came to."""
        trained = rounds.load(path, self.cells)
        self._demand_the_same_problems(path, trained)
        trials = in_order(trained)
        for trial in trials:
            study = self._studies[trial.cell.number]
            if study is not None:
                asked = study.ask()
                if asked is None or asked[0] != trial.number or not _same_point(asked[1], trial.point):
                    changed = f"its trial {trial.number} was at {trial.point}, and is now {asked and asked[1]}"
                    raise UserError(f"{path}: another version of Optuna or of the configs made it: {changed}")
        for record in range(1, max(population.trace.records for population in trained)):
            self._compare(trials, record)
        self._tell(trained)

    def _demand_the_same_problems(self, path: Path, trained: Iterable[Population]) -> None:
        """What was seen on other data, or of an objective that has changed since, is not compared with what follows."""
        for population in trained:
            was = population.fingerprint
            if "loss" in was:  # an objective that could not be made at its point has no numbers
                now = self.planner.fingerprint(population.trials[0])
                if not same(was, now):
                    changed = f"its fingerprint was {was}, and is now {now}"
                    raise UserError(f"{path}: another objective or other data made it: {changed}")

    def _train(self, trials: list[Trial]) -> list[Population]:
        self._tuning = trials[0].phase == "tune"
        planned, lost = self._planned(trials)
        return [*train(self.planner, planned, self), *lost]

    def stops(self) -> bool:
        """Whether the batch in training ends here; the time-out is for tuning alone."""
        return bool(self._stopped()) if self._tuning else self._interrupted()

    def recorded(self, record: int, trials: Sequence[Trial]) -> None:
        """Compare the trials of the batch in training, and show them."""
        if self._tuning:
            self._compare(trials, record)
        self._show(trials, self._standings)

    def _planned(self, trials: list[Trial]) -> tuple[list[Planned], list[Population]]:
        """The populations, and the trials that cannot be built at their point: they have failed."""
        try:
            return self.planner.plan(trials), []
        except FAILURES as error:  # of an objective that some point does not suit: find out which
            told(error)
            planned, lost = [], []
            for trial in trials:
                try:
                    planned += self.planner.plan([trial])
                except FAILURES as error:
                    what = told(error)
                    if self.settings.on_error == "raise":
                        raise RunError(f"trial {trial.number} of {trial.cell.name or 'the cell'}: {what}") from error
                    lost.append(_never_begun(trial, what))
            return planned, lost

    def _compare(self, trials: Iterable[Trial], record: int) -> None:
        """At a rung, all trials of a cell report, then it is decided which are pruned."""
        reports: dict[tuple[int, int], dict[int, Trial]] = {}
        for trial in trials:
            trace, rungs = trial.trace, self.settings.rungs
            last = len(trace.at) - 1
            if self._studies[trial.cell.number] is None or not 0 < record <= last or trace.records <= record:
                continue
            if record * rungs // last == (record - 1) * rungs // last:
                continue
            if np.isfinite(trace.curves["loss"][trial.rows, record]).any():  # not pruned, failed or all diverged
                percent = round(100 * trace.at[record] / trace.at[-1])
                reports.setdefault((trial.cell.number, percent), {})[trial.number] = trial
        for (cell, percent), reporting in sorted(reports.items(), key=lambda report: report[0]):
            values = {
                number: self.metric.value(self.metric.of_runs(trial, record))
                for number, trial in sorted(reporting.items())
            }
            study = self._studies[cell]
            assert study is not None
            for number in study.compare(percent, values, decide=percent < 100):
                trial = reporting[number]
                trial.trace.pruned[trial.rows] = True

    def _tell(self, trained: list[Population]) -> None:
        """Tell Optuna, and keep the score."""
        for trial in in_order(trained):
            cell = trial.cell.number
            state, value = trial.outcome, self.metric.value(self.metric.of_runs(trial))
            study, standing = self._studies[cell], self._standings[cell]
            if study is not None:
                study.tell(trial.number, state, value)
            standing.trials += 1
            standing.pruned += state == "pruned"
            standing.failed += state == "failed"
            gone = trial.trace.diverged[trial.rows].any()
            standing.diverged += bool(state == "complete" and math.isinf(value) and gone)
            first = standing.trials == 1 or math.isnan(standing.best)
            if state == "complete" and (first or self.metric.rank(value) < self.metric.rank(standing.best)):
                standing.best, standing.speaker = value, trial
                self._best[cell] = trial
            elif standing.trials == 1:
                standing.speaker = trial
            standing.history.append(standing.best)
        self._trained += trained
        self._show_optunas(trained)

    def _show_optunas(self, trained: list[Population]) -> None:
        """Add the trials, with what they were, to the studies that other programs read."""
        by_cell: dict[int, list[Trial]] = {}
        for trial in in_order(trained):
            by_cell.setdefault(trial.cell.number, []).append(trial)
        for cell, trials in by_cell.items():
            study = self._studies[cell]
            if study is not None:
                frozen = study.trials()
                for trial in trials:
                    attributes = frozen[trial.number].user_attrs
                    values = [str(v) if math.isinf(v) else v for v in self.metric.of_runs(trial).tolist()]
                    attributes |= {"overrides": " ".join(trial.overrides), "values": values}
                    if trial.trace.failure:
                        attributes["error"] = trial.trace.failure
                self._mirror.add(self._names[cell], [frozen[trial.number] for trial in trials])
        self._mirror.flush()

    def _confirm(self) -> None:
        """Run each cell's best trial again, on seeds that tuning never used."""
        start = max(self.settings.seeds) + 1
        seeds = tuple(range(start, start + self.settings.confirm))
        # where all seeds give the same run, the tuning runs speak for the cell
        best = [trial for trial in self._best.values() if self.planner.varies_with_seed(trial.cell)]
        if not seeds or not best:
            return
        path = self.folder / CONFIRM
        stored = rounds.load(path, self.cells) if path.exists() else []
        wanted = {(trial.cell.number, trial.number): trial for trial in best}
        kept = [one for one in stored if all((t.cell.number, t.number) in wanted for t in one.trials)]
        have = {(trial.cell.number, trial.number) for trial in in_order(kept)}
        missing = [trial for key, trial in wanted.items() if key not in have]
        if missing:
            fresh = self._train([Trial(t.cell, seeds, "confirm", t.number, t.point) for t in missing])
            if self._interrupted():
                return
            kept += fresh
            rounds.save(path, kept)
        for trial in in_order(kept):
            self._standings[trial.cell.number].speaker = trial
        self._trained += kept


def _same_point(one: Any, other: Any) -> bool:
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


def _never_begun(trial: Trial, failure: str) -> Population:
    """A trial whose objective or optimizer could not even be made."""
    runs = len(trial.seeds)
    trial.trace = Trace(np.array(trial.seeds, dtype=np.int64), np.zeros(1, dtype=np.int64), failure=failure)
    trial.rows, trial.problem = slice(0, runs), ""
    return Population(trial.trace, [trial], {"problem": ""})
