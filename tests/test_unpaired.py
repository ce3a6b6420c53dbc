"""Exact rank-sum tests and shifts of samples that share nothing, beside enumeration, another recursion and scipy."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from harness.answers.scale import Scale
from harness.answers.unpaired import judge_unpaired, least, rank_sum, shift
from objectives.arrays import Array


@cache
def ways(first: int, second: int, u: int) -> int:
    """Orders of two samples in which u pairs have the second below: Mann and Whitney's recursion (1947)."""
    if u < 0:
        return 0
    if not first or not second:
        return int(u == 0)
    return ways(first - 1, second, u - second) + ways(first, second - 1, u)


def test_without_ties_it_is_mann_and_whitneys_recursion() -> None:
    rng = np.random.default_rng(1)
    for n, m in ((4, 4), (5, 9), (12, 12), (3, 20)):
        a, b = rng.normal(size=n), rng.normal(size=m) + 0.5
        u = int((a[:, None] > b).sum())
        total = sum(ways(n, m, k) for k in range(n * m + 1))
        tail = min(sum(ways(n, m, k) for k in range(u + 1)), sum(ways(n, m, k) for k in range(u, n * m + 1)))
        assert rank_sum(a, b).p == pytest.approx(min(1, 2 * tail / total), rel=1e-12)
        assert rank_sum(b, a).p == pytest.approx(rank_sum(a, b).p, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_with_ties_and_infinities_it_is_the_count_over_all_ways_to_part_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, size=9).astype(np.float64)
    values[rng.integers(9, size=2)] = np.inf
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    sums = np.array([ranks[list(chosen)].sum() for chosen in combinations(range(9), 4)])
    mine = ranks[:4].sum()
    expected = min(1.0, 2 * min((sums <= mine + 1e-9).mean(), (sums >= mine - 1e-9).mean()))
    assert rank_sum(values[:4], values[4:]).p == pytest.approx(expected, rel=1e-12)


def test_large_samples_are_scipys() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=70), rng.normal(size=60).round(1) + 0.2
    assert rank_sum(a, b).p == mannwhitneyu(a, b, method="asymptotic").pvalue
    a[:50], b[:3] = np.inf, np.inf
    assert 0 < rank_sum(a, b).p < 1e-6
    assert rank_sum(np.full(80, np.inf), np.full(80, np.inf)).p == 1
    small = rank_sum(a[:50], rng.normal(size=50))
    assert small.p == pytest.approx(2 / 1.0089134454556e29), "exact up to 100 values: one of C(100, 50) on either side"


def test_the_interval_holds_zero_where_the_test_keeps_the_two() -> None:
    """Without ties they are one: the interval excludes 0 just where p is at most the level."""
    rng = np.random.default_rng(3)
    found = set()
    for _ in range(200):
        n, m = rng.integers(4, 12, size=2)
        a, b = rng.normal(size=n), rng.normal(size=m) + rng.normal()
        told, p = shift(a, b, 0.95), rank_sum(a, b).p
        found.add(p <= 0.05)
        assert (told.low > 0 or told.high < 0) == (p <= 0.05)
        assert told.value == np.median(b[None, :] - a[:, None])
    assert found == {True, False}


def test_the_interval_of_large_samples_is_about_that_of_normal_ones() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=400), rng.normal(size=300)
    told = shift(a, b, 0.95)
    half = 1.96 * np.sqrt(np.pi / 3) * np.sqrt(1 / 400 + 1 / 300)
    assert (told.high - told.low) / 2 == pytest.approx(half, rel=0.15)


def test_too_few_values_have_a_range() -> None:
    told = shift(np.array([1.0, 2.0]), np.array([3.0, 9.0]), 0.95)
    assert told == (4.5, 1.0, 8.0, None)
    assert shift(np.array([1.0, np.inf]), np.array([1.0, np.inf]), 0.95) == (0.0, -np.inf, np.inf, None)


def padded(*samples: list[float]) -> Array:
    found = np.full((max(map(len, samples)), len(samples)), np.nan)
    for k, sample in enumerate(samples):
        found[: len(sample), k] = sample
    return found


def test_the_verdict_of_samples() -> None:
    a, b, c = [1.0, 2, 3, 4, 5], [11.0, 12, 13, 14, 15, 16], [11.5, 12.5, 13.5, 14.5, 15.5]
    found = judge_unpaired(padded(a, b, c), Scale("difference"))
    assert (found.winner, found.unbeaten, found.possible) == (0, (0,), True)
    assert found.pair(0, 1).wins == 30
    assert found.pair(0, 1).p == pytest.approx(2 / 462)
    assert found.pair(1, 2).winner is None
    assert judge_unpaired(padded(a, b, []), Scale("difference")).failed == (2,)
    never = judge_unpaired(padded(a, [np.inf] * 5), Scale("difference"))
    assert (never.winner, never.never_finite) == (0, (1,))
    nothing = judge_unpaired(padded([], []), Scale("difference"))
    assert (nothing.cells, nothing.possible) == ((), False)


def test_what_is_possible_depends_on_all_sizes() -> None:
    """2 / C(23, 3) passes, 2 / C(6, 2) does not."""
    assert judge_unpaired(padded([1.0, 2, 3], list(np.arange(20.0))), Scale("difference")).possible
    few = judge_unpaired(padded([1.0, 2], [3.0, 4, 5, 6]), Scale("difference"))
    assert (few.possible, few.needs, few.replicates) == (False, 4, 2)
    assert least(1) == 4


def test_equals_are_seldom_called_different() -> None:
    """Family-wise at most 5 % and 3 standard errors of 400 sets: normal, heavy tails, a third infinite."""
    rng = np.random.default_rng(5)
    for draw in (rng.normal, lambda size: rng.standard_t(1.5, size=size), None):
        wrong = 0
        for _ in range(400):
            sizes = rng.integers(6, 13, size=3)
            samples = [rng.normal(size=n) if draw is None else draw(size=n) for n in sizes]
            if draw is None:
                samples = [np.where(rng.random(len(one)) < 0.3, np.inf, one) for one in samples]
            found = judge_unpaired(padded(*(one.tolist() for one in samples)), Scale("difference"))
            wrong += any(pair.decided for pair in found.pairs)
        assert wrong <= 400 * 0.05 + 3 * np.sqrt(400 * 0.05 * 0.95)


def test_a_planted_shift_is_found() -> None:
    """Three standard deviations, ten values each: more than .8 of 100."""
    rng = np.random.default_rng(6)
    won = sum(
        judge_unpaired(rng.normal(np.array([0, 3]), size=(10, 2)), Scale("difference")).winner == 0 for _ in range(100)
    )
    assert won > 80


def test_the_pairs_are_corrected_for_their_number() -> None:
    """Of three cells with four values, two are told apart at 5 % only if there were no third: 2 / C(8, 4) = .029."""
    a, b, c = [1.0, 2, 3, 4], [5.0, 6, 7, 8], [2.5, 3.5, 5.5, 6.5]
    two = judge_unpaired(padded(a, b), Scale("difference"))
    assert (two.possible, two.winner) == (True, 0)
    three = judge_unpaired(padded(a, b, c), Scale("difference"))
    assert not three.possible
    assert three.pair(0, 1).winner is None
