"""Exact tests of pairs against enumeration, scipy and numbers worked by hand."""

import itertools

import numpy as np
import pytest
from scipy import stats

from harness.answers.paired import EXACT, effect, effects, holm, least, signed_rank, signed_ranks


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize("n", [2, 3, 5, 8, 11])
def test_signed_rank_is_the_sum_over_all_signs(n: int, decimals: int) -> None:
    """Rounded to a tenth there are ties and zeros."""
    rng = np.random.default_rng(n)
    for _ in range(20):
        d = np.round(rng.normal(0.3, size=n), decimals)
        known = d[d != 0]
        if not len(known):
            continue
        ranks = stats.rankdata(abs(known))
        sums = np.array([ranks @ signs for signs in itertools.product((0, 1), repeat=len(known))])
        seen = ranks @ (known > 0)
        wanted = min(1.0, 2 * min(np.mean(sums <= seen + 1e-9), np.mean(sums >= seen - 1e-9)))
        assert signed_rank(d).p == pytest.approx(wanted, rel=1e-12)


def test_without_ties_it_is_scipys() -> None:
    rng = np.random.default_rng(1)
    for n in (6, 12, 20, 40, EXACT):
        d = rng.normal(0.4, size=n)
        assert signed_rank(d).p == pytest.approx(stats.wilcoxon(d, method="exact").pvalue, rel=1e-12)


def test_infinities_have_the_largest_rank_and_both_infinite_is_a_tie() -> None:
    """By hand: of six differences, one against, which is smallest: W = 1, of 64 sign patterns 2 are as far out: 4/64;
    where it is infinite, W = 6 of 21."""
    assert signed_rank(np.array([-0.5, 1, 2, 3, 4, 5])).p == 4 / 64
    assert signed_rank(np.array([-np.inf, 1, 2, 3, 4, 5])).p == pytest.approx(2 * 14 / 64)
    assert signed_rank(np.array([np.inf, np.inf, 1, 2, 3, 4])).p == 2 / 64
    assert signed_rank(np.zeros(5)).p == 1.0
    assert signed_rank(np.array([0.0, 0, 1, 2, 3, 4, 5, 6])).p == 2 / 64, "zeros are dropped"


def test_the_balance_is_the_rank_biserial_correlation() -> None:
    """By hand: ranks 1 to 4, of which 1 and 2 are negative: (7 - 3) / 10."""
    assert signed_rank(np.array([-1.0, -2, 3, 4])).balance == pytest.approx(0.4)
    assert signed_rank(np.array([1.0, 1, -np.inf])).balance == 0


def test_holm_by_hand() -> None:
    """Holm's own: 0.01 x 4, 0.015 x 3 = 0.045, 0.02 x 2 = 0.04 and so not below 0.045, 0.5 x 1."""
    assert holm(np.array([0.02, 0.01, 0.5, 0.015])) == pytest.approx([0.045, 0.04, 0.5, 0.045])
    assert holm(np.array([0.6, 0.7])).tolist() == [1, 1]
    assert holm(np.array([])).tolist() == []


def test_the_least_replicates_can_just_be_decided() -> None:
    for cells, needed in {2: 6, 5: 9, 6: 10, 7: 10, 10: 11, 14: 12, 20: 13, 40: 15}.items():
        pairs = cells * (cells - 1) // 2
        assert least(pairs) == needed
        p = np.ones(pairs)
        for replicates, decided in ((needed, True), (needed - 1, False)):
            p[0] = signed_rank(np.arange(1.0, replicates + 1)).p
            assert (holm(p)[0] <= 0.05) == decided


def test_the_interval_of_the_median_covers_what_it_says() -> None:
    """Exactly: the binomial tails of its ranks (coverage .97 at 6, .98 at 10, .96 at 20)."""
    for n, coverage in ((6, 0.96875), (10, 0.978515625), (20, 0.95861053466796875)):
        found = effect(np.arange(float(n)), 0.95)
        outside = int(found.low)  # differences below it
        assert 1 - 2 * stats.binom.cdf(outside, n, 0.5) == pytest.approx(coverage)
        assert found.value == (n - 1) / 2
        assert found.low + found.high == n - 1


def test_an_effect_keeps_its_sides() -> None:
    d = np.array([np.inf] * 4 + [1.0, -np.inf])
    assert effect(d, 0.95) == (np.inf, -np.inf, np.inf, 0.95)
    assert np.isnan(effect(np.array([-np.inf, np.inf]), 0.95).value), "there is no middle"


@pytest.mark.parametrize("decimals", [0, 1, 9])
@pytest.mark.parametrize("n", [150, 1500])
def test_many_differences_are_tested_by_the_normal_approximation(n: int, decimals: int) -> None:
    """Of 1024 and more the exact numbers of signs overflow. With ties scipy's continuity is half a rank, less than
    half a step."""
    d = np.round(np.random.default_rng(n).normal(0.1, size=n), decimals)
    wanted = stats.wilcoxon(d, method="asymptotic", correction=True, zero_method="wilcox").pvalue
    assert signed_rank(d).p == pytest.approx(wanted, rel=1e-9 if decimals == 9 else 0.05)
    one_sided = [2 * stats.norm.cdf(-(n - 1) / np.sqrt(n)), -1.0]
    assert list(signed_rank(np.full(n, -np.inf))) == pytest.approx(one_sided)


def test_the_approximation_begins_where_it_is_good() -> None:
    """By enumeration (scipy's, without ties) and by the binomial, where all sizes are alike."""
    for seed in range(5):
        d = np.random.default_rng(seed).normal(0.2, size=EXACT + 1)
        assert signed_rank(d).p == pytest.approx(stats.wilcoxon(d, method="exact").pvalue, rel=0.1)
    signs = np.array([1.0] * 60 + [-1.0] * 41)
    assert signed_rank(signs).p == pytest.approx(stats.binomtest(60, 101).pvalue, rel=0.1)
    assert signed_rank(np.append(d[:EXACT], 0.0)) == signed_rank(d[:EXACT]), "zeros do not count"


def test_columns_are_tested_and_told_as_one_by_one() -> None:
    rng = np.random.default_rng(3)
    for n in (1, 3, 8):
        ds = np.round(rng.normal(0.5, size=(n, 60)), 1)
        ds[rng.uniform(size=ds.shape) < 0.2] = np.inf
        ds[rng.uniform(size=ds.shape) < 0.1] = -np.inf
        assert signed_ranks(ds) == [signed_rank(d) for d in ds.T]
        assert repr(effects(ds, 0.9)) == repr([effect(d, 0.9) for d in ds.T])


def test_no_end_is_a_negative_zero() -> None:
    assert "-0.0" not in repr(effect(np.array([-0.0] * 6), 0.95))
    assert "-0.0" not in repr(effect(np.array([0.0, 1.0, 2.0]), 0.95).turned())
