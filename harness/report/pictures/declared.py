"""What tuning gained: how much higher the declared values end than the tuned ones, on the same seeds."""

from typing import TYPE_CHECKING

from harness.answers.answer import Answer
from harness.answers.sensitivity import Sensitivity
from harness.report.forest import Effect, forest
from harness.report.picture import Picture
from harness.report.style import looks
from harness.results.files import Results
from harness.results.sensitivity import sensitivities

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def lacks(results: Results) -> str:
    if not any(run["phase"] == "declared" for run in results.runs):
        return "no cell ran its declared values beside tuned ones"
    known = [one for mine in sensitivities(results) for one in mine if one.declared is not None]
    return "" if known else "no declared values ended that can be compared"


def draw(results: Results) -> "Figure":
    """A panel per problem, whose cells are in the order of its answer: over the replicates, with 95 % intervals."""
    styles = looks(results)
    found = {id(answer): mine for answer, mine in zip(results.answer, sensitivities(results), strict=True)}

    def effects(answer: Answer) -> list[Effect]:
        return [_line(one) for one in found[id(answer)] if one.declared is not None]

    def _line(one: Sensitivity) -> Effect:
        assert one.declared is not None
        crosses = one.declared.low <= 0 <= one.declared.high
        return Effect(one.name, one.declared, styles[one.cell], open=crosses)

    return forest(results.answer, effects, _about)


def _about(answer: Answer) -> tuple[str, str]:
    unit = {"log": "times the tuned loss", "steps": "times the tuned steps", "points": "points worse than tuned"}
    told = unit.get(answer.evidence.scale.kind, "how much worse than tuned")
    return f"declared values: {told}; right of the line: tuning gained; hollow: may be nothing", answer.evidence.where


PICTURE = Picture("what tuning gained: declared values beside tuned ones", lacks, draw)
