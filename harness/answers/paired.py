"""What paired differences say: exact tests, corrected for their number, and effects with intervals.

A difference is one number per replicate; infinite where one side alone was never finite, 0 where they tie.
"""

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from harness.answers import eprocess
from harness.answers.scale import beyond
from harness.answers.statistics import Interval, median
from objectives.arrays import Array

EXACT = 100  # differences up to which the test is exact


class SignedRank(NamedTuple):
    """The two-sided p, and the share of the ranks that are positive minus that which is negative."""

    p: float
    balance: float


def signed_rank(d: Array) -> SignedRank:
    """Wilcoxon's signed-rank test (1945), exact with ties, zeros and infinities.

    Zeros are dropped; equal sizes share the mean of their ranks, and infinite ones have the largest. The distribution
    over all signs is made by convolution; above 100 differences other than 0 it is the normal one of the same mean and
    variance (so corrected for ties), with half a step for continuity. Without differences p is 1, the balance 0.

    >>> signed_rank(np.array([1.0, 2.0, 3.0, 4.0, 5.0, np.inf]))
    SignedRank(p=0.03125, balance=1.0)
    """
    known = d[d != 0]
    if not len(known):
        return SignedRank(1.0, 0.0)
    _, place, counts = np.unique(np.abs(known), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(counts) - counts + 1)[place]  # twice the mean rank: a whole number
    up = int(doubled[known > 0].sum())
    if len(known) <= EXACT:
        chances = _chances(tuple(sorted(doubled.tolist())))
        tail = min(chances[: up + 1].sum(), chances[up:].sum())
    else:
        tail = _normal_tail(doubled, up)
    return SignedRank(float(min(1.0, 2 * tail)), float(2 * up / doubled.sum() - 1))


def signed_ranks(ds: Array) -> list[SignedRank]:
    """The test of every column; those whose signs and ranks are alike share one.

    >>> [test.p for test in signed_ranks(np.array([[1.0, 3.0, -1.0], [2.0, 8.0, 1.0]]))]
    [0.5, 0.5, 1.0]
    """
    sizes = np.abs(ds)
    order = np.argsort(sizes, axis=0, kind="stable")
    ranked = np.take_along_axis(sizes, order, axis=0)
    places = np.ones(ds.shape)
    places[1:] = ranked[1:] > ranked[:-1]
    ranks = np.empty(ds.shape)
    np.put_along_axis(ranks, order, np.cumsum(places, axis=0), axis=0)
    found: dict[bytes, SignedRank] = {}
    tests = []
    for row in np.ascontiguousarray((ranks * np.sign(ds)).T):
        pattern = row.tobytes()
        if pattern not in found:
            found[pattern] = signed_rank(row)
        tests.append(found[pattern])
    return tests


@lru_cache(maxsize=64)  # without ties it is one for all pairs
def _chances(ranks: tuple[int, ...]) -> Array:
    """The probability, over all signs, that the positive ranks have each sum, from 0 on."""
    chances = np.ones(1)
    for rank in ranks:
        chances = (np.concatenate([chances, np.zeros(rank)]) + np.concatenate([np.zeros(rank), chances])) / 2
    return chances


def _normal_tail(ranks: Array, up: int) -> float:
    """About how likely the positive ranks sum up to something as far out, on its side."""
    from scipy.special import ndtr

    distance = abs(up - ranks.sum() / 2) - np.gcd.reduce(ranks) / 2
    return float(ndtr(-distance / np.sqrt((ranks.astype(np.float64) ** 2).sum() / 4)))


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
    """The second minus the first: 0 where both are infinite alike, or BEYOND alike, infinite where one alone is, or
    where no float holds it.

    >>> difference(np.array([np.inf, 1.0, 1e300, 1.0]), np.array([np.inf, np.inf, 1e300, 1e300])).tolist()
    [0.0, inf, 0.0, inf]
    """
    with np.errstate(invalid="ignore", over="ignore"):
        d = np.where(first == second, 0.0, second - first)
    return np.where(beyond(np.abs(d)), np.copysign(np.inf, d), d)


def effect(d: Array, level: float) -> Interval:
    """The median difference with its order-statistic interval, or with the range where too few replicates reach the
    level; infinite differences keep their sides.

    >>> effect(np.array([-np.inf, 1.0, 2.0, 3.0, np.inf]), 0.95)
    Interval(value=2.0, low=-inf, high=inf, level=None)

    Its test is the sign test, which is weaker than that of the ranks: a pair that is decided may have an interval that
    crosses 0 (1x).
    """
    return effects(d[:, None], level)[0]


def effects(ds: Array, level: float, sequential: bool = False) -> list[Interval]:
    """The effect of every column; sequential: with an interval that holds for every number of replicates together."""
    ranked = np.sort(ds, axis=0) + 0.0  # no -0.0
    n, ends = len(ds), _ends(len(ds), level, sequential)
    below, above = ranked[(n - 1) // 2], ranked[n // 2]
    with np.errstate(invalid="ignore", over="ignore"):
        middles = np.where(below == above, below, (below + above) / 2)
    found = zip(middles.tolist(), ranked[int(ends.low)].tolist(), ranked[int(ends.high)].tolist(), strict=True)
    return [Interval(value, low, high, ends.level) for value, low, high in found]


@cache
def _ends(n: int, level: float, sequential: bool) -> Interval:
    """The places of the ends among n sorted differences."""
    if not sequential:
        return median(np.arange(n, dtype=np.float64), level)
    k = eprocess.rank(n, level)
    return Interval((n - 1) / 2, max(k, 1) - 1, n - max(k, 1), level if k else None)
