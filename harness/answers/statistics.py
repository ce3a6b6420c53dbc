"""What a few seeds say: medians with intervals from order statistics, means with standard deviations."""

from collections.abc import Sequence
from functools import cache
from math import comb
from typing import NamedTuple

import numpy as np

from objectives.arrays import Array

EXACT = 60  # runs up to which scipy isn't needed


class Interval(NamedTuple):
    """A centre and an interval around it: of `level` confidence, or the range of all values where level is None."""

    value: float
    low: float
    high: float
    level: float | None

    def turned(self) -> "Interval":
        """Of the negative.

        >>> Interval(1.0, 0.0, 3.0, 0.95).turned()
        Interval(value=-1.0, low=-3.0, high=0.0, level=0.95)
        """
        return Interval(0.0 - self.value, 0.0 - self.high, 0.0 - self.low, self.level)


def median(values: Array, level: float = 0.95) -> Interval:
    """The median of independent runs; a diverged run (nan, inf or -inf) ranks below every finite one.

    The interval lies between the k-th smallest and the k-th largest value, with the largest k whose confidence
    1 - 2 P(Binomial(n, 1/2) < k) reaches the level; it needs n >= 6 for 95 %, and below that is the range.

    >>> median(np.array([3.0, 1.0, 2.0]))
    Interval(value=2.0, low=1.0, high=3.0, level=None)
    >>> median(np.arange(10.0))
    Interval(value=4.5, low=1.0, high=8.0, level=0.95)
    """
    ranked = np.sort(np.where(np.isfinite(values), values, np.inf))
    n, value = len(ranked), middle(ranked)
    k = _rank(n, level)
    low, high = float(ranked[max(k, 1) - 1]), float(ranked[n - max(k, 1)])
    return Interval(value, low, high, level if k else None)


def middle(ranked: Array) -> float:
    """The median of sorted values: one of them, where the two in the middle are equal, infinities too; between -inf and
    inf there is none, and it is nan.

    >>> middle(np.array([1.0, 2.0, np.inf, np.inf]))
    inf
    """
    below, above = float(ranked[(len(ranked) - 1) // 2]), float(ranked[len(ranked) // 2])
    return below if below == above else (below + above) / 2


def typical(values: Array | Sequence[float]) -> int:
    """The place of the value that stands for all: of the two in the middle the lower one, the first of equals."""
    order = np.argsort(np.asarray(values), kind="stable")
    return int(order[(len(order) - 1) // 2])


def upper_quartile(values: Array) -> Interval:
    """The ceil(0.75 n)-th smallest of n values, the largest below four, with the range of all; nan and inf rank last.

    By the median of five seeds tuning selects what diverges on two of them; by this, at most on one.

    >>> upper_quartile(np.array([5.0, 1.0, np.inf, 2.0, 3.0]))
    Interval(value=5.0, low=1.0, high=inf, level=None)
    """
    ranked = np.sort(np.where(np.isfinite(values), values, np.inf))
    k = -(-3 * len(ranked) // 4)
    return Interval(float(ranked[k - 1]), float(ranked[0]), float(ranked[-1]), None)


def mean_interval(values: Array, level: float = 0.95) -> Interval:
    """The mean of independent runs with Student's t interval; infinite if a run is.

    >>> mean_interval(np.array([1.0, 2.0, 3.0])).low.__round__(4)
    -0.4841
    """
    centre, deviation = mean(values) if np.isfinite(values).all() else (np.inf, np.inf)
    if len(values) == 1 or np.isinf(centre):
        return Interval(centre, float(np.min(values)), float(np.max(values)), None)
    from scipy.special import stdtrit

    half = float(stdtrit(len(values) - 1, (1 + level) / 2)) * deviation / np.sqrt(len(values))
    return Interval(centre, float(centre - half), float(centre + half), level)


@cache
def _rank(n: int, level: float) -> int:
    """The largest k whose interval has the confidence, 0 if none has."""
    if n <= EXACT:
        tails = [2 * sum(comb(n, i) for i in range(k)) / 2**n for k in range(1, n // 2 + 1)]
    else:
        from scipy.special import bdtr

        tails = list(2 * bdtr(np.arange(n // 2), n, 0.5))
    return sum(tail <= 1 - level for tail in tails)


def mean(values: Array) -> tuple[float, float]:
    """The mean and the standard deviation (n - 1) over runs; nan for the deviation of a single run.

    >>> mean(np.array([1.0, 3.0]))
    (2.0, 1.4142135623730951)
    """
    with np.errstate(over="ignore"):  # runs that are about to diverge
        return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
