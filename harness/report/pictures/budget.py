"""What more trials bring: the best value so far, while a cell is tuned."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.report.lines import MOST, frame, line, name_all, problems, strength
from harness.report.picture import Picture
from harness.report.style import INK, Look, looks
from harness.results.courses import Course, gap, label_of
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row, by_cell
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def lacks(results: Results) -> str:
    return "" if results.trials else "nothing was tuned"


def draw(results: Results) -> "Figure":
    """A panel per problem: over the replicates, the median of the incumbent's tuned value with its 95 % interval, and
    at the end the confirmed value, which is the one to believe."""
    from matplotlib.ticker import MaxNLocator

    metric, styles, trials = Metric.of(results.summary), looks(results), by_cell(results.trials)
    confirmed = {row["cell"] for row in results.cells if row["phase"] == "confirm"}
    figure, panels = problems(results.answer)
    named: dict[str, Look] = {}
    for axes, answer in panels:
        scale = answer.evidence.scale
        log = scale.kind == "log"
        shown = [one for one in answer.lines if one.cell in trials][:MOST]
        for one in shown:
            values = incumbents(trials[one.cell], metric)
            course = Course(one.name, np.arange(1, values.shape[1] + 1), gap(values, scale) if log else values)
            named[one.name] = look = styles[one.cell]
            line(axes, one.name, course.x, course.middle(), look, strength(len(shown)))
            if one.cell in confirmed:
                value = np.nan if scale.never(np.array(one.value)) else one.value
                mark = gap(np.array([value]), scale) if log else [value]
                axes.plot(course.x[-1:], mark, markersize=8, label="_confirmed", clip_on=False,
                          **{**look.mark, "markeredgecolor": INK})  # fmt: skip
        axes.margins(x=0.03)
        frame(axes, {*named, "_confirmed"}, log)
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        axes.set(xlabel="trials", ylabel=f"best tuned {label_of(answer, metric.name)}")
    note = "large marks with an edge: confirmed on seeds that tuning never saw" if confirmed else ""
    name_all(figure, named, max(len(answer.lines) for _, answer in panels), note)
    return figure


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


PICTURE = Picture("the best tuned value against the number of trials, and what it was confirmed as", lacks, draw)
