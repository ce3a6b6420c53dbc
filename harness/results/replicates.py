"""What stands for the replicates of a cell in a table with a row per cell."""

import math
from typing import Any

from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row


def over_replicates(results: Results, cell: Row, key: str) -> str:
    """The range of a searched number over the replicates of a cell, or the words that were chosen; nothing where it is
    one.

    The best of twelve would be the luckiest: what is shown is the replicate in the middle, beside this.
    """
    values = [row[key] for row in results.cells if row["cell"] == cell["cell"] and row[key] != ""]
    if len(set(values)) < 2:
        return ""
    if all(isinstance(value, (int, float)) for value in values):
        return f"({min(values):.2g} to {max(values):.2g})"
    return f"({', '.join(sorted(map(str, set(values))))})"


def known(value: Any) -> float:
    """A number of a file, nan where there is none."""
    return math.nan if value == "" else float(value)


def history(results: Results, cell: Row, metric: Metric) -> list[float]:
    """The best value of a cell after each trial of its replicate."""
    best, history = math.nan, []
    for trial in results.trials:
        if trial["cell"] == cell["cell"] and trial.get("replicate", 0) == cell.get("replicate", 0):
            value = float(trial["value"])
            if trial["state"] == "complete" and (math.isnan(best) or metric.rank(value) < metric.rank(best)):
                best = value
            history.append(best)
    return history
