"""Tuning: every cell asks for a batch of trials, all batches train together, and the studies are told.

A sweep may tune again and again, in replicates that share nothing but the cells: all of a stage advance together, and
most sweeps have one stage. The best trials of each replicate are run again on seeds of their own, and the best of these
on others, which speak for the cell. Then the stage is looked at: whether another one follows.

What a round has shown is on disk before Optuna hears of it. A sweep that is resumed asks again, in order, for what it
has, reads the answers from disk, and goes on where they end: its files are those of a sweep that was never stopped.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from harness.cells.cell import Cell
from harness.clock import Clock
from harness.errors import UserError
from harness.results.metrics import Metric
from harness.results.trial import Outcome, Phase, Population, Show, Trial, in_order
from harness.running.plan import Planner
from harness.running.training import Watcher, train
from harness.tuning import rounds
from harness.tuning.packing import planned_or_lost, side_by_side
from harness.tuning.resume import ROUNDS
from harness.tuning.search import Search, by_cell
from harness.tuning.size import replicates
from harness.tuning.storage import Mirror

FILES: dict[Phase, str] = {"final": "finals.npz", "confirm": "confirm.npz", "declared": "declared.npz"}


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
        stages: Sequence[int] = (),
        settled: Callable[[Outcome], bool] = lambda outcome: True,
    ) -> None:
        """`stages` are the numbers of replicates after each of which it is asked whether all is settled."""
        self.cells, self.planner, self.folder, self.metric = cells, planner, folder, metric
        self.settings = cells[0].settings
        self._show, self._interrupted, self._settled = show, stop, settled
        self._stages = stages or (self.settings.replicates,)
        self._phase: Phase = "tune"
        self._clock: Clock | None = None
        self._searches: dict[tuple[int, int], Search] = {}
        first = self._fresh(self._stages[0])
        self._mirror = Mirror(folder, self.settings.storage, name, secret)
        self._open(first)
        self._trained: list[Population] = []
        self._repeated: dict[Phase, list[Population]] = {}  # of the finalists, and of those that were chosen
        self._in_flight: list[Population] = []  # the batch that a stop ended: shown and kept, but told to nobody
        self._deadline = math.inf if self.settings.timeout is None else time.monotonic() + self.settings.timeout

    @property
    def where(self) -> str:
        """The storage of the studies."""
        return self._mirror.where

    def timed(self, clock: Clock) -> None:
        """Have a clock tell asking, training and writing apart."""
        clock.listen(self, "stepping", "_train")
        clock.listen(self, "writing", "_keep")
        clock.listen(self._mirror, "asking", "add", "flush")
        self._clock = clock
        for search in self._searches.values():
            _timed(search, clock)

    def replay(self) -> None:
        """Ask for and tell what is on disk."""
        (self.folder / ROUNDS).mkdir(exist_ok=True)
        for path in self._files():
            self._replay(path)

    def run(self) -> Outcome:
        """Stage after stage, tune to the end, choose among each search's finalists, and confirm the chosen ones."""
        for count in self._stages:
            self._begin(count)
            self._tune()
            standings = [search.standing for search in self._at_stage()]
            unfinished = any(standing.trials < standing.planned for standing in standings)
            stopped = self._stopped() if unfinished else ""
            if not self._interrupted():
                self._choose_and_confirm()
                stopped = "interrupted" if self._interrupted() else stopped
            if not self._interrupted() and self.settings.declared:
                self._run_declared()  # of which the answer does not depend
            seen = [self._trained, *self._repeated.values(), self._in_flight]
            outcome = Outcome([one for some in seen for one in some if self._reached(one)], standings, stopped)
            if stopped or self._settled(outcome):
                break
        return outcome

    def _at_stage(self) -> list[Search]:
        """The searches that are at work; more have begun where a sweep goes on."""
        return [search for search in self._searches.values() if search.replicate < self._count]

    def _reached(self, population: Population) -> bool:
        """Whether it is of this stage or an earlier one."""
        return population.trials[0].replicate < self._count

    def _begin(self, count: int) -> None:
        """The searches of so many replicates."""
        self._open(self._fresh(count))

    def _fresh(self, count: int) -> list[Search]:
        """Those that have not begun."""
        self._count = count
        wanted = [(cell, r) for cell in self.cells for r in range(min(count, replicates(cell, self.planner)))]
        there, trusted = self._searches, self.planner.trusted
        return [Search(cell, r, self.metric, trusted) for cell, r in wanted if (cell.number, r) not in there]

    def _open(self, fresh: Iterable[Search]) -> None:
        """Show them to Optuna's tools, and take them in, in the order of the cells."""
        for search in fresh:
            self._searches[search.key] = search
            if search.study is not None:
                self._mirror.open(search.name, search.direction, search.about())
            if self._clock is not None:
                _timed(search, self._clock)
        self._searches = dict(sorted(self._searches.items()))
        self._mirror.flush()

    def stops(self) -> bool:
        """Whether the batch in training ends here; the time-out is for tuning alone."""
        return bool(self._stopped()) if self._phase == "tune" else self._interrupted()

    def recorded(self, record: int, trials: Sequence[Trial]) -> None:
        """Compare the trials of the batch in training, and show them."""
        if self._phase == "tune":
            self._compare(trials, record)
        self._show(trials, by_cell(self._searches.values(), self.metric))

    def _files(self) -> list[Path]:
        return sorted((self.folder / ROUNDS).glob("*.npz"))

    def _stopped(self) -> str:
        if self._interrupted():
            return "interrupted"
        return "timeout" if time.monotonic() > self._deadline else ""

    def _tune(self) -> None:
        number = len(self._files())
        while not self._stopped():
            asked = [trial for search in self._at_stage() for trial in search.ask()]
            if not asked:
                return
            # what was asked and not told before a stop is asked for again by whoever resumes
            for trials in side_by_side(asked, self.planner):
                trained = self._train(trials)
                if any(trial.outcome == "interrupted" for trial in in_order(trained)):
                    self._in_flight = trained
                    return
                self._keep(self.folder / ROUNDS / f"{number:06}.npz", trained)
                number += 1
                self._tell(trained)

    def _replay(self, path: Path) -> None:
        """Ask for the trials of a round that is on disk, and tell what it came to."""
        trained = rounds.load(path, self.cells)
        rounds.demand_the_same_problems(path, trained, self.planner)
        trials = in_order(trained)
        reached = 1 + max(trial.replicate for trial in trials)
        self._begin(next((count for count in self._stages if count >= reached), self._stages[-1]))
        for trial in trials:
            if changed := self._search(trial).asked_again(trial):
                raise UserError(f"{path}: another version of Optuna or of the configs made it: {changed}")
        for record in range(1, max(population.trace.records for population in trained)):
            self._compare(trials, record)
        self._tell(trained)

    def _search(self, trial: Trial) -> Search:
        return self._searches[trial.place[:2]]

    def _by_search(self, populations: Iterable[Population]) -> dict[tuple[int, int], list[Trial]]:
        """The trials of each search, in order, by its key."""
        found: dict[tuple[int, int], list[Trial]] = {}
        for trial in in_order(populations):
            found.setdefault(trial.place[:2], []).append(trial)
        return found

    def _keep(self, path: Path, populations: list[Population]) -> None:
        rounds.save(path, populations)

    def _train(self, trials: list[Trial]) -> list[Population]:
        self._phase = trials[0].phase
        planned, lost = planned_or_lost(trials, self.planner, self.settings.on_error == "raise")
        return [*train(self.planner, planned, self), *lost]

    def _compare(self, trials: Iterable[Trial], record: int) -> None:
        """At a rung, all trials of a search report, then it is decided which are pruned."""
        if not any(search.prunes for search in self._searches.values()):
            return
        reports: dict[tuple[tuple[int, int], int], list[Trial]] = {}
        for trial in trials:
            trace, rungs = trial.trace, self.settings.rungs
            last, search = len(trace.at) - 1, self._search(trial)
            if not search.prunes or not 0 < record <= last or trace.records <= record:
                continue
            if record * rungs // last == (record - 1) * rungs // last:
                continue
            if np.isfinite(trace.curves["loss"][trial.rows, record]).any():  # not pruned, failed or all diverged
                percent = round(100 * trace.at[record] / trace.at[-1])
                reports.setdefault((search.key, percent), []).append(trial)
        for (key, percent), reporting in sorted(reports.items(), key=lambda report: report[0]):
            self._searches[key].compare(percent, reporting, record)

    def _tell(self, trained: list[Population]) -> None:
        """Tell Optuna, and keep the score."""
        for trial in in_order(trained):
            self._search(trial).tell(trial)
        self._trained += trained
        self._show_optunas(trained)

    def _show_optunas(self, trained: list[Population]) -> None:
        """Add the trials, with what they were, to the studies that other programs read."""
        for key, trials in self._by_search(trained).items():
            search = self._searches[key]
            if search.study is not None:
                frozen = search.study.trials()
                for trial in trials:
                    attributes = frozen[trial.number].user_attrs
                    values = [str(v) if math.isinf(v) else v for v in self.metric.of_runs(trial).tolist()]
                    attributes |= {"overrides": " ".join(trial.overrides), "values": values}
                    if trial.trace.failure:
                        attributes["error"] = trial.trace.failure
                self._mirror.add(search.name, [frozen[trial.number] for trial in trials])
        self._mirror.flush()

    def _choose_and_confirm(self) -> None:
        """Run the finalists of each search again, on seeds that tuning never used, and the best of these on others.

        Where all seeds give the same run, the tuning runs speak for the cell.
        """
        chosen = []
        varying = [search for search in self._at_stage() if self.planner.varies_with_seed(search.cell)]
        several = self.settings.finalists if self.settings.finals else 1
        finals = {search.key: search.finalists(several) for search in varying}
        asked = [s.again(t, "final") for s in varying for t in finals[s.key] if len(finals[s.key]) > 1]
        ran = self._again("final", asked)
        if ran is None:
            return
        by_search = self._by_search(ran)
        for search in varying:
            mine = by_search.get(search.key, [])
            ranked = sorted(mine, key=self.metric.rank_of)
            best = ranked[:1] or finals[search.key][:1]
            chosen += [search.again(trial, "confirm") for trial in best]
        confirmed = self._again("confirm", chosen if self.settings.confirm else [])
        for trial in in_order(confirmed or []):
            self._search(trial).standing.speaker = trial

    def _run_declared(self) -> None:
        """Run the declared values beside what speaks for a cell: runs that nothing was chosen by, or that are the same
        on every seed."""
        asked = []
        for search in self._at_stage():
            cell, speaker = search.cell, search.standing.speaker
            fair = speaker.phase == "confirm" or not self.planner.varies_with_seed(cell)
            if fair and cell.space and search.standing.trials and self.planner.declares(cell):
                asked.append(search.declared())
        self._again("declared", asked)

    def _again(self, phase: Phase, asked: list[Trial]) -> list[Population] | None:
        """Train what is asked and not on disk yet; all that was asked for, or None if that was interrupted."""
        path = self.folder / FILES[phase]
        stored = self._repeated.get(phase) or (rounds.load(path, self.cells) if path.exists() else [])
        wanted = {trial.place for trial in asked}
        kept = [one for one in stored if not self._reached(one) or {trial.place for trial in one.trials} <= wanted]
        have = {trial.place for trial in in_order(kept)}
        missing = [trial for trial in asked if trial.place not in have]
        for trials in side_by_side(missing, self.planner):
            fresh = self._train(trials)
            if self._interrupted():
                return None
            kept += fresh
            self._keep(path, kept)
        self._repeated[phase] = kept
        return [one for one in kept if self._reached(one)]


def _timed(search: Search, clock: Clock) -> None:
    clock.listen(search, "asking", "ask", "asked_again", "tell", "compare")
