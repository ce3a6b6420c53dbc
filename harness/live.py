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

from harness.results import cell_row
from harness.statistics import median
from harness.tables import cells_table, label, measured, sparkline, table_row, typical
from harness.trace import Progress

REFRESH = 0.25  # seconds: a table costs 8 ms to draw
PLAIN = 10  # lines of progress when nobody is watching a terminal


class Screen:
    """Shows a board while it trains. `with Screen(...) as screen: train(..., watch=screen.show)`."""

    def __init__(self, out: Console, title: str, single: bool) -> None:
        self.out, self.title, self.single = out, title, single
        self._width = out.width - 3  # the terminal's echo of Ctrl-C, ^C, must not wrap a line
        self._begun = time.monotonic()
        self._due = self._begun + REFRESH
        self._told = 0  # tenths
        self._live: Live | None = None

    def __enter__(self) -> "Screen":
        if self.out.is_terminal and not self.out.is_dumb_terminal:
            self._live = Live(console=self.out, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, board: Sequence[Progress]) -> None:
        """Draw the board, if it is time to."""
        if self._live is None:
            self._tell(board)
        elif (begun := time.monotonic()) >= self._due:
            self._live.update(self._panel(board[0]) if self.single else self._table(board), refresh=True)
            ended = time.monotonic()
            self._due = ended + max(REFRESH, 10 * (ended - begun))  # at most a tenth of the time is spent on drawing

    def _tell(self, board: Sequence[Progress]) -> None:
        """A plain line at every tenth of the way, but not more often than every second."""
        done, total = _done(board)
        now = time.monotonic()
        if done * PLAIN // total <= self._told or now < self._due:
            return
        if not self._told:
            self.out.print(Text(self.title), soft_wrap=True)
        self._told, self._due = done * PLAIN // total, now + 1
        best = board[0] if self.single else _ranked(board)[0]
        told = [f"{label(name)} {typical(best.last(name))}" for name in measured(best.trace.curves)]
        if not self.single:
            told.append("leads: " + " ".join(f"{key}={value}" for key, value in best.varied.items()))
        self.out.print(Text(f"{done:>9,} of {total:,} steps   {'   '.join(told)}"), soft_wrap=True)

    def _panel(self, cell: Progress) -> RenderableType:
        table = Table.grid(padding=(0, 3))
        for name in measured(cell.trace.curves):
            table.add_row(label(name), typical(cell.last(name)), sparkline(cell.curve(name), name))
        states = cell.states()
        tail = Text(f"diverged {states.count('diverged')} of {len(states)}", style="dim")
        inside = Group(self._bar([cell]), Text(""), table, tail)
        return Panel(inside, title=self.title, title_align="left", width=min(self._width, 80))

    def _table(self, board: Sequence[Progress]) -> RenderableType:
        best = _ranked(board)[: max(1, self.out.height - 6)]
        rows = [table_row(cell_row(cell), list(cell.varied), cell.curve("loss")) for cell in best]
        parts = [Text(self.title, style="bold"), self._bar(board), Text(""), cells_table(rows, self._width)]
        more = len(board) - len(best)
        return Group(*parts, Text(f"… {more:,} more", style="dim") if more else Text(""))

    def _bar(self, board: Sequence[Progress]) -> RenderableType:
        done, total = _done(board)
        seconds = time.monotonic() - self._begun
        rate = done / seconds
        clock = f"{_clock(seconds)}, {_clock((total - done) / rate)} left" if rate else _clock(seconds)
        line = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=total, completed=done, width=28)
        speed = f"{rate / 1000:.1f}k" if rate >= 1000 else f"{rate:.0f}"
        line.add_row(bar, f"{done:,} of {total:,}", f"{speed} steps/s", clock)
        return line


def _ranked(board: Sequence[Progress]) -> list[Progress]:
    """Best first, as in the finished table."""
    return sorted(board, key=lambda cell: (median(cell.last("loss")).value, cell.number))


def _done(board: Sequence[Progress]) -> tuple[int, int]:
    """Steps made and steps in all, over cells; a cell that has lost all its runs is done."""
    done = sum(cell.steps if cell.trace.diverged[cell.rows].all() else cell.done for cell in board)
    return done, sum(cell.steps for cell in board)


def _clock(seconds: float) -> str:
    return f"{math.floor(seconds) // 60}:{math.floor(seconds) % 60:02}"
