"""The verdict: hand-made cases of every branch, and error rates on made-up replicates whose truth is known."""

import time

import numpy as np
import pytest

from harness.answers.scale import Scale
from harness.answers.statistics import typical
from harness.answers.verdict import Verdict, judge
from objectives.arrays import Array

PLAIN = Scale("difference")


def shifted(*shifts: float, replicates: int = 12) -> Verdict:
    """Cells that lie this far above each other in every replicate, whose own numbers differ by more."""
    base = np.arange(replicates, dtype=np.float64)[:, None] * 10
    return judge(base + np.array(shifts)[None, :], PLAIN)


def test_who_beats_everybody_wins() -> None:
    found = shifted(1.0, 0.0, 2.0)
    assert found.winner == 1
    assert found.unbeaten == (1,)
    assert found.cells == (1, 0, 2), "best first"
    pair = found.pair(2, 1)
    assert (pair.winner, pair.wins, pair.losses, pair.effect.value) == (1, 0, 12, -2.0)
    assert pair.p == 2 / 2**12
    assert pair.holm == pytest.approx(3 * pair.p)


def test_too_few_replicates_decide_nothing() -> None:
    found = shifted(1.0, 0.0, 2.0, replicates=6)
    assert (found.possible, found.needs, found.winner) == (False, 7, None)
    assert shifted(1.0, 0.0, 2.0, replicates=7).winner == 1


def test_nobody_beats_two_that_are_alike() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(12, 3)) + np.array([0, 0, 100.0])
    found = judge(z, PLAIN)
    assert set(found.unbeaten) == {0, 1}
    assert found.winner is None
    assert found.pair(0, 2).winner == 0


def test_the_only_unbeaten_one_may_have_an_open_rival() -> None:
    """1 beats 0 and 0 is not told from 2: then 1 wins over 2 only if that is decided, too."""
    z = np.zeros((12, 3))
    z[:, 1] = -1
    z[:, 2] = [-2, 3] * 6
    z[:, 0] = 0
    found = judge(z, PLAIN)
    assert found.pair(1, 0).winner == 1
    assert not found.pair(1, 2).decided
    assert found.winner is None


def test_a_cycle_is_told_as_one() -> None:
    """Rock, paper, scissors: each beats the next in two replicates of three, on scales so far apart that the one
    defeat ranks little above the two victories."""
    thirds = np.array([[0, 1, 2], [1, 2, 0], [2, 0, 1]], dtype=np.float64)  # lower is better, each first once
    found = judge(np.tile(thirds, (40, 1)) * np.logspace(0, 30, 120)[:, None], PLAIN)
    assert all(pair.decided for pair in found.pairs)
    assert [found.pair(k, (k + 1) % 3).winner for k in range(3)] == [0, 1, 2]
    assert found.unbeaten == ()
    assert found.winner is None


def test_who_was_never_finite_beats_nobody_and_hinders_nobody() -> None:
    z = np.arange(12.0)[:, None] + np.array([0, np.inf, np.inf])
    found = judge(z, PLAIN)
    assert set(found.never_finite) == {1, 2}
    assert found.winner == 0
    assert found.pair(1, 2).p == 1, "both infinite is a tie"
    nobody = judge(np.full((12, 2), np.inf), PLAIN)
    assert (nobody.unbeaten, nobody.winner, set(nobody.never_finite)) == ((), None, {0, 1})


def test_a_failed_run_takes_the_verdict_from_its_cell_alone() -> None:
    z = np.arange(12.0)[:, None] + np.array([0, 1.0, 2.0])
    z[3, 2] = np.nan
    found = judge(z, PLAIN)
    assert (found.failed, found.cells, found.winner, len(found.pairs)) == ((2,), (0, 1), 0, 1)


def test_gaps_below_the_floor_tie() -> None:
    z = np.array([[1e-20, 1e-25]] * 6 + [[1e-3, 1e-30]] * 6)
    assert judge(z, Scale("log", floor=1e-15)).pair(0, 1).wins == 0
    assert judge(z, Scale("log", floor=1e-15)).pair(1, 0).wins == 6
    assert judge(z, Scale("log")).pair(1, 0).wins == 12


def test_more_accuracy_is_better() -> None:
    z = np.array([[0.9, 0.8]] * 12)
    found = judge(z, Scale("points", more_is_better=True))
    assert found.winner == 0
    assert found.scale.told(-found.pair(1, 0).effect.value) == "10 points lower"


def test_a_cell_without_rivals_has_no_verdict() -> None:
    found = judge(np.ones((12, 1)), PLAIN)
    assert (found.possible, found.winner, found.pairs) == (False, None, ())


def test_the_typical_replicate_is_the_better_of_the_middle() -> None:
    assert typical([5.0, 1.0, 3.0, np.inf]) == 2
    assert typical([2.0, 1.0, 3.0]) == 0


def rate(decided: list[bool]) -> float:
    return float(np.mean(decided))


