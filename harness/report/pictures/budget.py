"""What more trials bring: the best value so far, while a cell is tuned."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.statistics import median
from harness.report.picture import Picture
from harness.report.source import gap, label_of, looks
from harness.report.style import new
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # cells, best first


def lacks(results: Results) -> str:
    return "" if results.trials else "nothing was tuned"


def draw(results: Results) -> "Figure":
    """A panel per problem: over the replicates, the median of the incumbent's tuned value with its 95 % interval, and
    at the end the confirmed value, which is the one to believe."""
    answers = results.answer
    figure = new(height=3.8 * len(answers))
    for axes, answer in zip(figure.subplots(len(answers), squeeze=False)[:, 0], answers, strict=True):
        _panel(axes, results, answer)
    return figure


def _panel(axes: "Axes", results: Results, answer: Answer) -> None:
    metric, scale, styles = Metric.of(results.summary), answer.evidence.scale, looks(results)
    by_cell: dict[int, list[Row]] = {}
    for trial in results.trials:
        by_cell.setdefault(trial["cell"], []).append(trial)
    for line in answer.lines[:MOST]:
        trials = by_cell.get(line.cell, [])
        if not trials:
            continue
        values = incumbents(trials, metric)
        values = gap(values, scale) if scale.kind == "log" else values
        found = [median(column) for column in values.T]
        k, style = np.arange(1, len(found) + 1), styles[line.cell]
        axes.plot(
            k,
            [_finite(one.value) for one in found],
            color=style.color,
            linestyle=style.dash,
            label=line.name,
            marker=style.marker,
            markevery=max(1, len(k) // 8),
        )
        top = np.max(values[np.isfinite(values)], initial=0.0)
        high = [min(one.high, top) for one in found]
        axes.fill_between(k, [one.low for one in found], high, color=style.color, alpha=0.15, linewidth=0)
        if any(row["phase"] == "confirm" for row in results.cells if row["cell"] == line.cell):
            mark = gap(np.array([line.value]), scale)[0] if scale.kind == "log" else line.value
            axes.plot(len(found) * 1.02, mark, color=style.color, marker=style.marker, markersize=6, clip_on=False)
    if scale.kind == "log":
        axes.set_yscale("log", nonpositive="mask")
    axes.set(xlabel="trials; the marks: confirmed on seeds that tuning never saw", title=answer.evidence.where)
    axes.set_ylabel(f"best tuned {label_of(answer, metric.name)}")
    axes.margins(x=0.01)
    axes.legend(loc="center left", bbox_to_anchor=(1.03, 0.5))


def incumbents(trials: Sequence[Row], metric: Metric) -> Array:
    """The best value after each trial, (replicates, trials); infinite before any is finite."""
    found: dict[int, list[float]] = {}
    for trial in trials:
        value = float(trial["value"]) if trial["state"] == "complete" else np.nan
        found.setdefault(trial.get("replicate", 0), []).append(value)
    width = min(map(len, found.values()))
    sign = -1 if metric.maximise else 1
    values = sign * np.array([mine[:width] for mine in found.values()])
    return sign * np.minimum.accumulate(np.where(np.isfinite(values), values, np.inf), axis=1)


def _finite(value: float) -> float:
    return value if np.isfinite(value) else np.nan


PICTURE = Picture("the best tuned value against the number of trials, and what it was confirmed as", lacks, draw)
