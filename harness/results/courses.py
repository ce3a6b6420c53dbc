"""What the runs that speak for cells went through: what pictures and plots in the terminal are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.answers.answer import Answer
from harness.answers.scale import Scale
from harness.answers.statistics import median
from harness.results.curves import CHOOSING, recorded
from harness.results.files import Results
from harness.results.metrics import Metric
from objectives.arrays import Array

Speaking = Mapping[int, Mapping[int, Array]]  # of each cell, by replicate: rows of `runs`


@dataclass(frozen=True)
class Course:
    """A curve of one cell; axis 0 is the replicate, or the seed where there is one."""

    name: str
    x: Array  # (records,)
    values: Array  # (replicates, records); infinite, on the worse side, from where a run diverged
    more_is_better: bool = False

    def middle(self) -> tuple[Array, Array, Array]:
        """The median at each record, where that is infinite the better of the two in the middle, as in the answer, or
        nan; and the ends of its interval, within what was seen."""
        sign = -1 if self.more_is_better else 1
        ranked = np.sort(sign * self.values, axis=0)
        found = [median(column) for column in ranked.T]
        middle, low, high = np.array([(one.value, one.low, one.high) for one in found]).T
        middle = np.where(np.isfinite(middle), middle, ranked[(len(ranked) - 1) // 2])
        worst = np.max(ranked[np.isfinite(ranked)], initial=-np.inf)
        there = np.isfinite(middle)
        middle, low, high = (sign * np.where(there, y, np.nan) for y in (middle, low, np.minimum(high, worst)))
        return (middle, high, low) if self.more_is_better else (middle, low, high)


def speaking(results: Results) -> Speaking:
    """Of every cell with runs, those of its confirmed incumbents, or where none was confirmed those of its best
    trials, or in a plain run its own."""
    phases = {(row["cell"], row.get("replicate", 0), row["trial"]): row["phase"] for row in results.cells}
    confirmed = {cell for (cell, _, _), phase in phases.items() if phase not in CHOOSING}
    found: dict[int, dict[int, list[int]]] = {}
    for k, run in enumerate(results.runs):
        cell, replicate, phase = run["cell"], run.get("replicate", 0), run["phase"]
        if phases.get((cell, replicate, run["trial"])) == phase and (phase not in CHOOSING or cell not in confirmed):
            found.setdefault(cell, {}).setdefault(replicate, []).append(k)
    return {cell: {replicate: np.array(rows) for replicate, rows in of.items()} for cell, of in found.items()}


def curve_of(results: Results) -> str:
    """The curve that the sweep's metric is read from."""
    return Metric.of(results.summary).curve


def courses(results: Results, answer: Answer, x: str = "steps", most: int | None = None) -> dict[int, Course]:
    """Of each cell of an answer that has runs, the best first, its metric's curve against x: of each replicate what its
    seeds report together. Gaps to the lowest value there can be, on a scale of ratios."""
    spoken, found, metric = speaking(results), {}, Metric.of(results.summary)
    for line in [line for line in answer.lines if line.cell in spoken][:most]:
        rows = list(spoken[line.cell].values())
        every = np.concatenate(rows)
        steps = recorded(results.curves, "step", every)[0]
        kept = steps >= 0
        values = recorded(results.curves, curve_of(results), every)[:, kept]
        worst = -np.inf if metric.maximise else np.inf
        values = _lost(values, [results.runs[k]["state"] == "diverged" for k in every], worst)
        if len(rows) > 1:
            parts = np.split(values, np.cumsum(list(map(len, rows)))[:-1])
            values = np.array([[metric.reported.value(record) for record in part.T] for part in parts])
        scale = answer.evidence.scale
        values = gap(values, scale) if scale.kind == "log" else values
        found[line.cell] = Course(line.name, _axis(results, line.cell, every, steps, x)[kept], values, metric.maximise)
    return found


def _lost(values: Array, gone: Sequence[bool], worst: float) -> Array:
    """The worst value there is from where a run diverged on."""
    return np.where(np.isfinite(values), values, np.where(np.array(gone)[:, None], worst, np.nan))


def _axis(results: Results, cell: int, rows: Array, steps: Array, x: str) -> Array:
    if x == "steps":
        return steps
    if x == "evaluations":
        return np.asarray(np.max(recorded(results.curves, "evaluations", rows), axis=0))
    mine = [row for row in results.timings if row["cell"] == cell]
    pace = sum(row["seconds"] for row in mine) / max(sum(row["run_steps"] for row in mine), 1)
    return np.asarray(steps * pace)


def paths(results: Results, cells: Sequence[int]) -> list[Array]:
    """(records, 2) of each cell, as far as it is finite: of the seed with which the first cell's typical replicate
    begins, which all cells have."""
    spoken, found = speaking(results), []
    first = next(line for line in results.answer[0].lines if line.cell == cells[0])
    for cell in cells:
        rows = spoken[cell]
        path = recorded(results.curves, "path", rows.get(first.replicate, rows[min(rows)])[:1])[0]
        finite = np.isfinite(path).all(axis=1)
        found.append(path[: len(path) if finite.all() else int(np.argmin(finite))])
    return found


def span(middles: Sequence[Array], log: bool) -> tuple[float, float, bool]:
    """The lowest and the highest value to show of curves, and whether on a log axis: what grows beyond a hundred times
    the highest start leaves the picture, and a log axis is for more than a factor of five."""
    every = np.concatenate([middle[np.isfinite(middle)] for middle in middles] or [np.zeros(0)])
    every = every[every > 0] if log else every
    if not every.size:
        return 0.0, 1.0, False
    start = max((float(middle[0]) for middle in middles if len(middle) and np.isfinite(middle[0])), default=0.0)
    low, high = float(every.min()), float(every.max())
    if not (log and high > 5 * low):
        return low, high, False
    return low, min(high, max(100 * start, 10 * low)) if start > 0 else high, True


def gap(values: Array, scale: Scale) -> Array:
    """What is drawn on a log axis: how far above the lowest value there can be, at least the floor of rounding."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values), np.maximum(values - scale.lowest, scale.floor or 0.0), values)


def label_of(answer: Answer, curve: str) -> str:
    """What stands beside the axis."""
    scale = answer.evidence.scale
    words = curve.replace("_", " ")
    return f"{words} above the minimum {scale.lowest:.6g}" if scale.kind == "log" and scale.lowest else words
