"""How the loss fell: each cell's confirmed runs, record by record."""

from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.statistics import median
from harness.report.picture import Picture
from harness.report.source import course, curve_of, gap, label_of, looks
from harness.report.style import new
from harness.results.files import Results
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # cells, best first
UNITS = {
    "steps": "steps",
    "evaluations": "gradient evaluations",
    "seconds": "seconds of a run, as it trained beside others",
}


def lacks(results: Results) -> str:
    return "" if any(cell["runs"] for cell in results.cells) else "no run ended"


def draw(results: Results, x: str = "steps") -> "Figure":
    """A panel per problem: the median over the replicates with its 95 % interval, or the range of too few."""
    answers = results.answer
    figure = new(height=3.8 * len(answers))
    for axes, answer in zip(figure.subplots(len(answers), squeeze=False)[:, 0], answers, strict=True):
        _panel(axes, results, answer, x)
    return figure


def _panel(axes: "Axes", results: Results, answer: Answer, x: str) -> None:
    curve, scale = curve_of(results), answer.evidence.scale
    styles = looks(results)
    for line in answer.lines[:MOST]:
        if not any(cell["runs"] for cell in results.cells if cell["cell"] == line.cell):
            continue
        mine = course(results, line.cell, line.name, curve, x)
        values = gap(mine.values, scale) if scale.kind == "log" else mine.values
        middle, low, high = _summary(values)
        style, every = styles[line.cell], max(1, len(mine.x) // 8)
        drawn = {"color": style.color, "linestyle": style.dash, "marker": style.marker, "markevery": every}
        axes.plot(mine.x, middle, label=line.name, **drawn)
        axes.fill_between(mine.x, low, high, color=style.color, alpha=0.15, linewidth=0)
    if scale.kind == "log":
        axes.set_yscale("log", nonpositive="mask")
    axes.set(xlabel=UNITS[x], ylabel=label_of(answer, curve), title=answer.evidence.where)
    axes.margins(x=0.01)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _summary(values: Array) -> tuple[Array, Array, Array]:
    """The middle and the ends of the interval at each record; infinite ends leave the picture."""
    found = [median(column) for column in values.T]
    middle, low, high = np.array([(one.value, one.low, one.high) for one in found]).T
    finite = np.where(np.isfinite(middle), middle, np.nan)
    top = np.nanmax(values[np.isfinite(values)], initial=1.0)
    return finite, np.where(np.isnan(finite), np.nan, low), np.where(np.isnan(finite), np.nan, np.minimum(high, top))


PICTURE = Picture("loss against steps, with intervals over the replicates", lacks, draw, (("x", tuple(UNITS)),))
