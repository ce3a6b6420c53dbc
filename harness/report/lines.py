"""Panels of lines, a panel per problem, whose lines are told by their names at their ends, or below."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.report.style import FAINT, SMALL, WIDTH, Look, new, short
from harness.results.courses import span
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


def line(axes: "Axes", name: str, x: Array, ends: tuple[Array, Array, Array], look: Look, strength: float) -> None:
    """A middle with its band, (records,) each."""
    middle, low, high = ends
    axes.plot(x, middle, label=name, markevery=max(1, len(x) // 8), **look.line)
    axes.fill_between(x, low, high, color=look.color, alpha=strength, linewidth=0)


def strength(count: int) -> float:
    """Of so many bands over each other."""
    return max(0.04, min(0.13, 0.5 / max(count, 1)))


def frame(axes: "Axes", names: Collection[str], log: bool) -> None:
    """Show the middles, and of the bands and of what grows far beyond its start as much as leaves them to be seen; on a
    log axis where they span more than a factor of five."""
    middles = [np.asarray(one.get_ydata(), dtype=float) for one in axes.lines if one.get_label() in names]
    if not any(np.isfinite(middle).any() for middle in middles):
        axes.set_yticks([])
        axes.text(0.5, 0.5, "nothing finite", transform=axes.transAxes, ha="center", color=FAINT)
        return
    low, high, log = span(middles, log)
    seen = axes.dataLim  # with the bands
    if log:
        axes.set_ylim(max(seen.minposy / 1.3, low / 30), min(seen.y1 * 1.3, high * 5))
        axes.set_yscale("log", nonpositive="mask")
        if high < 300 * low:
            _numbered(axes)
        return
    room = max(high - low, abs(high) * 1e-3) / 2
    edge = room / 10
    axes.set_ylim(max(seen.y0 - edge, low - room), min(seen.y1 + edge, high + room))


def _numbered(axes: "Axes") -> None:
    """Plain numbers along a log axis of few decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def name_all(figure: "Figure", looks: dict[str, Look], cells: int, note: str = "") -> None:
    """Of a panel that stands alone, the names at the ends of its lines; of several, below all. Of so many cells."""
    told = [note] if note else []
    if len(figure.axes) == 1:
        at_ends(figure.axes[0], looks)
        told += [f"the best {MOST} of {cells} cells"] if cells > MOST else []
        figure.supxlabel("; ".join(told), fontsize=SMALL) if told else None
        return
    told += [f"the best {MOST} of each problem's {cells} cells"] if cells > MOST else []
    handles = {one.get_label(): one for axes in figure.axes for one in axes.lines if one.get_label() in looks}
    names = [name for name in looks if name in handles]
    columns = max(1, min(len(names), 100 // (max((len(name) for name in map(short, names)), default=1) + 8)))
    figure.legend([handles[name] for name in names], [short(name) for name in names], fontsize=SMALL, ncols=columns,
                  loc="outside lower center", title="; ".join(told) or None, title_fontsize=SMALL)  # fmt: skip


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
        axes.annotate(text, (1, place), (27, 0), "axes fraction", "offset points", fontsize=SMALL, va="center",
                      linespacing=1.1)  # fmt: skip


def spread(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Places from 0 to 1 for texts of these heights, not over each other, with the least squares from those wanted,
    which ascend: isotonic regression of what is left after the heights.

    >>> [round(place, 3) for place in spread([0.0, 0.0, 0.9], [0.1, 0.1, 0.1])]
    [0.0, 0.1, 0.9]
    >>> [round(place, 3) for place in spread([0.5, 0.5], [0.1, 0.1])]
    [0.45, 0.55]
    """
    gaps = [(one + other) / 2 for one, other in pairwise(heights)]
    before = np.concatenate([[0.0], np.cumsum(gaps)])
    pools: list[list[float]] = []
    for place in wanted - before if len(wanted) else []:
        pools.append([place])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    found = np.array([np.mean(pool) for pool in pools for _ in pool])
    places: list[float] = (np.clip(found, 0, max(1 - before[-1], 0)) + before[: len(found)]).tolist()
    return places
