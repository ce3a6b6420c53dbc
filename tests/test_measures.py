"""What records show of the training itself: by hand, and without touching it."""

import numpy as np
import pytest

import harness
from harness.cells.enumeration import enumerated
from harness.configs import settings
from harness.configs.compose import composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.optimizers.gradient_descent import SGD
from harness.running.engine import Engine
from harness.running.measures import MEASURES
from harness.running.plan import Planner
from harness.running.ranking import ranked_by
from objectives.functions.quadratics import Sphere

BOTH = "measure=[gradient_norm,update_ratio]"


def test_the_settings_name_what_there_is() -> None:
    assert set(settings.MEASURES) == set(MEASURES)


def test_by_hand() -> None:
    """On |x|^2 the gradient is 2 x, and SGD makes x (1 - 2 lr)."""
    engine = Engine(Sphere(), SGD(np.array([0.1, 0.2]), runs=2), np.array([0, 1]), 4, 4, measure=tuple(MEASURES))
    list(engine.advance())
    curves = engine.trace.curves
    np.testing.assert_allclose(curves["gradient_norm"], 2 * np.sqrt(curves["loss"]), rtol=1e-14)
    assert curves["update_ratio"][:, 0].tolist() == [0, 0], "nothing has moved yet"
    wanted = np.array([[0.2 / 0.8], [0.4 / 0.6]]) * np.ones(4)
    np.testing.assert_allclose(curves["update_ratio"][:, 1:], wanted, rtol=1e-14)


@pytest.mark.parametrize(
    "overrides",
    [
        ("optimizer=adam", "objective=mlp", "objective.batch_norm=true", "objective.hidden=[8]"),
        ("optimizer=sam", "optimizer.inner.lr=1e-4", "objective=gaussian_noise"),
        ("optimizer=armijo", "objective=rosenbrock", "seeds=[0]"),
    ],
)
def test_who_is_measured_does_not_notice(overrides: tuple[str, ...]) -> None:
    """Batch norm remembers what it is asked, noise is drawn by the step, and L-BFGS ends when its budget does."""
    plain, seen = (harness.run(*overrides, "steps=30", "records=7", *more) for more in ((), (BOTH,)))
    for name, curve in plain.curves.items():
        np.testing.assert_array_equal(seen.curves[name], curve)
    assert (seen.curves["gradient_norm"] > 0).all()
    assert (seen.curves["update_ratio"][:, 1:] > 0).all(), "a step that the budget did not pay for is no update"
    assert plain.runs[0]["evaluations"] == seen.runs[0]["evaluations"]


@pytest.mark.exact
@pytest.mark.parametrize("optimizer", ["lbfgs", "armijo"])
def test_what_is_measured_does_not_depend_on_neighbours(optimizer: str) -> None:
    """Some of these runs end before a step that their budget does not pay for, others after it; their noise is drawn
    by the step."""
    overrides = (f"optimizer={optimizer}", "objective=multiplicative_noise", "steps=31", BOTH)
    together = harness.run(*overrides, "seeds=[0,1,2,3,4,5]")
    for seed in range(6):
        alone = harness.run(*overrides, f"seeds=[{seed}]")
        for name in MEASURES:
            np.testing.assert_array_equal(alone.curves[name][0], together.curves[name][seed], err_msg=f"{name} {seed}")


def test_runs_that_leave_take_their_updates_with_them() -> None:
    """The first diverges; the ratio of the second is its own."""
    engine = Engine(Sphere(), SGD(np.array([1e200, 0.2]), runs=2), np.array([0, 1]), 4, 4, measure=("update_ratio",))
    list(engine.advance())
    assert engine.trace.diverged.tolist() == [True, False]
    np.testing.assert_allclose(engine.trace.curves["update_ratio"][1, 1:], 0.4 / 0.6, rtol=1e-14)


def test_a_trial_is_worth_its_gradient_and_nothing_is_worth_its_ratio() -> None:
    overrides = ("optimizer=sgd", "optimizer.lr=0.001,0.1", "objective=sphere", "steps=20")
    found = harness.sweep(*overrides, "metric=gradient_norm")
    slow, fast = found.cells
    assert 0 < fast["value"] < slow["value"]
    assert fast["value"] == np.median([run["gradient_norm"] for run in found.runs if run["cell"] == 1])
    with composer() as source:
        cells = enumerated(source, parse(*overrides, "metric=gradient_norm"))
        assert ranked_by(cells, Planner()).maximise is False
    with pytest.raises(UserError, match="neither more nor less of it is better"):
        harness.sweep(*overrides, "metric=update_ratio")
    with pytest.raises(UserError, match=r"measure must be a list of gradient_norm, update_ratio; got 'sharpness'"):
        harness.run("measure=sharpness")
