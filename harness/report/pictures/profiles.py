"""How fast absolute targets were reached: the empirical distribution of what it took (Hansen et al. 2021, arXiv
1603.08785). Fixed for each problem, they do not depend on who else competes, as Dolan and More's ratios do.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from harness.answers.profiles import Profile
from harness.report.lines import MOST, name_all, problems
from harness.report.picture import Picture
from harness.report.style import WIDTH, Look, looks, new
from harness.results.files import Results
from harness.results.profiles import profiles
from harness.results.targets import goals
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNITS: Mapping[str, tuple[Literal["step", "evaluations"], str]] = {
    "steps": ("step", "steps"),
    "evaluations": ("evaluations", "gradient evaluations"),
}


def lacks(results: Results) -> str:
    if not any(len(goals(results.summary, cell)) for cell in results.cells):
        return "no problem has targets: no finite loss at the start, above the lowest"
    return "" if any(cell["runs"] for cell in results.cells) else "no run ended"


def draw(results: Results, x: str = "steps", of: str = "all") -> "Figure":
    """The share of (target, run) reached within so many steps; the problems count alike, or have a panel each."""
    key, unit = UNITS[x]
    found, styles = profiles(results, key), looks(results)
    look = {line.name: styles[line.cell] for answer in results.answer for line in answer.lines}
    if of == "problem":
        figure, panels = problems(results.answer)
    else:
        figure = new(WIDTH, 4.0)
        panels = [(figure.subplots(), results.answer[0])]
    for axes, answer in panels:
        where = answer.evidence.where
        mine = (
            {name: Profile({where: one.problems[where]}) for name, one in found.items() if where in one.problems}
            if of == "problem"
            else found
        )
        _panel(axes, mine, look)
        axes.set_xlabel(unit)
    every = " of all problems" if of == "all" and len(results.answer) > 1 else ""
    panels[0][0].set_ylabel(f"share of targets reached{every}")
    name_all(figure, {name: look[name] for name in found}, len(found))
    return figure


def _panel(axes: "Axes", found: Mapping[str, Profile], look: Mapping[str, Look]) -> None:
    """The MOST that reach the largest share, in steps."""
    costs = {name: np.concatenate([cost.ravel() for cost in one.problems.values()]) for name, one in found.items()}
    every = np.concatenate(list(costs.values())) if costs else np.zeros(0)
    budgets = np.unique(every[np.isfinite(every)])
    budgets = np.concatenate([[0.0], budgets]) if not budgets.size or budgets[0] > 0 else budgets
    shares: dict[str, Array] = {name: one.at(budgets) for name, one in found.items()}
    for name in sorted(shares, key=lambda name: -float(shares[name][-1]))[:MOST]:
        axes.plot(budgets, shares[name], label=name, drawstyle="steps-post", markevery=max(1, len(budgets) // 8),
                  **look[name].line)  # fmt: skip
    axes.set_ylim(-0.02, 1.02)
    axes.margins(x=0.01)


PICTURE = Picture(
    "the share of absolute targets reached against steps or gradient evaluations",
    lacks,
    draw,
    (("x", tuple(UNITS)), ("of", ("all", "problem"))),
)
