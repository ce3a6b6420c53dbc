"""How much higher or lower each cell ends than the first, with its interval: a forest plot."""

from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.statistics import Interval
from harness.report.picture import Picture
from harness.report.source import looks
from harness.report.style import FAINT, new
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 30  # cells
ROOM = 0.3  # inches a line


def lacks(results: Results) -> str:
    return "" if any(len(_beside(answer)) for answer in results.answer) else "fewer than two cells with a value"


def draw(results: Results) -> "Figure":
    """A panel per problem: paired differences over the replicates, on the scale of the problem."""
    answers = [answer for answer in results.answer if _beside(answer)]
    heights = [ROOM * len(_beside(answer)) + 1.0 for answer in answers]
    figure = new(height=sum(heights))
    grid = figure.subplots(len(answers), squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, answer in zip(grid, answers, strict=True):
        _panel(axes, results, answer)
    return figure


def _beside(answer: Answer) -> list[tuple[str, int, Interval, str]]:
    """Name, cell, effect and state of each cell but the first that is judged."""
    verdict, numbers = answer.verdict, answer.evidence.numbers or range(len(answer.evidence.names))
    column = {number: k for k, number in enumerate(numbers)}
    judged = [line for line in answer.lines if column[line.cell] in verdict.cells][:MOST]
    return [
        (line.name, line.cell, verdict.pair(column[judged[0].cell], column[line.cell]).effect, line.state)
        for line in judged[1:]
    ]


def _panel(axes: "Axes", results: Results, answer: Answer) -> None:
    rows, styles, scale = _beside(answer), looks(results), answer.evidence.scale
    ratio = scale.kind == "log"
    ends = np.array([[e.value, e.low, e.high] for _, _, e, _ in rows])
    reach = np.nanmax(np.abs(ends[np.isfinite(ends)]), initial=1e-3)
    for k, (_, cell, effect, state) in enumerate(rows):
        low, value, high = np.clip([effect.low, effect.value, effect.high], -1.15 * reach, 1.15 * reach)
        filled = "full" if state not in ("open", "") else "none"
        style = {"color": styles[cell].color, "marker": styles[cell].marker, "fillstyle": filled, "markersize": 7}
        axes.plot([_shown(low, ratio), _shown(high, ratio)], [k, k], color=styles[cell].color, solid_capstyle="butt")
        axes.plot(_shown(value, ratio), k, linestyle="none", **style)
        side = ">" if effect.high > reach * 1.15 else "<" if effect.low < -reach * 1.15 else ""
        if side:
            at = high if side == ">" else low
            axes.plot(_shown(at, ratio), k, marker=side, color=styles[cell].color, markersize=5, linestyle="none")
    axes.axvline(_shown(0.0, ratio), color=FAINT, linewidth=1)
    if ratio:
        axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [f"{name}  {state}" for name, _, _, state in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    unit = "times the loss of" if ratio else "difference from"
    first = next(line.name for line in answer.lines)
    where = f"{answer.evidence.where}: " if answer.evidence.where else ""
    axes.set(xlabel=f"{unit} {first}; right of the line is worse; hollow: open", title=f"{where}{answer.headline}")


def _shown(d: float, ratio: bool) -> float:
    return float(10.0**d) if ratio else float(d)


PICTURE = Picture("each cell beside the first: effects with simultaneous intervals", lacks, draw)
