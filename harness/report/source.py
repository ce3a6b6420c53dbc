"""What pictures are made of, from the rows and curves of a finished folder."""

from dataclasses import dataclass

import numpy as np

from harness.answers.answer import Answer
from harness.answers.scale import Scale
from harness.report.style import Look, look
from harness.results.files import Results
from harness.results.metrics import STEPS_TO_TARGET
from objectives.arrays import Array


@dataclass(frozen=True)
class Course:
    """What the runs that speak for a cell went through: axis 0 is the replicate, or the seed where there is one."""

    name: str
    x: Array  # (records,)
    values: Array  # (replicates, records); inf from where a run diverged


def speaking(results: Results, cell: int) -> dict[int, Array]:
    """The rows of `runs` that speak for a cell, by replicate: its confirmed incumbent's, or in a plain run its
    own."""
    wanted = {
        (row.get("replicate", 0), row["phase"], row["trial"])
        for row in results.cells
        if row["cell"] == cell and row["runs"]
    }
    found: dict[int, list[int]] = {}
    for k, run in enumerate(results.runs):
        replicate = run.get("replicate", 0)
        if run["cell"] == cell and (replicate, run["phase"], run["trial"]) in wanted:
            found.setdefault(replicate, []).append(k)
    return {replicate: np.array(rows) for replicate, rows in found.items()}


def looks(results: Results) -> dict[int, Look]:
    """Of each cell: its optimizer's, or where several cells have one, that of what is varied."""
    cells = {row["cell"]: row for row in results.cells}
    optimizers = [str(row.get("optimizer")) for row in cells.values()]
    varied = results.summary["varied"]
    names = (
        optimizers
        if len(set(optimizers)) == len(optimizers)
        else [" ".join(f"{key}={row.get(key)}" for key in varied) for row in cells.values()]
    )
    return dict(zip(cells, map(look, names), strict=True))


def curve_of(results: Results) -> str:
    """The curve that the sweep's metric is read from."""
    metric = results.summary["metric"]
    return "loss" if metric in ("best_loss", STEPS_TO_TARGET) else str(metric)


def course(results: Results, cell: int, name: str, curve: str, x: str = "steps") -> Course:
    """The curve of a cell: of each replicate the median of its seeds."""
    rows = list(speaking(results, cell).values())
    steps = results.curves["step"][rows[0][0]]
    kept = steps >= 0
    parts = [_lost(results.curves[curve][mine][:, kept], results, mine) for mine in rows]
    values = np.array([np.median(part, axis=0) for part in parts]) if len(parts) > 1 else parts[0]
    return Course(name, _axis(results, cell, rows, steps[kept], kept, x), values)


def _lost(values: Array, results: Results, rows: Array) -> Array:
    """Infinite from where a run diverged on."""
    gone = np.array([results.runs[k]["state"] == "diverged" for k in rows])
    return np.where(np.isfinite(values), values, np.where(gone[:, None], np.inf, np.nan))


def _axis(results: Results, cell: int, rows: list[Array], steps: Array, kept: Array, x: str) -> Array:
    if x == "steps":
        return steps
    if x == "evaluations":
        spent = results.curves["evaluations"][np.concatenate(rows)][:, kept]
        return np.asarray(np.max(spent, axis=0))
    mine = [row for row in results.timings if row["cell"] == cell]
    pace = sum(row["seconds"] for row in mine) / max(sum(row["run_steps"] for row in mine), 1)
    return np.asarray(steps * pace)


def gap(values: Array, scale: Scale) -> Array:
    """What is drawn on a log axis: how far above the lowest value there can be, at least the floor of rounding."""
    return np.where(np.isfinite(values), np.maximum(values - scale.lowest, scale.floor or 0.0), values)


def label_of(answer: Answer, curve: str) -> str:
    """What stands beside the axis."""
    scale = answer.evidence.scale
    words = curve.replace("_", " ")
    return f"{words} above the minimum {scale.lowest:.6g}" if scale.kind == "log" and scale.lowest else words
