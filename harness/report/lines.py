"""Panels of lines, a panel per problem, whose lines are told by their names at their ends, or below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.report.style import FAINT, SMALL, TINY, WIDTH, Look, new, short
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # cells, best first
PROBLEMS = 12  # panels
HEIGHT = 4.0  # inches of a panel that stands alone
EM = 1.25 * SMALL / 72 / (HEIGHT * 0.8)  # of a line of text, in heights of its axes


def problems(answers: Sequence[Answer]) -> tuple["Figure", list[tuple["Axes", Answer]]]:
    """An empty figure with a panel for each problem, titled by what tells it from the others."""
    shown = answers[:PROBLEMS]
    if len(shown) == 1:
        figure = new(WIDTH, HEIGHT)
        return figure, [(figure.subplots(), shown[0])]
    rows = -(-len(shown) // 2)
    figure = new(WIDTH, 2.4 * rows + 0.8)
    grid = figure.subplots(rows, 2, squeeze=False).ravel()
    for axes in grid[len(shown) :]:
        axes.remove()
    for axes, answer in zip(grid, shown, strict=False):
        axes.set_title(short(answer.evidence.where, 44, 1))
    return figure, list(zip(grid, shown, strict=False))


def line(axes: "Axes", name: str, x: Array, ends: tuple[Array, Array, Array], look: Look) -> None:
    """A middle with its band, (records,) each."""
    middle, low, high = ends
    axes.plot(x, middle, label=name, markevery=max(1, len(x) // 8), **look.line)
    axes.fill_between(x, low, high, color=look.color, alpha=0.13, linewidth=0)


def name_all(figure: "Figure", looks: dict[str, Look], cells: int) -> None:
    """Of a panel that stands alone, the names at the ends of its lines; of several, below all. Of so many cells."""
    if len(figure.axes) == 1:
        at_ends(figure.axes[0], looks)
        told = "cells" if MOST < cells else ""
    else:
        handles = {one.get_label(): one for axes in figure.axes for one in axes.lines if one.get_label() in looks}
        names = [name for name in looks if name in handles]
        width = max((len(short(name)) for name in names), default=1)
        figure.legend([handles[name] for name in names], [short(name) for name in names], fontsize=SMALL,
                      loc="outside lower center", ncols=max(1, min(len(names), 90 // (width + 6))))  # fmt: skip
        told = "cells of each" if MOST < cells else ""
    if told:
        figure.axes[0].annotate(f"the best {MOST} of {cells} {told}", (1, 1), (0, 3), "axes fraction", "offset points",
                                ha="right", va="bottom", fontsize=TINY, color=FAINT)  # fmt: skip


def at_ends(axes: "Axes", looks: dict[str, Look]) -> None:
    """Names beside the last points of the lines, moved apart where they would overlap."""
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    ends = []
    for one in axes.lines:
        if one.get_label() in looks:
            x, y = np.asarray(one.get_xdata(), dtype=float), np.asarray(one.get_ydata(), dtype=float)
            there = np.flatnonzero(np.isfinite(y))
            height = 1.0
            if there.size and there[-1] == len(y) - 1:
                height = float(axes.transLimits.transform(axes.transScale.transform((x[-1], y[-1])))[1])
            ends.append((min(max(height, 0.0), 1.0), str(one.get_label())))
    ends.sort()
    told = [short(name) for _, name in ends]
    places = spread([height for height, _ in ends], [EM * (1 + name.count("\n")) for name in told])
    for (height, name), place, text in zip(ends, places, told, strict=True):
        look = looks[name]
        axes.plot([1.008, 1.035], [height, place], color=look.color, linewidth=0.7, clip_on=False, label="_leader",
                  transform=axes.transAxes)  # fmt: skip
        axes.plot(1.05, place, clip_on=False, label="_key", transform=axes.transAxes, **look.mark)
        axes.text(1.07, place, text, transform=axes.transAxes, fontsize=SMALL, va="center", linespacing=1.1)


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Places for texts of these heights, near to those wanted, which ascend, and not over each other; below 1 where
    there is room.

    >>> spread([0.0, 0.0, 0.9], [0.1, 0.1, 0.1])
    [0.0, 0.1, 0.9]
    >>> [round(place, 3) for place in spread([0.95, 1.0], [0.1, 0.1])]
    [0.9, 1.0]
    """
    gaps = [(one + other) / 2 for one, other in zip(heights[:-1], heights[1:], strict=True)]
    places = list(wanted)
    for k, gap in enumerate(gaps):
        places[k + 1] = max(places[k + 1], places[k] + gap)
    if places and places[-1] > 1:
        places[-1] = 1.0
        for k in reversed(range(len(gaps))):
            places[k] = min(places[k], places[k + 1] - gaps[k])
    return places
