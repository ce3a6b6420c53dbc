"""What stands for the replicates of a cell in a table with a row per cell."""

import math
from typing import Any

from harness.answers.statistics import typical
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row


def middle(results: Results, metric: Metric) -> list[Row]:
    """A row per cell: that of the replicate whose value lies in the middle, the better one of two."""
    found: dict[int, list[Row]] = {}
    for cell in results.cells:
        found.setdefault(cell["cell"], []).append(cell)
    return [mine[typical([metric.rank(known(cell["value"])) for cell in mine])] for mine in found.values()]


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
