"""What paired differences say: exact tests, corrected for their number, and effects with intervals.

A difference is one number per replicate; infinite where one side alone was never finite, 0 where they tie.
"""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from harness.answers.statistics import Interval, median, middle
from objectives.arrays import Array


class SignedRank(NamedTuple):
    """The two-sided p, and the share of the ranks that are positive minus that which is negative."""

    p: float
    balance: float


def signed_rank(d: Array) -> SignedRank:
    """Wilcoxon's signed-rank test (1945), exact with ties, zeros and infinities.

    Zeros are dropped; equal sizes share the mean of their ranks, and infinite ones have the largest. The distribution
    over all signs is made by convolution, not by their normal approximation. Without differences p is 1, the balance
    0.

    >>> signed_rank(np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.inf]))
    SignedRank(p=0.03125, balance=1.0)
    """
    known = d[d != 0]
    if not len(known):
        return SignedRank(1.0, 0.0)
    _, place, counts = np.unique(np.abs(known), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(counts) - counts + 1)[place]  # twice the mean rank: a whole number
    ways = _ways(tuple(sorted(doubled.tolist())))
    up = int(doubled[known > 0].sum())
    tail = min(ways[: up + 1].sum(), ways[up:].sum()) / 2.0 ** len(known)
    return SignedRank(float(min(1.0, 2 * tail)), float(2 * up / doubled.sum() - 1))


@lru_cache(maxsize=64)  # without ties it is one for all pairs
def _ways(ranks: tuple[int, ...]) -> Array:
    """In how many of all signs the positive ranks have each sum, from 0 on."""
    ways = np.ones(1)
    for rank in ranks:
        ways = np.concatenate([ways, np.zeros(rank)]) + np.concatenate([np.zeros(rank), ways])
    return ways


def holm(p: Array) -> Array:
    """The p-values corrected for their number (Holm 1979): the k-th smallest of m times m - k + 1, none below an
    earlier one. What is then at most the level is wrong somewhere with at most that probability, whatever depends on
    what.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(raised, 1)
    return corrected


def least(pairs: int, level: float = 0.05) -> int:
    """The fewest replicates with which the smallest p of any pair, 2^(1-r), passes Holm's first step.

    >>> [least(cells * (cells - 1) // 2) for cells in (2, 3, 4, 5, 6, 7, 8)]
    [6, 7, 8, 9, 10, 10, 11]
    """
    replicates = 1
    while 2.0 ** (1 - replicates) * max(pairs, 1) > level:
        replicates += 1
    return replicates


def difference(first: Array, second: Array) -> Array:
    """The second minus the first, 0 where both are infinite alike."""
    with np.errstate(invalid="ignore"):
        return np.where(first == second, 0.0, second - first)


def effect(d: Array, level: float) -> Interval:
    """The median difference with its order-statistic interval, or with the range where too few replicates reach the
    level; infinite differences keep their sides.

    >>> effect(np.array([-np.inf, 1.0, 2.0, 3.0, np.inf]), 0.95)
    Interval(value=2.0, low=-inf, high=inf, level=None)
    """
    ranked = np.sort(d)
    ends = _ends(len(d), level)
    return Interval(middle(ranked), float(ranked[int(ends.low)]), float(ranked[int(ends.high)]), ends.level)


@cache
def _ends(n: int, level: float) -> Interval:
    """The places of the ends among n sorted differences."""
    return median(np.arange(n, dtype=np.float64), level)