def exchangeable(rng: np.random.Generator, kind: str, shape: tuple[int, int]) -> Array:
    if kind == "normal":
        return rng.normal(size=shape)
    heavy = rng.standard_t(1.5, size=shape)
    return heavy if kind == "heavy" else np.where(rng.uniform(size=shape) < 0.3, np.inf, heavy)


@pytest.mark.parametrize("kind", ["normal", "heavy", "infinite"])
@pytest.mark.parametrize(("replicates", "cells"), [(12, 6), (7, 3)])
def test_equals_are_seldom_called_different(kind: str, replicates: int, cells: int) -> None:
    """400 sets: at most 5 % of them name any pair, family-wise, plus three standard errors of that."""
    rng = np.random.default_rng(7)
    wrong = [
        any(p.decided for p in judge(exchangeable(rng, kind, (replicates, cells)), PLAIN).pairs) for _ in range(400)
    ]
    assert rate(wrong) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize(("replicates", "cells"), [(7, 3), (10, 6), (12, 10)])
def test_a_shift_of_three_deviations_is_found(replicates: int, cells: int) -> None:
    """The rivals that are beaten, of all; .87, .91 and .94 where this was designed."""
    rng = np.random.default_rng(8)
    beaten = []
    for _ in range(200):
        z = rng.normal(size=(replicates, cells)) + 3 * (np.arange(cells) > 0)
        beaten += [judge(z, PLAIN).pair(0, rival).winner == 0 for rival in range(1, cells)]
    assert rate(beaten) >= 0.8


@pytest.mark.parametrize(("replicates", "place"), [(12, 0), (20, 3)])
def test_the_intervals_of_all_pairs_hold_together(replicates: int, place: int) -> None:
    """Of 15 pairs each holds with 1 - .05 / 15: of 12 the outermost, of 20 the fourth (1 to 3 outside: .0026); alone
    they would be the third and the sixth."""
    rng = np.random.default_rng(5)
    z = rng.normal(size=(replicates, 6)) + 100 * np.arange(6)
    found = judge(z, PLAIN)
    for pair in found.pairs:
        assert pair.decided
        assert pair.effect.level == pytest.approx(1 - 0.05 / 15)
        d = np.sort(z[:, pair.second] - z[:, pair.first])
        assert (pair.effect.low, pair.effect.high) == (d[place], d[-1 - place])
        turned = found.pair(pair.second, pair.first)
        assert turned.effect == (-pair.effect.value, -d[-1 - place], -d[place], pair.effect.level)


def outlying(against: float, replicates: int = 20) -> Verdict:
    """The second cell is higher by 1 to 16, and lower by as much as said in the other four."""
    d = np.concatenate([np.arange(1.0, 17.0), -against * np.ones(4)])
    return judge(np.stack([np.zeros(replicates), d], axis=1), PLAIN)


def test_an_open_pair_never_looks_decided() -> None:
    """16 of 20 signs exclude 0 from the interval, while the ranks of the other four keep the test open."""
    d = outlying(100).pair(0, 1)
    assert not d.decided
    assert (d.effect.value, d.effect.low, d.effect.high) == (6.5, 0.0, 11.0)
    turned = outlying(100).pair(1, 0).effect
    assert repr((turned.low, turned.high)) == repr((-11.0, 0.0))
    assert outlying(0.5).pair(0, 1).effect.low > 0, "decided, it stays"
    one = np.repeat([0.0, 50.0], 10)
    other = one + np.concatenate([100 * np.ones(4), -np.arange(1.0, 17.0)])
    crossed = judge(np.stack([one, other], axis=1), PLAIN).pairs[0]
    assert (crossed.first, crossed.decided) == (0, False), "the lower median, but the higher one in 16 of 20"
    assert (crossed.effect.low, crossed.effect.high) == (-11.0, 0.0)
    few = judge(np.arange(5.0)[:, None] + [0.0, 1.0], PLAIN).pair(0, 1)
    assert (few.decided, few.effect) == (False, (1.0, 1.0, 1.0, None)), "a range stays one"


def test_many_cells_with_few_replicates_are_judged_at_once() -> None:
    z = np.random.default_rng(0).normal(size=(3, 200))
    start = time.process_time()
    found = judge(z, PLAIN)
    assert time.process_time() - start < 0.5
    assert (found.possible, len(found.pairs)) == (False, 19900)
    assert {pair.p for pair in found.pairs} == {0.25, 0.5, 0.75, 1.0}, "the p is told all the same"
    assert not any(pair.decided for pair in found.pairs)


def test_the_order_of_copies_is_a_fact_and_no_test() -> None:
    """Two cells that every replicate repeats, and one that varies."""
    values = np.column_stack([np.full(12, 1.0), np.full(12, 2.0), np.logspace(1, 2, 12)])
    found = judge(values, Scale("log"), once=(0, 1))
    assert not found.pair(0, 1).tested
    assert found.pair(0, 1).winner == 0
    assert found.pair(0, 2).holm == found.pair(1, 2).holm == 2 * 2.0**-11, "two pairs are tested, not three"
    assert (found.winner, found.needs) == (0, 7)
    assert judge(values, Scale("log")).pair(0, 1).tested
