"""An answer on the screen: one sentence, then a line per cell."""

from rich.console import Console
from rich.text import Text

from harness.answers.answer import Answer
from harness.answers.text import MOST
from harness.results.files import Results
from harness.results.sensitivity import sensitivities
from harness.screens import sensitivity
from harness.text.copying import command

STYLES = {"head": "bold", "best": "green", "plain": "", "aside": "dim"}


def show(results: Results, out: Console) -> None:
    """The answers of a sweep, brief, each with what tuning gained those that lead."""
    more = command(str(results.folder), module="harness.answer")
    for answer, found in zip(results.answer, sensitivities(results), strict=True):
        say(answer, out, more=more, brief=True, aside=sensitivity.sentence(answer, found))


def in_full(results: Results, out: Console) -> None:
    """All lines of the answers of a sweep, and how much depends on tuning."""
    for answer, found in zip(results.answer, sensitivities(results), strict=True):
        say(answer, out, most=None)
        sensitivity.show(answer, found, out)


def say(
    answer: Answer, out: Console, most: int | None = MOST, more: str = "", brief: bool = False, aside: str = ""
) -> None:
    """Print it; what finds no room goes. `more` is what shows the other cells, `aside` a last line."""
    said = answer.said(out.width, most, more, brief)
    for k, (text, tone) in enumerate([*said, (aside, "aside")] if aside else said):
        out.print(
            Text(text, style=f"bold {STYLES[tone]}" if k == 0 and tone != "head" else STYLES[tone]), soft_wrap=True
        )
    out.print()
