"""The absolute targets of a problem, and which of them runs have reached, from the rows of a finished sweep's files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.answers.profiles import RUNGS, reached, targets
from harness.results.rows import Row
from objectives.arrays import Array


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
    return [reached(_numbers(mine, "best_loss"), lost(mine), wanted) for mine in shown]


def _numbers(runs: Sequence[Row], key: str) -> Array:
    return np.array([np.nan if run[key] == "" else run[key] for run in runs], dtype=np.float64)


def lost(runs: Sequence[Row]) -> Array:
    return np.array([run["state"] in ("diverged", "failed") for run in runs])
