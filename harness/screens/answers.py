"""An answer on the screen: one sentence, then a line per cell."""

from rich.console import Console
from rich.text import Text

from harness.answers.answer import Answer
from harness.answers.text import MOST

STYLES = {"head": "bold", "best": "green", "plain": "", "aside": "dim"}


def say(answer: Answer, out: Console, most: int | None = MOST, more: str = "", brief: bool = False) -> None:
    """Print it; what finds no room goes. `more` is what shows the other cells."""
    for k, (text, tone) in enumerate(answer.said(out.width, most, more, brief)):
        out.print(
            Text(text, style=f"bold {STYLES[tone]}" if k == 0 and tone != "head" else STYLES[tone]), soft_wrap=True
        )
    out.print()
