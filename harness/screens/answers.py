"""An answer on the screen: one sentence, then a line per cell."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from harness.answers.answer import Answer, Answers
from harness.answers.sensitivity import Sensitivity
from harness.answers.text import MOST, Said
from harness.results.answers import written
from harness.results.files import Results
from harness.results.sensitivity import sensitivities
from harness.screens import sensitivity
from harness.screens.terminal import console
from harness.text.copying import command
from harness.text.visible import in_line, visible
from harness.text.visible import say as say_beside

UNDECIDED = 3
BEST = 3  # cells of each of several problems
STYLES = {"head": "bold", "best": "green", "plain": "", "aside": "dim"}


def show(results: Results, out: Console) -> None:
    """The answers of a sweep in short, one of its own with what tuning gained those that lead."""
    more = command(str(results.folder), module="harness.answer")
    if len(results.answer) > 1:
        say_several(results.answer, out, f"all cells: {more}; their commands: column overrides of cells.csv")
        return
    for answer, found in zip(results.answer, sensitivities(results), strict=True):
        say(answer, out, more=more, brief=True, aside=sensitivity.sentence(answer, found))


def say(
    answer: Answer, out: Console, most: int | None = MOST, more: str = "", brief: bool = False, aside: str = ""
) -> None:
    """Print it; what finds no room goes. `more` is what shows the other cells, `aside` a last line."""
    last: list[Said] = [(aside, "aside")] if aside else []
    _print([*answer.said(out.width, most, more, brief), *last], out)
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


def printed(found: Answers, json: bool, told: str = "", depend: Sequence[Sequence[Sensitivity]] = ()) -> int:
    """Print all of them, after what was understood, and with how much their cells depend on tuning; the exit code of a
    command whose work they are."""
    if json:
        if told:
            say_beside(told)
        print(visible(written(found, depend)))
    else:
        out = console()
        if told:
            out.print(Text(in_line(told), style="dim"), soft_wrap=True)
        say_together(found, out)
        for answer, mine in zip(found, depend or [()] * len(found), strict=True):
            say(answer, out, most=None)
            sensitivity.show(answer, mine, out)
        out.done()
    return 0 if found.decided else UNDECIDED
