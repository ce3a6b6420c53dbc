"""Where in a space the good points lie: a line per trial, across an axis per hyperparameter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.report.picture import Picture
from harness.report.style import FAINT, TINY, WIDTH, looks, new, short
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import ALWAYS, Row, by_cell
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 8  # cells, best first
NOT_SEARCHED = {*ALWAYS, "cell", "replicate", "trial", "state", "value", "steps"}
BEST = 0.1  # of the trials are drawn in colour


def lacks(results: Results) -> str:
    return "" if _shown(results) else "no cell searched several hyperparameters"


def draw(results: Results) -> "Figure":
    """A panel per cell that searched several: the best tenth of its trials in colour, those of its tunings bold."""
    shown = _shown(results)
    figure = new(WIDTH, 2.0 * len(shown))
    metric, styles = Metric.of(results.summary), looks(results)
    names = {
        line.cell: f"{answer.evidence.where} {line.name}".strip() for answer in results.answer for line in answer.lines
    }
    for axes, (cell, trials) in zip(figure.subplots(len(shown), squeeze=False)[:, 0], shown.items(), strict=True):
        _panel(axes, results, trials, metric, styles[cell].color)
        axes.set_title(short(names[cell], 88, 1))
    return figure


def _shown(results: Results) -> dict[int, list[Row]]:
    """The complete trials of the first cells that searched several."""
    trials = by_cell(trial for trial in results.trials if trial["state"] == "complete")
    cells = [line.cell for answer in results.answer for line in answer.lines]
    several = [cell for cell in cells if len(_searched(results, trials.get(cell, []))) > 1]
    return {cell: trials[cell] for cell in several[:MOST]}


def _searched(results: Results, trials: Sequence[Row]) -> list[str]:
    """The places that these trials searched."""
    fixed = NOT_SEARCHED | set(results.summary["varied"])
    return [key for key in (trials[0] if trials else ()) if key not in fixed and any(t[key] != "" for t in trials)]


def _panel(axes: "Axes", results: Results, trials: Sequence[Row], metric: Metric, color: str) -> None:
    cell = trials[0]["cell"]
    keys = _searched(results, trials)
    columns = [_scaled([trial[key] for trial in trials]) for key in keys]
    heights = np.array([column for column, _ in columns]).T
    ranks = np.argsort(np.argsort([metric.rank(float(trial["value"])) for trial in trials], kind="stable"))
    won = {(row.get("replicate", 0), row["trial"]) for row in results.cells if row["cell"] == cell}
    for height, rank, trial in sorted(zip(heights, ranks, trials, strict=True), key=lambda one: -int(one[1])):
        best = rank < BEST * len(trials)
        bold = (trial.get("replicate", 0), trial["trial"]) in won
        axes.plot(range(len(keys)), height, color=color if best or bold else FAINT,
                  linewidth=1.6 if bold else 0.6, alpha=1.0 if bold else 0.6 if best else 0.25)  # fmt: skip
    axes.set_xticks(range(len(keys)), [key.rpartition(".")[2] for key in keys])
    for k, (_, ends) in enumerate(columns):
        for y, told in ends:
            axes.text(k, y, f" {told}", fontsize=TINY, va="center")
    axes.set(yticks=[], xlim=(-0.1, len(keys) - 0.6), ylim=(-0.05, 1.05))
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")


def _scaled(values: Sequence[Any]) -> tuple[Array, list[tuple[float, str]]]:
    """Values between 0 and 1, on a log scale where all are positive numbers over more than a decade, and what the ends
    are; words by their order."""
    if not all(isinstance(value, (int, float)) for value in values):
        words = sorted(set(map(str, values)))
        places = {word: k / max(len(words) - 1, 1) for k, word in enumerate(words)}
        told = [(y, short(word, 20, 1)) for word, y in places.items()]
        return np.array([places[str(value)] for value in values]), told
    numbers = np.array(values, dtype=np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    ends = [(0.0, f"{low:.2g}"), (1.0, f"{high:.2g}")]
    if low > 0 and high / low > 10:
        numbers, low, high = np.log(numbers), float(np.log(low)), float(np.log(high))
    return (numbers - low) / max(high - low, 1e-300), ends


PICTURE = Picture("the points of a cell's space, one axis per hyperparameter", lacks, draw)
