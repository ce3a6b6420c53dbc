"""Steps to a target: what was not reached in time is censored, what diverged never reaches it, and ties are ties."""

import io
import math
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import harness
from harness.answers.answer import Answer, Answers, answered
from harness.answers.evidence import Evidence
from harness.answers.scale import BEYOND, Scale
from harness.answers.sensitivity import regret
from harness.results.answers import answers
from harness.results.censoring import arrived, ends
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.trace import Trace
from harness.results.trial import Trial
from harness.screens.tables import show
from harness.text.numbers import plain
from objectives.arrays import Array
from tests.support import a_cell

STEPS = Metric("steps_to_target")
ROSENBROCK = ("objective=rosenbrock", "metric=steps_to_target", "target=1", "records=100", "steps=200")


def told(values: Any, **options: Any) -> Answer:
    found: Array = np.asarray(values, dtype=np.float64)
    names = list("abcdef")[: found.shape[1]]
    about = {"target": True, "limits": [1000] * len(names)} | options
    return answered(Evidence("p", names, found, Scale("steps"), **about))


def screen(results: Results, width: int = 120) -> list[str]:
    out = Console(width=width, file=io.StringIO())
    show(results, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_one_that_is_censored_has_the_largest_rank_and_two_tie() -> None:
    """Of six pairs a reaches it later in one, by little; b is censored in four. In the last both are."""
    one = told([[100, BEYOND], [200, BEYOND], [300, BEYOND], [10, BEYOND], [11, 10], [BEYOND, BEYOND]])
    (pair,) = one.verdict.pairs
    assert (pair.wins, pair.losses) == (4, 1)
    assert pair.p == pytest.approx(2 * 2 / 2**5), "five are ranked, the negative one lowest"
    far = told([[100, BEYOND], [1, BEYOND], [300, BEYOND], [10, BEYOND], [BEYOND, 10], [11, 10]])
    assert far.verdict.pairs[0].balance == pytest.approx((4 * 4 - 4 - 1) / 21), "equal ranks, whatever the other side"


def test_what_diverged_is_worse_than_what_was_not_reached_in_time() -> None:
    one = told([[BEYOND, np.inf]] * 6)
    assert one.verdict.pairs[0].winner == 0
    assert one.headline == "No run reached the target"
    mixed = told([[100 + k, BEYOND, np.inf] for k in range(12)])
    assert mixed.headline == "a wins"
    assert [line.state for line in mixed.lines] == ["", "not reached", "never reached"]


def test_one_lucky_replicate_wins_nothing() -> None:
    """Of twelve tunings one reached the target, and the rivals' none: p = 1."""
    found = told([[100, BEYOND, np.inf]] + [[BEYOND, BEYOND, np.inf]] * 11)
    assert found.verdict.pair(0, 1).p == 1
    assert found.headline == "a is unbeaten, b open against it"
    assert not found.decided
    loss = answered(Evidence("p", "ab", np.array([[1.0, np.inf]] + [[np.inf, np.inf]] * 11), Scale("log")))
    assert loss.headline == "a is unbeaten, b open against it"


def test_values_and_effects_in_words() -> None:
    sides = [[300.5, np.inf], [301, BEYOND], [300, np.inf]] * 4
    rows = [[100.0, b, BEYOND, d] for b, d in sides]
    found = told(rows, arrived=[1, 0.996, 0.08, 0], diverged=[0, 0, 0, 0.9], limits=[1000, 1000, 500, 1000])
    lines = [text.split("  ") for text in repr(found).splitlines()[1:5]]
    assert [[word.strip() for word in line if word.strip()] for line in lines] == [
        ["a", "100", "100 % reached it"],
        ["b", "300.5 (300 to 301)", "3x as many steps [3, 3]", "beaten", ">99 % reached it"],
        ["c", "> 500", "not reached", "8 % reached it"],
        ["d", "never (> 1,000 to never)", "not reached", "0 % reached it, 90 % diverged"],
    ]
    assert "a is faster in 12 of 12" in [line.wins for line in found.lines]
    half = told([[100, 200]] * 5 + [[100, BEYOND]] * 7)
    assert half.lines[1].effect == "not reached [2, not reached]"
    assert half.lines[1].value == BEYOND
    even = told([[100, BEYOND], [BEYOND, 100]] * 6)
    assert even.lines[1].effect.startswith("undetermined")


def test_the_data_has_texts_for_what_was_not_reached() -> None:
    found = plain(Answers([told([[100, BEYOND, np.inf]] * 12)]).data())["answers"][0]
    assert [cell["value"] for cell in found["cells"]] == [100, "> 1,000", "inf"]
    assert found["pairs"][0]["difference"] == "inf"
    assert found["scale"]["kind"] == "steps"


def test_one_cell_says_its_median() -> None:
    assert told([[BEYOND]] * 6).headline == "No run reached the target"
    alone = told([[100]] * 4 + [[BEYOND]] * 2)
    assert alone.headline == "a: 100 (95 % interval 100 to > 1,000 over 6 tunings); one cell, no verdict"


@pytest.mark.parametrize(
    ("metric", "runs", "lost", "found"),
    [
        (STEPS, 10, 0, [BEYOND, BEYOND, BEYOND]),
        (STEPS, 10, 1, [BEYOND, BEYOND, BEYOND]),  # of ten the interval ends at the second from above
        (STEPS, 10, 2, [BEYOND, BEYOND, math.inf]),
        (STEPS, 10, 4, [BEYOND, BEYOND, math.inf]),
        (STEPS, 10, 5, [BEYOND, math.inf, math.inf]),
        (STEPS, 10, 9, [math.inf, math.inf, math.inf]),
        (STEPS, 3, 1, [BEYOND, BEYOND, math.inf]),
        (STEPS, 3, 2, [BEYOND, math.inf, math.inf]),
        (Metric("steps_to_target", "mean"), 3, 1, [BEYOND, math.inf, math.inf]),
        (Metric("loss"), 10, 0, [math.inf, math.inf, math.inf]),
    ],
)
def test_an_infinite_number_is_of_the_runs_that_decide_it(
    metric: Metric, runs: int, lost: int, found: list[float]
) -> None:
    cell = {"value": math.inf, "value_low": math.inf, "value_high": math.inf, "runs": runs, "diverged": lost}
    assert ends(cell, metric, "value_low", "value", "value_high") == found
    assert ends({**cell, "value": 7.0}, metric, "value") == [7.0]


def test_a_sweep_tells_late_from_diverged() -> None:
    """Of the seeds of one cell all are late, of the other all diverge."""
    found = harness.sweep(*ROSENBROCK, "optimizer=sgd", "optimizer.lr=1e-9,1e3,1e-3", "seeds=7")
    (one,) = found.answer
    assert one.evidence.scale == Scale("steps")
    states = {line.name: line.state for line in one.lines}
    assert (states["lr=1e-09"], states["lr=1000.0"]) == ("not reached", "never reached")
    lines = screen(found)
    assert not [line for line in lines if " inf" in line]
    (late,) = [line for line in lines if line.startswith("1e-09")]
    (lost,) = [line for line in lines if line.startswith("1000.0")]
    assert "> 200" in late
    assert "never" in lost
    shares = {line.name: line.reached for line in one.lines}
    reached = [run for run in found.runs if run["cell"] == 2 and math.isfinite(run["steps_to_target"])]
    assert shares == {"lr=1e-09": 0, "lr=1000.0": 0, "lr=0.001": len(reached) / 7}
    assert arrived([]) == 0


def test_a_table_tells_the_steps_of_its_own_runs() -> None:
    """Sam takes two gradients a step, and makes half the steps."""
    lines = screen(
        harness.sweep(*ROSENBROCK, "optimizer=sam", "optimizer.inner.lr=1e-9", "optimizer.rho=0.1,0.2", "seeds=3")
    )
    rows = [line for line in lines if line.startswith(("0.1", "0.2"))]
    assert len(rows) == 2
    assert all("> 100" in row for row in rows)


def test_tunings_are_compared_by_their_censored_medians() -> None:
    found = harness.sweep(*ROSENBROCK, "optimizer=sgd,adam,sam", "trials=3", "replicates=6", "seeds=3")
    (one,) = found.answer
    assert list(one.evidence.limits) == [200, 200, 100], "sam takes two gradients a step"
    gone = {"state": "diverged", "steps_to_target": math.inf}
    lost = [{**run, **gone} if run["cell"] == 1 else run for run in found.runs]
    cells = [{**cell, "value": math.inf, "diverged": 10} if cell["cell"] == 1 else cell for cell in found.cells]
    again = answers(found.summary, lost, cells)[0]
    assert np.isinf(again.evidence.values[:, 1]).all()
    late = [{**cell, "value": math.inf, "diverged": 4} if cell["cell"] == 1 else cell for cell in found.cells]
    assert (answers(found.summary, found.runs, late)[0].evidence.values[:, 1] == BEYOND).all()
    assert not [line for line in screen(found) if " inf" in line]


def test_the_middle_of_late_and_reached_is_late() -> None:
    """The median of runs, half of which reached the target, lies between a number and BEYOND."""
    assert Scale("steps").of(np.array([(10 + BEYOND) / 2, np.inf, 100])).tolist() == [BEYOND, np.inf, 2.0]
    found = regret(np.array([(10 + BEYOND) / 2]), np.array([10.0]), Scale("steps"))
    assert found is not None
    assert Scale("steps").told(found.value) == "not reached"


def test_what_was_late_ranks_before_what_diverged() -> None:
    """In tuning and in the table, though Optuna and the files know both by the same infinity."""
    trace = Trace(np.arange(4), np.array([0, 10]))
    trace.curves["loss"] = np.array([[9.0, 8.0], [9.0, np.nan], [9.0, 0.5], [9.0, 7.0]])
    trace.records, trace.diverged = 2, np.array([False, True, False, False])
    by = Metric("steps_to_target", "median", 1.0)
    late, lost, reached = (Trial(a_cell(), (0,), trace=trace, rows=slice(k, k + 1)) for k in range(3))
    assert by.of_runs(late) == by.of_runs(lost) == np.inf
    assert by.rank_of(reached) < by.rank_of(late) < by.rank_of(lost)
    found = harness.sweep("objective=rosenbrock", "optimizer=sgd,adam", "metric=steps_to_target", "target=1e-9",
                          "steps=60", "seeds=6", "optimizer.lr=0.01")  # fmt: skip
    assert found.answer[0].headline == "No run reached the target"
    table = [line for line in screen(found) if line.startswith(("adam ", "sgd "))]
    assert [line.split()[0] for line in table] == ["adam", "sgd"], "sgd diverges"


def test_a_typical_run_that_did_not_reach_it_is_said_as_such() -> None:
    rows = [[BEYOND, BEYOND]] * 12
    assert told(rows, arrived=[0.1, 0.0]).headline == "No cell reached the target in a typical run of any tuning"
    pairs = told([[BEYOND, np.inf]] * 12, arrived=[0.1, 0.0]).data()["pairs"]
    assert [pair["winner"] for pair in pairs] == [None], "no verdict, no winner"
