"""objective=function without the package autograd: jax differentiates, NumPy's arrays in and out."""

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import harness
from objectives.arrays import Params
from objectives.formulas import differentiation
from objectives.formulas.function import Function
from objectives.functions.curved_valleys import Rosenbrock

pytest.importorskip("harness.running.compiled", reason="needs the extra [jax]", exc_type=ImportError)

SEEDS = np.array([0, 3, 1, 3, 2])
BANANA = "import numpy as np\n\n\ndef banana(p):\n    return 100 * (p['y'] - p['x'] ** 2) ** 2 + (1 - p['x']) ** 2\n"
OVERRIDES = ("objective=function", "objective.f._target_=bananas.banana", "objective.start={x: -1.2, y: 1}",
             "trust=bananas", "steps=200", "seeds=3", "optimizer=adam", "save_params=true")  # fmt: skip


@pytest.fixture(autouse=True)
def _hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "autograd", None)


def valley(params: Params) -> Any:
    x = params["x"]
    return np.sum(100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2, axis=-1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("vectorized", [False, True])
def test_jax_differentiates(vectorized: bool, dtype: Any) -> None:
    from objectives.xla import jax

    ours, by_hand = Function(valley, {"x": [-1.2, 1.0, 0.5]}, 0.3, vectorized, dtype), Rosenbrock(dim=3)
    params = ours.init(SEEDS)
    loss, grads = ours.loss_and_grads(params, 0, SEEDS)
    _, gradient = by_hand.value_and_gradient(np.asfortranarray(params["x"].astype(np.float64)))
    assert {type(a) for a in (loss, *grads.values())} == {np.ndarray}
    assert loss.dtype == grads["x"].dtype == dtype
    np.testing.assert_allclose(grads["x"], gradient, rtol=1e-12 if dtype == "float64" else 1e-5)
    np.testing.assert_array_equal(ours.evaluate(params, "validation")["loss"], loss)
    assert not jax.config.jax_enable_x64


@pytest.mark.exact
@pytest.mark.parametrize("vectorized", [False, True])
def test_a_run_is_differentiated_alike_in_any_company(vectorized: bool) -> None:
    def wave(p: Params) -> Any:
        return np.mean(np.cos(p["x"]), axis=-1) ** 2 * np.sum(p["x"], axis=-1)

    ours, seeds = Function(wave, {"x": np.linspace(-1, 1, 33)}, 0.3, vectorized), np.arange(20)
    params = ours.init(seeds)
    _, whole = ours.loss_and_grads(params, 0, seeds)
    for rows in ([0], [19, 4], list(range(19, 2, -1))):
        _, part = ours.loss_and_grads({"x": params["x"][rows]}, 0, seeds[rows])
        np.testing.assert_array_equal(part["x"], whole["x"][rows])


def test_what_no_program_can_hold_is_differentiated_as_it_goes() -> None:
    def bent(p: Params) -> Any:
        return 3 * p["x"] if p["x"] > 0 else -p["x"]

    calls = []

    def counting(p: Params) -> Any:
        calls.append(1)
        return p["x"] * len(calls)

    def slope(f: Any, x: float) -> Any:
        return f.loss_and_grads({"x": np.array([x])}, 0, SEEDS[:1])[1]["x"][0]

    f = Function(bent, {"x": 1.0})
    assert [slope(f, x) for x in (2.0, -2.0, 1.0)] == [3, -1, 3]
    f = Function(counting, {"x": 1.0})
    assert [slope(f, 1.0) for _ in range(3)] == [3, 5, 7]  # asked twice: by NumPy for the loss, and to differentiate


def test_what_jax_cannot_follow_is_one_line() -> None:
    f = Function(lambda p: math.sin(p["x"]), {"x": 1.0})
    with pytest.raises(ValueError, match=r"uses what jax \(.*\) cannot follow; use NumPy's functions only"):
        f.loss_and_grads({"x": np.ones(1)}, 0, SEEDS[:1])
    with pytest.raises(ValueError, match=r"must return one number; got the shape \(2,\)"):
        Function(lambda p: p["x"], {"x": [1, 2]}).loss_and_grads({"x": np.ones((1, 2))}, 0, SEEDS[:1])


def test_with_neither_one_line_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise differentiation.PackageNotFoundError(name)

    monkeypatch.setattr(differentiation, "version", version)
    with pytest.raises(ValueError, match="autograd, or jax: ") as raised:
        Function(valley, {"x": [1, 2]})
    assert str(raised.value).endswith("pip install -e '.[autograd]', or pip install -e '.[jax]'")


def test_a_run_without_autograd_on_both_engines(write_module: Callable[[str, str], None]) -> None:
    write_module("bananas", BANANA)
    one, other = (harness.run(*OVERRIDES, f"engine={engine}") for engine in ("numpy", "jax"))
    np.testing.assert_allclose(one.curves["loss"], other.curves["loss"], rtol=1e-6)
    assert one.summary["engines"] == [f"numpy, revision 1, gradients by jax {harness.engines.version('jax')}"]
    assert other.summary["engines"][0].startswith("jax ")


def test_it_does_not_start_jax_before_numpys_bits_are_asked_for(
    write_module: Callable[[str, str], None], tmp_path: Any
) -> None:
    (tmp_path / "bananas.py").write_text(BANANA)
    code = (
        "import os, sys; sys.modules['autograd'] = None; import harness;"
        f"harness.run(*{OVERRIDES!r}, 'engine=jax', 'engine.bits=numpy');"
        "sys.exit(not set(harness.engines.NUMPYS_BITS) <= set(os.environ['XLA_FLAGS'].split()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
