"""Where the optimizers went on a function of two parameters (the book's figures 6-3 to 6-8)."""

from typing import TYPE_CHECKING

import numpy as np

from harness.landscape import Landscape, distrust, lacks, landscape
from harness.report.picture import Picture
from harness.report.style import FAINT, INK, SMALL, WIDTH, looks, new, panels, short
from harness.results.courses import paths, speaking
from harness.results.curves import recorded
from harness.results.files import Results
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 9  # cells, best first
GRID = 161  # points along each side


def draw(results: Results, trusted: tuple[str, ...] = ()) -> "Figure":
    """A panel per cell: its path from a start that all share, on the contours of the loss."""
    (answer,), spoken = results.answer, speaking(results)
    shown, styles = [line for line in answer.lines if line.cell in spoken][:MOST], looks(results)
    ways = paths(results, [line.cell for line in shown])
    seen = landscape(results, trusted)
    box = seen.box(ways)
    rows, columns = panels(len(ways))
    figure = new(WIDTH, WIDTH / columns * rows * 0.82 + 0.3)
    every = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, line, way in zip(every, shown, ways, strict=False):
        contours(axes, seen, box)
        style = styles[line.cell]
        axes.plot(*way.T, markersize=3, linewidth=1.2, label=line.name, color=style.color, marker=style.marker)
        axes.plot(*way[0], color=INK, marker="o", markersize=4, linestyle="none", label="_start")
        axes.set_title(short(line.name, 66 // columns))
    for axes in every[len(ways) :]:
        axes.remove()
    row = next(iter(spoken[shown[0].cell].values()))[:1]
    apart = int(recorded(results.curves, "step", row)[0, 1])
    told = [f"a mark every {apart} steps"] if apart > 1 else []
    told += [f"the best {MOST} of {len(answer.lines)} cells"] if len(answer.lines) > MOST else []
    if told:
        figure.supxlabel("; ".join(told), fontsize=SMALL, color=FAINT)
    return figure


def contours(axes: "Axes", seen: Landscape, box: Array) -> None:
    """The loss as faint lines, evenly spaced on the scale that spreads them, and its minima as crosses."""
    x, y, height = seen.grid(box, GRID, GRID)
    known = height[np.isfinite(height)]
    levels = np.unique(np.quantile(known, np.linspace(0.01, 0.99, 18))) if known.size else known
    if len(levels) > 1:
        axes.contour(x, y, height, levels=levels, colors=FAINT, linewidths=0.6, linestyles="solid")
    for minimum in seen.minima:
        axes.plot(*minimum, color=INK, marker="+", markersize=9, markeredgewidth=1.4, linestyle="none",
                  label="_minimum")  # fmt: skip
    axes.set(xlim=box[0], ylim=box[1])
    axes.grid(visible=False)


PICTURE = Picture(
    "paths of the optimizers on the contours of a function of two parameters", lacks, draw, distrust=distrust
)
