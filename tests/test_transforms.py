"""Objectives made of objectives: the chain rule, instances, what optimizers see of them, and plain functions."""

import math
from typing import Any

import numpy as np
import pytest

import harness
from harness.command import main
from harness.configs.compose import Composer
from harness.running.contract import probe
from harness.running.fingerprint import fingerprint
from objectives.arrays import Array, Params
from objectives.base import Objective
from objectives.data import digits
from objectives.formulas.function import Function
from objectives.functions.analytic import Analytic
from objectives.functions.curved_valleys import Rosenbrock
from objectives.functions.quadratics import Ellipsoid, Sphere
from objectives.learning.mlp import MLP
from objectives.wrappers.around import Around
from objectives.wrappers.noise import (
    DelayedGradients,
    GaussianNoise,
    MultiplicativeNoise,
    SparseGradients,
    StudentNoise,
)
from objectives.wrappers.transforms import Condition, Rescale, Rotate, Shift
from tests.support import build

SEEDS = np.arange(4)
NAMES = ("rotate", "condition", "rescale", "shift", "gaussian_noise", "student_noise", "multiplicative_noise",
         "sparse_gradients", "delayed_gradients")  # fmt: skip


def losses(objective: str, optimizer: str, *more: str) -> Array:
    run = harness.run(f"objective={objective}", f"optimizer={optimizer}", "steps=60", "seeds=2", *more)
    found: Array = run.curves["loss"]
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("inner", ["ellipsoid", "rotate", "gaussian_noise", "mlp"])
def test_they_compose(source: Composer, name: str, inner: str) -> None:
    more = ["objective@objective.inner.inner=sphere"] if inner in ("rotate", "gaussian_noise") else []
    small = ["objective.inner.hidden=[3]", "objective.inner.batch_size=8"] if inner == "mlp" else []
    found = harness.run(f"objective={name}", f"objective@objective.inner={inner}", *more, *small, "steps=3", "seeds=2")
    assert found.summary["runs"]["completed"] == 2


def test_every_instance_has_a_fingerprint_of_its_own() -> None:
    inner = Rosenbrock(dim=3)
    made: list[Objective] = [inner, *(cls(inner, instance=k) for cls in (Rotate, Shift, Condition) for k in (0, 1))]
    made += [Condition(inner, condition=9.0), Condition(inner, rotated=False), Rescale(inner, value=2.0)]
    made += [Rescale(inner, length=2.0), GaussianNoise(inner), GaussianNoise(inner, instance=1)]
    made += [StudentNoise(inner), MultiplicativeNoise(inner), SparseGradients(inner, 0.9), SparseGradients(inner, 0.5)]
    found = [fingerprint(objective, {}) for objective in made]  # the same config: only the numbers tell them apart
    assert len({str(one) for one in found}) == len(made)


@pytest.mark.parametrize("cls", [Rotate, Condition])
def test_turned_coordinates_start_at_the_same_value_and_have_the_chain_rule(cls: Any) -> None:
    inner = Ellipsoid(dim=5, condition=100)
    turned = cls(inner)
    params = turned.init(SEEDS)
    value, grads = turned.loss_and_grads(params, 0, SEEDS)
    np.testing.assert_allclose(value, inner.loss_and_grads(inner.init(SEEDS), 0, SEEDS)[0], rtol=1e-10)
    rng = np.random.default_rng(0)
    direction = rng.normal(size=params["x"].shape)
    up, down = (turned.evaluate({"x": params["x"] + h * direction}, "validation")["loss"] for h in (1e-6, -1e-6))
    np.testing.assert_allclose((up - down) / 2e-6, np.sum(grads["x"] * direction, axis=1), rtol=1e-6)


def test_a_rotation_is_one_and_changes_with_the_instance() -> None:
    maps = [Rotate(Sphere(dim=6), instance=k)._map("x", 6)[0] for k in (0, 1)]
    for Q in maps:
        np.testing.assert_allclose(Q @ Q.T, np.eye(6), atol=1e-14)
    assert np.abs(maps[0] - maps[1]).max() > 0.1


def test_momentum_does_not_see_a_rotation_and_adam_does() -> None:
    small = ["optimizer.lr=0.0001"]
    plain, turned = (losses(name, "momentum", *small, *more) for name, *more in (
        ("ellipsoid", "objective.condition=100"),
        ("rotate", "objective@objective.inner=ellipsoid", "objective.inner.condition=100")))  # fmt: skip
    np.testing.assert_allclose(plain, turned, rtol=1e-8)
    plain, turned = (losses(name, "adam", "optimizer.lr=0.01", *more) for name, *more in (
        ("ellipsoid", "objective.condition=100"),
        ("rotate", "objective@objective.inner=ellipsoid", "objective.inner.condition=100")))  # fmt: skip
    assert np.abs(plain / turned - 1).max() > 0.01


