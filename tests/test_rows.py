"""Rows of files and tables: what is said of runs, trials and cells, and what they cost."""

import math

import numpy as np
import pytest

from harness.results.metrics import Metric
from harness.results.rows import cell_row, run_rows, standing, timing_rows, trial_row
from harness.results.trial import Outcome, Population, Standing, Trial
from tests.support import a_cell, a_trial


def together(*spent: list[int], seconds: float = 8.0) -> Population:
    """A population whose cells, one run each or two, took so many gradients."""
    counts = [len(cell) for cell in spent]
    whole = a_trial({"loss": [[9.0, 1.0]] * sum(counts)})
    whole.trace.spent[:, -1] = [n for cell in spent for n in cell]
    board, start = [], 0
    for number, count in enumerate(counts):
        part = a_trial({"loss": [[9.0, 1.0]]}, cell=number)
        part.trace, part.rows = whole.trace, slice(start, start := start + count)
        board.append(part)
    return Population(whole.trace, board, {}, seconds)


def timings(*trained: Population) -> list[tuple[int, ...]]:
    names = ("population", "cell", "runs", "run_steps", "evaluations", "seconds")
    return [tuple(row[name] for name in names) for row in timing_rows(Outcome(list(trained), []))]


def test_cells_that_advance_together_share_its_seconds_as_they_share_its_gradients() -> None:
    assert timings(together([30], [10, 40])) == [(0, 0, 1, 1, 30, 3.0), (0, 1, 2, 2, 50, 5.0)]


def test_cells_that_took_no_gradient_share_its_seconds_by_their_runs() -> None:
    assert timings(together([0], [0, 0], seconds=6.0)) == [(0, 0, 1, 1, 0, 2.0), (0, 1, 2, 2, 0, 4.0)]


def test_every_population_has_its_own_timings() -> None:
    found = timings(together([5], seconds=1.0), together([5], [15], seconds=2.0))
    assert [row[::5] for row in found] == [(0, 1.0), (1, 0.5), (1, 1.5)]


def test_the_trials_of_a_cell_in_a_population_have_one_timing() -> None:
    trained = together([30], [10])
    trained.trials[1].cell = a_cell(0)
    assert timings(trained) == [(0, 0, 2, 2, 40, 8.0)]


def accurate() -> Trial:
    """Three runs with accuracies, one of which diverged."""
    curves = {"loss": [[9.0, 1.0], [9.0, np.inf], [9.0, 4.0]], "accuracy": [[0.1, 0.5], [0.1, np.nan], [0.1, 0.9]]}
    part = a_trial(curves, cell=2, number=7, phase="tune", point={"optimizer.lr": 0.5, "objective.hidden": [3]})
    part.trace.test = {"accuracy": np.array([0.25, np.nan, 0.75]), "loss": np.array([1.0, np.nan, 2.0])}
    return part


def test_a_run_says_where_it_came_from_and_what_it_came_to() -> None:
    rows = run_rows(accurate(), Metric())
    assert [row["state"] for row in rows] == ["completed", "diverged", "completed"]
    assert rows[2] == {
        "cell": 2, "phase": "tune", "trial": 7, "seed": 2, "objective": "sphere", "optimizer": "c2",
        "schedule": "constant", "optimizer.lr": 0.5, "objective.hidden": "[3]", "loss": 4.0, "best_loss": 4.0,
        "accuracy": 0.9, "test_accuracy": 0.75, "test_loss": 2.0, "steps": 1, "evaluations": 1,
        "state": "completed", "problem": "p",
    }  # fmt: skip
    assert (rows[1]["loss"], rows[1]["best_loss"]) == (np.inf, 9.0)
    reached = [row["steps_to_target"] for row in run_rows(accurate(), Metric("steps_to_target", target=1.0))]
    assert reached == [1.0, np.inf, np.inf]


def test_a_trial_is_worth_its_metric_and_costs_the_steps_of_its_runs() -> None:
    row = trial_row(accurate(), Metric())
    assert (row["cell"], row["trial"], row["state"], row["value"], row["steps"]) == (2, 7, "complete", 4.0, 3)


def test_a_cell_says_what_its_runs_say_together() -> None:
    row = cell_row(Standing(accurate(), 8, 5, 1, 2, 1, best=3.0), Metric())
    counted = ("trials", "planned", "pruned_trials", "diverged_trials", "failed_trials", "best_value", "runs")
    assert tuple(row[name] for name in counted) == (5, 8, 1, 2, 1, 3.0, 3)
    assert tuple(row[name] for name in ("value", "value_low", "value_high", "value_level")) == (4, 1, np.inf, "range")
    assert tuple(row[name] for name in ("best_loss", "best_loss_low", "best_loss_high")) == (4, 1, 9)
    assert (row["diverged"], row["evaluations"]) == (1, 1)
    assert row["accuracy"] == pytest.approx(0.7), "of the runs that have one"
    assert row["accuracy_sd"] == pytest.approx(0.4 / math.sqrt(2))
    assert row["test_accuracy"] == 0.5
    assert "test_loss" not in row


def test_a_cell_that_has_not_begun_has_no_value() -> None:
    nobody = accurate()
    nobody.rows = slice(0, 0)
    row = cell_row(Standing(nobody), Metric())
    assert math.isnan(row["value"])
    assert (row["runs"], row["evaluations"], row["problem"]) == (0, 0, "p")


def test_where_a_cell_stands_that_was_not_tuned() -> None:
    part = a_trial({"loss": [[9.0, np.inf]]})
    found = standing(part, Metric())
    assert (found.trials, found.planned, found.diverged, found.failed) == (1, 1, 1, 0)
    assert (found.best, found.history) == (np.inf, [np.inf])
    part.trace.failure = "ValueError"
    assert (standing(part, Metric()).diverged, standing(part, Metric()).failed) == (0, 1)
    late = a_trial({"loss": [[9.0, 5.0]]})
    assert (standing(late, Metric("steps_to_target", target=1.0)).diverged) == 0, "not reached, not diverged"


def test_the_best_of_a_run_that_was_never_finite_is_what_it_showed() -> None:
    found = a_trial({"loss": [[9.0, np.inf], [-np.inf, np.nan], [np.nan, np.nan]]}).best("loss")
    np.testing.assert_array_equal(found, [9.0, -np.inf, np.nan])


def test_every_trial_has_its_place_in_the_files() -> None:
    """By cell and number, and those that confirm after those that tune, whatever population they were in."""
    order = [(0, "tune", 1), (0, "tune", 9), (0, "confirm", 1), (1, "tune", 0), (1, "confirm", 0)]
    parts = [a_trial({"loss": [[9.0]]}, cell=n, phase=phase, number=trial) for n, phase, trial in order]
    trained = [Population(part.trace, [part], {}, 1.0) for part in (parts[k] for k in (4, 1, 3, 2, 0))]
    assert [(part.cell.number, part.phase, part.number) for part in Outcome(trained, []).trials] == order


def test_a_run_that_came_to_its_end_is_completed_whoever_was_pruned_then() -> None:
    part = a_trial({"loss": [[9.0, 1.0], [9.0, np.inf], [9.0, 1.0], [9.0, 1.0]]})
    part.trace.pruned[:] = True
    part.trace.ended[2] = False
    assert part.states() == ["completed", "diverged", "pruned", "completed"]
    part.trace.pruned[2] = False
    assert part.states()[2] == "interrupted"
    part.trace.failure = "ValueError"
    assert part.states() == ["completed", "diverged", "failed", "completed"]
