"""Who beats whom: the set that nobody beats is the one whose columns hold no win."""

from typing import TYPE_CHECKING

from harness.answers.answer import Answer
from harness.report.picture import Picture
from harness.report.style import COLOURS, FAINT, new
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 24  # cells, best first
SIDE = 0.28  # inches of a field
WINS, LOSES = COLOURS[0], COLOURS[1]


def lacks(results: Results) -> str:
    return "" if any(answer.verdict.possible for answer in results.answer) else "too few replicates for a verdict"


def draw(results: Results) -> "Figure":
    """A panel per problem: in each row whom that cell beats (filled), by whom it is beaten (hollow), who is open."""
    answers = [answer for answer in results.answer if answer.verdict.possible]
    sides = [SIDE * min(len(answer.verdict.cells), MOST) + 1.2 for answer in answers]
    figure = new(max(5.0, max(sides) + 1.6), sum(sides))
    grid = figure.subplots(len(answers), squeeze=False, gridspec_kw={"height_ratios": sides})[:, 0]
    for axes, answer in zip(grid, answers, strict=True):
        _panel(axes, answer)
    return figure


def _panel(axes: "Axes", answer: Answer) -> None:
    verdict, names = answer.verdict, answer.evidence.names
    cells = verdict.cells[:MOST]
    for row, one in enumerate(cells):
        for column, other in enumerate(cells):
            if one == other:
                continue
            winner = verdict.pair(one, other).winner
            if winner is None:
                axes.plot(column, row, color=FAINT, marker=".", markersize=3)
            else:
                wins = winner == one
                axes.plot(column, row, color=WINS if wins else LOSES, marker="s", markersize=9,
                          fillstyle="full" if wins else "none")  # fmt: skip
    told = [names[k] for k in cells]
    axes.set_yticks(range(len(cells)), told)
    axes.set_xticks(range(len(cells)), told, rotation=45, ha="right")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        for label in labels:
            label.set_fontweight("bold" if label.get_text() in answer.unbeaten else "normal")
    axes.set(xlim=(-0.6, len(cells) - 0.4), ylim=(len(cells) - 0.4, -0.6), aspect="equal")
    axes.grid(visible=False)
    axes.set_title(f"{answer.told}\nfilled: the row beats the column; hollow: is beaten; dot: open", fontsize="small")


PICTURE = Picture("who beats whom, and whom nobody beats", lacks, draw)
