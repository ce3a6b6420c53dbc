"""The terminal: a panel for one run, a table for many cells, and the same results again from their files."""

import math
import shlex
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from harness.fields import Array
from harness.results import Results, Row
from harness.statistics import Median, mean, median
from harness.trace import Progress

BARS = "▁▂▃▄▅▆▇█"
REFRESH = 0.25  # seconds: a table costs 8 ms to draw
PLAIN = 10  # lines of progress when nobody is watching a terminal
WIDE = 120  # columns, as far as screens spread
METRICS = ("loss", "accuracy", "train_loss", "train_accuracy", "test_loss", "test_accuracy")


def console() -> Console:
    """Colours and boxes on a terminal, plain text elsewhere."""
    made = Console(highlight=False)
    if not made.is_terminal:
        made = Console(highlight=False, width=WIDE, color_system=None)
    elif made.width > WIDE:
        made = Console(highlight=False, width=WIDE)
    return made


class Screen:
    """Shows a board while it trains. `with Screen(...) as screen: train(..., watch=screen.show)`."""

    def __init__(self, out: Console, title: str, single: bool) -> None:
        self.out, self.title, self.single = out, title, single
        self._begun = self._drawn = time.monotonic()
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
            return
        now = time.monotonic()
        if now - self._drawn >= REFRESH:
            self._drawn = now
            height = self.out.height - 5
            self._live.update(self._panel(board[0]) if self.single else self._table(board, height), refresh=True)

    def _tell(self, board: Sequence[Progress]) -> None:
        """A plain line at every tenth of the way, but not more often than every second."""
        done, total = _done(board)
        now = time.monotonic()
        if done * PLAIN // total <= self._told or now - self._drawn < 1:
            return
        if not self._told:
            self.out.print(self.title, soft_wrap=True)
        self._told, self._drawn = done * PLAIN // total, now
        best = board[0] if self.single else ranked(board)[0]
        leader = "" if self.single else f"   leads: {_name(best)}"
        self.out.print(f"{done:>9,} of {total:,} steps   {_metrics(best)}{leader}", soft_wrap=True)

    def _panel(self, cell: Progress) -> RenderableType:
        lines = [self._bar([cell]), Text("")]
        table = Table.grid(padding=(0, 3))
        for name in (name for name in METRICS if name in cell.trace.curves):
            values = cell.last(name)
            table.add_row(name.replace("_", " "), typical(values), sparkline(cell.curve(name), name))
        states = cell.states()
        tail = Text(f"diverged {states.count('diverged')} of {len(states)}", style="dim")
        return Panel(Group(*lines, table, tail), title=self.title, title_align="left", width=min(self.out.width, 80))

    def _bar(self, board: Sequence[Progress]) -> RenderableType:
        done, total = _done(board)
        seconds = time.monotonic() - self._begun
        rate = done / seconds if seconds else 0
        left = (total - done) / rate if rate else math.nan
        line = Table.grid(padding=(0, 2), expand=False)
        clock = f"{_clock(seconds)}, {_clock(left)} left" if math.isfinite(left) else _clock(seconds)
        bar = ProgressBar(total=total, completed=done, width=28)
        line.add_row(bar, f"{done:,} of {total:,}", f"{_thousands(rate)} steps/s", clock)
        return line

    def _table(self, board: Sequence[Progress], height: int) -> RenderableType:
        rows = [_live_row(cell) for cell in ranked(board)]
        return Group(Text(self.title, style="bold"), self._bar(board), Text(""), fitted(rows, self.out.width, height))


def show(results: Results, out: Console) -> None:
    """A finished run or sweep, from its files: what it was, how it ended, what to type next."""
    summary = results.summary
    out.print(Text(summary["title"], style="bold"), soft_wrap=True)
    out.print()
    if summary["kind"] == "run":
        _show_run(results, out)
    else:
        cells = sorted(results.cells, key=lambda cell: (cell["loss"], cell["cell"]))
        curves = {c["cell"]: [k for k, run in enumerate(results.runs) if run["cell"] == c["cell"]] for c in cells}
        varied = summary["varied"]
        rows = [_cell_row(cell, varied, results.curves["loss"][curves[cell["cell"]]]) for cell in cells]
        out.print(fitted(rows, out.width, 10_000))
        problems = {cell["problem"] for cell in cells}
        if len(problems) > 1:
            out.print(f"\n{len(problems)} different problems: losses of different problems are not comparable")
        out.print(f"\nrerun the first: python -m harness {_quoted(cells[0]['overrides'])}", soft_wrap=True)
    counts = ", ".join(
        f"{count} {state}" for state, count in summary["runs"].items() if count or state != "interrupted"
    )
    out.print(f"{counts} · {summary['seconds']:.1f} s", soft_wrap=True)
    if summary["interrupted"]:
        out.print("interrupted: what was reached is saved", style="yellow")
    out.print(f"show again: python -m harness.show {_quoted(str(results.folder))}", soft_wrap=True)


def _show_run(results: Results, out: Console) -> None:
    runs = results.runs
    several = len(runs) > 1
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for header in ("", "mean ± sd", "median", "range", "course") if several else ("", "", "course"):
        table.add_column(header, no_wrap=True)
    for name in (name for name in (*METRICS, "best_loss") if name in runs[0]):
        values = np.array([float(run[name]) for run in runs])
        middle = median(values, level=1)
        told = [spread(values), number(middle.value), f"{number(middle.low, 3)} to {number(middle.high, 3)}"]
        curve = results.curves.get(name)
        course = sparkline(curve, name) if curve is not None else ""
        table.add_row(name.replace("_", " "), *(told if several else [number(values[0])]), course)
    out.print(table)
    out.print()


