"""engine=jax: the same texts under XLA. `python -m tests.engines` compares every optimizer, and takes minutes."""

import importlib.metadata
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import harness
from harness import engines, make
from harness.configs.compose import Composer
from harness.engines import Jax
from harness.errors import UserError
from harness.optimizers.adam import Adam
from harness.optimizers.gradient_descent import SGD
from harness.results.trace import Trace
from harness.running.engine import Engine
from objectives.arrays import Array
from objectives.base import Objective
from objectives.functions.curved_valleys import Rosenbrock
from objectives.learning.mlp import MLP
from objectives.random import Draws, epochs
from objectives.wrappers.noise import DelayedGradients, GaussianNoise
from tests.support import build, names, options
from tests.test_engine import assert_rows_equal

pytest.importorskip("harness.running.compiled", reason="needs the extra [jax]", exc_type=ImportError)

from harness.running.compiled import Programs
from harness.running.compiled.program import Program
from objectives.xla import Traced, jax
from objectives.xla.traced import jnp

# elements, a wrapper, sums over a tensor and over the run, decisions in time, line searches, curvature
EIGHT = ("adam", "lookahead", "lamb", "dog", "shampoo", "armijo", "lbfgs", "adahessian")
PROGRAMS = Programs()


def trained(
    objective: Objective, optimizer: Any, seeds: Array, compiled: bool = True, steps: int = 30, **about: Any
) -> Trace:
    """Programs are shared by the tests: by an objective's own words."""
    blocks = PROGRAMS.of(repr(objective)) if compiled else None
    engine = Engine(objective, optimizer, seeds, steps, **{"records": 3, "keep": True, **about}, compiled=blocks)
    list(engine.advance())
    engine.finish()
    return engine.trace


def made(name: str, runs: int, rows: Array | None = None) -> Any:
    """An optimizer with an lr for every run, small enough that none diverges."""
    rows = np.arange(runs) if rows is None else rows
    inner = {"inner": make("optimizer", "momentum", lr=1e-4)} if name == "lookahead" else {}
    optimizer = make("optimizer", name, runs=runs, **inner)
    if "lr" in vars(optimizer) and name not in ("lbfgs", "dog"):
        optimizer.lr = 0.02 * optimizer.lr * (1 + rows % 7 / 7)
    return optimizer


@pytest.mark.parametrize("dim", [2, 100])
@pytest.mark.parametrize("name", EIGHT)
def test_both_engines_do_the_same(name: str, dim: int) -> None:
    """To rounding: XLA multiplies and adds at once, and sums in another order. Shampoo's roots of a sum of a few outer
    products have a condition of 1e4 or more, by which they enlarge it."""
    one, other = (trained(Rosenbrock(dim=dim), made(name, 3), np.arange(3), compiled) for compiled in (False, True))
    np.testing.assert_allclose(other.finals["x"], one.finals["x"], rtol=1e-7, atol=1e-5 * (name == "shampoo"))
    np.testing.assert_allclose(other.curves["loss"], one.curves["loss"], rtol=1e-7)
    np.testing.assert_array_equal(other.spent, one.spent)


@pytest.mark.exact
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", EIGHT)
def test_the_population_theorem(name: str, dtype: str) -> None:
    objective, seeds = Rosenbrock(dim=100, dtype=dtype), np.arange(150) % 64
    whole = trained(objective, made(name, 150), seeds)
    for rows in ([0], [149], [3, 2], [70, 149, 0], list(range(149, 20, -1))):
        part = trained(objective, made(name, len(rows), np.array(rows)), seeds[rows])
        assert_rows_equal(part, whole, rows)


@pytest.mark.parametrize(
    "objective_name",
    ["ackley", "levy", "trigonometric", "chebyquad", "penalty_2", "formula", "rotate", "gaussian_noise",
     "delayed_gradients", "reddi", "quadratic_deep", "mlp", "least_squares", "linear_network",
     "logistic_regression", "softmax_regression", "matrix_factorisation", "autoencoder"],
)  # fmt: skip
def test_objectives_of_every_kind_are_followed(source: Composer, objective_name: str) -> None:
    objective = build(source, "objective", objective_name, dtype="float64")
    seeds = np.arange(2) if objective.varies_with_seed else np.zeros(2, np.int64)
    one, other = (
        trained(build(source, "objective", objective_name, dtype="float64"), SGD(lr=1e-5, runs=2), seeds, engine, 7)
        for engine in (False, True)
    )
    for name, p in one.finals.items():
        np.testing.assert_allclose(other.finals[name], p, rtol=1e-9, atol=1e-12)
    for name, curve in one.curves.items():
        np.testing.assert_allclose(other.curves[name], curve, rtol=1e-9, atol=1e-12)


