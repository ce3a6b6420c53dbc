"""Numbers and curves in the room of a table's field."""

import math

import numpy as np

from harness.answers.statistics import mean, median
from objectives.arrays import Array

BARS = "▁▂▃▄▅▆▇█"


def sparkline(curve: Array, name: str, width: int = 10) -> str:
    """The median over runs (runs, records); losses on a log scale where they are positive.

    >>> sparkline(np.array([[100.0, 10.0, 1.0, np.nan]]), "loss")
    '█▄▁'
    """
    ranked = np.sort(np.where(np.isfinite(curve), curve, np.inf), axis=0)
    line = (ranked[(len(curve) - 1) // 2] + ranked[len(curve) // 2]) / 2  # np.median imports numpy.ma: 70 ms
    line = line[np.isfinite(line)]
    if len(line) < 2:
        return ""
    line = line[np.linspace(0, len(line) - 1, min(width, len(line))).round().astype(int)]
    if "loss" in name and line.min() > 0:
        line = np.log(line)
    low, high = line.min(), line.max()
    levels = np.zeros(len(line), int) if high == low else ((line - low) / (high - low) * 7.999).astype(int)
    return "".join(BARS[level] for level in levels)


def spread(values: Array) -> str:
    """Mean and standard deviation; nothing where a run diverged, because both would be.

    >>> spread(np.array([1.0, 3.0])), spread(np.array([1.0, np.inf])), spread(np.array([2.0]))
    ('2 ± 1.4', '-', '2')
    """
    if not np.isfinite(values).all():
        return "-"
    centre, deviation = mean(values)
    return f"{number(centre)} ± {number(deviation, 2)}" if len(values) > 1 else number(centre)


def central(values: Array) -> str:
    """Mean and deviation, or the median where runs lie decades apart or have diverged."""
    if len(values) > 1:
        centre, deviation = mean(values) if np.isfinite(values).all() else (math.inf, math.inf)
        if not deviation < abs(centre):
            return f"{number(median(values).value)} (median)"
    return spread(values)


def number(value: float, digits: int = 4) -> str:
    """To a few digits.

    >>> number(0.0312), number(1.234567e-8), number(1234567.0)
    ('0.0312', '1.235e-08', '1.235e+06')
    """
    return f"{value:.{digits}g}"
