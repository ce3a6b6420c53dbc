"""What every objective promises, for every file in conf/objective."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from harness.configs.compose import Composer
from objectives.arrays import Array, Params
from objectives.base import Objective
from objectives.data import digits
from objectives.functions.analytic import Analytic
from objectives.functions.curved_valleys import ExtendedRosenbrock, Rosenbrock
from objectives.functions.many_minima import Ackley, Michalewicz
from objectives.functions.quadratics import Discus, Ellipsoid, Sphere
from objectives.functions.wells import Shekel
from objectives.learning.mlp import MLP
from objectives.random import generator
from objectives.wrappers.noise import GaussianNoise
from tests.support import build, options

ANALYTIC = options("objective", lambda cls: issubclass(cls, Analytic))
OTHERS = [name for name in options("objective") if name not in ANALYTIC]


def check_gradient(objective: Objective, seeds: Array, step: int, epsilon: float = 1e-6) -> None:
    """Central differences along random directions, several runs at once. Their error is epsilon^2 f''' / 6 from
    truncation and about 1e-16 f / epsilon from rounding: 1e-6 relative leaves room for both.
    """
    rng = generator(0, "test")
    start = {name: p + 0.05 * rng.standard_normal(p.shape) for name, p in objective.init(seeds).items()}
    params = ordered(objective, start)
    for trial in range(3):
        rng = generator(trial, "direction")
        direction = {name: rng.standard_normal(p.shape) for name, p in params.items()}
        shifted = [
            objective.loss_and_grads({n: p + sign * epsilon * direction[n] for n, p in params.items()}, step, seeds)[0]
            for sign in (1, -1)
        ]
        loss, grads = objective.loss_and_grads(params, step, seeds)
        slope = sum(np.sum((grads[n] * direction[n]).reshape(len(seeds), -1), axis=1) for n in params)
        scale = np.maximum(np.abs(slope), np.abs(loss) * 1e-3)
        error = np.abs((shifted[0] - shifted[1]) / (2 * epsilon) - slope) / scale
        assert error.max() < 1e-6, f"{objective}: slope {slope}, differences off by {error}"
        assert {n: g.shape for n, g in grads.items()} == {n: p.shape for n, p in params.items()}


def ordered(objective: Objective, params: Params) -> Params:
    return {name: np.asarray(p, order=objective.order) for name, p in params.items()}


@pytest.mark.parametrize("objective_name", OTHERS)
def test_gradients_agree_with_central_differences(source: Composer, objective_name: str) -> None:
    """Those of analytic functions are certified (test_certify)."""
    objective = build(
        source, "objective", objective_name, dtype="float64", sigma=0.0, density=1.0, delay=0, activation="tanh"
    )
    check_gradient(objective, np.arange(4), step=3)


@pytest.mark.parametrize("objective_name", ANALYTIC)
def test_starts_lie_in_the_box_and_are_the_published_one_for_seed_0(source: Composer, objective_name: str) -> None:
    objective = build(source, "objective", objective_name)
    starts = objective.init(np.arange(50))["x"]
    np.testing.assert_array_equal(starts[0], np.resize(objective.published_start, objective.dim))
    low, high = np.broadcast_to(np.asarray(objective.start_box), (objective.dim, 2)).T
    assert ((starts >= low) & (starts <= high)).all()
    assert len(np.unique(starts, axis=0)) == 50


@pytest.mark.exact
@pytest.mark.parametrize("objective_name", OTHERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_run_ignores_its_neighbours(source: Composer, objective_name: str, dtype: str) -> None:
    """Loss, gradients and metrics alone (computed twice where the runs are contiguous), and among others. That of
    analytic functions is certified (test_certify).
    """
    objective = build(source, "objective", objective_name, dtype=dtype, activation="gelu")
    many = np.array([4, 0, 9, 2, 2, 7, 1, 3])
    params = ordered(objective, objective.init(many))
    together = observe(objective, params, many)
    for rows in ([4, 4], [0, 7], [2, 5, 1]):
        fresh = build(source, "objective", objective_name, dtype=dtype, activation="gelu")
        some = {name: np.asarray(p[rows], order=objective.order) for name, p in params.items()}
        for part, whole in zip(observe(fresh, some, many[rows]), together, strict=True):
            assert part.dtype == whole.dtype
            np.testing.assert_array_equal(part, whole[rows])


def observe(objective: Objective, params: Params, seeds: Array) -> list[Array]:
    loss, grads = objective.loss_and_grads(params, 5, seeds)
    metrics = [objective.evaluate(params, split) for split in objective.splits]
    assert str(loss.dtype) == str(next(iter(params.values())).dtype)
    return [loss, *grads.values(), *(value for found in metrics for value in found.values())]


@pytest.mark.exact
def test_the_same_seed_meets_the_same_start_and_the_same_randomness(source: Composer, objective_name: str) -> None:
    one, other = (build(source, "objective", objective_name) for _ in range(2))
    seeds = np.array([3, 8, 3])
    params = ordered(one, one.init(seeds))
    for name, p in other.init(np.array([3])).items():
        np.testing.assert_array_equal(p[0], params[name][0])
        np.testing.assert_array_equal(p[0], params[name][2])
    loss, grads = one.loss_and_grads(params, 11, seeds)
    again, _ = other.loss_and_grads(ordered(other, other.init(seeds[::-1])), 11, seeds[::-1])
    np.testing.assert_array_equal(loss, again[::-1])
    for g in grads.values():
        np.testing.assert_array_equal(g[0], g[2])


def test_objectives_without_noise_repeat_themselves_and_others_do_not(source: Composer) -> None:
    noisy = GaussianNoise(Sphere(dim=3), sigma=0.5)
    params = noisy.init(np.arange(2))
    g1, g2, g1_again = (noisy.loss_and_grads(params, step, np.arange(2))[1]["x"] for step in (1, 2, 1))
    assert (g1 != g2).all()
    assert (g1[0] != g1[1]).all()
    np.testing.assert_array_equal(g1, g1_again)
    exact = Sphere(dim=3).loss_and_grads(params, 0, np.arange(2))
    np.testing.assert_array_equal(noisy.loss_and_grads(params, 0, np.arange(2))[0], exact[0])


def test_every_tensor_has_noise_of_its_own() -> None:
    exact, seeds = MLP(digits(), [64], dtype="float64"), np.array([4])
    params = exact.init(seeds)
    noisy = GaussianNoise(exact, sigma=1.0).loss_and_grads(params, 2, seeds)[1]
    added = [(noisy[n] - g).ravel() for n, g in exact.loss_and_grads(params, 2, seeds)[1].items()]
    everything = np.concatenate(added)
    assert len(np.unique(everything.round(6))) > 0.99 * everything.size
    assert everything.std() == pytest.approx(1, abs=0.05)


def test_noise_has_the_stated_size() -> None:
    noisy = GaussianNoise(Sphere(dim=2, start=[0.0, 0.0]), sigma=0.5)
    seeds = np.arange(100)
    params = noisy.init(seeds)
    drawn = np.concatenate([noisy.loss_and_grads(params, step, seeds)[1]["x"].ravel() for step in range(100)])
    assert abs(drawn.mean()) < 4 * 0.5 / np.sqrt(drawn.size)  # four standard errors
    assert drawn.std() == pytest.approx(0.5, rel=4 / np.sqrt(2 * drawn.size))
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4 / np.sqrt(drawn.size)


def test_the_published_value_of_the_chained_rosenbrock_in_ten_dimensions() -> None:
    ten = Rosenbrock(dim=10)
    assert ten.evaluate(ten.init(np.array([0])), "validation")["loss"][0] == pytest.approx(2057)


def test_the_chained_rosenbrock_has_a_second_minimum_from_dim_4_on() -> None:
    four = Rosenbrock(dim=4)

    def value_and_gradient(x: Array) -> tuple[float, Array]:
        value, gradient = four.value_and_gradient(x[None])
        return float(value[0]), gradient[0]

    found = minimize(value_and_gradient, [-1.0, 1.0, 1.0, 1.0], jac=True, method="BFGS", options={"gtol": 1e-8})
    assert np.linalg.norm(found.jac) < 1e-6
    assert found.fun == pytest.approx(3.70142861, abs=1e-7)
    np.testing.assert_allclose(found.x, [-0.775659, 0.613093, 0.382063, 0.145972], atol=1e-5)
    assert np.linalg.eigvalsh(np.linalg.inv(found.hess_inv)).min() > 0


def test_the_ellipsoid_has_the_condition_it_says() -> None:
    scale = Ellipsoid(dim=5, condition=1e4).value_and_gradient(np.ones((1, 5)))[1][0]
    assert scale.max() / scale.min() == pytest.approx(1e4)


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda: Rosenbrock(dim=1), "Rosenbrock.dim must be an integer of at least 2; got 1"),
        (lambda: ExtendedRosenbrock(dim=3), "dim must be an integer of at least 2 and a multiple of 2; got 3"),
        (lambda: Shekel(dim=5), "Shekel.dim must be 4; got 5"),
        (lambda: Shekel(terms=6), "Shekel.terms must be 5, 7 or 10; got 6"),
        (lambda: Michalewicz(steepness=0), "Michalewicz.steepness must be an integer of at least 1; got 0"),
        (lambda: Discus(condition=0.0), "Discus.condition must be a number of at least 1; got 0.0"),
        (lambda: Ackley(start=[0.0, 40.0]), r"Ackley.start must lie in the domain \(-32.768, 32.768\); got \[0.0, 40"),
        (lambda: Rosenbrock(dim=2.0), "got 2.0"),  # type: ignore[arg-type]
        (lambda: Rosenbrock(dim=True), "got True"),
        (lambda: Rosenbrock(start=[1.0]), r"Rosenbrock.start must be 2 numbers; got \[1.0\]"),
        (lambda: Rosenbrock(start="ab"), "Rosenbrock.start must be a list of numbers or null; got 'ab'"),
        (lambda: Rosenbrock(start=[1.0, float("nan")]), "must be 2 numbers"),
        (lambda: Rosenbrock(dtype="float16"), "float32 or float64"),  # type: ignore[arg-type]
        (lambda: Ellipsoid(condition=0.5), "Ellipsoid.condition must be a number of at least 1; got 0.5"),
        (lambda: Ellipsoid(condition="x"), "got 'x'"),  # type: ignore[arg-type]
        (lambda: GaussianNoise(Sphere(), sigma=-1), "GaussianNoise.sigma must be a number of at least 0; got -1"),
        (lambda: GaussianNoise("sphere"), "GaussianNoise.inner must be an Objective"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_refused(make_it: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_it()
