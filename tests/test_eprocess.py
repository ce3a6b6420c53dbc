"""E-processes of signs: numbers by hand, and error rates where somebody looks after every replicate."""

import numpy as np
import pytest
from scipy import special

from harness.answers import eprocess
from harness.answers.equivalence import equivalent
from harness.answers.paired import difference, effects
from harness.answers.projection import more
from harness.answers.scale import Scale
from harness.answers.verdict import judge
from objectives.arrays import Array

PLAIN = Scale("difference")
SETS = 2000
AT_MOST = 0.05 + 3 * np.sqrt(0.05 * 0.95 / SETS)


def column(*signs: float) -> Array:
    return np.array(signs, dtype=np.float64)[:, None]


def test_the_fortune_is_the_mixture_over_all_shares() -> None:
    """The integral of (2 q)^ups (2 (1 - q))^downs over Beta(1/2, 1/2) of q."""
    for ups, downs in ((1, 0), (7, 0), (3, 2), (20, 9)):
        whole = special.betaln(ups + 0.5, downs + 0.5) - special.betaln(0.5, 0.5) + (ups + downs) * np.log(2)
        assert eprocess.evidence(ups, downs) == pytest.approx(whole)
        d = column(*[-1.0] * downs, *[2.0] * ups)
        largest = max(eprocess.evidence(max(0, k - downs), min(k, downs)) for k in range(ups + downs + 1))
        assert eprocess.signs(d).p == pytest.approx(np.exp(-largest))


def test_ties_are_left_out_and_the_largest_evidence_stays() -> None:
    seven = [1.0] * 7
    p = eprocess.signs(column(*seven)).p
    assert p == pytest.approx(1 / (2**7 * 429 / 2048)), "by hand: 1/2 3/4 5/6 7/8 9/10 11/12 13/14 = 429 / 2048"
    assert eprocess.signs(column(0, *seven, 0)).p == p
    back = eprocess.signs(column(*seven, *[-np.inf] * 12))
    assert (back.p, back.balance) == (pytest.approx(p), 1.0), "decided by what was seen then, though most lie below"
    assert eprocess.signs(column(*[-1.0] * 40, *seven)).balance == -1
    assert eprocess.signs(column(0, 0)).p == 1


def test_the_least_replicates_can_just_be_decided() -> None:
    for cells, needed in {2: 7, 3: 9, 6: 11, 10: 13}.items():
        for replicates, sure in ((needed, True), (needed - 1, False)):
            z = np.arange(replicates)[:, None] + 100.0 * np.arange(cells)
            found = judge(z, PLAIN, sequential=True)
            assert (found.needs, found.possible, found.pair(0, 1).p * len(found.pairs) <= 0.05) == (needed, sure, sure)
            assert (found.winner == 0) == sure


def exchangeable(rng: np.random.Generator, kind: str) -> Array:
    heavy = rng.standard_t(1.5, size=(40, SETS))
    return {
        "heavy": heavy,
        "infinite": difference(*(np.where(rng.uniform(size=heavy.shape) < 0.3, np.inf, heavy) for _ in range(2))),
        "few values": rng.integers(-1, 2, size=heavy.shape).astype(np.float64),
    }[kind]


@pytest.mark.parametrize("kind", ["heavy", "infinite", "few values"])
def test_equals_are_seldom_called_different_whoever_looks_however_often(kind: str) -> None:
    """2000 sequences of 40, looked at after every replicate: what counts is the largest evidence on the way."""
    assert np.mean(eprocess.signs(exchangeable(np.random.default_rng(3), kind)).p <= 0.05) <= AT_MOST


def test_at_the_margin_cells_are_seldom_called_equivalent() -> None:
    """The median difference is just the margin, above or below; a constant difference of it counts against, too."""
    d = np.random.default_rng(4).normal(size=(40, SETS))
    none, all_tested = np.zeros_like(d), np.ones(SETS, dtype=bool)
    for shift in (0.5, -0.5):
        alone = [np.maximum(eprocess.below(d + shift, 0.5), eprocess.below(-d - shift, 0.5)) <= 0.05]
        assert np.mean(alone) <= AT_MOST
        assert not equivalent(none, d + shift, 0.5, 0.05, True, all_tested).any(), "of 2000 at once none"
    assert eprocess.below(np.full((40, 1), 0.5), 0.5) == 1


def test_a_median_lies_in_its_interval_at_every_look() -> None:
    """Of 500 sequences at most 5 % ever leave it, and 3 standard errors."""
    d = np.random.default_rng(5).normal(size=(60, 500))
    outside = np.zeros(500, dtype=bool)
    for n in range(7, 61):
        outside |= [not one.low <= 0 <= one.high for one in effects(d[:n], 0.95, sequential=True)]
    assert outside.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)
    assert effects(d[:6], 0.95, sequential=True)[0].level is None


def test_a_pair_once_decided_stays_so() -> None:
    rng = np.random.default_rng(6)
    z = rng.normal(size=(42, 2)) + np.where(np.arange(42)[:, None] < 12, [0, 5], [5, 0])
    winners = [judge(z[:n], PLAIN, sequential=True).pair(0, 1).winner for n in range(1, 43)]
    assert winners == [None] * 6 + [0] * 36, "the median moves over, the winner does not"


def test_intervals_of_the_margin_are_simultaneous() -> None:
    """One pair is equivalent at 5 %, and not beside 99 others."""
    d = np.linspace(-0.1, 0.1, 12)
    d[[0, 1]] = [-9.0, -8.0]
    none = np.zeros(12)
    alone = equivalent(none[:, None], d[:, None], 0.5, 0.05, False, np.ones(1, dtype=bool))
    many = equivalent(np.zeros((12, 100)), np.tile(d[:, None], 100), 0.5, 0.05, False, np.ones(100, dtype=bool))
    assert (alone.all(), many.any()) == (True, False)


def test_what_is_to_be_equivalent_counts_the_worse_side() -> None:
    """A pair that is within the margin above, and not below, is not soon equivalent."""
    first = np.zeros((12, 1))
    second = np.where(np.arange(12) % 2 == 0, -0.9, 0.01)[:, None]
    values = 10.0 ** np.hstack([first, second])
    verdict = judge(values, Scale("log"), sequential=True, margin=0.5)
    assert more(values, verdict, 0.5) is None
