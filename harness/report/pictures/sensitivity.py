"""How the value depends on the learning rate: every trial, the ones that won, and the declared number."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.lines import Line
from harness.configs import places
from harness.report.landscape import sharpest
from harness.report.picture import Picture
from harness.report.source import gap, label_of, looks
from harness.report.style import FAINT, INK, new, panels
from harness.results.files import Results
from harness.results.rows import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # cells, best first


def lacks(results: Results) -> str:
    return "" if _rate(results.trials) else "no learning rate was searched"


def draw(results: Results) -> "Figure":
    """A panel per cell, with one scale of values for all cells of a problem."""
    shown = [(answer, line) for answer in results.answer for line in answer.lines if _searched(results, line)][:MOST]
    rows, columns = panels(len(shown))
    figure = new(7.2, 2.3 * rows + 0.3)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=len(results.answer) == 1).ravel()
    edge = sharpest(results) if len(results.answer) == 1 else None
    declared = _declared(results)
    for k, (answer, line) in enumerate(shown):
        _panel(grid[k], results, answer, line, declared.get(line.cell), edge)
        if k % columns == 0:
            grid[k].set_ylabel(f"tuned {label_of(answer, results.summary['metric'])}")
    for axes in grid[len(shown) :]:
        axes.remove()
    figure.supxlabel(
        "learning rate; large marks: the tuned ones; grey line: the declared one; crosses above: not finite",
        fontsize="small",
    )
    return figure


def _rate(trials: Sequence[Row]) -> str:
    """The place of the learning rate that these trials searched; "" where there is no single one."""
    keys = {key for row in trials for key, value in row.items() if key.split(".")[-1] == "lr" and value != ""}
    return keys.pop() if len(keys) == 1 else ""


def _searched(results: Results, line: Line) -> list[Row]:
    mine = [row for row in results.trials if row["cell"] == line.cell]
    return mine if _rate(mine) else []


def _panel(
    axes: "Axes", results: Results, answer: Answer, line: Line, declared: float | None, edge: float | None
) -> None:
    trials, scale, style = _searched(results, line), answer.evidence.scale, looks(results)[line.cell]
    place = _rate(trials)
    chosen = {(row.get("replicate", 0), row["trial"]) for row in results.cells if row["cell"] == line.cell}
    points = np.array([(row[place], row["value"]) for row in trials if row["state"] == "complete"]).reshape(-1, 2)
    won = np.array([(t[place], t["value"]) for t in trials if (t.get("replicate", 0), t["trial"]) in chosen])
    for found, size, strength in ((points, 2.0, 0.35), (won, 5.5, 1.0)):
        x, y = found.T
        y = gap(y, scale) if scale.kind == "log" else y
        axes.plot(x, np.where(np.isfinite(y), y, np.nan), color=style.color, marker=style.marker, linestyle="none",
                  markersize=size, alpha=strength, markeredgewidth=0)  # fmt: skip
    gone = points[~np.isfinite(points[:, 1]), 0]
    (lost,) = axes.plot(gone, np.ones(len(gone)), transform=axes.get_xaxis_transform(), color=style.color, marker="x",
                        linestyle="none", markersize=3, clip_on=False)  # fmt: skip
    lost.set_in_layout(False)
    if declared is not None:
        axes.axvline(declared, color=FAINT, linewidth=1)
    if edge is not None and line.name == "sgd":
        axes.axvline(2 / edge, color=INK, linewidth=1, linestyle=":")
        told = axes.text(2 / edge, 0.02, " 2/λ", transform=axes.get_xaxis_transform(), fontsize="small")
        told.set_in_layout(False)
    axes.set_xscale("log")
    if scale.kind == "log":
        axes.set_yscale("log", nonpositive="mask")
    axes.set_title(f"{answer.evidence.where} {line.name}".strip())


def _declared(results: Results) -> Mapping[int, float]:
    """The learning rate that each cell's config declares."""
    found = {}
    for number, cell in enumerate(results.config.get("cells", [])):
        place = _rate([row for row in results.trials if row["cell"] == number])
        value = places.get(cell["config"], place, None) if place else None
        if isinstance(value, (int, float)):
            found[number] = float(value)
    return found


PICTURE = Picture("the value of every trial against its learning rate", lacks, draw)
