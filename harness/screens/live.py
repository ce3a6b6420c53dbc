"""The terminal while it trains: a panel for one run, a table for many cells, plain lines in a pipe."""

import math
import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.results.metrics import Metric
from harness.results.names import of_problem
from harness.results.rows import cell_row
from harness.results.trial import Standing, Trial
from harness.screens.columns import POINT, cells_table, label, measured, table_row
from harness.screens.numbers import central, sparkline
from harness.screens.ranking import best, leaders, problem, ranked
from harness.screens.terminal import redraws
from harness.text.visible import in_line

REFRESH = 0.25  # seconds: a table costs 8 ms to draw
LATE = 5  # seconds after which a pipe is told how far it is
PLAIN = 10  # lines of progress when nobody is watching a terminal


class Screen:
    """Shows trials while they train, whenever `show` is called."""

    def __init__(self, out: Console, title: str, single: bool, metric: Metric) -> None:
        self.out, self.title, self.single, self.metric = out, in_line(title), single, metric
        self._width = out.width - 3  # the terminal's echo of Ctrl-C, ^C, must not wrap a line
        self._begun = time.monotonic()
        self._due = self._begun + REFRESH
        self._before: float | None = None  # what was done when we began: a sweep that goes on
        self._told = -1  # tenths; -1 before the first batch
        self._live: Live | None = None

    def __enter__(self) -> "Screen":
        if redraws(self.out):
            begun = Group(Text(self.title, style="bold"), Text("preparing", style="dim"))
            self._live = Live(begun, console=self.out, auto_refresh=False, transient=True)
            self._live.start(refresh=True)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, trials: Sequence[Trial], standings: Sequence[Standing] = ()) -> None:
        """Draw them, if it is time to. `standings` are those of a sweep that tunes."""
        self._note(standings)
        if self._live is None:
            self._tell(trials, standings)
        elif (begun := time.monotonic()) >= self._due:
            drawn = self._panel(trials[0]) if self.single else self._table(trials, standings)
            self._live.update(drawn, refresh=True)
            ended = time.monotonic()
            self._due = ended + max(REFRESH, 10 * (ended - begun))  # at most a tenth of the time is spent on drawing

    def _note(self, standings: Sequence[Standing]) -> None:
        """What had been done when it began."""
        if self._before is None:
            self._before = sum(cell.trials for cell in standings)

    def tell(self, line: str) -> None:
        """Print a line that stays, above what is drawn."""
        self.out.print(Text(in_line(line), style="dim"), soft_wrap=True)

    def _tell(self, trials: Sequence[Trial], standings: Sequence[Standing]) -> None:
        """A plain line when the first batch has ended, or late, and at every tenth of the way, but not more often than
        every second."""
        now = time.monotonic()
        if now < self._due:
            return
        done, total, unit = _done(trials, standings)
        first = self._told < 0 and (any(cell.trials for cell in standings) or now > self._begun + LATE)
        if not first and int(done * PLAIN / total) <= max(0, self._told):
            return
        if self._told < 0:
            self.out.print(Text(self.title), soft_wrap=True)
        self._told, self._due = int(done * PLAIN / total), now + 1
        problems = {} if self.single else ranked(trials, standings, self.metric)
        if len(problems) > 1:
            told = [f"leads: {leaders(problems)}"]
        else:
            first_of = trials[0] if self.single else best(problems, 1)[0].speaker
            told = [f"{label(name)} {central(first_of.last(name))}" for name in measured(first_of.trace.curves)]
            told += [] if self.single else [f"leads: {first_of.cell.name}"]
        told = [f"{done:>9,.0f} of {total:,} {unit}", self._clock(done, total, standings), *told]
        self.out.print(Text(in_line("   ".join(told))), soft_wrap=True)

    def _clock(self, done: float, total: int, standings: Sequence[Standing]) -> str:
        """How long it takes, and will take; a sweep that goes on has not made all that is done."""
        self._note(standings)
        seconds = time.monotonic() - self._begun
        made = done - (self._before or 0)
        return f"{_clock(seconds)}, {_clock((total - done) * seconds / made)} left" if made > 0 else _clock(seconds)

    def _panel(self, trial: Trial) -> RenderableType:
        table = Table.grid(padding=(0, 3))
        for name in measured(trial.trace.curves):
            table.add_row(label(name), central(trial.last(name)), sparkline(trial.curve(name), name))
        states = trial.states()
        tail = Text(f"diverged {states.count('diverged')} of {len(states)}", style="dim")
        inside = Group(self._bar([trial]), Text(""), table, tail)
        return Panel(inside, title=Text(self.title), title_align="left", width=min(self._width, 80))

    def _table(self, trials: Sequence[Trial], standings: Sequence[Standing]) -> RenderableType:
        problems = ranked(trials, standings, self.metric)
        tuned = bool(standings)
        shown = best(problems, max(1, self.out.height - 6 - tuned))
        rows = []
        for cell in shown:
            course = cell.history if standings else cell.speaker.curve("loss")
            made = cell.speaker.trace.steps[cell.speaker.rows]
            row = {**cell_row(cell, self.metric), "steps": int(max(made, default=0))}
            varied, where = list(cell.speaker.cell.varied), {}
            if len(problems) > 1:  # in one column, and in none of the others
                where = {"problem": problem(cell.speaker)}
                varied = [key for key in varied if not of_problem(key)]
                row = {key: value for key, value in row.items() if not of_problem(key)}
            rows.append({**where, **table_row(row, varied, course, self.metric, tuned)})
        table = cells_table(rows, self._width, tuned)
        parts = [Text(self.title, style="bold"), self._bar(trials, standings), Text(""), table]
        if rows and rows[0].get(POINT) and len(problems) == 1 and POINT not in (str(c.header) for c in table.columns):
            told = f"first: {rows[0][POINT]}"  # which the table has no room for
            parts.append(Text(in_line(told), style="dim", no_wrap=True, overflow="ellipsis"))
        more = sum(map(len, problems.values())) - len(shown)
        return Group(*parts, Text(f"… {more:,} more", style="dim") if more else Text(""))

    def _bar(self, trials: Sequence[Trial], standings: Sequence[Standing] = ()) -> RenderableType:
        done, total, unit = _done(trials, standings)
        clock, seconds = self._clock(done, total, standings), time.monotonic() - self._begun
        told = [f"{math.floor(done):,} of {total:,}"]
        if any(trial.phase in ("confirm", "declared") for trial in trials):
            done, total = _steps(trials)
            told = [f"{done:,} of {total:,} steps, confirming"]
            clock = _clock(seconds)
        elif standings:
            told = [f"{told[0]} {unit}"]
        else:
            rate = done / seconds
            told.append(f"{rate / 1000:.1f}k steps/s" if rate >= 1000 else f"{rate:.0f} steps/s")
        line = Table.grid(padding=(0, 2))
        room = self._width - sum(len(text) + 2 for text in (*told, clock)) - self.single * 4  # the panel's edges
        line.add_row(ProgressBar(total=total, completed=done, width=max(4, min(28, room))), *told, clock)
        return line


def _done(trials: Sequence[Trial], standings: Sequence[Standing]) -> tuple[float, int, str]:
    """How far it is: trials in a sweep that tunes, else steps over cells."""
    if not standings:
        return *_steps(trials), "steps"
    done = float(sum(cell.trials for cell in standings))
    done += sum(_share(trial) for trial in trials if trial.phase == "tune")
    return done, sum(cell.planned for cell in standings), "trials"


def _share(trial: Trial) -> float:
    return 1.0 if (trial.trace.diverged | trial.trace.pruned)[trial.rows].all() else trial.done / trial.steps


def _steps(trials: Sequence[Trial]) -> tuple[float, int]:
    """Steps made and steps in all; a cell that has lost all its runs is done."""
    return sum(round(_share(trial) * trial.steps) for trial in trials), sum(trial.steps for trial in trials)


def _clock(seconds: float) -> str:
    return f"{math.floor(seconds) // 60}:{math.floor(seconds) % 60:02}"
