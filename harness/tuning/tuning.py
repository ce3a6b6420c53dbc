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
from harness.errors import RunError, UserError
from harness.results.metrics import Metric
from harness.results.trace import Outcome, Progress, Standing, Trace, Trained, Watch, in_order
from harness.running.failures import FAILURES, told
from harness.running.fingerprint import same
from harness.running.plan import Part, Planned, Planner
from harness.running.training import train
from harness.tuning import rounds
from harness.tuning.resume import ROUNDS
from harness.tuning.storage import Direction, Mirror
from harness.tuning.study import CellStudy

CONFIRM = "confirm.npz"


class Tuner:
    """Tunes all cells of a sweep with equal budgets, in a folder of its own."""

    def __init__(
        self,
        cells: Sequence[Cell],
        planner: Planner,
        folder: Path,
        metric: Metric,
        name: str,
        secret: str | None = None,
        watch: Watch = lambda board, standings: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.cells, self.planner, self.folder, self.metric = cells, planner, folder, metric
        self.settings = cells[0].settings
        self._watch, self._interrupted = watch, stop
        direction: Direction = "maximize" if metric.maximise else "minimize"
        self._studies = [CellStudy(cell, direction, planner.trusted) if cell.space else None for cell in cells]
        self._names = [cell.name or "trials" for cell in cells]
        self._mirror = Mirror(folder, self.settings.storage, name, secret)
        for cell, name, study in zip(cells, self._names, self._studies, strict=True):
            if study is not None:
                about = {"seeds": list(cell.settings.seeds), "steps": cell.settings.steps, "metric": metric.name}
                about |= {"aggregate": metric.aggregate, "overrides": list(cell.overrides), "space": cell.space}
                config = {
                    key: cell.config.get(key) for key in ("objective", "optimizer", "schedules", "sampler", "pruner")
                }
                self._mirror.open(name, direction, {**about, "config": config})
        self._mirror.flush()
        self._standings = [Standing(_nobody(k, cell), planned=cell.trials) for k, cell in enumerate(cells)]
        self._trained: list[Trained] = []
        self._in_flight: list[Trained] = []  # the batch that a stop ended: shown and kept, but told to nobody
        self._best: dict[int, Part] = {}  # by cell
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
        while parts := self._asked():
            # what was asked and not told before a stop is asked for again by whoever resumes
            trained = self._train(parts)
            if any(part.outcome == "interrupted" for one in trained for part in one.board):
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

    def _asked(self) -> list[Part]:
        """The next batch of every cell."""
        if self._stopped():
            return []
        parts = []
        for number, (cell, study) in enumerate(zip(self.cells, self._studies, strict=True)):
            done = self._standings[number].trials
            for trial in range(done, min(done + self.settings.batch, cell.trials)):
                point: dict[str, Any] = {}
                if study is not None:
                    asked = study.ask()
                    if asked is None:
                        self._standings[number].planned = trial
                        break
                    point = asked[1]
                parts.append(Part(number, cell, cell.settings.seeds, "tune", trial, point))
        return parts

    def _replay(self, path: Path) -> None:
        """Ask for the trials of a round that is on disk, and tell what it came to."""
        trained = rounds.load(path, self.cells)
        self._demand_the_same_problems(path, trained)
        for part in in_order(trained):
            study = self._studies[part.number]
            if study is not None:
                asked = study.ask()
                if asked is None or asked[0] != part.trial or not _same_point(asked[1], part.point):
                    changed = f"its trial {part.trial} was at {part.point}, and is now {asked and asked[1]}"
                    raise UserError(f"{path}: another version of Optuna or of the configs made it: {changed}")
        board = [part for one in trained for part in one.board]
        for record in range(1, max(one.trace.records for one in trained)):
            self._compare(board, record)
        self._tell(trained)

    def _demand_the_same_problems(self, path: Path, trained: Iterable[Trained]) -> None:
        """What was seen on other data, or of an objective that has changed since, is not compared with what follows."""
        for one in trained:
            if "loss" in one.fingerprint:  # an objective that could not be made at its point has no numbers
                of = one.board[0]
                now = self.planner.fingerprint(
                    Part(of.number, self.cells[of.number], tuple(one.trace.seeds[of.rows].tolist()), point=of.point)
                )
                if not same(one.fingerprint, now):
                    changed = f"its fingerprint was {one.fingerprint}, and is now {now}"
                    raise UserError(f"{path}: another objective or other data made it: {changed}")

    def _train(self, parts: list[Part], test: bool = False) -> list[Trained]:
        planned, lost = self._planned(parts)
        board = [progress for p in planned for progress in p.board]
        trained = train(
            self.planner,
            planned,
            lambda board: self._watch(board, self._standings),
            lambda: bool(self._stopped() if not test else self._interrupted()),
            compare=(lambda record: None) if test else (lambda record: self._compare(board, record)),
            test=test,
            strict=self.settings.on_error == "raise",
        )
        return [*(p.trained() for p in trained), *lost]

    def _planned(self, parts: list[Part]) -> tuple[list[Planned], list[Trained]]:
        """The populations, and the trials that cannot be built at their point: they have failed."""
        try:
            return self.planner.plan(parts), []
        except FAILURES as error:  # of an objective that some point does not suit: find out which
            told(error)
            planned, lost = [], []
            for part in parts:
                try:
                    planned += self.planner.plan([part])
                except FAILURES as error:
                    what = told(error)
                    if self.settings.on_error == "raise":
                        raise RunError(f"trial {part.trial} of {part.cell.name or 'the cell'}: {what}") from error
                    lost.append(_never_begun(part, what))
            return planned, lost

    def _compare(self, board: Iterable[Progress], record: int) -> None:
        """At a rung, all trials of a cell report, then it is decided which are pruned."""
        reports: dict[tuple[int, int], dict[int, Progress]] = {}
        for part in board:
            last, rungs = len(part.trace.at) - 1, self.settings.rungs
            if self._studies[part.number] is None or not 0 < record <= last or part.trace.records <= record:
                continue
            if record * rungs // last == (record - 1) * rungs // last:
                continue
            if np.isfinite(part.trace.curves["loss"][part.rows, record]).any():  # not pruned, failed or all diverged
                percent = round(100 * part.trace.at[record] / part.trace.at[-1])
                reports.setdefault((part.number, percent), {})[part.trial] = part
        for (number, percent), parts in sorted(reports.items()):
            values = {k: self.metric.value(self.metric.of_runs(part, record)) for k, part in sorted(parts.items())}
            study = self._studies[number]
            assert study is not None
            for k in study.compare(percent, values, decide=percent < 100):
                parts[k].trace.pruned[parts[k].rows] = True

    def _tell(self, trained: list[Trained]) -> None:
        """Tell Optuna, and keep the score."""
        for part in in_order(trained):
            state, value = part.outcome, self.metric.value(self.metric.of_runs(part))
            study, standing = self._studies[part.number], self._standings[part.number]
            if study is not None:
                study.tell(part.trial, state, value)
            standing.trials += 1
            standing.pruned += state == "pruned"
            standing.failed += state == "failed"
            gone = part.trace.diverged[part.rows].any()
            standing.diverged += bool(state == "complete" and math.isinf(value) and gone)
            first = standing.trials == 1 or math.isnan(standing.best)
            if state == "complete" and (first or self.metric.rank(value) < self.metric.rank(standing.best)):
                standing.best, standing.speaker = value, part
                cell = self.cells[part.number]
                self._best[part.number] = Part(part.number, cell, (), "confirm", part.trial, part.point)
            elif standing.trials == 1:
                standing.speaker = part
            standing.history.append(standing.best)
        self._trained += trained
        self._show_optunas(trained)

    def _show_optunas(self, trained: list[Trained]) -> None:
        """Add the trials, with what they were, to the studies that other programs read."""
        by_cell: dict[int, list[Progress]] = {}
        for part in in_order(trained):
            by_cell.setdefault(part.number, []).append(part)
        for number, parts in by_cell.items():
            study = self._studies[number]
            if study is not None:
                known = study.trials()
                for part in parts:
                    trial = known[part.trial]
                    values = [str(v) if math.isinf(v) else v for v in self.metric.of_runs(part).tolist()]
                    trial.user_attrs |= {"overrides": " ".join(part.overrides), "values": values}
                    if part.trace.failure:
                        trial.user_attrs["error"] = part.trace.failure
                self._mirror.add(self._names[number], [known[part.trial] for part in parts])
        self._mirror.flush()

    def _confirm(self) -> None:
        """Run each cell's best trial again, on seeds that tuning never used."""
        start = max(self.settings.seeds) + 1
        seeds = tuple(range(start, start + self.settings.confirm))
        # where all seeds give the same run, the tuning runs speak for the cell
        best = [part for part in self._best.values() if self.planner.varies_with_seed(part.cell)]
        if not seeds or not best:
            return
        path = self.folder / CONFIRM
        stored = rounds.load(path, self.cells) if path.exists() else []
        wanted = {(part.number, part.trial): part for part in best}
        kept = [one for one in stored if all((p.number, p.trial) in wanted for p in one.board)]
        have = {(p.number, p.trial) for one in kept for p in one.board}
        missing = [part for key, part in wanted.items() if key not in have]
        if missing:
            asked = [Part(p.number, p.cell, seeds, "confirm", p.trial, p.point) for p in missing]
            fresh = self._train(asked, test=True)
            if self._interrupted():
                return
            kept += fresh
            rounds.save(path, kept)
        for one in kept:
            for part in one.board:
                self._standings[part.number].speaker = part
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


def _never_begun(part: Part, failure: str) -> Trained:
    """A trial whose objective or optimizer could not even be made."""
    trace = Trace(np.array(part.seeds, dtype=np.int64), np.zeros(1, dtype=np.int64), failure=failure)
    return Trained(trace, [part.progress(trace, slice(0, len(part.seeds)), "")], {"problem": ""}, 0.0)


def _nobody(number: int, cell: Cell) -> Progress:
    """A cell before its first trial."""
    empty = Trace(np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64))
    return Part(number, cell, ()).progress(empty, slice(0, 0), "")
