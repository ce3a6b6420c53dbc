"""One run or one sweep from overrides to files: what the command and `harness.run` share."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from harness.cells import budget, includes
from harness.cells import enumeration as sweep_cells
from harness.cells.cell import Cell
from harness.cells.decay import decays
from harness.cells.splits import redrawn
from harness.clock import Clock
from harness.configs import database
from harness.configs.compose import composer
from harness.configs.override import Override, texts
from harness.errors import RunError, UserError
from harness.refusals import folder_typed, refuse_idle, refuse_one_split, refuse_tuning, refuse_untyped
from harness.results import files as results
from harness.results import looks, rows
from harness.results.environment import environment
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.trial import Outcome, Show, Standing, Trial
from harness.running import signals
from harness.running.choosing import chosen
from harness.running.failures import no_memory
from harness.running.plan import Planner
from harness.running.ranking import ranked_by
from harness.running.starts import say_lost
from harness.running.training import Watcher, train
from harness.screens.engines import Reasons
from harness.screens.terminal import waiting
from harness.tuning import resume, size
from harness.tuning.resume import Begun
from harness.tuning.stages import Looks, refuse_nothing_to_decide, stages

if TYPE_CHECKING:
    from rich.console import Console


def start(
    overrides: Sequence[Override],
    multirun: bool,
    config_dir: str | None = None,
    trusted: tuple[str, ...] = (),
    out: "Console | None" = None,
    stop: Callable[[], bool] = lambda: False,
    clock: Clock | None = None,
) -> Results:
    """Compose, check everything, claim a folder, train, write, and read back what was written."""
    clock = clock or Clock()
    with signals.leaving(), clock.part("building"), waiting(out, "reading and checking what was asked for"):
        with clock.part("composing"), composer(config_dir) as source:
            resumed = (override.value for override in overrides if override.key == "resume")
            going_on = [value for value in resumed if value is not None]
            if going_on:
                if not multirun:
                    raise UserError(f"resume={going_on[-1]} goes on with a sweep; use: python -m harness -m ...")
                folder = resume.folder_of(str(going_on[-1]))
                begun = resume.reopened(folder, overrides, trusted)
                wanted, kind = None, "sweep"
            else:
                find = sweep_cells.enumerated if multirun else sweep_cells.single
                cells = find(source, overrides)
                refuse_untyped(cells[0], overrides)
                refuse_tuning(cells[0].settings.trials, multirun, overrides)
                refuse_idle(cells, overrides)
                refuse_one_split(cells)
                kind = "sweep" if multirun or cells[0].varied else "run"
                wanted = folder_typed(overrides, kind)
                name = token_hex(4) if cells[0].settings.storage else ""
                begun = Begun(budget.shared(source, cells, trusted), texts(overrides), config_dir, trusted, name)
        clock.on = begun.cells[0].settings.profile
        planner = Planner(trusted)
        planner.check(begun.cells)
        includes.check(begun.cells)
        if not going_on:
            begun = replace(begun, cells=chosen(begun.cells, planner))
        reasons = Reasons(planner.about_engines, out)
        reasons.say()
        if out is not None:
            from rich.text import Text

            for line in planner.about_data():
                out.print(Text(line), soft_wrap=True)
        metric = ranked_by(begun.cells, planner)
        if not going_on:
            say_lost(begun.cells, planner, out)
            refuse_nothing_to_decide(begun.cells, planner)
        if out is not None and any(cell.space for cell in begun.cells):
            out.print(size.told(begun.cells, planner), style="dim", soft_wrap=True)
    if clock.on:
        planner.timed(clock)
    job = _Job(begun, kind, planner, metric, out, stop, clock, reasons)
    if going_on:
        return job.tune(folder)
    with _claimed(wanted, kind) as folder:
        return job.tune(folder) if any(cell.space for cell in begun.cells) else job.run(folder)


@dataclass
class _Watching(Watcher):
    """Draws the trials of a plain run, and asks whether a signal came."""

    show: Show
    stops: Callable[[], bool]

    def recorded(self, record: int, trials: Sequence[Trial]) -> None:
        self.show(trials, [])


@dataclass(frozen=True)
class _Job:
    """What is to be done, checked, and who is watching."""

    begun: Begun
    kind: str
    planner: Planner
    metric: Metric
    out: "Console | None"
    stop: Callable[[], bool]
    clock: Clock
    reasons: Reasons

    def run(self, folder: Path) -> Results:
        """Train every cell as it is declared."""
        planned = self.planner.plan([Trial(cell, cell.settings.seeds) for cell in self.begun.cells])
        with self._screen() as (show, _), self.clock.part("stepping"):
            populations = train(self.planner, planned, _Watching(show, self.stop))
        outcome = Outcome(populations, [])
        outcome.standings = [rows.standing(trial, self.metric) for trial in outcome.trials]
        outcome.stopped = "interrupted" if any("interrupted" in trial.states() for trial in outcome.trials) else ""
        return self._written(folder, outcome, {})

    def tune(self, folder: Path) -> Results:
        """Search every cell's space; an interrupted sweep goes on where it ended."""
        with self.clock.part("starting"):
            from harness.tuning.tuning import Tuner

        begun, storage = self.begun, self.begun.cells[0].settings.storage
        asking = signals.leaving if storage else nullcontext  # a prompt, and a server that may never answer
        with asking():
            secret = database.password(storage)
        with resume.held(folder):
            recorded = looks.recorded(folder)
            often = stages(begun.cells, self.planner, recorded)
            with self._screen() as (show, say):
                seen = Looks({**_asked(begun, self.metric), "study": True, "looks": recorded}, self.metric, say)
                watched = show, self.stop, often, seen.settled if begun.cells[0].settings.until else lambda _: True
                with asking(), self.clock.part("asking"):
                    tuner = Tuner(begun.cells, self.planner, folder, self.metric, begun.name, secret, *watched)
                if self.clock.on:
                    tuner.timed(self.clock)
                tuner.replay()
                begun.save(folder)  # only now: what cannot go on is left as it was
                try:
                    outcome = tuner.run()
                except MemoryError as error:
                    raise RunError(
                        f"{no_memory(error)}; resume={folder} goes on before the batch that it ended"
                    ) from error
            return self._written(folder, outcome, {"study": tuner.where, "looks": seen.record})

    def _written(self, folder: Path, outcome: Outcome, tuned: dict[str, Any]) -> Results:
        begun, kind, clock = self.begun, self.kind, self.clock
        with clock.part("writing"):
            about = _about(kind, _title(begun.cells, kind, begun.overrides), begun, self.metric, outcome.stopped)
            about |= {"study": None} | tuned
            about |= {"untraced": untraced} if (untraced := self.planner.about_engines()) else {}
            config = None if tuned else begun.cells[0].config if kind == "run" else begun.config()
            with signals.waiting():
                results.write(folder, outcome, config, about, self.metric)
                if clock.on:
                    results.write_profile(folder, clock.rows())
            return results.load(folder)

    @contextmanager
    def _screen(self) -> Iterator[tuple[Show, Callable[[str], None]]]:
        """Who is shown what trains, and who is told a line."""
        if self.out is None:
            yield lambda trials, standings: None, lambda line: None
            return
        from harness.screens.live import Screen

        title = _title(self.begun.cells, self.kind, self.begun.overrides)
        with Screen(self.out, title, self.kind == "run", self.metric) as screen:
            if self.clock.on:
                self.clock.listen(screen, "drawing", "show")

            def show(trials: Sequence[Trial], standings: Sequence[Standing]) -> None:
                self.reasons.say()
                screen.show(trials, standings)

            yield show, screen.tell
        self.reasons.say()


