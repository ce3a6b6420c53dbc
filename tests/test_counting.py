"""What an optimizer asks beyond the gradient: curvature, random numbers, and what all of it costs."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from harness import make
from harness.configs.compose import Composer
from harness.optimizers.layout import Layout
from harness.optimizers.oracle import BookOracle
from harness.results.trace import Trace
from harness.running.counting import Counter
from harness.running.engine import Engine
from objectives import curvature
from objectives.arrays import Array, Params, Seeds
from objectives.formulas.formula import Formula
from objectives.functions.curved_valleys import Rosenbrock
from objectives.functions.quadratics import Sphere
from objectives.learning.mlp import MLP
from objectives.wrappers.noise import GaussianNoise
from tests.support import build
from tests.test_engine import assert_rows_equal, trained

LINE_SEARCHES = ["lbfgs", "variant/lbfgs_armijo", "armijo"]


def seeded(objective: Any) -> tuple[Params, Params, Seeds]:
    """Params near the start, a direction, and the seeds."""
    seeds, rng = np.array([0, 1, 2]), np.random.default_rng(5)
    params = {name: p + 0.01 * rng.normal(size=p.shape) for name, p in objective.init(seeds).items()}
    params = {name: np.asarray(p, np.float64, order=objective.order) for name, p in params.items()}
    return params, {name: rng.normal(size=p.shape) for name, p in params.items()}, seeds


def test_curvature_is_that_of_the_gradient(source: Composer, objective_name: str) -> None:
    """Where it is exact, it agrees with differences of gradients; elsewhere it is one."""
    objective = build(source, "objective", objective_name, dtype="float64")
    params, v, seeds = seeded(objective)

    def slope(there: Params) -> Params:
        return dict(objective.loss_and_grads(there, 3, seeds)[1])

    objective.loss_and_grads(params, 3, seeds)
    found, near = objective.hvp(params, v, 3, seeds), curvature.difference(slope, params, v)
    if objective_name == "delayed_gradients":  # late gradients don't change from place to place; curvature isn't late
        near = objective.inner.hvp(params, v, 3, seeds)
    for name, p in params.items():
        assert (found[name].shape, found[name].dtype) == (p.shape, p.dtype)
        size = np.abs(near[name]).max()
        tolerance = 0.02 if objective_name == "schaffer_2" else 1e-5  # it ripples, at 100 of them 200 times in a unit
        np.testing.assert_allclose(found[name], near[name], rtol=tolerance, atol=tolerance * size)
    single = build(source, "objective", objective_name, dtype="float32")
    small, along = ({name: p.astype(np.float32) for name, p in tensors.items()} for tensors in (params, v))
    single.loss_and_grads(small, 3, seeds)
    assert {p.dtype for p in single.hvp(small, along, 3, seeds).values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("fields", [{}, {"batch_norm": True}, {"dropout": 0.3}, {"label_smoothing": 0.1},
                                    {"activation": "gelu"}, {"activation": "tanh", "weight_decay": 0.1}])  # fmt: skip
def test_curvature_of_networks_is_exact(source: Composer, fields: dict[str, Any]) -> None:
    network = build(source, "objective", "mlp", dtype="float64", hidden=[7], batch_size=20, **fields)
    assert isinstance(network, MLP)
    params, v, seeds = seeded(network)
    network.loss_and_grads(params, 3, seeds)
    before = network.evaluate(params, "validation")["loss"]
    found = network.hvp(params, v, 3, seeds)
    np.testing.assert_array_equal(network.evaluate(params, "validation")["loss"], before, "it only looks")
    near = curvature.difference(lambda there: dict(network.loss_and_grads(there, 3, seeds)[1]), params, v)
    for name, value in near.items():
        np.testing.assert_allclose(found[name], value, atol=1e-7)


def test_curvature_of_a_formula_is_symbolic() -> None:
    formula = Formula("x[0]**2 * y + exp(x[1]) + abs(y)", start={"x": [1.0, 2.0], "y": 3.0})
    params = {"x": np.array([[1.0, 2.0], [2.0, 0.0]]), "y": np.array([3.0, -1.0])}
    v = {"x": np.array([[1.0, 1.0], [0.5, -1.0]]), "y": np.array([2.0, 0.0])}
    found = formula.hvp(params, v, 0, np.arange(2))
    np.testing.assert_allclose(found["x"], [[2 * 3 * 1 + 2 * 1 * 2, np.exp(2)], [2 * -1 * 0.5, -1]])
    np.testing.assert_allclose(found["y"], [2, 2 * 2 * 0.5])
    assert formula.hvp_gradients == 1


def test_what_is_called_deterministic_is(source: Composer, objective_name: str) -> None:
    objective = build(source, "objective", objective_name)
    params, _, seeds = seeded(objective)
    (one, slope), (other, steeper) = (objective.loss_and_grads(params, k, s) for k, s in ((0, seeds), (1, seeds + 7)))
    same = bool((one == other).all()) and all(bool((slope[n] == steeper[n]).all()) for n in slope)
    assert objective.deterministic == same or objective.remembers


@dataclass
class Watched(Rosenbrock):
    """Counts what each run is asked, by where it is."""

    calls: list[Array] = field(default_factory=list)

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        self.calls += [seeds.copy()]
        return super().loss_and_grads(params, step, seeds)


@pytest.mark.parametrize("name", LINE_SEARCHES)
def test_no_point_is_asked_for_twice(name: str) -> None:
    """Where a line search ended, the next step begins: as many gradients are computed as are counted."""
    objective, seeds = Watched(), np.array([0, 1, 2])
    trace = trained(objective, make("optimizer", name, runs=3), seeds, steps=12)
    asked = np.array([sum(np.isin(seed, call) for call in objective.calls) for seed in seeds])
    assert (trace.evaluations <= asked).all()
    assert trace.evaluations.sum() >= 0.8 * asked.sum(), "a start that only some runs know is computed for all"
    assert (trace.evaluations > 12).all()


def budgeted(source: Composer, name: str, objective: str, rows: list[int], budget: int | None, steps: int) -> Trace:
    """Four runs, or some of them."""
    made = build(source, "objective", objective)
    lr = np.array([0.3, 1.0, 0.5, 0.7])[rows] * (1.0 if name in LINE_SEARCHES else 1e-4)
    optimizer = build(source, "optimizer", name, runs=len(rows), lr=lr)  # make() composes every time
    population = Engine(made, optimizer, np.array([0, 1, 2, 3])[rows], steps, 6, True, budget)
    for _ in population.advance():
        pass
    population.finish()
    return population.trace


@pytest.mark.parametrize("name", [*LINE_SEARCHES, "extragradient", "adahessian", "sophia", "mars", "adam"])
@pytest.mark.parametrize("objective", ["rosenbrock", "gaussian_noise", "ill_scaled_l1"])
def test_a_run_ends_with_its_budget(source: Composer, name: str, objective: str) -> None:
    """It never takes more, and what it holds at its end it has paid for; alone, it shows the same."""
    everybody = [0, 1, 2, 3]
    whole = budgeted(source, name, objective, everybody, 30, 30)
    for rows in ([2], [3, 1]):
        assert_rows_equal(budgeted(source, name, objective, rows, 30, 30), whole, rows)
    assert whole.ended.all()
    assert whole.records == 7
    assert (np.diff(whole.spent) >= 0).all()
    assert np.isfinite(whole.curves["loss"]).all()
    optimizer = build(source, "optimizer", name)
    if not optimizer.asks:
        most = 30 * optimizer.gradients
        # on a plane both gradients are the same: the step ends where one was asked for, and the next begins for free
        assert (whole.evaluations == most).all() or (objective == "ill_scaled_l1" and (whole.evaluations < most).all())
        return
    assert (whole.evaluations <= 30).all()
    for k, steps in enumerate(whole.steps.tolist()):
        again, more = (budgeted(source, name, objective, everybody, None, made) for made in (steps, steps + 1))
        assert again.curves["loss"][k, -1] == whole.curves["loss"][k, -1]
        assert again.evaluations[k] <= whole.evaluations[k]
        assert more.evaluations[k] > 30


def test_curvature_is_counted_by_what_it_takes() -> None:
    for objective, each in ((Sphere(), 1), (GaussianNoise(Sphere()), 1), (build_plain(), 2)):
        trace = trained(objective, make("optimizer", "adahessian", runs=2, lr=0.01), np.arange(2), steps=10)
        assert trace.evaluations.tolist() == [10 * (1 + each)] * 2
        trace = trained(objective, make("optimizer", "sophia", runs=2, interval=5), np.arange(2), steps=10)
        assert trace.evaluations.tolist() == [10 + 2 * each] * 2


def build_plain() -> Any:
    """An objective that says nothing of curvature."""

    class Plain(Sphere):
        complex_step = False

    return Plain()


def test_random_numbers_go_by_seed_and_step() -> None:
    def trace(seeds: list[int]) -> Any:
        return trained(Sphere(), make("optimizer", "sophia", runs=len(seeds), lr=0.01), np.array(seeds), steps=30)

    whole = trace([4, 9, 4])
    assert_rows_equal(trace([9, 4]), whole, [1, 0])
    plan, shapes = Layout.of({"x": np.ones((1, 40))}), {"x": (40,)}
    one, other = (BookOracle(lambda there: (0.0, there), np.ones((1, 40)), plan, shapes, step) for step in (0, 1))
    np.testing.assert_array_equal(one.draw("normal"), one.draw("normal"))
    assert not np.isin(one.draw("normal"), other.draw("normal")).any()
    assert set(np.unique(one.draw("signs"))) == {-1, 1}


def counter(objective: Any, seeds: list[int], step: int) -> Counter:
    """The oracle of these runs at the start, at a step."""
    params = objective.init(np.array(seeds))
    layout = Layout.of(params)
    made, p = Counter(objective, layout, np.array(seeds)), layout.gather(params, np.empty((len(seeds), layout.size)))
    made.begin(np.asarray(p, order=objective.order), layout.views(p), np.empty_like(p), step)
    return made


@pytest.mark.parametrize("kind", ["normal", "signs"])
def test_the_engine_draws_by_seed_and_step(kind: Any) -> None:
    now, later = (counter(Sphere(dim=40), [4, 9, 4], step).draw(kind) for step in (7, 8))
    np.testing.assert_array_equal(now, counter(Sphere(dim=40), [4, 9, 4], 7).draw(kind), "the same again")
    np.testing.assert_array_equal(now[0], now[2], "the same seed")
    assert (now[0] != now[1]).any()
    assert (now[0] != later[0]).any(), "every step draws anew"
    if kind == "signs":
        assert set(np.unique(now)) == {-1, 1}
    else:
        assert not np.isin(now, later).any()
    remaining = counter(Sphere(dim=40), [4, 9, 4], 7)
    remaining.select(np.array([1]))
    np.testing.assert_array_equal(remaining.draw(kind), now[[1]])


def test_an_answer_is_kept_for_the_runs_that_asked() -> None:
    asked = counter(Watched(), [0, 1, 2], 0)
    assert isinstance(asked.objective, Watched)
    assert asked.asked.tolist() == [1, 1, 1]
    p = np.asarray(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), order=asked.objective.order)
    loss, g = asked.evaluate(p, np.array([[True], [False], [True]]))
    assert asked.asked.tolist() == [2, 1, 2]
    assert np.isnan(loss[1]).all()
    assert np.isnan(g[1]).all()
    again, slopes = asked.begin(p, asked.layout.views(p), np.empty_like(p), 1)
    assert asked.asked.tolist() == [2, 2, 2], "only the one that had not asked pays"
    np.testing.assert_array_equal(again[[0, 2]], loss[[0, 2], 0])
    np.testing.assert_array_equal(slopes[[0, 2]], g[[0, 2]])
    exact = Rosenbrock().loss_and_grads({"x": p}, 0, np.arange(3))
    np.testing.assert_array_equal(again, exact[0])
    np.testing.assert_array_equal(slopes, exact[1]["x"])
    calls = len(asked.objective.calls)
    asked.evaluate(p)
    asked.begin(p, asked.layout.views(p), np.empty_like(p), 2)
    assert len(asked.objective.calls) == calls + 1, "all knew the answer"
    assert asked.asked.tolist() == [3, 3, 3]
    asked.begin(p, asked.layout.views(p), np.empty_like(p), 3)
    assert len(asked.objective.calls) == calls + 2, "an answer is good for one step"


def test_an_answer_stays_with_the_runs_that_stay() -> None:
    """Or what a run is counted would depend on whether another left."""
    asked = counter(Watched(), [0, 1, 2], 0)
    p = np.asarray(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), order=asked.objective.order)
    loss, g = asked.evaluate(p)
    keep = np.array([0, 2])
    asked.select(keep)
    again, slopes = asked.begin(p[keep], asked.layout.views(p[keep]), np.empty_like(p[keep]), 1)
    assert asked.asked.tolist() == [2, 2], "the step begins where the answer was"
    np.testing.assert_array_equal(again, loss[keep, 0])
    np.testing.assert_array_equal(slopes, g[keep])


class Tripled:
    """Not an Objective: a class that is mixed in."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        return 3 * np.sum(params["x"] ** 2, axis=1), {"x": 6 * params["x"]}