def test_every_optimizer_is_followed_on_matrices() -> None:
    """By its text alone: nothing is compiled."""
    network = MLP(make("dataset", "iris"), hidden=[4], batch_size=8)
    for name in options("optimizer"):
        if not name.startswith("variant/"):
            Program(network, make("optimizer", name, runs=1), block=1, longest=1)


def test_what_an_objective_remembers_is_carried_along() -> None:
    data = make("dataset", "iris")
    for made_of in (
        partial(MLP, data, hidden=[5], batch_size=16, batch_norm=True, dropout=0.2, dtype="float64"),
        partial(DelayedGradients, GaussianNoise(Rosenbrock()), delay=3),
    ):
        one, other = (trained(made_of(), SGD(lr=1e-4, runs=3), np.arange(3), engine) for engine in (False, True))
        np.testing.assert_allclose(other.curves["loss"], one.curves["loss"], rtol=1e-9)


def test_curvature_leaves_what_is_remembered_as_it_is() -> None:
    def made_of() -> Objective:
        return MLP(make("dataset", "iris"), hidden=[5], batch_size=16, batch_norm=True, dtype="float64")

    one, other = (trained(made_of(), made("adahessian", 3), np.arange(3), engine) for engine in (False, True))
    np.testing.assert_allclose(other.curves["loss"], one.curves["loss"], rtol=1e-6)


@pytest.mark.parametrize("name", ["armijo", "lbfgs", "sophia"])
def test_a_budget_ends_each_run_where_it_ends_on_numpy(name: str) -> None:
    one, other = (
        trained(Rosenbrock(dim=4), made(name, 5), np.arange(5), compiled, 60, budget=47) for compiled in (False, True)
    )
    np.testing.assert_array_equal(other.steps, one.steps)
    np.testing.assert_array_equal(other.spent, one.spent)
    np.testing.assert_allclose(other.finals["x"], one.finals["x"], rtol=1e-6)


def test_runs_that_diverge_or_are_pruned_leave_without_a_trace() -> None:
    objective, lrs = Rosenbrock(), np.array([1e-4, 1.0, 2e-4, 5e-4, 3e-4])  # the second diverges
    blocks = PROGRAMS.of(repr(objective))
    engine = Engine(objective, SGD(lr=lrs, runs=5), np.arange(5), 30, 3, keep=True, compiled=blocks)
    for record, _ in enumerate(engine.advance()):
        engine.trace.pruned[3] |= record == 1
    engine.finish()
    assert engine.trace.diverged.tolist() == [False, True, False, False, False]
    assert engine.trace.ended.tolist() == [True, False, True, False, True]
    rest = trained(objective, SGD(lr=lrs[[0, 2, 4]], runs=3), np.array([0, 2, 4]))
    np.testing.assert_array_equal(engine.trace.finals["x"][[0, 2, 4]], rest.finals["x"])


def test_schedules_wrappers_and_measures() -> None:
    def run(compiled: bool) -> Trace:
        inner = Adam(lr=0.01, runs=3, schedules={"lr": make("schedule", "cosine")})
        optimizer = make("optimizer", "clip", inner=inner, runs=3, max_norm=0.5)
        return trained(Rosenbrock(), optimizer, np.arange(3), compiled, measure=("gradient_norm", "update_ratio"))

    one, other = run(False), run(True)
    assert {"loss", "gradient_norm", "update_ratio"} == set(one.curves)
    for name, curve in one.curves.items():
        np.testing.assert_allclose(other.curves[name], curve, rtol=1e-7)


def test_draws_between_steps_are_those_of_each_step() -> None:
    for draws in (epochs(50, 16), Draws("noise", 5, lambda rng: rng.standard_normal((5, 2)))):
        seeds = np.array([4, 0, 4])
        table = draws.between(2, 13, seeds)
        np.testing.assert_array_equal(table, [draws.at(step, seeds) for step in range(2, 13)])
        for step in range(13):  # those of some runs, of a block that has been drawn
            whole = draws.at(step, seeds)
            np.testing.assert_array_equal(draws.at(step, seeds[1:2]), whole[1:2])


SMALL = ("optimizer=momentum,adam", "objective=rosenbrock", "trials=12", "batch=6", "seeds=3", "steps=120", "confirm=3")


