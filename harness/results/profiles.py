"""How fast the cells of a finished sweep reached the absolute targets of its problems."""

from typing import Literal

from harness.answers.profiles import Profile, spent
from harness.results.files import Results
from harness.results.targets import goals, lost
from objectives.arrays import Array


def profiles(results: Results, by: Literal["step", "evaluations"] = "step") -> dict[str, Profile]:
    """For each cell by its name what its reported runs spent on the targets of every problem, in steps or in gradient
    evaluations: what pictures draw."""
    found: dict[str, dict[str, Array]] = {}
    cells = {cell["cell"]: cell for cell in results.cells if not cell.get("replicate")}
    speaking = {(cell["cell"], cell.get("replicate", 0), cell["phase"], cell["trial"]) for cell in results.cells}
    owners = [(run["cell"], run.get("replicate", 0), run["phase"], run["trial"]) for run in results.runs]
    for answer in results.answer:
        for name, number in zip(answer.evidence.names, answer.evidence.numbers, strict=True):
            wanted = goals(results.summary, cells[number])
            rows = [k for k, owner in enumerate(owners) if owner[0] == number and owner in speaking]
            if rows and len(wanted):
                gone = lost([results.runs[k] for k in rows])
                cost = spent(results.curves["loss"][rows], results.curves[by][rows], gone, wanted)
                found.setdefault(name, {})[answer.evidence.where] = cost
    return {name: Profile(costs) for name, costs in found.items()}
