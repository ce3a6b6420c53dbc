"""Steps to a target that runs did not reach: more than they made, or never, where they diverged."""

import math
from collections.abc import Sequence

import numpy as np

from harness.answers.scale import BEYOND
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.results.rows import Row


def ends(cell: Row, metric: Metric, *keys: str) -> list[float]:
    """The value of a row of cells.csv and the ends of its interval, nan where there is none: BEYOND instead of infinity
    where the runs that decide it ended before the target. Those that diverged rank behind these."""
    found = [math.nan if cell[key] == "" else float(cell[key]) for key in keys]
    if metric.name != STEPS_TO_TARGET or "runs" not in cell:
        return found
    runs, lost = cell["runs"], cell["diverged"]
    by = metric if cell.get("phase") == "tune" else metric.reported
    low, value, high = _places(by, runs)
    place = {"value_low": low, "value": value, "value_high": high}
    late = [math.isinf(end) and place[key] < runs - lost for key, end in zip(keys, found, strict=True)]
    return [BEYOND if censored else end for censored, end in zip(late, found, strict=True)]


def _places(metric: Metric, runs: int) -> tuple[int, int, int]:
    """Which of the sorted runs decide the low end, the value and the high end; of a mean, the last one."""
    if metric.aggregate == "mean":
        return 0, runs - 1, runs - 1
    of = metric.interval(np.arange(runs, dtype=np.float64))
    return math.ceil(of.low), math.ceil(of.value), math.ceil(of.high)


def arrived(runs: Sequence[Row]) -> float:
    """The share of the runs that reached the target.

    All are followed for as many steps, so that this is what Kaplan and Meier's curve comes to, and their median the
    usual one.
    """
    return sum(math.isfinite(run.get(STEPS_TO_TARGET, math.inf)) for run in runs) / max(len(runs), 1)
