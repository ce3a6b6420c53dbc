"""An answer on the screen: one sentence, then a line per cell."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from harness.answers.answer import Answer, Answers
from harness.answers.text import MOST, Said
from harness.text.visible import in_line

BEST = 3  # cells of each of several problems
STYLES = {"head": "bold", "best": "green", "plain": "", "aside": "dim"}


def say(answer: Answer, out: Console, most: int | None = MOST, more: str = "", brief: bool = False) -> None:
    """Print it; what finds no room goes. `more` is what shows the other cells."""
    _print(answer.said(out.width, most, more, brief), out)
    out.print()


def say_together(answers: Answers, out: Console) -> None:
    """What several problems say together, if they say anything."""
    if said := answers.summary(out.width):
        _print(said, out)
        out.print()


def say_several(answers: Answers, out: Console, more: str) -> None:
    """All problems in short: what they say together, then of each its headline, its best cells, and those notes that
    are not of all. `more` is what shows the rest."""
    say_together(answers, out)
    common = [note for note in answers[0].notes if all(note in answer.notes for answer in answers)]
    for answer in answers:
        _print(answer.said(out.width, BEST, silent=common), out)
    for line in (*(["; ".join(common)] if common else []), more):
        out.print(Text(in_line(line), style=STYLES["aside"]), soft_wrap=True)
    out.print()


def _print(said: Sequence[Said], out: Console) -> None:
    for k, (text, tone) in enumerate(said):
        out.print(
            Text(text, style=f"bold {STYLES[tone]}" if k == 0 and tone != "head" else STYLES[tone]), soft_wrap=True
        )
