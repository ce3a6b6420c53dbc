"""Problems defined by their noise: what papers say about them, and what was published."""

import numpy as np
import pytest

import harness
from objectives.functions.noisy_quadratic import NoisyQuadratic
from objectives.functions.quadratic_deep import QuadraticDeep
from objectives.functions.reddi import ReddiCounterexample
from tests.reference.deepobs_quadratic_deep import held_out_losses
from tests.reference.problems import SEEDS


@pytest.mark.parametrize(("lr", "batch_size"), [(0.5, 1), (1.5, 8)])
def test_sgd_on_the_noisy_quadratic_has_the_closed_form_risk(lr: float, batch_size: int) -> None:
    """E theta^2 -> (1 - lr h)^2 E theta^2 + lr^2 h / batch_size (Zhang et al. 2019)."""
    seeds, steps = np.arange(400), 60
    objective = NoisyQuadratic(dim=50, batch_size=batch_size)
    h = 1 / np.arange(1, 51)
    params, square = objective.init(seeds), np.ones(50)
    for step in range(steps + 1):
        losses = objective.evaluate(params, "validation")["loss"]
        if step in (0, 1, 10, steps):
            error = losses.std(ddof=1) / np.sqrt(len(seeds))
            assert abs(losses.mean() - np.sum(h * square) / 2) < 3 * error, f"step {step}"
            assert error < 0.05 * losses.mean()
        _, grads = objective.loss_and_grads(params, step, seeds)
        params["theta"] -= lr * grads["theta"]
        square = (1 - lr * h) ** 2 * square + lr**2 * h / batch_size


@pytest.mark.parametrize(("draw", "start"), [(0, 353.44676), (9, 274.10125), (10, 413.60794), (48, 372.84896)])
def test_quadratic_deep_starts_where_the_published_files_do(draw: int, start: float) -> None:
    objective = QuadraticDeep(draw)
    assert objective.evaluate(objective.init(SEEDS), "test")["loss"] == pytest.approx([start] * 2, rel=1e-6)
    assert (objective.digest == QuadraticDeep().digest) == (draw == 0)


@pytest.mark.parametrize(("orders", "others"), [(12, 6), pytest.param(40, 20, marks=pytest.mark.slow)])
def test_quadratic_deep_reproduces_the_published_curves(orders: int, others: int) -> None:
    """Some orders of the examples here, others in the reference; the published are one order (seed 43)."""
    results = harness.sweep("experiment=deepobs_quadratic_deep", f"seeds={orders}")
    momentum = (0.6675153010433379, 0.8404787556510415)
    reference = [
        [held_out_losses(seed, 0.015375920235481748) for seed in range(others)],
        [held_out_losses(seed, 0.011040511903162242, momentum) for seed in range(others)],
    ]
    published = [{1: 105.21397, 2: 102.8607, 100: 87.20708}, {1: 271.1830, 2: 209.1611, 100: 87.22511}]
    for cell, theirs, curve in zip((0, 1), np.array(reference), published, strict=True):
        rows = [k for k, run in enumerate(results.runs) if run["cell"] == cell]
        ours = results.curves["loss"][rows]
        assert (len(ours), len(theirs)) == (orders, others)
        np.testing.assert_array_equal(results.curves["step"][rows[0]], 7 * np.arange(101))
        np.testing.assert_allclose(ours[:, 0], theirs[0, 0], rtol=1e-6)
        for epoch, value in curve.items():
            one, other = ours[:, epoch], theirs[:, epoch]
            error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
            assert abs(one.mean() - other.mean()) < 2 * error, f"cell {cell}, epoch {epoch}"
            assert one.mean() == pytest.approx(value, rel=0.005)
            assert abs(one.mean() - value) < 3 * one.std(ddof=1), f"cell {cell}, epoch {epoch}: not one of these"
        assert [results.runs[k]["test_loss"] for k in rows] == pytest.approx(ours[:, 100])


def test_quadratic_deep_validates_on_data_of_its_own_unless_told_to() -> None:
    own, published = QuadraticDeep(), QuadraticDeep(validate_on="test")
    params = own.init(SEEDS)
    losses = [o.evaluate(params, s)["loss"][0] for o in (own, published) for s in ("validation", "test")]
    assert losses[0] != losses[1] == losses[2] == losses[3]


@pytest.mark.parametrize("stochastic", [False, True])
def test_the_counter_example_has_the_stated_slopes(stochastic: bool) -> None:
    objective = ReddiCounterexample(4.0, 1.5, 3, stochastic)
    params = {"x": np.array([[0.5], [-0.25]])}
    seen = [objective.loss_and_grads(params, step, SEEDS) for step in range(3000)]
    slopes = np.array([grads["x"][:, 0] for _, grads in seen])
    assert set(np.unique(slopes)) == {4.0, -1.5}
    if not stochastic:
        assert slopes[:6].T.tolist() == [[4, -1.5, -1.5, 4, -1.5, -1.5]] * 2
    mean = np.mean([loss for loss, _ in seen], axis=0)
    room = 4 * slopes.std() / np.sqrt(3000) if stochastic else 1e-12
    np.testing.assert_allclose(mean, objective.evaluate(params, "validation")["loss"], atol=room)
    low = objective.evaluate({"x": np.array([[-1.0], [-7.0], [np.inf]])}, "validation")["loss"]
    np.testing.assert_array_equal(low, [objective.minimum, objective.minimum, np.inf])


def test_adam_goes_to_the_worst_point_of_the_counter_example() -> None:
    results = harness.sweep("experiment=reddi_counterexample")
    cells = [[run for run in results.runs if run["cell"] == k] for k in range(4)]
    x = [results.curves["path"][[k for k, run in enumerate(results.runs) if run["cell"] == c], :, 0] for c in range(4)]
    for k, name in ((0, "sgd"), (1, "adagrad"), (3, "adam")):
        assert cells[k][0]["optimizer"] == name
        assert (x[k][:, -1] < x[k][:, 0]).all(), f"{name} does not go down"
    assert [run["loss"] for run in cells[0]] == pytest.approx([-1 / 3] * 8)
    assert [run["loss"] for run in cells[3]] == pytest.approx([-1 / 3] * 8)
    assert (cells[2][0]["optimizer"], cells[2][0]["optimizer.beta2"]) == ("adam", 0.1)
    assert [run["loss"] for run in cells[2]] == pytest.approx([1 / 3] * 8), "the highest loss of the domain"
    # after a period v repeats itself, so the drift per period is lr (-3/sqrt(v1) + 1/sqrt(v2) + 1/sqrt(v3))
    v3 = (0.9 + 0.1 * (0.9 + 0.1 * 0.9 * 9)) / (1 - 0.1**3)
    v1 = 0.1 * v3 + 0.9 * 9
    v2 = 0.1 * v1 + 0.9
    drift = 0.01 * (-3 / np.sqrt(v1) + 1 / np.sqrt(v2) + 1 / np.sqrt(v3))
    assert drift > 0
    np.testing.assert_allclose((x[2][:, -1] - x[2][:, 25]) / 500, drift, rtol=1e-3)
