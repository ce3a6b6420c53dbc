"""The engine: the population theorem for whole runs, records, divergence, and counting."""

import threading
from typing import Any, ClassVar

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import harness
from harness.configs.compose import Composer
from harness.optimizers.gradient_descent import SGD
from harness.results.trace import Trace
from harness.results.trial import Trial
from harness.running import engine
from harness.running.engine import Engine
from harness.schedules import Linear
from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective, Split
from objectives.functions.curved_valleys import Rosenbrock
from objectives.functions.quadratics import Sphere, Valley
from objectives.wrappers.noise import GaussianNoise
from tests.support import a_cell, build
from tests.test_optimizers import Midpoint

SEEDS = np.array([3, 0, 8, 5, 5, 1])
LRS = np.array([1.0, 0.5, 0.9, 0.3, 0.7, 0.8]) * 1e-2


def trained(objective: Objective, optimizer: Any, seeds: Array, steps: int = 40, records: int = 5) -> Trace:
    engine = Engine(objective, optimizer, seeds, steps, records, keep=True)
    for _ in engine.advance():
        pass
    engine.finish()
    return engine.trace


def run(source: Composer, objective: str, optimizer: str, rows: list[int], **fields: Any) -> Trace:
    made = build(source, "optimizer", optimizer, runs=len(rows), lr=LRS[rows])
    return trained(build(source, "objective", objective, **fields), made, SEEDS[rows])


def assert_rows_equal(part: Trace, whole: Trace, rows: list[int]) -> None:
    """Everything that a run shows, bit for bit."""
    for name, curve in part.curves.items():
        np.testing.assert_array_equal(curve, whole.curves[name][rows])
    for name, values in part.test.items():
        np.testing.assert_array_equal(values, whole.test[name][rows])
    for name, final in part.finals.items():
        np.testing.assert_array_equal(final, whole.finals[name][rows])
    for name in ("steps", "evaluations", "diverged"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[rows])


@pytest.mark.exact
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_population_theorem_for_every_objective(source: Composer, objective_name: str, dtype: str) -> None:
    """Alone, in twos and threes, among others, diverging neighbours included: the same numbers."""
    whole = run(source, objective_name, "adam", list(range(6)), dtype=dtype)
    for rows in ([0], [4], [2, 1], [5, 3, 0]):
        assert_rows_equal(run(source, objective_name, "adam", rows, dtype=dtype), whole, rows)


@pytest.mark.exact
@pytest.mark.parametrize("dim", [2, 30])
def test_the_population_theorem_for_every_optimizer(source: Composer, optimizer_name: str, dim: int) -> None:
    whole = run(source, "rosenbrock", optimizer_name, list(range(6)), dim=dim)
    for rows in ([0], [4], [2, 1], [5, 3, 0]):
        assert_rows_equal(run(source, "rosenbrock", optimizer_name, rows, dim=dim), whole, rows)


@pytest.mark.exact
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("dim", [2, 3])
def test_diverged_runs_leave_and_the_others_do_not_notice(dtype: Any, dim: int) -> None:
    lrs = np.array([1e-3, 50.0, 1e-4, 0.1, 5e-4])
    whole = trained(Rosenbrock(dim, dtype=dtype), SGD(lrs, runs=5), np.arange(5), steps=200, records=20)
    assert whole.diverged.tolist() == [False, True, False, True, False]
    for k in range(5):
        alone = trained(Rosenbrock(dim, dtype=dtype), SGD(lrs[[k]], runs=1), np.array([k]), steps=200, records=20)
        assert_rows_equal(alone, whole, [k])
    loss = whole.curves["loss"]
    for k in (1, 3):
        last = int(np.searchsorted(whole.at, whole.steps[k]))
        assert not np.isfinite(loss[k, last]), "what was seen is kept"
        assert np.isnan(loss[k, last + 1 :]).all(), "and nothing is invented after it"
        assert np.isfinite(loss[k, :last]).all()
        assert whole.evaluations[k] == whole.steps[k] < 200


@pytest.mark.exact
def test_a_schedule_per_run_stays_with_its_run() -> None:
    lrs, ends = np.array([0.1, 1e30, 0.1, 0.2]), np.array([0.1, 0.2, 0.3, 0.4])

    def half(rows: list[int]) -> Trace:
        schedule = Linear(length=40, end=ends[rows])
        return trained(Sphere(dim=3), SGD(lrs[rows], runs=len(rows), schedules={"lr": schedule}), SEEDS[rows])

    whole = half([0, 1, 2, 3])
    assert whole.diverged.tolist() == [False, True, False, False]
    for rows in ([2], [3, 0]):
        assert_rows_equal(half(rows), whole, rows)


