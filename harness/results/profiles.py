"""The targets of a finished sweep's problems, and how fast its cells reached them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from harness.answers.profiles import RUNGS, Profile, reached, spent, targets
from harness.results.rows import Row
from objectives.arrays import Array

if TYPE_CHECKING:
    from harness.results.files import Results


def goals(summary: Mapping[str, Any], cell: Row) -> Array:
    """The targets of the problem of a cell, from its loss where seeds 0 and 1 start."""
    about = summary["problems"].get(cell["problem"])
    if about is None:  # no run of it began
        return np.zeros(0)
    return targets([float(loss) for loss in about["loss"]], _minimum(summary, cell))


def ladder(summary: Mapping[str, Any], cell: Row) -> str:
    """What the targets of the problem of a cell are."""
    if _minimum(summary, cell) is None:
        return f"1/2 to 1/{2**RUNGS} of the loss at the start"
    return f"a tenth to 1e-{RUNGS} of the gap at the start"


def _minimum(summary: Mapping[str, Any], cell: Row) -> float | None:
    """The lowest loss; on data it is but a bound."""
    lowest = summary["problems"].get(cell["problem"], {}).get("lowest")
    return None if cell.get("dataset") or lowest is None else float(lowest)


def scores(summary: Mapping[str, Any], cell: Row, shown: Sequence[Sequence[Row]]) -> list[float]:
    """The share of the targets of the problem of these cells that the runs of each have reached at the end; empty
    where there are none."""
    wanted = goals(summary, cell)
    if not len(wanted) or not all(shown):
        return []
    return [reached(_numbers(mine, "best_loss"), _lost(mine), wanted) for mine in shown]


def profiles(results: "Results", by: Literal["step", "evaluations"] = "step") -> dict[str, Profile]:
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
                lost = _lost([results.runs[k] for k in rows])
                cost = spent(results.curves["loss"][rows], results.curves[by][rows], lost, wanted)
                found.setdefault(name, {})[answer.evidence.where] = cost
    return {name: Profile(costs) for name, costs in found.items()}


def _numbers(runs: Sequence[Row], key: str) -> Array:
    return np.array([np.nan if run[key] == "" else run[key] for run in runs], dtype=np.float64)


def _lost(runs: Sequence[Row]) -> Array:
    return np.array([run["state"] in ("diverged", "failed") for run in runs])
