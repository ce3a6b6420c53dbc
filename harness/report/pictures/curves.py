"""How the loss fell: each cell's confirmed runs, record by record."""

from typing import TYPE_CHECKING

from harness.report.lines import MOST, line, name_all, problems
from harness.report.picture import Picture
from harness.report.style import looks
from harness.results.courses import courses, curve_of, label_of
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = {
    "steps": "steps",
    "evaluations": "gradient evaluations",
    "seconds": "seconds of a run, as it trained beside others",
}


def lacks(results: Results) -> str:
    return "" if any(cell["runs"] for cell in results.cells) else "no run ended"


def draw(results: Results, x: str = "steps") -> "Figure":
    """A panel per problem: the median over the replicates with its 95 % interval, or the range of too few."""
    styles, named = looks(results), {}
    figure, panels = problems(results.answer)
    for axes, answer in panels:
        for cell, course in courses(results, answer, x, MOST).items():
            line(axes, course.name, course.x, course.middle(), styles[cell])
            named[course.name] = styles[cell]
        if answer.evidence.scale.kind == "log":
            axes.set_yscale("log", nonpositive="mask")
        axes.set(xlabel=UNITS[x], ylabel=label_of(answer, curve_of(results)))
        axes.margins(x=0.01)
    name_all(figure, named, max(len(answer.lines) for _, answer in panels))
    return figure


PICTURE = Picture(
    "loss against steps, gradient evaluations or seconds, with intervals over the replicates",
    lacks,
    draw,
    (("x", tuple(UNITS)),),
)