@contextmanager
def _claimed(wanted: Path | None, kind: str) -> Iterator[Path]:
    """A new folder, which goes again if nothing was written into it."""
    folder = results.claim(wanted, kind)
    try:
        yield folder
    finally:
        if not any(path.name != resume.LOCK for path in folder.iterdir()):
            (folder / resume.LOCK).unlink(missing_ok=True)
            folder.rmdir()


def _about(kind: str, title: str, begun: Begun, metric: Metric, stopped: str) -> dict[str, Any]:
    """What summary.json says beside the results."""
    launch = ["--config-dir", begun.config_dir] if begun.config_dir else []
    launch += [f"trust=[{','.join(begun.trusted)}]"] if begun.trusted else []
    return {
        "kind": kind,
        "title": title,
        "launch": shlex.join(launch),
        "overrides": begun.overrides,
        **_asked(begun, metric),
        "stopped": stopped,
        "interrupted": stopped == "interrupted",
        **environment(),
    }


def _asked(begun: Begun, metric: Metric) -> dict[str, Any]:
    """What an answer has to know of what was asked; `stopped` early is what it may have been."""
    settings = begun.cells[0].settings
    of_cells = {
        "includes": includes.included(begun.cells),
        "redrawn": any(redrawn(cell.config) for cell in begun.cells),  # the split
        "decaying": [cell.number for cell in begun.cells if decays(cell)],
    }
    return {
        "varied": list(dict.fromkeys(key for cell in begun.cells for key in cell.varied)),
        "trials": settings.trials,
        **{name: found for name, found in of_cells.items() if found},
        "level": settings.level,
        **({"replicates": settings.replicates} if settings.replicates > 1 else {}),
        **({"until": settings.until} if settings.until else {}),
        **({"margin": settings.margin} if settings.margin else {}),
        "metric": metric.name,
        "aggregate": metric.aggregate,
        "maximise": metric.maximise,
        "stopped": "",
    }


def _title(cells: Sequence[Cell], kind: str, overrides: Sequence[str]) -> str:
    settings, choices = cells[0].settings, cells[0].choices
    where = " on ".join(choices[group] for group in ("objective", "dataset") if _same(cells, group))
    where = next((text.replace("=", " ") for text in overrides if text.startswith("suite=")), where)
    what = choices["optimizer"] if kind == "run" else f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
    seeds = f"{len(settings.seeds)} seed{'s' if len(settings.seeds) > 1 else ''}"
    trials = f"{settings.trials} trials" if any(cell.space for cell in cells) else ""
    steps = max(cell.settings.steps for cell in cells)
    return " · ".join(part for part in (what, where, trials, seeds, f"{steps:,} steps") if part)


def _same(cells: Sequence[Cell], group: str) -> bool:
    used = {cell.choices.get(group) for cell in cells}
    return len(used) == 1 and None not in used
