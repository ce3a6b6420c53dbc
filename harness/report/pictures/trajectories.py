"""Where the optimizers went on a function of two parameters (the book's figures 6-3 to 6-8)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.report.landscape import Landscape, landscape
from harness.report.picture import Picture
from harness.report.source import looks, speaking
from harness.report.style import FAINT, INK, new, panels
from harness.results.files import Results
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 9  # cells, best first
GRID = 161  # points along each side


def lacks(results: Results) -> str:
    if "path" not in results.curves:
        return "the objective has more parameters than two"
    return "" if len(results.answer) == 1 else "several problems; a folder with one shows the paths"


def draw(results: Results) -> "Figure":
    """A panel per cell: its path from a start that all share, on the contours of the loss."""
    (answer,) = results.answer
    shown, styles = answer.lines[:MOST], looks(results)
    paths = shared_paths(results, [line.cell for line in shown])
    seen = landscape(results)
    box = seen.box(paths)
    rows, columns = panels(len(paths))
    figure = new(7.2, 7.2 / columns * rows * 0.82 + 0.3)
    every = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, line, path in zip(every, shown, paths, strict=False):
        contours(axes, seen, box)
        style = styles[line.cell]
        axes.plot(*path.T, color=style.color, marker=style.marker, markersize=3, linewidth=1.2)
        axes.plot(*path[0], color=INK, marker="o", markersize=4, linestyle="none")
        axes.set_title(line.name)
    for axes in every[len(paths) :]:
        axes.remove()
    apart = int(results.curves["step"][next(iter(speaking(results, shown[0].cell).values()))[0], 1])
    if apart > 1:
        figure.supxlabel(f"a mark every {apart} steps", fontsize="small", color=FAINT)
    return figure


def shared_paths(results: Results, cells: Sequence[int]) -> list[Array]:
    """(records, 2) of each cell, as far as it is finite: of the seed with which the first cell's typical replicate
    begins, which all cells have."""
    first = next(line for line in results.answer[0].lines if line.cell == cells[0])
    found = []
    for cell in cells:
        rows = speaking(results, cell)
        row = rows.get(first.replicate, rows[min(rows)])[0]
        path = results.curves["path"][row]
        finite = np.isfinite(path).all(axis=1)
        found.append(path[: len(path) if finite.all() else int(np.argmin(finite))])
    return found


def contours(axes: "Axes", seen: Landscape, box: Array) -> None:
    """The loss as faint lines, evenly spaced on the scale that spreads them, and its minima as crosses."""
    (left, right), (low, high) = box
    x, y = np.linspace(left, right, GRID), np.linspace(low, high, GRID)
    points = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
    height = seen.height(points).reshape(GRID, GRID)
    known = height[np.isfinite(height)]
    levels = np.unique(np.quantile(known, np.linspace(0.01, 0.99, 18))) if known.size else known
    if len(levels) > 1:
        axes.contour(x, y, height, levels=levels, colors=FAINT, linewidths=0.6, linestyles="solid")
    for minimum in seen.minima:
        axes.plot(*minimum, color=INK, marker="+", markersize=9, markeredgewidth=1.4, linestyle="none")
    axes.set(xlim=(left, right), ylim=(low, high))
    axes.grid(visible=False)


PICTURE = Picture("paths of the optimizers on the contours of a function of two parameters", lacks, draw)
