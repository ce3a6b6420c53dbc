"""The pictures of a page: all that its folders can give, as far as there is room."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import UserError
from harness.report.page.inline import inline
from harness.report.page.subject import Subject
from harness.report.picture import drawn, pictures
from harness.report.style import styled
from harness.results.files import Results
from harness.text.copying import command
from harness.text.visible import in_line

ROOM = 2_200_000  # characters of all pictures: the page stays below 3 MB
OF_ANSWERS = ("effects", "unbeaten", "heatmap", "declared", "budget")  # that need neither curves nor configs
ORDER = ("effects", "unbeaten", "heatmap", "curves", "trajectories", "animation", "sensitivity", "budget", "profiles",
         "declared", "space", "schedule")  # fmt: skip
DULL = ("schedule",)  # that say nothing where all cells have a constant one


@dataclass(frozen=True)
class Shown:
    """A picture: its SVG, or why there is none."""

    name: str
    about: str
    command: str
    svg: str
    why: str = ""


def shown(subject: Subject) -> list[Shown]:
    """Each with the command that draws it; what comes late may find no room."""
    found, room = [], ROOM
    for k, (name, results) in enumerate(drawable(subject)):
        about, again = pictures()[name].about, command(str(results.folder), name, module="harness.plot")
        if subject.several:
            apart = name not in OF_ANSWERS
            about, again = (f"{about}, of {results.folder}", again) if apart else (about, subject.judged_again)
        try:
            text = inline(_svg(name, results), f"f{k}", in_line(f"{about}. {results.answer.headline}"))
        except UserError:
            raise
        except (ArithmeticError, ValueError) as error:  # of numbers that no axis spans
            found.append(Shown(name, about, again, "", f"It cannot be drawn: {type(error).__name__}: {error}."))
            continue
        fits = len(text) <= room
        room -= len(text) if fits else 0
        found.append(
            Shown(name, about, again, text if fits else "", "" if fits else "Left out to keep this page small.")
        )
    return found


def drawable(subject: Subject) -> Iterator[tuple[str, Results]]:
    """Name, and of what, of every picture: of all folders together, or of each where that needs its curves."""
    for name in sorted(pictures(), key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)):
        for results in (subject.joint,) if name in OF_ANSWERS else subject.folders:
            constant = all(cell.get("schedule", "constant") == "constant" for cell in results.cells)
            if not (name in DULL and constant) and not pictures()[name].why_not(results):
                yield name, results


def _svg(name: str, results: Results) -> bytes:
    figure = drawn(name, results)
    with styled():
        return pictures()[name].encode(figure, "svg")
