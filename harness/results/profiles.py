"""How fast the cells of a finished sweep reached the absolute targets of its problems."""

from typing import Literal

import numpy as np

from harness.answers.profiles import Profile, spent
from harness.results.courses import speaking
from harness.results.curves import recorded
from harness.results.files import Results
from harness.results.targets import goals, lost
from objectives.arrays import Array


def profiles(results: Results, by: Literal["step", "evaluations"] = "step") -> dict[str, Profile]:
    """For each cell by its name what its reported runs spent on the targets of every problem, in steps or in gradient
    evaluations: what pictures draw."""
    found: dict[str, dict[str, Array]] = {}
    cells = {cell["cell"]: cell for cell in results.cells if not cell.get("replicate")}
    spoken = speaking(results)
    for answer in results.answer:
        for name, number in zip(answer.evidence.names, answer.evidence.numbers, strict=True):
            wanted = goals(results.summary, cells[number])
            if number in spoken and len(wanted):
                rows = np.concatenate(list(spoken[number].values()))
                gone = lost([results.runs[k] for k in rows])
                losses, costs = (recorded(results.curves, curve, rows) for curve in ("loss", by))
                found.setdefault(name, {})[answer.evidence.where] = spent(losses, costs, gone, wanted)
    return {name: Profile(costs) for name, costs in found.items()}
