"""Results as text: a finished run or sweep from its files, and the pieces that the live screen shows too."""

import math
import shlex
from collections.abc import Iterable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.fields import Array
from harness.results import Results, Row
from harness.statistics import mean, median

BARS = "▁▂▃▄▅▆▇█"
WIDE = 120  # columns, as far as screens spread
METRICS = ("loss", "accuracy", "train_loss", "train_accuracy", "test_loss", "test_accuracy")


def console() -> Console:
    """Colours and boxes on a terminal, plain text elsewhere."""
    made = Console(highlight=False)
    if not made.is_terminal:
        return Console(highlight=False, width=WIDE, color_system=None)
    return made if made.width <= WIDE else Console(highlight=False, width=WIDE)


def show(results: Results, out: Console) -> None:
    """A finished run or sweep: what it was, how it ended, what to type next."""
    summary = results.summary
    out.print(Text(summary["title"], style="bold"), soft_wrap=True)
    out.print()
    if summary["kind"] == "run":
        out.print(metrics_table(results))
        out.print()
    else:
        _show_cells(results, out)
    told = [f"{count} {state}" for state, count in summary["runs"].items() if count or state != "interrupted"]
    out.print(f"{', '.join(told)} · {summary['seconds']:.1f} s", soft_wrap=True)
    if summary["interrupted"]:
        out.print("interrupted: what was reached is saved", style="yellow")
    out.print(Text(f"show again: python -m harness.show {shlex.quote(str(results.folder))}"), soft_wrap=True)


def _show_cells(results: Results, out: Console) -> None:
    cells = sorted(results.cells, key=lambda cell: (cell["loss"], cell["cell"]))
    owners = np.array([run["cell"] for run in results.runs])
    curves = results.curves["loss"]
    rows = [table_row(cell, results.summary["varied"], curves[owners == cell["cell"]]) for cell in cells]
    out.print(fitted(rows, out.width))
    problems = {cell["problem"] for cell in cells}
    if len(problems) > 1:
        out.print(f"\n{len(problems)} different problems: their losses are not comparable", style="yellow")
    out.print(Text(f"\nrerun the first: python -m harness {cells[0]['overrides']}"), soft_wrap=True)


def metrics_table(results: Results) -> Table:
    """What the runs of one cell say together, metric by metric."""
    runs = results.runs
    several = len(runs) > 1
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for header in ("", "mean ± sd", "median", "range", "course") if several else ("", "", "course"):
        table.add_column(header, no_wrap=True)
    for name in (*measured(runs[0]), "best_loss"):
        values = np.array([float(run[name]) for run in runs])
        middle = median(values)
        low, high = (float(pick(np.where(np.isnan(values), np.inf, values))) for pick in (np.min, np.max))
        told = [spread(values), number(middle.value), f"{number(low, 3)} to {number(high, 3)}"]
        course = sparkline(results.curves[name], name) if name in results.curves else ""
        table.add_row(label(name), *(told if several else [number(float(values[0]))]), course)
    return table


def table_row(cell: Row, keys: Sequence[str], curve: Array) -> Row:
    """A row of cells.csv as the table of cells shows it, with the course of its losses (runs, records)."""
    varied = {key: str(cell[key]) for key in keys} or {"optimizer": str(cell["optimizer"])}
    interval = ""
    if cell["runs"] > 1 and math.isfinite(cell["loss_low"]):
        kind = cell["loss_level"] if cell["loss_level"] == "range" else f"{cell['loss_level']:.0%}"
        interval = f"{kind} [{number(cell['loss_low'])}, {number(cell['loss_high'])}]"
    accuracies: tuple[str, ...] = ("accuracy", "test_accuracy")
    return {
        **{_short(key, varied): value for key, value in varied.items()},
        "median loss": number(cell["loss"]),
        "interval": interval,
        **{label(name): f"{cell[name]:.4f}" for name in accuracies if isinstance(cell.get(name), float)},
        "best loss": number(cell["best_loss"]),
        "runs": cell["runs"],
        "div.": cell["diverged"],
        "loss so far": sparkline(curve, "loss"),
    }


def fitted(rows: Sequence[Row], width: int) -> Table:
    """A table of the rows, without the columns that there is no room for: the least important go first."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    quiet = () if any(row["div."] for row in rows) else ("div.",)
    unlimited = Console(width=1000)
    for droppable in (None, "runs", "best loss", *quiet, "loss so far", "test accuracy", "accuracy", "interval"):
        columns = [column for column in columns if column != droppable]
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        for column in columns:
            right = column in ("median loss", "best loss", "runs", "div.")
            table.add_column(column, justify="right" if right else "left", no_wrap=True)
        for k, row in enumerate(rows):
            texts = (Text(str(row.get(column, ""))) for column in columns)
            table.add_row(*texts, style="bold green" if k == 0 else None)
        if table.__rich_measure__(unlimited, unlimited.options).maximum <= width:
            break
    return table


def measured(names: Iterable[str]) -> list[str]:
    """The metrics among these names, in the order in which they are shown."""
    known = set(names)
    return [name for name in METRICS if name in known]


def label(name: str) -> str:
    """`train_loss` as people read it."""
    return name.replace("_", " ")


def _short(key: str, keys: Iterable[str]) -> str:
    """`optimizer.lr` as `lr`, unless another key ends alike."""
    last = key.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in keys) == 1 else key


def sparkline(curve: Array, name: str, width: int = 10) -> str:
    """The median over runs (runs, records); losses on a log scale where they are positive.

    >>> sparkline(np.array([[100.0, 10.0, 1.0, np.nan]]), "loss")
    '█▄▁'
    """
    ranked = np.sort(np.where(np.isfinite(curve), curve, np.inf), axis=0)
    line = (ranked[(len(curve) - 1) // 2] + ranked[len(curve) // 2]) / 2  # np.median imports numpy.ma: 70 ms
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
    """Mean and standard deviation; nothing where a run diverged, because both would be.

    >>> spread(np.array([1.0, 3.0])), spread(np.array([1.0, np.inf])), spread(np.array([2.0]))
    ('2 ± 1.4', '-', '2')
    """
    if not np.isfinite(values).all():
        return "-"
    centre, deviation = mean(values)
    return f"{number(centre)} ± {number(deviation, 2)}" if len(values) > 1 else number(centre)


def typical(values: Array) -> str:
    """Mean and deviation, or the median where runs lie decades apart or have diverged."""
    centre, deviation = mean(values)
    if len(values) == 1 or deviation < abs(centre):
        return spread(values)
    return f"{number(median(values).value)} (median)"


def number(value: float, digits: int = 4) -> str:
    """To a few digits.

    >>> number(0.0312), number(1.234567e-8), number(1234567.0)
    ('0.0312', '1.235e-08', '1.235e+06')
    """
    return f"{value:.{digits}g}"
