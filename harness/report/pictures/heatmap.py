"""Problems by cells: how much higher or lower each ends than one fixed cell, never ranks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.answers.answer import Answer
from harness.answers.scale import RATIOS, Scale
from harness.configs.advice import nearest
from harness.errors import UserError
from harness.report.picture import ANY, Picture
from harness.report.style import FAINT, INK, SMALL, TINY, WIDTH, new, short
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS, ROWS = 20, 40  # cells and problems
WORDS = {"log": "times the loss of", "steps": "times the steps of", "points": "points worse than"}


def lacks(results: Results) -> str:
    if len(results.answer) < 2:
        return "one problem; effects shows it"
    return "" if _common(results.answer) else "no two cells with values stand on one problem"


def draw(results: Results, beside: str = "") -> "Figure":
    """A field per problem and cell: the effect beside the cell `beside`, else the first of the folder; lower is better.
    Bold and framed where it is decided."""
    names = _common(results.answer)
    beside = beside or names[0]
    if beside not in names:
        raise UserError(f"beside={beside}: no cell of the folder{nearest(beside, names)}; choices: {', '.join(names)}")
    columns = [name for name in names if name != beside][:COLUMNS]
    answers = results.answer[:ROWS]
    fields = [[_field(answer, beside, name) for name in columns] for answer in answers]
    figure = new(WIDTH, 0.26 * len(answers) + 1.6)
    axes = figure.subplots()
    shades = np.array([[shade for _, shade, _ in row] for row in fields])
    axes.imshow(shades, cmap="PuOr_r", vmin=-1.8, vmax=1.8, aspect="auto")
    for row, one in enumerate(fields):
        for column, (told, _, decided) in enumerate(one):
            axes.text(column, row, told, ha="center", va="center", fontsize=TINY, color=INK,
                      fontweight="bold" if decided else "normal")  # fmt: skip
            if decided:
                across, down = column + 0.44 * np.array([-1, 1, 1, -1, -1]), row + 0.4 * np.array([-1, -1, 1, 1, -1])
                axes.plot(across, down, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(answers)), [short(answer.evidence.where, 30) for answer in answers], fontsize=SMALL)
    slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if len(columns) > 5 else {}
    axes.set_xticks(range(len(columns)), [short(name, 16) for name in columns], fontsize=SMALL, **slanted)
    axes.grid(visible=False)
    axes.set_title(f"{short(f'{_unit(answers)} {beside}', 80, 1)}\nbold in a frame: decided; purple: better; "
                   "orange: worse", fontsize=SMALL, color=FAINT)  # fmt: skip
    return figure


def _common(answers: Sequence[Answer]) -> list[str]:
    """The cells of any problem in the order of the files, if two of them stand on one."""
    if not any(len(answer.verdict.cells) > 1 for answer in answers):
        return []
    found: dict[str, None] = {}
    for answer in answers:
        numbered = zip(answer.evidence.numbers, answer.evidence.names, strict=True)
        found |= dict.fromkeys(name for _, name in sorted(numbered))
    return list(found)


def _unit(answers: Sequence[Answer]) -> str:
    kinds = {answer.evidence.scale.kind for answer in answers}
    return (
        WORDS.get(kinds.pop(), "how much worse than") if len(kinds) == 1 else "worse, in the unit of each problem, than"
    )


def _field(answer: Answer, beside: str, name: str) -> tuple[str, float, bool]:
    """What is written, how dark it is from -1 (much better) to 1 (much worse), whether it is decided."""
    names, verdict = list(answer.evidence.names), answer.verdict
    places = [names.index(one) if one in names else -1 for one in (beside, name)]
    if not set(places) <= set(verdict.cells):
        return "", 0.0, False
    first, second = places
    pair, scale = verdict.pair(first, second), answer.evidence.scale
    never = [k in verdict.never_finite for k in places]
    word = "not reached" if answer.evidence.target else "never finite"
    if all(never):
        return "both never", 0.0, False
    if any(never):
        return short(word if never[1] else f"{beside} never", 14, 1), 1.0 if never[1] else -1.0, pair.winner is not None
    return (
        _told(pair.effect.value, scale),
        _shade(pair.effect.value, scale),
        verdict.possible and pair.winner is not None,
    )


def _told(d: float, scale: Scale) -> str:
    """A factor, or a signed difference."""
    if np.isnan(d):
        return "?"
    if scale.kind in RATIOS:
        return "∞x" if d == np.inf else f"{scale.size(d)}x"
    return f"{'+' if d > 0 else ''}{scale.size(d)}"


def _shade(d: float, scale: Scale) -> float:
    """A factor of 1,000 is as dark as it gets, or 30 points; of differences without a common unit the sign alone."""
    if np.isnan(d):
        return 0.0
    full = {"log": 3.0, "steps": 3.0, "points": 0.3}.get(scale.kind)
    return float(np.clip(d / full, -1, 1)) if full else 0.5 * float(np.sign(d))


PICTURE = Picture(
    "problems by cells: how much higher or lower each ends than a fixed one", lacks, draw, (("beside", ANY),)
)
