"""What stands for the replicates of a cell in a table with a row per cell."""

import math

from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row


def middle(results: Results, metric: Metric) -> list[Row]:
    """A row per cell: that of the replicate whose value lies in the middle, the better one of two."""
    found: dict[int, list[Row]] = {}
    for cell in results.cells:
        found.setdefault(cell["cell"], []).append(cell)
    ranked = (
        sorted(mine, key=lambda cell: metric.rank(float(cell["value"] if cell["value"] != "" else math.nan)))
        for mine in found.values()
    )
    return [mine[(len(mine) - 1) // 2] for mine in ranked]


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
