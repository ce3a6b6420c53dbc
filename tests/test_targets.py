"""Absolute targets: what they are, who reached them when, and that nobody else's part changes a score."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.answers.profiles import Profile, reached, spent, targets
from harness.results.profiles import profiles
from harness.results.targets import goals, ladder
from tests.support import ONCE

SWEEP = ("objective=sphere,booth", "steps=60", "seeds=6", "records=60")


def test_targets_are_gaps_to_a_known_minimum_and_else_shares_of_the_loss() -> None:
    assert targets([-1.0], -3.0)[[0, -1]].tolist() == pytest.approx([-2.8, -3 + 2e-8])
    assert targets([2.0, 4.0], None).tolist() == [2.0 / 2**k for k in range(1, 9)]
    assert targets([np.nan, 3.0, 4.0], 3.0)[0] == pytest.approx(3.1), "seeds that start nowhere, or at the minimum"
    assert not len(targets([3.0, 3.0], 3.0))
    assert not len(targets([-1.0], None)), "a share of a negative loss means nothing"


def test_what_diverged_reaches_nothing() -> None:
    best, goal = np.array([0.5, 0.01, np.nan]), np.array([1.0, 0.1])
    assert reached(best, np.array([False, False, False]), goal) == pytest.approx(3 / 6)
    assert reached(best, np.array([False, True, True]), goal) == pytest.approx(1 / 6)
    losses = np.array([[9.0, 0.5, 2.0], [9.0, 0.5, np.nan]])
    costs = np.array([[0, 1, 2], [0, 1, -1]])
    assert spent(losses, costs, np.array([False, True]), goal).tolist() == [[1, np.inf], [np.inf, np.inf]]


def test_a_profile_counts_problems_alike_and_never_falls() -> None:
    profile = Profile({"a": np.array([[1.0, 2.0], [3.0, np.inf]]), "b": np.array([[5.0]])})
    assert profile.at(np.array([0, 1, 2, 3, 5, 1e9])).tolist() == pytest.approx([0, 0.125, 0.25, 0.375, 0.875, 0.875])


def test_scores_of_a_sweep_follow_from_its_files() -> None:
    found = harness.sweep(*SWEEP, "optimizer=sgd,adam", "optimizer.lr=0.1")
    (sphere, booth), at_end = found.answer, np.array([1e9])
    made = profiles(found)
    assert list(made) == ["sgd", "adam"]
    for name in made:
        shares = [one.evidence.targets[list(one.evidence.names).index(name)] for one in (sphere, booth)]
        assert made[name].at(at_end)[0] == pytest.approx(np.mean(shares)), "the end of the profile is the score"
    assert found.answer.overall is not None
    assert {line.name: line.targets for line in found.answer.overall.lines} == {
        name: pytest.approx(float(made[name].at(at_end)[0])) for name in made}  # fmt: skip
    start = found.summary["problems"][sphere.evidence.problem]["loss"][0]
    assert goals(found.summary, found.cells[0])[0] == pytest.approx(start / 10)
    by = profiles(found, "evaluations")["sgd"].problems["sphere"]
    assert np.nanmin(by) >= 0
    steps = np.arange(0, 61, 10)
    assert (np.diff(made["sgd"].at(steps)) >= 0).all()
    assert 0 < made["sgd"].at(steps)[1] < made["sgd"].at(steps)[-1]


def test_a_competitor_added_changes_nobodys_score() -> None:
    """Newton's method, so to speak: sphere in one step."""
    few = harness.sweep(*SWEEP, "optimizer=sgd", "optimizer.lr=0.1,0.01")
    more = harness.sweep(*SWEEP, "optimizer=sgd", "optimizer.lr=0.1,0.01,0.5")
    assert few.answer.overall is not None
    assert more.answer.overall is not None
    before, after = ({line.name: line.targets for line in one.answer.overall.lines} for one in (few, more))  # type: ignore[union-attr]
    assert len(after) == 3
    assert {name: after[name] for name in before} == before
    budgets = np.arange(0, 61)
    for name, profile in profiles(few).items():
        assert profile.at(budgets).tolist() == profiles(more)[name].at(budgets).tolist()


def test_on_data_the_lowest_loss_is_no_minimum() -> None:
    nets = ("objective=softmax_regression", "dataset=iris", "objective.batch_size=32", "steps=20")
    found = harness.sweep(*nets, "optimizer=sgd,adam", "seeds=2")
    cell = found.cells[0]
    start = found.summary["problems"][cell["problem"]]["loss"][0]
    assert goals(found.summary, cell)[0] == pytest.approx(start / 2)
    assert ladder(found.summary, cell) == "1/2 to 1/256 of the loss at the start"


def test_the_runs_that_speak_are_scored() -> None:
    found = harness.sweep("objective=sphere,booth", "optimizer=sgd,adam", "trials=3", "seeds=2", "confirm=3", *ONCE)
    for cost in profiles(found)["sgd"].problems.values():
        assert cost.shape == (3, 8)


def test_the_answer_command_says_all_together_first(tmp_path: Path) -> None:
    found = harness.sweep(*SWEEP, "optimizer=sgd,adam")
    command = [sys.executable, "-m", "harness.answer", str(found.folder)]
    text = subprocess.run(command, capture_output=True, text=True, check=False)
    assert text.stdout.splitlines()[0] == "No verdict over all is possible: 2 cells need 6 problems; there are 2"
    data = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    assert json.loads(data.stdout)["overall"]["needs"] == 6
