"""Bits do not depend on company: powers, what may stand in rules and objectives, and the switch of kernels."""

import ast
from typing import Any

import numpy as np
import pytest

import harness
from objectives.arrays import power
from tests import kernels
from tests.test_imports import MODULES

FOLDERS = ("harness.optimizers", "harness.schedules", "objectives")
PURE = {name: path for name, path in MODULES.items() if name.startswith(FOLDERS)}
REVERSED = {  # where a view runs backwards, and what is done with it
    "harness.optimizers.soap": "a basis, for matrix products, which copy it",
    "objectives.coupled_quadratic": "cumsum, which adds alike both ways",
    "objectives.more_garbow_hillstrom": "a table of numbers",
    "objectives.multimodal": "cumprod, which multiplies alike both ways",
}


@pytest.mark.exact
@pytest.mark.parametrize("exponent", [0.5, -1.0, 2.0, -0.5, 0.25, 3.0, 1.5, 1.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_power_is_the_same_in_any_company(exponent: float, dtype: Any) -> None:
    """NumPy's own differs: the exponents of padam, for one, and only on processors with AVX-512."""
    base = np.exp(np.random.default_rng(0).normal(size=(37, 3))).astype(dtype)
    whole = power(base, exponent)
    assert whole.dtype == dtype
    np.testing.assert_allclose(whole, np.exp(exponent * np.log(base.astype(np.float64))), rtol=1e-6)
    for shape in ((), (1, 1), (37, 1), (1, 3), (37, 3)):
        np.testing.assert_array_equal(power(base, np.full(shape, exponent, dtype)), whole)
    np.testing.assert_array_equal(power(np.asfortranarray(base), exponent), whole)
    np.testing.assert_array_equal(power(base[::-1], exponent)[::-1], whole)
    np.testing.assert_array_equal(power(np.repeat(base, 2, axis=1)[:, ::2], exponent), whole)
    for k, row in enumerate(base):
        np.testing.assert_array_equal(power(row[None], exponent)[0], whole[k])
        np.testing.assert_array_equal(power(row[1], exponent), whole[k, 1])


@pytest.mark.parametrize("rate", [0.96, np.array([0.96, 0.5])])
def test_a_number_to_the_power_of_an_array(rate: Any) -> None:
    steps = np.array([[0.0, 1.0], [0.5, 2.0]])
    np.testing.assert_allclose(power(rate, steps), np.exp(steps * np.log(rate)), rtol=1e-15)
    assert power(np.complex128(1j), 2.0) == pytest.approx(-1)


@pytest.mark.parametrize("module", PURE)
def test_exponents_are_written_out_or_go_through_power(module: str) -> None:
    """x**2 takes NumPy's shortcut in any company; x**k takes it or not, by the shape of k."""
    for node in ast.walk(ast.parse(PURE[module].read_text())):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            assert not [n for n in ast.walk(node.right) if isinstance(n, (ast.Name, ast.Call))], ast.unparse(node)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("np.power", "np.float_power"):
            assert module == "objectives.arrays", f"line {node.lineno}: use objectives.arrays.power"


@pytest.mark.parametrize("module", PURE)
def test_views_that_run_backwards_meet_no_transcendental_function(module: str) -> None:
    """exp, log, power, cbrt, arctan2 and others have another routine for them, where NumPy uses AVX-512."""
    backwards = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(PURE[module].read_text()))
        if (isinstance(node, ast.Slice) and isinstance(node.step, ast.UnaryOp))
        or (isinstance(node, ast.Attribute) and node.attr in ("flip", "fliplr", "flipud"))
    ]  # fmt: skip
    assert bool(backwards) == (module in REVERSED), f"{backwards}: copy it, or say here what is done with it"


def test_a_number_that_is_compared_is_the_number_that_runs_alone() -> None:
    """Padam's exponent 2 partial = 0.5 is one that NumPy has a shortcut for."""
    setup = ("optimizer=padam", "objective=rosenbrock", "seeds=3", "steps=100")
    together = harness.sweep(*setup, "optimizer.partial=0.25,0.125")
    alone = harness.run(*setup, "optimizer.partial=0.25")
    assert [run["loss"] for run in together.runs if run["cell"] == 0] == [run["loss"] for run in alone.runs]
    np.testing.assert_array_equal(together.curves["loss"][:3], alone.curves["loss"])


AVX512 = {"X86_V3": True, "X86_V4": True, "AVX512_ICL": True, "AVX512_SPR": False}
AVX2 = dict.fromkeys(AVX512, False) | {"X86_V3": True}


@pytest.mark.parametrize(
    ("run", "there", "library", "off", "blas", "skipped"),
    [
        (kernels.RUNS[0], AVX512, True, "X86_V4 AVX512_ICL", "Haswell", []),
        (kernels.RUNS[1], AVX512, True, "X86_V3 X86_V4 AVX512_ICL", "SkylakeX", []),
        (kernels.RUNS[0], AVX2, True, None, "Haswell", ["X86_V4"]),
        (kernels.RUNS[1], AVX2, True, "X86_V3", None, ["X86_V4", "SkylakeX"]),
        (kernels.RUNS[1], AVX512, False, "X86_V3 X86_V4 AVX512_ICL", None, ["SkylakeX"]),
        (kernels.RUNS[0], {"ASIMDHP": True}, True, None, None, ["X86_V4", "Haswell"]),
    ],
)
def test_what_is_switched_off_on_which_processor(
    run: kernels.Kernels, there: Any, library: bool, off: str | None, blas: str | None, skipped: list[str]
) -> None:
    environment, left_out = kernels.switches(run, there, library)
    assert environment.get("NPY_DISABLE_CPU_FEATURES") == off
    assert environment.get("OPENBLAS_CORETYPE") == blas
    assert left_out == skipped
    assert (kernels.SWITCHED in environment) == bool(off or blas)


def test_a_switch_that_did_not_take_is_an_error() -> None:
    on = [name for name, there in kernels.features().items() if there]
    for wanted in ([f'{{"off": ["{on[-1]}"], "blas": ""}}'] if on else []) + ['{"off": [], "blas": "Katmai"}']:
        with pytest.raises(RuntimeError, match="the switch of kernels did not take"):
            kernels.demand_switched({kernels.SWITCHED: wanted})
    kernels.demand_switched({})
