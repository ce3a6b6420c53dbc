"""Medians, intervals, means."""

import numpy as np
import pytest
from scipy import stats

from harness.answers.statistics import Interval, mean, mean_interval, median


@pytest.mark.parametrize("n", [*range(1, 70), 1024, 5000])
def test_intervals_agree_with_scipys_binomial(n: int) -> None:
    found = median(np.arange(float(n)))
    ks = np.arange(1, n // 2 + 1)
    fitting = ks[2 * stats.binom.cdf(ks - 1, n, 0.5) <= 0.05].tolist()
    assert (found.level is None) == (not fitting) == (n < 6)
    k = max(fitting, default=1)
    assert (found.low, found.high) == (k - 1, n - k)
    assert found.value == np.median(np.arange(n))


def test_a_diverged_run_ranks_below_every_finite_one() -> None:
    assert median(np.array([1.0, np.nan, 3.0])).value == 3.0
    assert median(np.array([np.nan, np.nan, 3.0])).value == np.inf
    assert median(np.array([1.0, np.inf])).value == np.inf
    assert median(np.array([-np.inf, 1.0, 2.0])).value == 2.0, "unbounded below is no victory"


def test_the_interval_covers_the_true_median_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    intervals = [median(rng.exponential(size=8)) for _ in range(4000)]
    covered = np.mean([found.low <= np.log(2) <= found.high for found in intervals])
    assert 0.95 <= covered <= 1


def test_mean_and_deviation() -> None:
    assert mean(np.array([1.0, 2.0, 3.0])) == (2.0, 1.0)
    value, deviation = mean(np.array([5.0]))
    assert value == 5
    assert np.isnan(deviation)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_interval_of_a_mean_is_students(level: float) -> None:
    values = np.random.default_rng(0).normal(size=7)
    low, high = stats.t.interval(level, 6, values.mean(), stats.sem(values))
    assert mean_interval(values, level) == pytest.approx((values.mean(), low, high, level), rel=1e-12)


def test_the_mean_of_one_run_has_no_interval() -> None:
    assert mean_interval(np.array([2.5])) == Interval(2.5, 2.5, 2.5, None)
    assert median(np.array([2.5])) == Interval(2.5, 2.5, 2.5, None)


def test_the_mean_is_lost_with_a_run() -> None:
    for lost in (np.inf, -np.inf, np.nan):
        found = mean_interval(np.array([1.0, lost, 2.0]))
        assert (found.value, found.level) == (np.inf, None), "unbounded below is no victory"
    assert mean_interval(np.array([1.0, np.inf, 2.0]))[1:3] == (1.0, np.inf)
