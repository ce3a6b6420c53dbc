"""Who beats whom: the set that nobody beats is the one whose columns hold no win."""

from typing import TYPE_CHECKING

from harness.answers.answer import Answer
from harness.report.picture import Picture
from harness.report.style import COLOURS, FAINT, SMALL, WIDTH, new, short
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 24  # cells, best first
PROBLEMS = 12
SIDE = 0.28  # inches of a field, or what room there is
WINS, LOSES = COLOURS[0], COLOURS[1]


def lacks(results: Results) -> str:
    return "" if any(answer.verdict.possible for answer in results.answer) else "too few replicates for a verdict"


def draw(results: Results) -> "Figure":
    """A panel per problem: in each row whom that cell beats (filled), by whom it is beaten (hollow), who is open."""
    answers = [answer for answer in results.answer if answer.verdict.possible][:PROBLEMS]
    sides = [min(SIDE, 4.8 / len(answer.verdict.cells[:MOST])) for answer in answers]
    heights = [side * len(answer.verdict.cells[:MOST]) + 1.5 for side, answer in zip(sides, answers, strict=True)]
    figure = new(WIDTH, sum(heights))
    grid = figure.subplots(len(answers), squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, answer, side in zip(grid, answers, sides, strict=True):
        _panel(axes, answer, side)
    return figure


def _panel(axes: "Axes", answer: Answer, side: float) -> None:
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
                axes.plot(column, row, color=WINS if wins else LOSES, marker="s", markersize=32 * side,
                          fillstyle="full" if wins else "none")  # fmt: skip
    axes.set_yticks(range(len(cells)), [short(names[k]) for k in cells], fontsize=SMALL)
    axes.set_xticks(range(len(cells)), [short(names[k], 16) for k in cells], fontsize=SMALL, rotation=45, ha="right")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        for k, label in zip(cells, labels, strict=True):
            label.set_fontweight("bold" if names[k] in answer.unbeaten else "normal")
    axes.set(xlim=(-0.6, len(cells) - 0.4), ylim=(len(cells) - 0.4, -0.6), aspect="equal")
    axes.grid(visible=False)
    more = f"; the best {MOST} of {len(verdict.cells)} cells" if len(verdict.cells) > MOST else ""
    axes.set_title(f"{short(answer.told, 100)}\nfilled: the row beats the column; hollow: is beaten; dot: open{more}",
                   fontsize=SMALL, x=-0.1 if len(cells) < 8 else 0.0)  # fmt: skip


PICTURE = Picture("who beats whom, and whom nobody beats", lacks, draw)
