"""Line searches: L-BFGS needs as many gradients as scipy's, and every run of a population searches by itself."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize._dcsrch import DCSRCH

from harness.configs.compose import Composer
from harness.optimizers.line_search import Found, backtracking, strong_wolfe
from harness.optimizers.searching import LBFGS, AdGD, ArmijoGD
from objectives.arrays import Array
from tests.benchmarks import lbfgs


def test_lbfgs_counts_as_scipy_does(source: Composer) -> None:
    """Down to a gradient of 1e-8, on every smooth problem with a published start. Rounding decides who gets there in
    the flattest of them, and processors round differently: two may be lost that scipy solves."""
    found = [(lbfgs.ours(problem, 600), lbfgs.scipys(problem, 600)) for _, problem in lbfgs.problems(source)]
    assert len(found) > 25
    theirs = [(we.gradients, they.gradients) for we, they in found if they.gradients]
    ratios = [we / they for we, they in theirs if we]
    assert len(ratios) >= max(20, len(theirs) - 2)
    assert np.mean(np.array(ratios) <= 1.5) >= 0.8


def lines(runs: int) -> Any:
    """Functions of one number, a run each: a trough with ripples, its minimum beyond or before the first step."""
    rng = np.random.default_rng(11)
    far, waves = np.exp(rng.uniform(-3, 4, (runs, 1))), rng.uniform(0, 0.35, (runs, 1))

    def f(t: Array) -> tuple[Array, Array]:
        s = t / far
        value = (s - 1) ** 2 + waves * np.sin(6 * s)
        slope = (2 * (s - 1) + 6 * waves * np.cos(6 * s)) / far
        return value, slope

    return f


@pytest.mark.parametrize(("c1", "c2"), [(1e-3, 0.9), (0.2, 0.3), (1e-4, 0.01)])
def test_moré_and_thuente_in_a_population(c1: float, c2: float) -> None:
    """The step and the number of points tried are those of MINPACK-2, run by run."""
    runs = 200
    f, p = lines(runs), np.zeros((runs, 1))
    tried = np.zeros(runs, dtype=int)

    def evaluate(p: Array, where: Array) -> tuple[Array, Array]:
        nonlocal tried
        tried += where[:, 0]
        return f(p)

    value, slope = f(p)
    downhill = slope[:, 0] < 0
    start = Found(p, value, slope, np.ones_like(p), value)
    found = strong_wolfe(evaluate, start, np.ones_like(p), np.full((1, 1), c1), np.full((1, 1), c2))
    assert 0 < downhill.sum() < runs
    good = 0
    for k in range(runs):
        calls = []

        def value_at(t: float, k: int = k, calls: list[float] = calls) -> float:
            calls.append(t)
            return float(f(np.full((runs, 1), t))[0][k, 0])

        def slope_at(t: float, k: int = k) -> float:
            return float(f(np.full((runs, 1), t))[1][k, 0])

        if not downhill[k]:
            assert (found.p[k, 0], tried[k]) == (0, 0)
            continue
        search: Any = DCSRCH(value_at, slope_at, c1, c2, 0.1, 0.0, 1e10)
        step = search(1.0, value[k, 0], slope[k, 0], maxiter=21)[0]
        if step is not None:
            good += 1
            assert found.p[k, 0] == pytest.approx(step, rel=1e-9)
            assert tried[k] == len(calls)
    assert good > runs / 2


def test_backtracking_stops_at_the_first_step_that_falls_enough() -> None:
    p = np.array([[1.0], [1.0], [-1.0]])
    asked = []

    def evaluate(p: Array, where: Array) -> tuple[Array, Array]:
        asked.append(where[:, 0].tolist())
        return p * p, 2 * p

    start = Found(p, p * p, 2 * p, np.array([[4.0], [0.5], [1.5]]), p * p)
    found = backtracking(evaluate, start, -2 * p, np.full((1, 1), 0.5), np.full((1, 1), 0.1), 2)
    assert asked == [[True, True, True], [True, False, True]]
    assert found.good[:, 0].tolist() == [False, True, True]
    np.testing.assert_allclose(found.p[:, 0], [1, 0, 0.5])


@pytest.mark.parametrize("optimizer", [LBFGS(), LBFGS(line_search="armijo"), ArmijoGD()])
def test_a_search_comes_back_from_where_nothing_is_defined(optimizer: Any) -> None:
    """-log(x) - log(1 - x) + 5 x, whose first step leads out of (0, 1)."""

    def f(there: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
        x = there["x"]
        with np.errstate(all="ignore"):
            return (-np.log(x) - np.log(1 - x) + 5 * x)[0], {"x": -1 / x + 1 / (1 - x) + 5}

    params = {"x": np.array([0.9])}
    for _ in range(100):
        loss, grads = f(params)
        with np.errstate(all="ignore"):
            optimizer.update(params, grads, loss, f)
        assert np.isfinite(params["x"]).all()
    assert params["x"][0] == pytest.approx((7 - np.sqrt(29)) / 10, rel=1e-4)


@pytest.mark.parametrize("optimizer", [LBFGS(), LBFGS(line_search="armijo"), ArmijoGD(), AdGD()])
def test_at_the_minimum_nothing_moves(optimizer: Any) -> None:
    def f(there: dict[str, Array]) -> tuple[Any, dict[str, Array]]:
        raise AssertionError("a run at its minimum asks for nothing")

    params = {"x": np.zeros(3)}
    for _ in range(3):
        optimizer.update(params, {"x": np.zeros(3)}, 0.0, f)
    assert not params["x"].any()
