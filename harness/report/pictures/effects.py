"""How much higher or lower each cell ends than the first, with its interval: a forest plot."""

from typing import TYPE_CHECKING

from harness.answers.answer import Answer
from harness.report.forest import Effect, forest
from harness.report.picture import Picture
from harness.report.style import Look, looks
from harness.results.files import Results

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def lacks(results: Results) -> str:
    return "" if any(_beside(answer, {}) for answer in results.answer) else "fewer than two cells with a value"


def draw(results: Results) -> "Figure":
    """A panel per problem: paired differences over the replicates, on the scale of the problem."""
    styles = looks(results)
    return forest(results.answer, lambda answer: _beside(answer, styles), _about)


def _beside(answer: Answer, styles: dict[int, Look]) -> list[Effect]:
    """Each cell but the first that is judged."""
    verdict, numbers = answer.verdict, answer.evidence.numbers or range(len(answer.evidence.names))
    column = {number: k for k, number in enumerate(numbers)}
    judged = [line for line in answer.lines if column[line.cell] in verdict.cells]
    return [
        Effect(
            line.name,
            verdict.pair(column[judged[0].cell], column[line.cell]).effect,
            styles.get(line.cell, Look("", "", "")),
            line.state,
            line.state in ("open", ""),
        )
        for line in judged[1:]
    ]


def _about(answer: Answer) -> tuple[str, str]:
    first, scale = answer.lines[0].name, answer.evidence.scale
    words = {"log": "times the loss of", "steps": "times the steps of", "points": "points worse than"}
    unit = words.get(scale.kind, "worse than" if scale.more_is_better else "higher than")
    return f"{unit} {first}; right of the line is worse; hollow: open", answer.told


PICTURE = Picture("each cell beside the first: effects with simultaneous intervals", lacks, draw)
