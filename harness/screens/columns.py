"""Rows and columns of tables: what cells and runs show, in the room that there is."""

import math
from collections.abc import Callable, Container, Iterable, Sequence

import numpy as np
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from harness.answers.scale import Scale
from harness.results.censoring import ends
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.results.replicates import known
from harness.results.rows import MEANS, Row
from harness.screens.numbers import number, sparkline
from harness.text.visible import in_line
from objectives.arrays import Array

POINT = "best hyperparameters"
GAP = 2  # between two columns
RIGHT = ("tuned", "best loss", "runs", "trials", "pruned", "failed", "div.", "evals", "seconds", "share")
METRICS = tuple(f"{split}{name}" for split in ("", "train_", "test_") for name in ("loss", *MEANS))


def table_row(cell: Row, keys: Sequence[str], course: Array | Sequence[float], metric: Metric, tuned: bool) -> Row:
    """A row of cells.csv as the table of cells shows it, with the course of its losses (runs, records), or of its
    best value after each trial."""
    varied = {key: str(cell[key]) for key in keys} or {"optimizer": str(cell["optimizer"])}
    row: Row = {short(key, varied): value for key, value in varied.items()}
    interval = {}
    if cell["runs"] > 1 and (math.isfinite(cell["value_low"]) or math.isfinite(cell["value_high"])):
        kind = cell["value_level"] if cell["value_level"] == "range" else f"{cell['value_level']:.0%} interval"
        interval = {kind: f"[{worth(cell, 'value_low', metric)}, {worth(cell, 'value_high', metric)}]"}
    means = [name for known in MEANS for name in (known, f"test_{known}") if isinstance(cell.get(name), float)]
    by = metric if cell.get("phase") == "tune" else metric.reported
    row |= {heading(by): worth(cell, "value", metric)}
    row |= {"tuned": _tuned(known(cell["best_value"]), metric)} if tuned and cell.get("phase") != "tune" else {}
    row |= interval
    row |= {label(n): number(cell[n]) if "rmse" in n else f"{cell[n]:.4f}" for n in means if n != metric.name}
    spent = {"evals": f"{cell['evaluations']:,.0f}"}
    if not tuned:
        row |= {"best loss": number(cell["best_loss"]), "runs": cell["runs"], "div.": cell["diverged"]}
        return {**row, "loss so far": sparkline(np.asarray(course), "loss"), **spent}
    row[POINT] = point(cell, varied)
    row |= {"trials": f"{cell['trials']}/{cell['planned']}", "pruned": cell["pruned_trials"]}
    row |= {"div.": cell["diverged_trials"], "failed": cell["failed_trials"]}
    row["runs div."] = f"{cell['diverged']} of {cell['runs']}" if cell["diverged"] else ""
    line = np.asarray(course, dtype=np.float64)[None]
    return {**row, "best so far": sparkline(line, "accuracy" if metric.maximise else "loss"), **spent}


def point(cell: Row, varied: Container[str], beside: Callable[[str], str] = lambda key: "") -> str:
    """The searched numbers of a cell, each with what stands beside it."""
    point = {key: value for key, value in cell.items() if "." in key and key not in varied and value != ""}
    told = {key: number(value, 3) if isinstance(value, float) else value for key, value in point.items()}
    return "  ".join(f"{short(key, point)} {told[key]} {beside(key)}".rstrip() for key in point)


def worth(cell: Row, key: str, metric: Metric) -> str:
    """The value of a cell, or an end of its interval; steps to a target that was not reached are more than there were.

    >>> cell = {"value": math.inf, "steps": 1000, "runs": 3}
    >>> [worth(cell | {"diverged": lost}, "value", Metric("steps_to_target")) for lost in (1, 2)]
    ['> 1,000', 'never']
    """
    if metric.name != STEPS_TO_TARGET or "steps" not in cell:
        return number(known(cell[key]))
    (value,) = ends(cell, metric, key)
    return Scale("steps").written(value, limit=cell["steps"])


def _tuned(value: float, metric: Metric) -> str:
    return "not reached" if metric.name == STEPS_TO_TARGET and math.isinf(value) else number(value, 3)


def heading(metric: Metric) -> str:
    """What the ranking is by: median loss.

    >>> heading(Metric()), heading(Metric("accuracy", "mean"))
    ('median loss', 'mean accuracy')
    """
    return f"{metric.aggregate} {label(metric.name)}"


def fitted(
    rows: Sequence[Row], width: int, droppable: Sequence[str], best: Container[int] = (), header: str = "dim"
) -> Table:
    """A table of the rows, the best in green; the droppable columns go, one after the other, until it fits."""
    named = dict.fromkeys(column for row in rows for column, value in row.items() if value != "")
    texts = {column: [in_line(str(row.get(column, ""))) for row in rows] for column in named}
    widths = {column: GAP + max(map(cell_len, (in_line(column), *texts[column]))) for column in named}
    for drop in droppable:
        if sum(widths.values()) <= width:
            break
        widths.pop(drop, None)
    table = Table(box=None, padding=(0, GAP, 0, 0), header_style=header)
    for column in widths:
        table.add_column(
            Text(in_line(column)),
            justify="right" if column in RIGHT or column.startswith(("median ", "mean ")) else "left",
            no_wrap=True,
        )
    for k in range(len(rows)):
        table.add_row(*(Text(texts[column][k]) for column in widths), style="bold green" if k in best else None)
    return table


def cells_table(rows: Sequence[Row], width: int, tuned: bool = False, best: Container[int] = ()) -> Table:
    """The table of cells, the best in green. What has nothing to say, or finds no room, is left out."""
    silent = [column for column in ("pruned", "failed", "div.") if not any(row.get(column) for row in rows)]
    loud = [{key: value for key, value in row.items() if key not in silent} for row in rows] if tuned else rows
    quiet = () if "div." not in silent else ("div.",)
    done = len({row.get("trials") for row in rows}) == 1 and len(set(str(rows[0].get("trials")).split("/"))) == 1
    quiet = ("trials", *quiet) if done else quiet
    order = ("test rmse", "test r2", "rmse", "runs", "best loss", *quiet, "loss so far", "best so far")
    order = (*order, "test accuracy", "seconds", "evals", "accuracy")
    intervals = tuple(column for row in rows for column in row if column == "range" or column.endswith(" interval"))
    late = ("failed", "pruned", "trials", "div.", "tuned", *intervals, POINT) if tuned else intervals
    return fitted(loud, width, (*order, *late), best, header="bold")


def measured(names: Iterable[str]) -> list[str]:
    """The metrics among the names of curves, the usual ones first."""
    known = [name for name in names if name not in ("step", "evaluations", "path")]
    return [name for name in METRICS if name in known] + [name for name in known if name not in METRICS]


def label(name: str) -> str:
    """`train_loss` as people read it."""
    return name.replace("_", " ")


def short(key: str, keys: Iterable[str]) -> str:
    """`optimizer.lr` as `lr`, unless another key ends alike."""
    last = key.rpartition(".")[2]
    return last if sum(other.rpartition(".")[2] == last for other in keys) == 1 else key