@pytest.mark.exact
@pytest.mark.parametrize("tile", [1, 7, 12])
@pytest.mark.parametrize("name", ["adam", "clip", "schedule_free_sgd", "lars"])
def test_blocks_of_runs_do_not_matter(source: Composer, name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(source, "gaussian_noise", name, list(range(6)))
    monkeypatch.setattr(engine, "TILE", tile)
    assert_rows_equal(run(source, "gaussian_noise", name, list(range(6))), whole, list(range(6)))


@pytest.mark.exact
@pytest.mark.parametrize("name", ["adam", "lbfgs", "soap"])
def test_threads_do_not_matter(source: Composer, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "cores", lambda: 3)
    whole = run(source, "mlp", name, list(range(6)), hidden=[5])
    monkeypatch.setattr(engine, "SHARE", 1)
    seen = set()
    reach = engine.Block.reach

    def told(self: engine.Block, *args: int) -> None:
        seen.add(threading.get_ident())
        reach(self, *args)

    monkeypatch.setattr(engine.Block, "reach", told)
    assert_rows_equal(run(source, "mlp", name, list(range(6)), hidden=[5]), whole, list(range(6)))
    assert threading.get_ident() not in seen


def test_all_runs_may_diverge() -> None:
    trace = trained(Sphere(), SGD(1e3, runs=2), np.arange(2), steps=500, records=50)
    assert trace.diverged.all()
    assert trace.steps.max() < 500
    assert not trace.finals


@pytest.mark.parametrize(
    ("steps", "records", "at"),
    [(10, 5, [0, 2, 4, 6, 8, 10]), (3, 100, [0, 1, 2, 3]), (7, 2, [0, 4, 7]), (1, 1, [0, 1]), (1000, 1, [0, 1000])],
)
def test_records_are_even_and_include_both_ends(steps: int, records: int, at: list[int]) -> None:
    trace = trained(Sphere(), SGD(0.1, runs=2), np.arange(2), steps, records)
    assert trace.at.tolist() == at
    assert trace.steps.tolist() == [steps, steps]
    np.testing.assert_allclose(trace.curves["loss"][0], 2 * 0.8 ** (2 * np.array(at)), rtol=1e-12)


def test_the_path_of_a_plane_is_kept() -> None:
    trace = trained(Valley(), SGD(0.5, runs=1), np.array([0]), steps=4, records=4)
    assert trace.path is not None
    x, y = -7 * 0.95 ** np.arange(5), 2 * 0.0 ** np.arange(5)
    np.testing.assert_allclose(trace.path[0], np.stack([x, y], axis=1), atol=1e-15)
    assert trained(Sphere(dim=3), SGD(0.5, runs=1), np.array([0])).path is None


def test_more_gradients_are_counted() -> None:
    trace = trained(Sphere(), Midpoint(0.1, runs=3), np.arange(3), steps=10)
    assert trace.evaluations.tolist() == [20, 20, 20]


def test_metrics_belong_to_the_point_to_evaluate(source: Composer) -> None:
    """Schedule-free: the recorded path is the average x, not the held y."""
    made = build(source, "optimizer", "schedule_free_sgd", runs=1, lr=0.1)
    trace = trained(Valley(), made, np.array([0]), steps=3, records=3)
    x = z = y = np.array([-7.0, 2.0])
    expected = [x]
    for t in range(1, 4):
        z = z - 0.1 * np.array([y[0] / 10, 2 * y[1]])
        x = x + (z - x) / t
        y = 0.1 * z + 0.9 * x
        expected.append(x)
    assert trace.path is not None
    np.testing.assert_allclose(trace.path[0], expected, rtol=1e-13)
    np.testing.assert_allclose(trace.finals["x"][0], expected[-1], rtol=1e-13)


class Threaded(Sphere):
    """Sees how many threads each BLAS has after the first step: that one is also taken to look at the objective."""

    seen: ClassVar[set[int]] = set()

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        self.seen.update(info["num_threads"] for info in threadpool_info() if step)
        return super().loss_and_grads(params, step, seeds)


def test_blas_gets_one_thread_while_training() -> None:
    with threadpool_limits(2):
        harness.run(f"objective._target_={__name__}.Threaded", f"trust={__name__}", "steps=3", "seeds=2")
    assert Threaded.seen == {1}


class Remembering(Objective):
    """A slope per run, kept by the objective: what batch-norm statistics would be."""

    remembers = True
    order = "F"

    def init(self, seeds: Seeds) -> Params:
        self.slope = 1.0 + seeds
        return {"x": np.ones((len(seeds), 1))}

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        assert len(self.slope) == len(seeds)
        x = params["x"]
        return (self.slope[:, None] * x * x)[:, 0], {"x": 2 * self.slope[:, None] * x}

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        return {"loss": (self.slope[:, None] * params["x"] ** 2)[:, 0]}

    def select(self, rows: Array) -> None:
        self.slope = self.slope[rows]


@pytest.mark.exact
@pytest.mark.parametrize("objective", [Remembering(), GaussianNoise(Remembering(), sigma=0.0)])
def test_memory_per_run_follows_its_run(objective: Objective, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TILE", 1)
    lrs = np.array([0.1, 1e9, 0.1])
    trace = trained(objective, SGD(lrs, runs=3), np.arange(3), steps=30, records=30)
    assert trace.diverged.tolist() == [False, True, False]
    np.testing.assert_allclose(trace.curves["loss"][[0, 2], -1], [0.8**60, 3 * 0.4**60], rtol=1e-10)


def test_the_last_record_of_a_diverged_run_is_the_one_that_was_not_finite() -> None:
    trace = trained(Sphere(), SGD(np.array([0.1, 1e30]), runs=2), np.arange(2), steps=40, records=40)
    seen = Trial(a_cell(steps=40), (0, 1), trace=trace, rows=slice(0, 2))
    assert np.isfinite(seen.last("loss")[0])
    assert seen.last("loss")[1] == np.inf
    assert seen.best("loss")[1] == trace.curves["loss"][1, 0]
    assert seen.states() == ["completed", "diverged"]


def test_warnings_of_diverging_runs_are_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    trained(Rosenbrock(), SGD(10.0, runs=2), np.arange(2), steps=100)
    assert not recwarn.list


def test_runs_of_one_seed_share_a_start_and_no_memory() -> None:
    """Batch norm keeps statistics of every run, also of those that start alike."""
    small = ("objective.hidden=[4]", "objective.batch_norm=true", "optimizer=sgd", "seeds=2", "steps=5", "records=1")
    both = harness.sweep(*small, "optimizer.lr=0.1,0.5")
    alone = [harness.run(*small, f"optimizer.lr={lr}") for lr in (0.1, 0.5)]
    assert [run["loss"] for run in both.runs] == [run["loss"] for found in alone for run in found.runs]