def test_adam_does_not_see_the_scale_of_the_loss() -> None:
    plain = losses("rosenbrock", "adam", "optimizer.eps=0")
    scaled = losses("rescale", "adam", "optimizer.eps=0", "objective.value=1024")
    np.testing.assert_allclose(plain * 1024, scaled, rtol=1e-10)


def test_a_conditioned_sphere_has_that_condition() -> None:
    squeezed = Condition(Sphere(dim=4), condition=25.0)
    A, inverse = squeezed._map("x", 4)
    np.testing.assert_allclose(A @ inverse, np.eye(4), atol=1e-14)
    assert np.linalg.cond(A.T @ A) == pytest.approx(25.0)


def test_a_shift_moves_the_minimum_and_not_the_start() -> None:
    shifted, inner = Shift(Sphere(dim=3), scale=2.0), Sphere(dim=3)
    np.testing.assert_array_equal(shifted.init(SEEDS)["x"], inner.init(SEEDS)["x"])
    place = shifted.shift("x", (3,))[None]
    assert np.abs(place).max() > 0.1
    loss, grads = shifted.loss_and_grads({"x": place}, 0, SEEDS[:1])
    assert (loss[0], np.abs(grads["x"]).max()) == (0.0, 0.0)


def test_rescaled_lengths() -> None:
    longer, inner = Rescale(Rosenbrock(), value=3.0, length=4.0), Rosenbrock()
    params, small = longer.init(SEEDS), inner.init(SEEDS)
    np.testing.assert_array_equal(params["x"], 4 * small["x"])
    loss, grads = longer.loss_and_grads(params, 0, SEEDS)
    value, slopes = inner.loss_and_grads(small, 0, SEEDS)
    np.testing.assert_array_equal(loss, 3 * value)
    np.testing.assert_allclose(grads["x"], 0.75 * slopes["x"], rtol=1e-15)


def drawn(objective: Around, seeds: int = 50, steps: int = 200) -> Array:
    """What the noise adds to a gradient of 1."""
    found = [
        objective.loss_and_grads(objective.init(np.arange(seeds)), step, np.arange(seeds)) for step in range(steps)
    ]
    return np.stack([grads["x"] for _, grads in found])


@pytest.fixture
def ones() -> Objective:
    class Slope(Sphere):
        def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
            return np.sum(x, axis=1), np.ones_like(x)

    return Slope(dim=2)


def test_noises_have_the_distributions_they_name(ones: Objective) -> None:
    heavy = drawn(StudentNoise(ones, sigma=1.0, freedom=3.0)) - 1
    gaussian = drawn(GaussianNoise(ones, sigma=1.0)) - 1
    kurtosis = [np.mean(a**4) / np.mean(a**2) ** 2 for a in (heavy, gaussian)]
    assert kurtosis[1] == pytest.approx(3, abs=0.3)
    assert kurtosis[0] > 6
    product = drawn(MultiplicativeNoise(Rescale(ones, value=5.0), sigma=0.2)) / 5
    assert product.mean() == pytest.approx(1, abs=4 * 0.2 / np.sqrt(product.size))
    assert product.std() == pytest.approx(0.2, rel=0.05)
    sparse = drawn(SparseGradients(ones, density=0.25))
    assert set(np.unique(sparse)) == {0.0, 4.0}
    assert sparse.mean() == pytest.approx(1, abs=4 * np.sqrt(3 / sparse.size))


def test_two_noises_around_each_other_are_two() -> None:
    base = Sphere(dim=2)
    same = drawn(GaussianNoise(GaussianNoise(base, sigma=1.0), sigma=1.0), 3, 4)
    other = drawn(GaussianNoise(GaussianNoise(base, sigma=1.0, instance=1), sigma=1.0), 3, 4)
    assert np.abs(same - other).max() > 0.1


def test_delayed_gradients_are_those_of_before() -> None:
    late, exact, params = DelayedGradients(Sphere(dim=2), delay=2), Sphere(dim=2), {"x": np.ones((2, 2))}
    late.init(SEEDS[:2])
    held = []
    for step in range(6):
        point: Params = {"x": params["x"] * (step + 1)}
        held.append(exact.loss_and_grads(point, 0, SEEDS[:2])[1]["x"])
        loss, grads = late.loss_and_grads(point, step, SEEDS[:2])
        np.testing.assert_array_equal(grads["x"], held[max(0, step - 2)])
        np.testing.assert_array_equal(loss, exact.loss_and_grads(point, 0, SEEDS[:2])[0])
    assert late._past["x"].shape == (2, 3, 2)