def test_a_sweep_finds_the_same_on_both_engines_and_goes_on(tmp_path: Path) -> None:
    one = harness.sweep(*SMALL, "pruner=asha", "engine=numpy", "replicates=2")
    other = harness.sweep(*SMALL, "pruner=asha", "engine=jax", "replicates=2")
    assert [run["state"] for run in other.runs] == [run["state"] for run in one.runs]
    np.testing.assert_allclose([run["loss"] for run in other.runs], [run["loss"] for run in one.runs], rtol=1e-3)
    again = harness.sweep(*SMALL, "pruner=asha", "engine=jax", "replicates=1", f"hydra.sweep.dir={tmp_path / 'more'}")
    more = harness.sweep(f"resume={tmp_path / 'more'}", "replicates=2")
    assert len(again.runs) < len(more.runs)
    for file in ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz", "curves/1.npz"):
        assert (more.folder / file).read_bytes() == (other.folder / file).read_bytes()


def test_another_engine_does_not_go_on(tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    harness.sweep(*SMALL, "engine=jax", f"hydra.sweep.dir={folder}")
    path = next(iter(sorted((folder / "rounds").iterdir())))
    with np.load(path) as stored:
        arrays = dict(stored)
    about = json.loads(str(arrays["about"]))
    for one in about:
        one["engine"] = "jax 0.1.0, revision 1, bits=own, device=cpu"
    np.savez(path, **{**arrays, "about": np.array(json.dumps(about))})
    with pytest.raises(UserError, match=r"jax 0\.1\.0, revision 1, bits=own, device=cpu made it, and here is jax"):
        harness.sweep(f"resume={folder}", "trials=18")


def test_auto_chooses_once_and_says_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.running import choosing

    small = harness.sweep(*SMALL, "engine=auto")
    assert small.summary["engines"] == ["numpy, revision 1"]
    monkeypatch.setattr(choosing, "WORTH", {"F": 0.0, "C": 0.0})
    monkeypatch.setattr(choosing, "_seconds", lambda cell, planner: 1.0 if "Jax" in str(cell.config["engine"]) else 2.0)
    large = harness.sweep(*SMALL, "engine=auto", f"hydra.sweep.dir={tmp_path / 'auto'}")
    assert large.summary["engines"][0].startswith("jax")
    monkeypatch.setattr(choosing, "chosen", lambda cells, planner: pytest.fail("it measures again"))
    assert "engine=jax" in (tmp_path / "auto" / "config.yaml").read_text()
    harness.sweep(f"resume={tmp_path / 'auto'}", "trials=18")


def test_auto_tries_a_slow_population_for_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.running import choosing

    tried: list[tuple[int, int]] = []

    def slow(engine: Engine, steps: int) -> float:
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
        tried.append((len(engine.trace.seeds), steps))
        return 0.09 * steps

    monkeypatch.setattr(Engine, "tried", slow)
    monkeypatch.setattr(choosing, "WORTH", {"F": 1e9, "C": 1e9})
    with threadpool_limits(2):
        harness.sweep("objective=mlp", "objective.hidden=[4]", "trials=6", "seeds=2", "steps=6", "engine=auto")
    assert tried == [(8, 1), (8, 3), (8, 3)]


def test_without_jax_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("harness.engines.version", version)
    with pytest.raises(UserError, match=r"engine=jax needs the package jax: pip install -e '\.\[jax\]'"):
        harness.run("engine=jax", "objective=sphere", "steps=2")
    assert harness.run("engine=auto", "objective=sphere", "steps=2").summary["engines"] == ["numpy, revision 1"]


def test_jax_starts_with_one_thread_and_what_was_compiled_at_hand(tmp_path: Path) -> None:
    """Before any module of ours imports it: else programs wait for each other, and are compiled in every process."""
    code = (
        "import os, harness; harness.run('objective=sphere', 'optimizer=adam', 'engine=jax', 'steps=20');"
        "import jax; from objectives.xla import STARTED;"
        "print(STARTED, os.environ.get('NPROC'), jax.config.jax_compilation_cache_dir)"
    )
    environment = {**os.environ, "HARNESS_CACHE": str(tmp_path / "cache")}
    environment.pop("NPROC", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    started, threads, folder = done.stdout.split()
    assert (started, threads) == ("True", "None")
    assert Path(folder).parent == tmp_path / "cache" / "xla"


def test_jax_is_imported_only_where_it_is_used() -> None:
    code = (
        "import sys, harness; harness.run('objective=sphere', 'steps=2'); harness.run('objective=sphere', 'steps=2',"
        " 'engine=auto'); sys.exit('jax' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


def test_numpys_bits_are_known_before_jax_starts_and_hold_for_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="jax has started in this process"):
        harness.run("objective=sphere", "engine=jax", "engine.bits=numpy", "steps=2")
    monkeypatch.setenv("XLA_FLAGS", " ".join(engines.NUMPYS_BITS))
    with pytest.raises(UserError, match=r"engine\.bits=own: jax has started with NumPy's bits in this process"):
        harness.run("objective=sphere", "engine=jax", "steps=2")
    assert Jax(bits="numpy").identity != Jax().identity
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2")
    assert Jax().identity.endswith(", XLA_FLAGS=--xla_cpu_max_isa=SSE4_2")


def test_what_would_be_written_to_a_view_is_refused() -> None:
    """NumPy's functions give views of what they are given; here they would be copies, and what is written be lost."""
    for view in (
        lambda a: np.swapaxes(a, 0, 1),
        lambda a: np.reshape(a, (3, 2)),
        lambda a: np.split(a, 3, axis=1)[0],
        lambda a: a.transpose(),
        lambda a: a.real,
    ):
        array = Traced(jnp.zeros((2, 3)))
        with pytest.raises(TypeError, match="it writes through a view"):
            view(array)[0] += 1
    with pytest.raises(TypeError, match="memory order F"):
        np.reshape(Traced(jnp.zeros((2, 3))), (3, 2), order="F")


def test_an_array_that_is_traced_does_what_numpys_does() -> None:
    """Views of views, writes in place and through slices, reductions and accumulations."""

    def worked(a: Any) -> Any:
        b = a[:, 1:].swapaxes(0, 1)
        b[0] *= 3
        a.T[1] += 1
        a.reshape(-1)[2:4] = 7
        c = np.add.accumulate(a)
        c[..., -1] -= np.maximum.reduce(a, axis=1) - a.astype(a.dtype, copy=False)[:, 0].sum()
        np.multiply(c, 2, out=c[...])
        for copied in (a.copy(), a[0].copy(order="K")):
            copied[...] = 99
        return c + np.where(a > 2, a, -a)

    start = np.arange(6.0).reshape(2, 3)
    with jax.enable_x64(True):
        found = worked(Traced(jnp.asarray(start))).value
    np.testing.assert_array_equal(found, worked(start.copy()))


def test_a_budget_that_is_met_exactly_ends_the_run() -> None:
    one, other = (
        trained(Rosenbrock(), make("optimizer", "extragradient", lr=1e-4, runs=2), np.arange(2), compiled, 40, budget=b)
        for compiled, b in ((False, 20), (True, 20))
    )
    np.testing.assert_array_equal(one.steps, other.steps)
    one, other = (
        trained(Rosenbrock(), made("armijo", 2), np.arange(2), compiled, 40, records=8, budget=31,
                measure=("update_ratio",))
        for compiled in (False, True)
    )  # fmt: skip
    np.testing.assert_array_equal(one.spent, other.spent)
    np.testing.assert_allclose(one.curves["update_ratio"], other.curves["update_ratio"], rtol=1e-6)


def test_schedules_and_budgets_have_programs_of_their_own() -> None:
    programs = Programs().of("one")
    ends = []
    for schedules, budget in (({}, None), ({"lr": make("schedule", "cosine")}, None), ({}, 4)):
        optimizer = make("optimizer", "armijo", runs=1)
        optimizer = SGD(lr=1e-4, runs=1, schedules=schedules) if budget is None else optimizer
        engine = Engine(Rosenbrock(), optimizer, np.arange(1), 9, 1, keep=True, budget=budget, compiled=programs)
        list(engine.advance())
        engine.finish()
        ends.append((engine.trace.steps[0], engine.trace.finals["x"].tolist()))
    assert ends[0][1] != ends[1][1]
    assert ends[0][0] == ends[1][0] == 9 > ends[2][0]


def test_every_engine_has_a_config() -> None:
    assert set(names("engine")) == {"numpy", "jax", "auto"}


def test_a_comparison_across_engines_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from harness.command import main

    assert main(["-m", "engine=numpy,jax", "objective=sphere", "steps=5"]) == 0
    out = capsys.readouterr().out
    assert "more engines than one, whose last bits differ: jax" in out
    assert "; numpy, revision 1" in out
