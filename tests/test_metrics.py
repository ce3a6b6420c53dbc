"""What a trial is worth, at its end and at every record on the way."""

import numpy as np
import pytest

from harness.results.metrics import Metric
from tests.support import a_trial

LOSSES = [[8.0, 2.0, 4.0], [8.0, 6.0, np.inf], [8.0, 1.0, 0.5]]
ACCURACIES = [[0.1, 0.4, 0.3], [0.1, 0.2, np.nan], [0.1, 0.6, 0.7]]


@pytest.mark.parametrize(
    ("metric", "at_the_end", "at_record_1"),
    [
        (Metric(), [4.0, np.inf, 0.5], [2.0, 6.0, 1.0]),
        (Metric("best_loss"), [2.0, np.inf, 0.5], [2.0, 6.0, 1.0]),
        (Metric("steps_to_target", target=2.0), [10.0, np.inf, 10.0], [10.0, np.inf, 10.0]),
        (Metric("accuracy"), [0.3, -np.inf, 0.7], [0.4, 0.2, 0.6]),
    ],
    ids=lambda value: value.name if isinstance(value, Metric) else "",
)
def test_a_run_is_worth_what_it_had_shown_by_then(
    metric: Metric, at_the_end: list[float], at_record_1: list[float]
) -> None:
    part = a_trial({"loss": LOSSES, "accuracy": ACCURACIES})
    part.trace.at = part.trace.at * 10  # steps are not records
    part.trace.steps = part.trace.steps * 10
    assert metric.of_runs(part).tolist() == at_the_end
    assert metric.of_runs(part, 1).tolist() == at_record_1, "whatever came later"


def test_a_trial_that_failed_is_worth_nothing() -> None:
    part = a_trial({"loss": LOSSES})
    part.trace.failure = "ValueError: no"
    assert Metric().of_runs(part).tolist() == [np.inf] * 3
    assert Metric("accuracy").of_runs(part).tolist() == [-np.inf] * 3, "not one record"


def test_more_is_better_turns_the_interval_around() -> None:
    found = Metric("accuracy").interval(np.array([0.1, 0.2, 0.6]))
    assert (found.value, found.low, found.high) == (0.2, 0.1, 0.6)
    assert Metric("accuracy").value(np.array([0.1, 0.2, -np.inf])) == 0.1
    assert [Metric("accuracy").rank(x) for x in (0.2, np.nan)] == [-0.2, np.inf]
    assert [Metric().rank(x) for x in (0.2, np.nan)] == [0.2, np.inf]
