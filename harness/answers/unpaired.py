"""Cells whose values share nothing, neither seeds nor number: exact rank-sum tests, and shifts with their intervals."""

from functools import lru_cache
from itertools import combinations
from math import comb, floor, sqrt
from typing import NamedTuple

import numpy as np

from harness.answers.paired import difference, holm
from harness.answers.scale import Scale
from harness.answers.statistics import Interval, middle
from harness.answers.verdict import LEVEL, Pair, Verdict, opened, unbeaten
from objectives.arrays import Array

EXACT = 100  # values of two cells together up to which the test is exact


class RankSum(NamedTuple):
    """The two-sided p, and the share of all pairs of values in which the first is lower minus that in which it is
    higher."""

    p: float
    balance: float


def is_exact(values: int) -> bool:
    """Whether two cells with so many values together are tested exactly."""
    return values <= EXACT


def rank_sum(first: Array, second: Array) -> RankSum:
    """The rank-sum test of Wilcoxon (1945), exact with ties and infinities: equal values share the mean of their ranks.

    The distribution over all ways to part the ranks is made by convolution; above 100 values scipy's normal one, with
    its corrections for ties and continuity.

    >>> rank_sum(np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0, np.inf]))
    RankSum(p=0.02857142857142857, balance=1.0)
    """
    wins, losses = _counts(first, second)
    balance = (wins - losses) / (len(first) * len(second))
    if not is_exact(len(first) + len(second)):
        from scipy.stats import mannwhitneyu, rankdata

        ranks = rankdata(np.concatenate([first, second]))
        tied = len(set(ranks.tolist())) == 1
        p = 1.0 if tied else mannwhitneyu(ranks[: len(first)], ranks[len(first) :], method="asymptotic").pvalue
        return RankSum(float(p), balance)
    _, place, counts = np.unique(np.concatenate([first, second]), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(counts) - counts + 1)[place]  # twice the mean rank: a whole number
    few = doubled[: len(first)] if len(first) <= len(second) else doubled[len(first) :]
    chances = _chances(tuple(sorted(doubled.tolist())), len(few))
    up = int(few.sum())
    return RankSum(float(min(1.0, 2 * min(chances[: up + 1].sum(), chances[up:].sum()))), balance)


def shift(first: Array, second: Array, level: float) -> Interval:
    """The median of all differences second - first (Hodges and Lehmann 1963), and the interval between its order
    statistics that holds 0 where the rank-sum test without ties keeps the two; the range where too few values reach the
    level.

    >>> shift(np.array([1.0, 2.0, 3.0, 4.0]), np.array([11.0, 12.0, 13.0, np.inf]), 0.95)
    Interval(value=10.0, low=7.0, high=inf, level=0.95)
    """
    ranked = np.sort(difference(first[:, None], second[None, :]), axis=None) + 0.0  # no -0.0
    k = _ends(len(first), len(second), level)
    low, high = float(ranked[max(k, 1) - 1]), float(ranked[len(ranked) - max(k, 1)])
    return Interval(middle(ranked), low, high, level if k else None)


def judge_unpaired(values: Array, scale: Scale, level: float = LEVEL) -> Verdict:
    """The verdict on values (most, cells), of which each cell has its own, nan below them, and nan alone where a run of
    it failed: rank-sum tests of all pairs with Holm's correction. `wins` count pairs of values."""
    z = scale.of(values)
    samples = [column[~np.isnan(column)] for column in z.T]
    failed = tuple(k for k, sample in enumerate(samples) if not len(sample))
    centres = [middle(np.sort(sample)) if len(sample) else float("nan") for sample in samples]
    order = sorted((k for k in range(len(samples)) if k not in failed), key=lambda k: centres[k])
    pairs = _pairs(samples, order, level)
    never = tuple(k for k in order if scale.never(samples[k]).all())
    best = unbeaten(order, pairs, never)
    needs = least(len(pairs), level)
    sizes = [len(samples[k]) for k in order]
    can = any(_smallest(a, b) * len(pairs) <= level for a, b in combinations(sizes, 2))
    count = needs if can else min(min(sizes, default=0), needs - 1)  # as equal samples would have
    return Verdict(scale, level, count, tuple(order), tuple(centres), pairs, best, never, failed, needs)


def least(pairs: int, level: float = LEVEL) -> int:
    """The fewest values of each cell with which the smallest p of any pair passes Holm's first step.

    >>> [least(cells * (cells - 1) // 2) for cells in (2, 3, 4, 6)]
    [4, 5, 5, 6]
    """
    values = 1
    while _smallest(values, values) * max(pairs, 1) > level:
        values += 1
    return values


def _pairs(samples: list[Array], order: list[int], level: float) -> tuple[Pair, ...]:
    """All pairs of the cells, the better median first."""
    places = list(combinations(order, 2))
    tests = [rank_sum(samples[a], samples[b]) for a, b in places]
    corrected = holm(np.array([test.p for test in tests]))
    found = []
    for (a, b), test, raised in zip(places, tests, corrected.tolist(), strict=True):
        sure = raised <= level
        effect = shift(samples[a], samples[b], 1 - level / len(places))
        wins, losses = _counts(samples[a], samples[b])
        told = effect if sure else opened(effect)
        found.append(Pair(a, b, test.p, raised, test.balance, told, wins, losses, sure))
    return tuple(found)


def _counts(first: Array, second: Array) -> tuple[int, int]:
    """The pairs of values in which the first is lower, and higher."""
    return int((first[:, None] < second[None, :]).sum()), int((first[:, None] > second[None, :]).sum())


def _smallest(first: int, second: int) -> float:
    """The p of two samples of these sizes of which one lies below the other."""
    return 2 / comb(first + second, first)


@lru_cache(maxsize=64)  # without ties it is one for all pairs
def _chances(ranks: tuple[int, ...], size: int) -> Array:
    """The probability, over all choices of so many of the ranks, that they have each sum, from 0 on."""
    ways = np.zeros((size + 1, sum(ranks) + 1))
    ways[0, 0] = 1
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank]
    return np.asarray(ways[size] / comb(len(ranks), size))


@lru_cache(maxsize=64)
def _ends(first: int, second: int, level: float) -> int:
    """Which of the sorted differences, counted from either end, bounds the interval; 0 if none does."""
    if is_exact(first + second):
        few = min(first, second)
        below = np.cumsum(_chances(tuple(range(1, first + second + 1)), few)[few * (few + 1) // 2 :])
        return sum((2 * below <= 1 - level).tolist())
    from scipy.special import ndtri

    spread = sqrt(first * second * (first + second + 1) / 12)
    return max(floor(first * second / 2 + 0.5 + spread * float(ndtri((1 - level) / 2))), 0)
