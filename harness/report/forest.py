"""Effects with their intervals, a line each: a forest plot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.scale import RATIOS, Kind
from harness.answers.statistics import Interval
from harness.report.style import FAINT, WIDTH, Look, new, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 30  # lines of a panel
PROBLEMS = 12
ROOM = 0.3  # inches a line


@dataclass(frozen=True)
class Effect:
    """One line of it."""

    name: str
    effect: Interval
    look: Look
    note: str = ""
    open: bool = False  # drawn hollow


def forest(
    answers: Sequence[Answer], effects: Callable[[Answer], list[Effect]], about: Callable[[Answer], tuple[str, str]]
) -> "Figure":
    """A panel for each problem with effects; `about` gives what its axis and its title say."""
    found = [(answer, rows) for answer in answers if (rows := effects(answer)[:MOST])][:PROBLEMS]
    heights = [ROOM * len(rows) + 1.0 for _, rows in found]
    figure = new(WIDTH, max(sum(heights), 1.6))
    grid = figure.subplots(len(found), squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, (answer, rows) in zip(grid, found, strict=True):
        label, title = about(answer)
        _panel(axes, rows, answer.evidence.scale.kind)
        axes.set_xlabel(label)
        axes.set_title(short(title, 88), loc="left", x=0.0)
    return figure


def _panel(axes: "Axes", rows: Sequence[Effect], kind: Kind) -> None:
    ratio = kind in RATIOS
    ends = np.array([[row.effect.value, row.effect.low, row.effect.high] for row in rows])
    reach = 1.15 * np.max(np.abs(ends[np.isfinite(ends) & (np.abs(ends) < 1e100)]), initial=1e-3)
    for k, row in enumerate(rows):
        low, value, high = np.clip([row.effect.low, row.effect.value, row.effect.high], -reach, reach)
        color = row.look.color
        if np.isnan(value):
            axes.text(0.5, k, "undetermined", transform=axes.get_yaxis_transform(), ha="center", va="center")
            continue
        axes.plot([_shown(low, kind), _shown(high, kind)], [k, k], color=color, solid_capstyle="butt", label="_interval")
        fill = "none" if row.open else "full"
        axes.plot(_shown(value, kind), k, label=row.name, markersize=7, **{**row.look.mark, "fillstyle": fill})
        for beyond, side, end in ((row.effect.high > reach, ">", high), (row.effect.low < -reach, "<", low)):
            if beyond:
                axes.plot(_shown(end, kind), k, marker=side, color=color, markersize=5, linestyle="none", label="_beyond")
    axes.axvline(1.0 if ratio else 0.0, color=FAINT, linewidth=1, label="_none")
    if ratio:
        axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), [short(f"{row.name}  {row.note}".strip(), 34) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def _shown(d: float, kind: Kind) -> float:
    """A ratio, points of a hundred, or the difference itself."""
    return float(10.0**d) if kind in RATIOS else 100 * float(d) if kind == "points" else float(d)
