"""Bits do not depend on company: powers, what may stand in rules and objectives, and the switch of kernels."""

import ast
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import harness
from objectives.arrays import power
from tests import kernels
from tests.test_imports import MODULES, ROOT

FOLDERS = ("harness.optimizers", "harness.schedules", "objectives")
PURE = {name: path for name, path in MODULES.items() if name.startswith(FOLDERS)}
REVERSED = {  # the views that run backwards, and what is done with them
    "eigh(left)[1][..., ::-1]": "a basis, for matrix products, which copy it",
    "eigh(right)[1][..., ::-1]": "likewise",
    "partial[:, ::-1]": "cumsum, which adds alike both ways",
    "tail[:, ::-1]": "likewise",
    "half[::-1]": "a list of numbers",
    "cos[:, :0:-1]": "cumprod, which multiplies alike both ways",
    "after[:, -2::-1]": "likewise",
}
SYMBOLIC = (
    "objectives.formulas.expressions",
    "objectives.formulas.symbolic",
)  # whose powers are of symbols, not of arrays
POWERS = {"power", "pow", "float_power"}


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


def plain_powers(tree: ast.AST) -> list[str]:
    """x**k, x **= k and calls of NumPy's, the operator's or Python's power, unless the exponent is written out."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        exponent = None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            exponent = node.right
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Pow):
            exponent = node.value
        elif isinstance(node, ast.ImportFrom):
            found += [node] if POWERS & {a.name for a in node.names} and node.module != "objectives.arrays" else []
        elif isinstance(node, ast.Attribute) and node.attr in POWERS:
            found += [node] if ast.unparse(node.value) not in ("h", "self") else []
        elif isinstance(node, ast.Name) and node.id == "pow":
            found.append(node)
        if exponent is not None and any(isinstance(n, (ast.Name, ast.Call, ast.Subscript)) for n in ast.walk(exponent)):
            found.append(node)
    return [ast.unparse(node) for node in found]


@pytest.mark.parametrize("module", [name for name in PURE if name not in SYMBOLIC])
def test_exponents_are_written_out_or_go_through_power(module: str) -> None:
    """x**2 takes NumPy's shortcut in any company; x**k takes it or not, by the shape of k."""
    allowed = {"np.power"} if module == "objectives.arrays" else set()
    assert set(plain_powers(ast.parse(PURE[module].read_text()))) == allowed


@pytest.mark.parametrize(
    "code",
    ["x**k", "x **= h.beta", "np.power(x, 2)", "np.pow(x, k)", "from numpy import pow as power", "pow(x, k)",
     "operator.pow(x, k)", "x ** -h.k", "x**k[0]", "x ** (h.power / 2)"],
)  # fmt: skip
def test_every_way_to_write_a_power_is_seen(code: str) -> None:
    assert plain_powers(ast.parse(code))
    assert not plain_powers(
        ast.parse("from objectives.arrays import power; y = x**2 + x ** (1 / 2) + power(x, h.power)")
    )


@pytest.mark.parametrize("module", PURE)
def test_views_that_run_backwards_meet_no_transcendental_function(module: str) -> None:
    """exp, log, power, cbrt, arctan2 and others have another routine for them, where NumPy uses AVX-512."""
    for node in ast.walk(ast.parse(PURE[module].read_text())):
        text = ast.unparse(node) if isinstance(node, (ast.Subscript, ast.Attribute)) else ""
        if isinstance(node, ast.Subscript):
            steps = [n.step for n in ast.walk(node.slice) if isinstance(n, ast.Slice)]
            assert text in REVERSED or not any(isinstance(step, ast.UnaryOp) for step in steps), f"{text}: copy it"
        assert not text.endswith((".flip", ".fliplr", ".flipud")), f"{text}: copy it"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "slice":
            assert len(node.args) < 3, "write it as a slice, so that its direction is seen"


@pytest.mark.exact
@pytest.mark.parametrize(
    "compared",
    ["optimizer=padam optimizer.partial=0.25,0.125", "optimizer=adahessian optimizer.power=1.0,0.7",
     "optimizer=adafactor optimizer.decay_rate=1.0,0.8"],
)  # fmt: skip
def test_a_number_that_is_compared_is_the_number_that_runs_alone(compared: str) -> None:
    """Exponents of 0.5 and -1, for which NumPy has shortcuts."""
    setup = ("objective=rosenbrock", "seeds=3", "steps=100")
    optimizer, numbers = compared.split()
    together = harness.sweep(*setup, optimizer, numbers)
    alone = harness.run(*setup, optimizer, numbers.partition(",")[0])
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


@pytest.mark.parametrize(("codes", "code"), [([0, 0], 0), ([0, 5], 5), ([1], 1)])
def test_every_switch_is_run_and_the_first_failure_is_told(
    codes: list[int], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []

    def run(command: list[str], env: dict[str, str], check: bool) -> Any:
        assert command[1:5] == ["-m", "pytest", "-m", "exact and not slow"]
        asked.append(env)
        return SimpleNamespace(returncode=codes[len(asked) - 1])

    monkeypatch.setattr(kernels.subprocess, "run", run)
    monkeypatch.setattr(kernels, "features", lambda: AVX512)
    monkeypatch.setattr(kernels, "blas", lambda: {"SkylakeX"})
    assert kernels.main(["-x"]) == code
    assert len(asked) == len(codes)
    assert len({env[kernels.SWITCHED] for env in asked}) == len(codes)


def test_a_test_process_looks_at_its_kernels() -> None:
    wanted = {**os.environ, kernels.SWITCHED: '{"off": [], "blas": "Katmai"}'}
    command = [sys.executable, "-m", "pytest", "--collect-only", "tests/test_statistics.py"]
    done = subprocess.run(command, env=wanted, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "the switch of kernels did not take" in done.stdout + done.stderr
