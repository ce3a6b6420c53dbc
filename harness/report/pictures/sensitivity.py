"""How the value depends on the learning rate: every trial, the ones that won, and the declared number."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.lines import Line
from harness.configs import places
from harness.landscape import sharpest
from harness.report.picture import Picture
from harness.report.style import FAINT, INK, SMALL, WIDTH, Look, looks, new, panels, short
from harness.results.courses import gap, label_of
from harness.results.files import Results
from harness.results.rows import Row, by_cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12  # cells, best first


def lacks(results: Results) -> str:
    return "" if any(map(_rate, by_cell(results.trials).values())) else "no learning rate was searched"


def draw(results: Results, trusted: tuple[str, ...] = ()) -> "Figure":
    """A panel per cell, with one scale of values for all cells of a problem."""
    trials, styles = by_cell(results.trials), looks(results)
    rates = {cell: place for cell, mine in trials.items() if (place := _rate(mine))}
    every = [(answer, line) for answer in results.answer for line in answer.lines if line.cell in rates]
    shown, alone = every[:MOST], len(results.answer) == 1
    rows, columns = panels(len(shown))
    figure = new(WIDTH, 2.3 * rows + 0.5)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=alone).ravel()
    edge, declared = sharpest(results, trusted) if alone else None, _declared(results, rates)
    for k, (answer, line) in enumerate(shown):
        chosen = {(row.get("replicate", 0), row["trial"]) for row in results.cells if row["cell"] == line.cell}
        _panel(grid[k], answer, trials[line.cell], rates[line.cell], chosen, styles[line.cell])
        grid[k].set_title(short(f"{answer.evidence.where} {line.name}".strip(), 66 // columns))
        if (number := declared.get(line.cell)) is not None:
            grid[k].axvline(number, color=FAINT, linewidth=1, label="_declared")
        if edge is not None and _plain(results, line):
            grid[k].axvline(2 / edge, color=INK, linewidth=1, linestyle=":", label="_edge")
            told = grid[k].text(2 / edge, 0.02, " 2/λ", transform=grid[k].get_xaxis_transform(), fontsize=SMALL)
            told.set_in_layout(False)
        if k % columns == 0:
            grid[k].set_ylabel(f"tuned {label_of(answer, results.summary['metric'])}", fontsize=SMALL)
    for axes in grid[len(shown) :]:
        axes.remove()
    more = f"the first {MOST} of {len(every)} cells; " if len(every) > MOST else ""
    figure.supxlabel(
        f"learning rate ({more}large: the tuned ones; grey line: the declared one; crosses above: not finite)",
        fontsize=SMALL,
    )
    return figure


def _rate(trials: Sequence[Row]) -> str:
    """The place of the learning rate that these trials searched; "" where there is no single one."""
    keys = {key for row in trials for key, value in row.items() if key.split(".")[-1] == "lr" and value != ""}
    return keys.pop() if len(keys) == 1 else ""


def _plain(results: Results, line: Line) -> bool:
    """Whether it is gradient descent, of which the edge is known."""
    return any(row["cell"] == line.cell and row.get("optimizer") == "sgd" for row in results.cells)


def _panel(
    axes: "Axes", answer: Answer, trials: Sequence[Row], place: str, chosen: set[tuple[int, int]], look: Look
) -> None:
    scale = answer.evidence.scale
    points = np.array([(row[place], row["value"]) for row in trials if row["state"] == "complete"]).reshape(-1, 2)
    won = [(t[place], t["value"]) for t in trials if (t.get("replicate", 0), t["trial"]) in chosen]
    for name, found, size, strength in (("trials", points, 2.0, 0.35), ("won", np.array(won).reshape(-1, 2), 5.5, 1.0)):
        x, y = found.T
        y = gap(y, scale) if scale.kind == "log" else y
        axes.plot(x, np.where(np.isfinite(y), y, np.nan), color=look.color, marker=look.marker, linestyle="none",
                  markersize=size, alpha=strength, markeredgewidth=0, label=f"_{name}")  # fmt: skip
    gone = points[~np.isfinite(points[:, 1]), 0]
    (lost,) = axes.plot(gone, np.ones(len(gone)), transform=axes.get_xaxis_transform(), color=look.color, marker="x",
                        linestyle="none", markersize=3, clip_on=False, label="_lost")  # fmt: skip
    lost.set_in_layout(False)
    axes.set_xscale("log")
    if scale.kind == "log" and axes.dataLim.minposy < np.inf and np.isfinite(points[:, 1]).any():
        axes.set_yscale("log", nonpositive="mask")


def _declared(results: Results, rates: Mapping[int, str]) -> Mapping[int, float]:
    """The learning rate that each cell's config declares."""
    found = {}
    for number, cell in enumerate(results.config.get("cells", [])):
        value = places.get(cell["config"], rates[number], None) if number in rates else None
        if isinstance(value, (int, float)):
            found[number] = float(value)
    return found


def _anything(results: Results, trusted: tuple[str, ...]) -> str:
    """It is drawn without the edge where nobody trusts the objective."""
    return ""


PICTURE = Picture("the value of every trial against its learning rate", lacks, draw, distrust=_anything)
