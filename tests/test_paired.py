"""Exact tests of pairs against enumeration, scipy and numbers worked by hand."""

import itertools

import numpy as np
import pytest
from scipy import stats

from harness.answers.paired import effect, holm, least, signed_rank


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
        assert signed_rank(d) == pytest.approx(wanted, rel=1e-12)


def test_without_ties_it_is_scipys() -> None:
    rng = np.random.default_rng(1)
    for n in (6, 12, 20, 40):
        d = rng.normal(0.4, size=n)
        assert signed_rank(d) == pytest.approx(stats.wilcoxon(d, method="exact").pvalue, rel=1e-12)


def test_infinities_have_the_largest_rank_and_both_infinite_is_a_tie() -> None:
    """By hand: of six differences, one against, which is smallest: W = 1, of 64 sign patterns 2 are as far out: 4/64;
    where it is infinite, W = 6 of 21."""
    assert signed_rank(np.array([-0.5, 1, 2, 3, 4, 5])) == 4 / 64
    assert signed_rank(np.array([-np.inf, 1, 2, 3, 4, 5])) == pytest.approx(2 * 14 / 64)
    assert signed_rank(np.array([np.inf, np.inf, 1, 2, 3, 4])) == 2 / 64
    assert signed_rank(np.zeros(5)) == 1.0
    assert signed_rank(np.array([0.0, 0, 1, 2, 3, 4, 5, 6])) == 2 / 64, "zeros are dropped"


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
            p[0] = signed_rank(np.arange(1.0, replicates + 1))
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
