"""An answer on the screen: one sentence, then a line per cell."""

from rich.console import Console
from rich.text import Text

from harness.answers.answer import Answer, Answers
from harness.answers.text import MOST
from harness.results.answers import written
from harness.screens.terminal import console
from harness.text.visible import in_line, visible
from harness.text.visible import say as say_beside

UNDECIDED = 3
STYLES = {"head": "bold", "best": "green", "plain": "", "aside": "dim"}


def say(answer: Answer, out: Console, most: int | None = MOST, more: str = "", brief: bool = False) -> None:
    """Print it; what finds no room goes. `more` is what shows the other cells."""
    for k, (text, tone) in enumerate(answer.said(out.width, most, more, brief)):
        out.print(
            Text(text, style=f"bold {STYLES[tone]}" if k == 0 and tone != "head" else STYLES[tone]), soft_wrap=True
        )
    out.print()


def printed(found: Answers, json: bool, told: str = "") -> int:
    """Print all of them, after what was understood; the exit code of a command whose work they are."""
    if json:
        if told:
            say_beside(told)
        print(visible(written(found)))
    else:
        out = console()
        if told:
            out.print(Text(in_line(told), style="dim"), soft_wrap=True)
        for answer in found:
            say(answer, out, most=None)
        out.done()
    return 0 if found.decided else UNDECIDED
