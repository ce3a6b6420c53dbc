"""Plots in the terminal: how the loss fell, and where the optimizers went on a function of two parameters."""

from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.text import Text

from harness.results.courses import courses, curve_of, label_of, paths, span, speaking
from harness.results.files import Results
from harness.screens.canvas import COLOURS, LETTERS, Canvas, fine
from harness.screens.numbers import number
from harness.text.visible import in_line
from objectives.arrays import Array

Grid = Callable[[Array, int, int], tuple[Array, Array, Array]]  # of a box: x, y and the height over both
MOST = 8  # cells, best first
PROBLEMS = 3
LEVELS = {True: 8, False: 4}  # contour lines, in braille and without
ROWS = 16


def losses(results: Results, out: Console) -> None:
    """The median over the replicates of each problem's best cells; every line is marked by its letter."""
    for answer in results.answer[:PROBLEMS]:
        found = list(courses(results, answer, most=MOST).values())
        middles = [course.middle()[0] for course in found]
        if not any(np.isfinite(middle).any() for middle in middles):
            out.print(
                Text(in_line(f"{answer.evidence.where} nothing to plot: no cell was finite".strip()), style="dim")
            )
            continue
        low, high, log = span(middles, answer.evidence.scale.kind == "log")
        names, last = [course.name for course in found], max(float(course.x[-1]) for course in found)
        told = [f"{number(high, 2)} ", f"{number(low, 2)} "]
        margin = max(map(len, told))
        canvas = Canvas(out.width - margin, ROWS, fine(out))
        places = [
            (course.x / max(last, 1), _share(middle, low, high, log))
            for course, middle in zip(found, middles, strict=True)
        ]
        for k in reversed(range(len(found))):  # the best on top
            canvas.line(*places[k], k)
        for k in reversed(range(len(found))):
            x = (np.arange(4) + (k + 1) / (len(found) + 1)) / 4
            there = np.isfinite(places[k][1])
            y = np.interp(x, places[k][0], np.where(there, places[k][1], -9))
            canvas.letters(np.stack([x, y], axis=1), LETTERS[k], _bold(k))
        where = f"{answer.evidence.where}: " if answer.evidence.where else ""
        out.print(Text(in_line(f"{where}{label_of(answer, curve_of(results))}{', log scale' if log else ''}")))
        lines = canvas.rows()
        for row, line in enumerate(lines):
            label = told[0] if row == 0 else told[1] if row == len(lines) - 1 else ""
            out.print(Text(label.rjust(margin)) + line, no_wrap=True, crop=True)
        end = f"{number(last, 6)} steps"
        out.print(Text(f"{' ' * margin}0{end.rjust(out.width - margin - 1)}", style="dim"), no_wrap=True)
        _legend(names, len(answer.lines), out)


def trajectories(
    results: Results, out: Console, grid: Grid, box: Callable[[Sequence[Array]], Array], minima: Array
) -> None:
    """The paths from a start that all share, as letters on contours of the loss; a cross at each minimum."""
    (answer,), spoken = results.answer, speaking(results)
    shown = [line for line in answer.lines if line.cell in spoken][:MOST]
    ways = paths(results, [line.cell for line in shown])
    seen = box(ways)
    canvas = Canvas(out.width, ROWS + 4, fine(out))
    rows, columns = canvas.shape
    canvas.dot(_edges(grid(seen, columns, rows)[2], LEVELS[fine(out)]))
    for k in reversed(range(len(ways))):
        canvas.path(_inside(ways[k], seen), LETTERS[k], _bold(k))
    canvas.letters(_inside(ways[0][:1], seen), "O", "bold")
    canvas.letters(_inside(minima, seen), "+", "bold")
    (left, right), (low, high) = seen
    told = f"paths: x {number(left, 3)} to {number(right, 3)}, y {number(low, 3)} to {number(high, 3)}"
    out.print(Text(f"{told}; O start{', + minimum' if len(minima) else ''}"))
    for line in canvas.rows():
        out.print(line, no_wrap=True, crop=True)
    _legend([line.name for line in shown], len(answer.lines), out)


def _share(values: Array, low: float, high: float, log: bool) -> Array:
    """How high between both, 0 to 1; nan where it is not finite."""
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values, low, high = np.log(values), float(np.log(low)), float(np.log(high))
    return np.where(np.isfinite(values), (values - low) / max(high - low, 1e-300), np.nan)


def _inside(points: Array, box: Array) -> Array:
    """Points (n, 2) as shares of a box."""
    return np.asarray((points - box[:, 0]) / (box[:, 1] - box[:, 0]))


def _edges(height: Array, count: int) -> Array:
    """Where contour lines run: their levels spread what is seen evenly, as in pictures."""
    known = height[np.isfinite(height)]
    levels = np.unique(np.quantile(known, np.linspace(0.02, 0.98, count))) if known.size else known
    bands = np.digitize(np.where(np.isfinite(height), height, np.inf), levels)
    edges = np.zeros(height.shape, dtype=bool)
    edges[:-1] |= bands[:-1] != bands[1:]
    edges[:, :-1] |= bands[:, :-1] != bands[:, 1:]
    return edges


def _bold(k: int) -> str:
    return f"bold {COLOURS[k % len(COLOURS)]}"


def _legend(names: Sequence[str], cells: int, out: Console) -> None:
    """Which letter is whose, in as many lines as it takes; how many cells are not shown."""
    text, used = Text(), 0
    for k, name in enumerate(names):
        told = in_line(name)[: out.width - 4]
        if used and used + len(told) + 4 > out.width:
            text.append("\n")
            used = 0
        text.append(f"{LETTERS[k]} ", style=_bold(k)).append(f"{told}  ")
        used += len(told) + 4
    out.print(text)
    if cells > len(names):
        out.print(Text(f"the best {len(names)} of {cells} cells", style="dim"))
    out.print()