def test_delayed_runs_leave_with_their_past() -> None:
    late = DelayedGradients(Sphere(dim=2), delay=1)
    params = late.init(SEEDS)
    late.loss_and_grads(params, 0, SEEDS)
    late.select(np.array([2, 0]))
    _, grads = late.loss_and_grads({"x": params["x"][[2, 0]] * 9}, 1, SEEDS[[2, 0]])
    np.testing.assert_array_equal(grads["x"], 2 * params["x"][[2, 0]])


def test_delay_0_is_no_delay() -> None:
    np.testing.assert_array_equal(
        losses("delayed_gradients", "adam", "objective.delay=0"), losses("rosenbrock", "adam")
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Rotate("x"), "Rotate.inner must be an Objective; got 'x'"),  # type: ignore[arg-type]
        (
            lambda: Rotate(Sphere(), instance=-1),
            "Rotate.instance must be an integer from 0 to 4,611,686,018,427,387,903; got -1",
        ),
        (lambda: Condition(Sphere(), condition=0.5), "Condition.condition must be a number of at least 1; got 0.5"),
        (lambda: Rescale(Sphere(), length=0.0), "Rescale.length must be a number above 0; got 0.0"),
        (lambda: SparseGradients(Sphere(), density=0.0), r"SparseGradients.density must be a number in \(0, 1\]"),
        (lambda: StudentNoise(Sphere(), freedom=0.0), "StudentNoise.freedom must be a number above 0; got 0.0"),
        (lambda: DelayedGradients(Sphere(), delay=-1), "DelayedGradients.delay must be an integer of at least 0"),
        (lambda: Rotate(MLP(digits(), [100])).init(SEEDS), "W1 has 6400 coordinates; at most 2000 can be turned"),
    ],
)
def test_bad_transformations_are_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# plain functions


def chained(params: Any) -> Any:
    x = params["x"]
    return np.sum(100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2, axis=-1)


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_plain_function_is_differentiated(vectorized: bool) -> None:
    ours, by_hand = Function(chained, {"x": [-1.2, 1.0, 0.5]}, 0.3, vectorized), Rosenbrock(dim=3)
    params = ours.init(SEEDS)
    assert len(np.unique(params["x"], axis=0)) == 4
    loss, grads = ours.loss_and_grads(params, 0, SEEDS)
    value, gradient = by_hand.value_and_gradient(np.asfortranarray(params["x"]))
    np.testing.assert_allclose(loss, value, rtol=1e-13)
    np.testing.assert_allclose(grads["x"], gradient, rtol=1e-12)
    np.testing.assert_array_equal(ours.evaluate(params, "validation")["loss"], loss)


@pytest.mark.parametrize(
    ("f", "start", "message"),
    [
        (None, {"x": 1}, "Function.f must be a function: objective.f._target_=my_module.my_function; got None"),
        (chained, {}, "Function.start must be the parameters with the numbers"),
        (chained, {"x": "a"}, "Function.start: x must be numbers; got 'a'"),
        (chained, {"x": [1, float("inf")]}, "Function.start: x must be finite"),
        (lambda p: p["x"], {"x": [1.0, 2.0]}, r"must return one number; got the shape \(2,\)"),
        (lambda p: math.sin(p["x"]), {"x": 1.0}, "uses what autograd cannot follow; use NumPy's functions only"),
    ],
)
def test_a_function_that_does_not_fit_is_refused(f: Any, start: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        probe(Function(f, start))


def test_only_trusted_functions_are_given(tmp_path: Any, monkeypatch: Any, capsys: Any) -> None:
    (tmp_path / "mine_too.py").write_text(
        "import numpy as np\n\ndef bowl(params):\n    return np.sum(params['x'] ** 2)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    start = ["objective=function", "objective.start={x: [1, 2]}", "seeds=1", "steps=5"]
    assert main([*start, "objective.f._target_=mine_too.bowl"]) == 0
    folder = tmp_path / "conf" / "objective"
    folder.mkdir(parents=True)
    for target in ("mine_too.bowl", "os.system", "harness.command.main", "objectives.data.cached"):
        (folder / "theirs.yaml").write_text(
            f"_target_: objectives.formulas.function.Function\nf: {{_target_: {target}}}\nstart: {{x: [1, 2]}}\n"
        )
        begun = ["--config-dir", str(folder.parent), "objective=theirs", "seeds=1", "steps=5"]
        capsys.readouterr()
        assert main(begun) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert main([*begun, "trust=mine_too"]) == (0 if target.startswith("mine") else 2)


def test_wrappers_are_not_analytic_themselves(source: Composer) -> None:
    assert not isinstance(build(source, "objective", "rotate"), Analytic)