class Tilted(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(x * x + x, axis=1), 2 * x + 1


def test_gradients_alone_are_those_of_the_loss_that_was_written_last() -> None:
    """Sphere answers for its gradient without the loss; a class that changes the loss must not inherit that."""
    mixed = type("Mixed", (Tripled, Sphere), {})
    below = type("Below", (mixed,), {})
    x, seeds = np.asfortranarray([[1.0, -2.0], [0.5, 3.0]]), np.arange(2)
    for made, wanted in ((Tilted(), 2 * x + 1), (mixed(), 6 * x), (below(), 6 * x), (Sphere(), 2 * x)):
        np.testing.assert_array_equal(made.grads({"x": x}, 0, seeds)["x"], wanted)


@pytest.mark.parametrize(
    ("name", "asked"), [("adam", "grads"), ("momo", "loss_and_grads"), ("armijo", "loss_and_grads")]
)
def test_the_loss_is_worked_out_where_a_rule_reads_it(name: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = dict.fromkeys(("grads", "loss_and_grads"), 0)

    def counted(method: str) -> Any:
        original = getattr(Rosenbrock, method)

        def call(self: Any, *args: Any) -> Any:
            calls[method] += 1
            return original(self, *args)

        return call

    for method in calls:
        monkeypatch.setattr(Rosenbrock, method, counted(method), raising=False)
    for optimizer in (
        make("optimizer", name, runs=2),
        make("optimizer", "lookahead", inner=make("optimizer", name), runs=2),
    ):
        calls.update(grads=0, loss_and_grads=0)
        list(Engine(Rosenbrock(), optimizer, np.arange(2), 3, 1).advance())
        assert {method for method, count in calls.items() if count} == {asked}
