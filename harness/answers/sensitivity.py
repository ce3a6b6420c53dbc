"""How much depends on tuning: how wide a range of learning rates is good, and what the declared numbers cost."""

from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np

from harness.answers.paired import difference, effect
from harness.answers.scale import Scale
from harness.answers.statistics import Interval, median
from objectives.arrays import Array

NEAR, FAR = 1.1, 10.0  # within 10 % of the best, and within ten times


@dataclass(frozen=True)
class Sensitivity:
    """Of one cell; what is not known, or means nothing on the scale, is None."""

    name: str
    cell: int  # its number in the files
    near: Interval | None = None  # decades of lr whose trials are within 10 % of the best: the median tuning's
    far: Interval | None = None  # the same within ten times, where ratios count
    declared: Interval | None = None  # how much higher the declared values end than the tuned ones

    def data(self) -> dict[str, Any]:
        """As plain data."""
        told = {"near": self.near, "far": self.far, "declared": self.declared}
        return {"name": self.name, "cell": self.cell, **{k: i and i._asdict() for k, i in told.items()}}


def width(rates: Array, values: Array, scale: Scale, factor: float) -> float:
    """Decades between the lowest and the highest learning rate (trials,) of one tuning whose value is within a factor
    of the best one's: a factor of the gap to the lowest value on a log scale, of the share on one of points, of steps.
    What other hyperparameters made of a rate counts at its best, and few trials see little: it is at least so wide.
    nan where no trial was finite, or where a factor means nothing.

    >>> width(np.array([1e-3, 1e-2, 1e-1]), np.array([1.0, 1.05, 3.0]), Scale("log"), NEAR)
    1.0
    """
    z = scale.of(values)
    if scale.kind == "difference" or (scale.kind == "points" and factor == FAR) or not np.isfinite(z).any():
        return float("nan")
    best = np.min(z)
    edge = best + abs(best) * (factor - 1) if scale.kind == "points" else best + log10(factor)
    good = np.log10(rates[z <= edge])
    return float(good.max() - good.min())


def over_replicates(widths: Array) -> Interval | None:
    """The median of a width with its interval, where every tuning has one."""
    return None if np.isnan(widths).any() or not len(widths) else median(widths)


def regret(declared: Array, tuned: Array, scale: Scale) -> Interval | None:
    """How much higher (worse) values at the declared numbers (replicates,) are than tuned ones on the same seeds."""
    z = scale.of(np.array([tuned, declared]))
    return None if np.isnan(z).any() or not z.size else effect(difference(z[0], z[1]), 0.95)