def ranked(board: Sequence[Progress]) -> list[Progress]:
    """Best first: by the median of the last losses."""
    return sorted(board, key=lambda cell: (median(cell.last("loss")).value, cell.number))


def fitted(rows: list[Row], width: int, height: int) -> RenderableType:
    """A table of the rows, without the columns that there is no room for: the least important go first."""
    columns = list(rows[0])
    quiet = () if any(row["div."] for row in rows) else ("div.",)
    for droppable in (None, "runs", "best loss", *quiet, "loss so far", "test accuracy", "accuracy", "interval"):
        columns = [column for column in columns if column != droppable]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for column in columns:
            text = isinstance(rows[0][column], str) and column not in ("median loss", "best loss")
            table.add_column(column, justify="left" if text else "right", no_wrap=True)
        for k, row in enumerate(rows[:height]):
            table.add_row(*(Text(str(row[column])) for column in columns), style="bold green" if k == 0 else None)
        if table.__rich_measure__(Console(width=1000), Console(width=1000).options).maximum <= width:
            break
    if len(rows) > height:
        return Group(table, Text(f"… {len(rows) - height:,} more", style="dim"))
    return table


def _live_row(cell: Progress) -> Row:
    curve = cell.curve("loss")
    found = {name: mean(cell.last(name))[0] for name in cell.trace.curves if name == "accuracy"}
    states = cell.states()
    best = median(cell.best("loss")).value
    varied = cell.varied or {"optimizer": cell.choices["optimizer"]}
    return _row(varied, median(cell.last("loss")), found, best, states, curve)


def _cell_row(cell: Row, keys: Sequence[str], curve: Array) -> Row:
    varied = {key: str(cell[key]) for key in keys} or {"optimizer": str(cell["optimizer"])}
    metrics: tuple[str, ...] = ("accuracy", "test_accuracy")
    found = {name: float(cell[name]) for name in metrics if name in cell}
    states = ["diverged"] * cell["diverged"] + ["completed"] * (cell["runs"] - cell["diverged"])
    level = None if cell["loss_level"] == "range" else float(cell["loss_level"])
    middle = Median(cell["loss"], cell["loss_low"], cell["loss_high"], level)
    return _row(varied, middle, found, cell["best_loss"], states, curve)


def _row(
    varied: dict[str, str],
    middle: Median,
    found: dict[str, float],
    best: float,
    states: list[str],
    curve: Array,
) -> Row:
    kind = "range" if middle.level is None else f"{middle.level:.0%}"
    return {
        **{_short(key, varied): value for key, value in varied.items()},
        "median loss": number(middle.value),
        "interval": f"{kind} [{number(middle.low)}, {number(middle.high)}]"
        if len(states) > 1 and math.isfinite(middle.low)
        else "",
        **{name.replace("_", " "): f"{value:.4f}" for name, value in found.items()},
        "best loss": number(best),
        "runs": len(states),
        "div.": states.count("diverged"),
        "loss so far": sparkline(curve, "loss"),
    }


def sparkline(curve: Array, name: str, width: int = 10) -> str:
    """The median over runs (runs, records), falling to rising; losses on a log scale where they are positive."""
    with np.errstate(all="ignore"):
        line = np.median(np.where(np.isfinite(curve), curve, np.inf), axis=0)
    line = line[np.isfinite(line)]
    if len(line) < 2:
        return ""
    line = line[np.linspace(0, len(line) - 1, min(width, len(line))).round().astype(int)]
    if "loss" in name and line.min() > 0:
        line = np.log(line)
    low, high = line.min(), line.max()
    levels = np.zeros(len(line), int) if high == low else ((line - low) / (high - low) * 7.999).astype(int)
    return "".join(BARS[level] for level in levels)


def spread(values: Array) -> str:
    """Mean and standard deviation, to the digits that the deviation leaves meaningful."""
    if not np.isfinite(values).all():
        return "-"
    centre, deviation = mean(values)
    if not math.isfinite(deviation):
        return number(centre)
    return f"{number(centre)} ± {number(deviation, 2)}"


def typical(values: Array) -> str:
    """Mean and deviation, or the median where runs lie decades apart or have diverged."""
    centre, deviation = mean(values)
    if len(values) == 1 or deviation < abs(centre):
        return spread(values)
    return f"{number(median(values).value)} (median)"


def number(value: float, digits: int = 4) -> str:
    """Short and aligned: 0.03120, 1.2e-08, inf.

    >>> number(0.0312), number(1.234567e-8), number(1234567.0)
    ('0.0312', '1.235e-08', '1.235e+06')
    """
    return f"{value:.{digits}g}"


def _metrics(cell: Progress) -> str:
    return "   ".join(
        f"{name.replace('_', ' ')} {typical(cell.last(name))}"
        for name in (name for name in METRICS if name in cell.trace.curves)
    )


def _name(cell: Progress) -> str:
    return " ".join(f"{key}={value}" for key, value in cell.varied.items())


def _short(key: str, keys: Any) -> str:
    """`optimizer.lr` as `lr`, unless another key ends alike."""
    last = key.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in keys) == 1 else key


def _done(board: Sequence[Progress]) -> tuple[int, int]:
    """Steps made and steps in all, over cells; a cell that has lost all its runs is done."""
    done = sum(cell.steps if cell.trace.diverged[cell.rows].all() else cell.done for cell in board)
    return done, sum(cell.steps for cell in board)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _thousands(rate: float) -> str:
    return f"{rate / 1000:.1f}k" if rate >= 1000 else f"{rate:.0f}"


def _quoted(text: str) -> str:
    return text if text.startswith(("'", '"')) else " ".join(shlex.quote(part) for part in text.split(" "))
