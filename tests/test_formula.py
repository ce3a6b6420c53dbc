"""Formulas: read without running anything, derived exactly, as fast as what is written by hand."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.running.contract import lost
from objectives.arrays import Array
from objectives.formulas import symbolic
from objectives.formulas.dialects import OTHERS
from objectives.formulas.expressions import names, parsed
from objectives.formulas.formula import Formula
from objectives.functions.curved_valleys import Rosenbrock

ROSENBROCK = "100*(y-x**2)**2 + (1-x)**2"
SEEDS = np.arange(5)
FORMULAS = {
    "exp(x) / (1 + y**2) - x*y": {"x": 0.3, "y": -0.7},
    "sin(x)*cos(y) + tan(x/3) + sinh(x) - cosh(y)*tanh(x)": {"x": 0.3, "y": -0.7},
    "sqrt(1 + x**2) + log(2 + y) + arctan(x*y) + x**3 - x**7 / y**2": {"x": 0.3, "y": -0.7},
    "abs(x - 2*y) + max(x, y) + min(x**2, y, 1) + sign(x)*x": {"x": 0.3, "y": -0.7},
    "where(x < y, x**2, 3*x) + where(x >= 0, y, -y) + 2**x + (1 + x**2)**y": {"x": 0.3, "y": -0.7},
    "sum(100*(x[1:]-x[:-1]**2)**2 + (1-x[:-1])**2)": {"x": [-1.2, 1.0, -0.5, 0.9]},
    "prod(x) + mean(x*w) + max(x) - x[-1]*w[0] + sum(e**-x) + pi": {"x": [0.5, -1.5, 2.0], "w": [1.0, 2.0, 3.0]},
    "abs(log(x**2)) + x/3 + 1/x + x**0.5 + x**-3": {"x": 0.8},
    "log10(x + 2)*y + sinh(y)*tan(x) + x*sqrt(y**2 + 1)**3": {"x": 0.3, "y": -0.7},
}


def at(formula: Formula, point: dict[str, Any]) -> tuple[Array, dict[str, Array]]:
    return formula.loss_and_grads({name: np.asarray(v)[None] for name, v in point.items()}, 0, SEEDS[:1])


@pytest.fixture(params=["each", "backwards"])
def derived(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to derive a slope, whatever the formula's size."""
    if request.param == "backwards":
        monkeypatch.setattr(symbolic, "DENSE", 0)


@pytest.mark.usefixtures("derived")
@pytest.mark.parametrize("text", FORMULAS)
def test_gradients_are_derivatives(text: str) -> None:
    """Central differences of fourth order: their error is about 1e-12 for functions of size 1 at steps of 1e-3."""
    start: dict[str, Any] = FORMULAS[text]
    formula, h = Formula(text, start), 1e-3
    grads = at(formula, start)[1]
    for name, value in start.items():
        slopes = np.asarray(grads[name][0])
        for k in np.ndindex(np.shape(value)):
            moved = []
            for steps in (-2, -1, 1, 2):
                point = {key: np.array(v, dtype=float) for key, v in start.items()}
                point[name][k] += steps * h
                moved.append(at(formula, point)[0][0])
            difference = (moved[0] - 8 * moved[1] + 8 * moved[2] - moved[3]) / (12 * h)
            assert slopes[k] == pytest.approx(difference, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    ("text", "point", "slopes"),
    [
        ("(x**2)**(y**2+1)", {"x": 0.0, "y": 1.0}, {"x": 0.0, "y": 0.0}),
        ("(x**2)**(y**2+1)", {"x": 0.0, "y": 0.0}, {"x": 0.0, "y": 0.0}),
        ("sqrt(max(0, x**2-4)) + x", {"x": 1.0}, {"x": 1.0}),
        ("(max(0, x**2-4))**0.3 + x", {"x": 1.0}, {"x": 1.0}),
        ("max(0, log(x))", {"x": 0.0}, {"x": 0.0}),
        ("x**y", {"x": 0.0, "y": 2.0}, {"x": 0.0, "y": 0.0}),
        ("x**(y**2)", {"x": 0.0, "y": 0.0}, {"x": 0.0, "y": 0.0}),
        ("norm(v)", {"v": [0.0, 0.0]}, {"v": [0.0, 0.0]}),
        ("max(x, y) + min(x, y, 7)", {"x": 3.0, "y": 3.0}, {"x": 1.0, "y": 1.0}),
        ("relu(x)", {"x": 0.0}, {"x": 0.0}),
        ("sqrt(max(0, x-y)) * max(0, x-y)", {"x": 1.0, "y": 2.0}, {"x": 0.0, "y": 0.0}),
        ("max(0, log(x*y)) + x*y", {"x": 0.0, "y": 0.0}, {"x": 0.0, "y": 0.0}),
        ("norm(v - mean(v))", {"v": [3.0, 3.0]}, {"v": [0.0, 0.0]}),
    ],
)
@pytest.mark.usefixtures("derived")
def test_slopes_at_the_edges(text: str, point: dict[str, Any], slopes: dict[str, Any]) -> None:
    with np.errstate(all="ignore"):
        loss, grads = at(Formula(text, point), point)
    assert np.isfinite(loss).all()
    assert {name: g[0].tolist() for name, g in grads.items()} == slopes


def moved(formula: Formula, point: dict[str, Any], v: dict[str, Any]) -> dict[str, list[Any]]:
    """The Hessian times v."""
    found = formula.hvp(*({name: np.asarray(a)[None] for name, a in held.items()} for held in (point, v)), 0, SEEDS[:1])
    return {name: a[0].tolist() for name, a in found.items()}


@pytest.mark.usefixtures("derived")
@pytest.mark.parametrize(
    "text",
    [*FORMULAS, "(x**2)**(y**2+1) + x**y", "log10(x*x + y) + sqrt(x**2)**y + log(x + 2)*y", "(x+2)**-1.5 / (y+2)**9.5",
     "max(x*w)*min(x, 0.3)[0] + norm(x - mean(w)) + prod(x - sum(w))", "dot(x, w)**3 + clip(sum(x), 0, 9)*w[0]**2"],
)  # fmt: skip
def test_curvature_is_the_derivative_of_slopes(text: str) -> None:
    """Central differences of fourth order along one direction."""
    vectors = {"x": [0.5, -1.5, 2.0], "w": [1.0, 2.0, 3.0]}
    start: dict[str, Any] = FORMULAS.get(text, {"x": 0.3, "y": 0.4} if "w" not in text else vectors)
    rng, formula, h = np.random.default_rng(1), Formula(text, start), 1e-3
    v = {name: rng.normal(size=np.shape(value)) for name, value in start.items()}
    near = {
        k: at(formula, {name: np.asarray(value) + k * h * v[name] for name, value in start.items()})[1]
        for k in (-2, -1, 1, 2)
    }
    for name, found in moved(formula, start, v).items():
        wanted = (near[-2][name] - 8 * near[-1][name] + 8 * near[1][name] - near[2][name])[0] / (12 * h)
        np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(
    ("text", "point", "v", "wanted"),
    [
        ("(x**2)**(y**2+1)", {"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}, {"x": 2.0, "y": 0.0}),
        ("sqrt(max(0, x**2-4)) + x**2", {"x": 1.0}, {"x": 1.0}, {"x": 2.0}),
        ("max(x**2, y**2, x*y)", {"x": 3.0, "y": 3.0}, {"x": 1.0, "y": 0.0}, {"x": 2 / 3, "y": 1 / 3}),
        ("max(x, y)**2", {"x": 3.0, "y": 3.0}, {"x": 1.0, "y": 0.0}, {"x": 0.5, "y": 0.5}),
        ("abs(x)**3 + sign(x)*x", {"x": 0.0}, {"x": 1.0}, {"x": 0.0}),
        ("where(x > 0, x**2.5, x**2)", {"x": 0.0}, {"x": 1.0}, {"x": 2.0}),
        ("sqrt(x) + y**2", {"x": 0.0, "y": 1.0}, {"x": 0.0, "y": 1.0}, {"x": 0.0, "y": 2.0}),
        ("x**y", {"x": 0.0, "y": 3.0}, {"x": 1.0, "y": 1.0}, {"x": 0.0, "y": 0.0}),
        ("3*x + y", {"x": 1.0, "y": 1.0}, {"x": 1.0, "y": 1.0}, {"x": 0.0, "y": 0.0}),
    ],
)
def test_curvature_at_the_edges(text: str, point: dict[str, Any], v: dict[str, Any], wanted: dict[str, Any]) -> None:
    with np.errstate(all="ignore"):
        assert moved(Formula(text, point), point, v) == pytest.approx(wanted)


SIXTY = np.random.default_rng(0).normal(size=60)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("min(v)*max(v)", SIXTY.min() * SIXTY.max()),
        ("min(sin(v))", np.sin(SIXTY).min()),
        ("norm(v)", np.linalg.norm(SIXTY)),
        ("sum(abs(v))", np.abs(SIXTY).sum()),
        ("prod(2*v)", np.prod(2 * SIXTY)),
        ("log(sum(exp(v)))", np.log(np.exp(SIXTY).sum())),
        ("log(sum(exp(v-max(v)))) + max(v)", np.log(np.exp(SIXTY).sum())),
        ("norm(v/norm(v) - 1)", np.linalg.norm(SIXTY / np.linalg.norm(SIXTY) - 1)),
        ("max(v*max(v))", SIXTY.max() ** 2),
    ],
)
def test_sixty_numbers_are_derived_at_once(text: str, value: float) -> None:
    """Sympy's own Min and Max compare every part with every other, for hours; every slope on its own, and every slope
    of a slope, takes half a minute."""
    point, v, h = {"v": SIXTY}, np.random.default_rng(1).normal(size=60), 1e-6
    formula = Formula(text, {"v": SIXTY.tolist()})
    loss, grads = at(formula, point)
    assert loss[0] == pytest.approx(value)
    assert len(formula._tapes[0]._program) < 2000
    losses, slopes = zip(*(at(formula, {"v": SIXTY + k * h * v}) for k in (-1, 1)), strict=True)
    assert grads["v"][0] @ v == pytest.approx((losses[1] - losses[0]).item() / (2 * h), rel=1e-5)
    wanted = (slopes[1]["v"] - slopes[0]["v"])[0] / (2 * h)
    found = moved(formula, point, {"v": v})["v"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * (1 + np.abs(wanted).max()))


def test_values() -> None:
    start = {"x": 2.0, "y": 3.0}
    for text, value in (("x - y - 1", -2.0), ("-x**2 + y/x", -2.5), ("x**y**1", 8.0), ("2*x + y", 7.0)):
        assert at(Formula(text, start), start)[0][0] == value
    assert at(Formula("where(x > 2, 1, x*y)", start), start)[0][0] == 6.0
    vectors = {"v": [1.0, 2.0, 4.0]}
    for text, value in (("sum(v)", 7.0), ("prod(v)", 8.0), ("mean(v[:2])", 1.5), ("sum((v*v)[::2])", 17.0),
                        ("norm(v[1:])**2", 20.0),
                        ("dot(v, v)", 21.0), ("sum(clip(v, 1.5, 3))", 6.5), ("sum(relu(v-2))", 2.0),
                        ("log10(v[0]*100)", 2.0), ("max(v) + min(v)", 5.0)):  # fmt: skip
        assert at(Formula(text, vectors), vectors)[0][0] == value


def test_the_same_curve_as_the_function_by_hand() -> None:
    common = ("optimizer=adam", "optimizer.lr=0.01", "steps=2000", "seeds=1")
    ours = harness.run("objective=formula", f"objective.f='{ROSENBROCK}'", "objective.start={x: -1.2, y: 1}", *common)
    by_hand = harness.run("objective=rosenbrock", *common)
    np.testing.assert_allclose(ours.curves["loss"], by_hand.curves["loss"], rtol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", FORMULAS)
def test_a_run_ignores_its_neighbours(text: str, dtype: Any) -> None:
    formula = Formula(text, FORMULAS[text], box=[-3, 3], dtype=dtype)
    params = formula.init(SEEDS)
    with np.errstate(all="ignore"):
        loss, grads = formula.loss_and_grads(params, 0, SEEDS)
        assert loss.dtype == dtype
        for rows in ([2], [4, 1], [0, 1, 2]):
            some, slopes = formula.loss_and_grads({n: p[rows] for n, p in params.items()}, 0, SEEDS[rows])
            np.testing.assert_array_equal(some, loss[rows])
            for name, g in slopes.items():
                assert g.dtype == dtype
                np.testing.assert_array_equal(g, grads[name][rows])


def test_seeds_start_in_the_box() -> None:
    formula = Formula("x**2 + sum(v)", {"x": 1.0, "v": [0.5, 0.5]}, box={"x": [0, 2], "v": [0, 1]})
    params = formula.init(np.arange(40))
    assert params["x"][0] == 1.0
    assert len(np.unique(params["x"])) == 40
    assert ((params["v"] >= 0) & (params["v"] <= 1)).all()
    assert params["v"].shape == (40, 2)
    around = Formula("x**2", {"x": 5.0}, spread=0.5).init(np.arange(200))["x"]
    assert around[0] == 5.0
    assert around[1:].std() == pytest.approx(0.5, rel=0.2)
    assert not Formula("x**2", spread=0).varies_with_seed


def test_constants_and_parameters_that_do_not_matter() -> None:
    loss, grads = at(Formula("0*x + y", {"x": 1.0, "y": 2.0}), {"x": 1.0, "y": 2.0})
    assert (loss.shape, grads["x"].tolist(), grads["y"].tolist()) == ((1,), [0.0], [1.0])


NUMPYS: dict[str, Any] = {
    "square": np.square, "log1p": np.log1p, "expm1": np.expm1, "log2": np.log2, "exp2": np.exp2, "cbrt": np.cbrt,
    "reciprocal": np.reciprocal, "hypot": np.hypot, "arcsin": np.arcsin, "arccos": np.arccos, "arcsinh": np.arcsinh,
    "arctanh": np.arctanh, "var": np.var, "std": np.std, "heaviside": lambda x: np.heaviside(x, 0.0),
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)), "softplus": lambda x: np.logaddexp(0, x),
    "logsumexp": np.logaddexp.reduce, "pow": np.power,
}  # fmt: skip


@pytest.mark.parametrize("name", NUMPYS)
def test_what_is_written_instead_has_the_same_value(name: str) -> None:
    start = {key: 0.3 if key in ("x", "a") else 0.7 for key in names(parsed(OTHERS[name]))}
    vectors = {"x": [0.3, 0.7, 0.9]} if name in ("var", "std", "logsumexp") else start
    found = at(Formula(OTHERS[name], vectors), vectors)[0][0]
    assert found == pytest.approx(NUMPYS[name](*map(np.asarray, vectors.values())))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('__import__("os").system("id")', "no such function"),
        ("x.__class__", "x.__class__: not possible in a formula"),
        ("().__class__.__bases__[0].__subclasses__()", "no such function"),
        ("(lambda: x)()", "no such function"),
        ("[y for y in x]", "not possible in a formula"),
        ("f'{x}'", "not possible in a formula"),
        ("(x := 3)", "not possible in a formula"),
        ("'a' * x", "'a': not a number"),
        ("__class__ + x", "__class__: not a name for a parameter"),
        ("sin(x, evaluate=False)", "arguments have no names or stars"),
        ("sin(*x)", "arguments have no names or stars"),
        ("eval('1')", "eval: no such function"),
        ("sympify(x)", "sympify: no such function"),
        ("Symbol('x')", "Symbol: no such function"),
        ("x + sum", "sum: not a name for a parameter"),
        ("9**9**9 * x", "exponents may be up to 1,000"),
        ("x**99999", "exponents may be up to 1,000"),
        ("1e999 * x", "is not a finite number"),
        (f"{'9' * 999}*x", "is not a finite number"),
        ("x" + "+x" * 1500, "may have 2,000 characters"),
        ("(" * 300 + "x" + ")" * 300, "not a formula"),
        ("-" * 300 + "x", "too many parts, or too deeply nested"),
        ("x if x > 0 else 1", "not possible in a formula"),
        ("x ^ 2", "powers are written **"),
        ("x // 2", "not possible in a formula"),
        ("x > 0", "not possible in a formula"),
        ("not x", "not possible in a formula"),
        ("x; y", "not a formula: invalid syntax"),
        ("1j*x", "1j: not a number"),
        ("True*x", "True: not a number"),
        ("x/0", "not a real number anywhere"),
        ("sqrt(-1)*x", "is not a finite number"),
        ("sinn(x)", "did you mean sin?"),
        ("x[0]", "x is one number, not a vector"),
        ("where(x, 1, 2)", "write where(a < b, value, other value)"),
        ("where(x == 1, 1, 2)", "compare with <, <=, > or >="),
        ("sin(x, x)", "sin takes one argument"),
        ("ln(x)", "ln: no such function; write log"),
        ("np.sin(x)", "np.sin: names have no modules before them; write sin"),
        ("2x + 1", "products are written 2*x"),
        ("2(x + 1)", "products are written 2*x"),
        ("lambda x: x**2", "a formula is the expression alone: x ** 2"),
        ("Pi*x", "Pi: not a name for a parameter: the constant is pi"),
        ("E*x", "E: not a name for a parameter: the constant is e"),
        ("I*x", "I: not a name for a parameter: formulas are real"),
        ("PI*x", "PI: not a name for a parameter: the constant is pi"),
        ("π*x", "π: not a name for a parameter: the constant is pi"),
        ("Infinity*x", "Infinity: not a name for a parameter: it is not finite"),
        ("NaN*x", "NaN: not a name for a parameter: it is not a number"),
        ("np.maximum(x, 0)", "np.maximum: names have no modules before them; write max"),
        ("np.log1p(x)", "np.log1p: names have no modules before them; write log(1 + x)"),
        ("log1p(x)", "log1p: no such function; write log(1 + x)"),
        ("arcsin(x)", "arcsin: no such function; write arctan(x/sqrt(1 - x**2))"),
        ("(x + 1).sum()", "no such function; write sum(x + 1)"),
        ("x²", "powers are written x**2"),
        ("f = x**2", "a formula is the expression alone, without ="),
        ("|x|", "absolute values are written abs(x)"),
        ("where(x == 1, 1, 2", "'(' was never closed"),
        ("dot(x)", "write dot(a, b)"),
        ("clip(x, 1)", "write clip(x, low, high)"),
        ("", "a formula is a text"),
        ("3", "there is no parameter"),
    ],
)
def test_what_is_no_formula_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*$") as error:
        Formula(text)
    assert message in str(error.value)
    assert len(str(error.value)) < 250


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"f": "x + z", "start": {"x": 1}}, "Formula.f: z is not among the names of start: x"),
        ({"f": "x", "start": {"x": 1, "y": 1}}, "Formula.start: y is not among the names of f: x"),
        ({"f": "x", "start": 3}, "must be names with numbers"),
        ({"f": "x", "start": {"x": "a"}}, "x must be a number or a list of numbers; got 'a'"),
        ({"f": "x", "start": {"x": []}}, "x must be a number or a list of numbers"),
        ({"f": "sum(x)", "start": {"x": [0.0] * 65}}, "a formula may have 64"),
        ({"f": "x", "start": {"x": [1, 2]}}, "x is a vector of 2; a loss is one number, as in sum"),
        ({"f": "sum(x*y)", "start": {"x": [1, 2], "y": [1, 2, 3]}}, "vectors of 2 and 3 numbers"),
        ({"f": "x[2]", "start": {"x": [1, 2]}}, "x has the indices 0 to 1"),
        ({"f": "sum(x[5:])", "start": {"x": [1, 2]}}, "nothing is left of the 2 numbers"),
        ({"f": "x[0.5]", "start": {"x": [1, 2]}}, "an index is a whole number"),
        ({"f": "x", "box": [2, 1]}, "Formula.box: x needs"),
        ({"f": "x", "box": {"y": [2, 1]}}, "Formula.box: x needs"),
        ({"f": "x", "start": {"x": 3}, "box": [0, 1]}, "x must lie in its box"),
        ({"f": "x", "spread": -1}, "Formula.spread must be a number of at least 0; got -1"),
        ({"f": "x", "dtype": "int"}, "Formula.dtype must be float32 or float64"),
        ({"f": "x", "minimum": "low"}, "Formula.minimum must be a number"),
    ],
)
def test_bad_fields_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*$") as error:
        Formula(**fields)
    assert message in str(error.value)


def test_an_attack_typed_on_the_command_line_runs_nothing(tmp_path: Path) -> None:
    attack = f'objective.f=\'__import__("os").system("touch {tmp_path}/planted")\''
    done = subprocess.run(
        [sys.executable, "-m", "harness", "objective=formula", attack, f"hydra.run.dir={tmp_path}/run"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert not (tmp_path / "planted").exists()


def test_the_value_of_rosenbrock_costs_as_many_operations_as_by_hand() -> None:
    """By hand it is 15 array operations; a formula that derived each part anew would be 40."""
    tape, _ = Formula(ROSENBROCK)._tapes
    assert sum(call is not None for call, _ in tape._program) <= 20
    point = {"x": -1.2, "y": 1.0}
    loss, grads = at(Formula(ROSENBROCK, point), point)
    value, gradient = Rosenbrock().value_and_gradient(np.array([[-1.2, 1.0]]))
    assert loss == pytest.approx(value)
    np.testing.assert_allclose([grads["x"][0], grads["y"][0]], gradient[0], rtol=1e-12)


def test_a_start_that_is_nan_is_said_before_training(tmp_path: Path) -> None:
    def ran(*overrides: str) -> Any:
        command = [sys.executable, "-m", "harness", "objective=formula", "optimizer=sgd", "steps=5", *overrides]
        return subprocess.run([*command, f"hydra.run.dir={tmp_path}/run"], capture_output=True, text=True)

    every = ran("objective.f='x*log(x)'", "seeds=1")
    said = "objective=formula: the loss is nan at the start (seed 0); start elsewhere"
    assert (every.returncode, every.stdout) == (2, "")
    assert said in every.stderr
    assert len(every.stderr.splitlines()) == 1
    assert not (tmp_path / "run").exists()
    some = ran("objective.f='x*log(x)'", "objective.start={x: 0}", "objective.box=[0, 2]", "seeds=3")
    assert some.returncode == 0
    assert "the loss is nan at the start of seed 0; 1 of 3 runs diverge there" in some.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x*log(x)", "the loss is nan"),
        ("1/x", "the loss is infinite"),
        ("(x*y)**0.5/y", "the loss is nan"),
        ("x**2 + 0*sqrt(x)*x**-0.5", ""),
        ("sqrt(x)", ""),
    ],
)
def test_starts_that_no_training_leaves(text: str, said: str) -> None:
    """A slope of infinity is one that a sign or a clip leaves."""
    found = lost(Formula(text, box=[0, 1]), [0, 1])
    assert found == ({0: said} if said else {})


def test_a_start_beyond_float32_is_a_record_if_the_evaluation_is_finite() -> None:
    class Penalised(Formula):
        def loss_and_grads(self, params: Any, step: int, seeds: Array) -> tuple[Array, Any]:
            return np.full(len(seeds), np.inf), {"x": params["x"]}

    assert lost(Penalised("x**2"), [0, 1]) == {}


def test_one_number_of_a_gradient_that_is_nan_is_enough() -> None:
    class Half(Formula):
        def loss_and_grads(self, params: Any, step: int, seeds: Array) -> tuple[Array, Any]:
            return np.ones(len(seeds)), {"v": np.array([[1.0, np.nan]] * len(seeds))}

    assert lost(Half("sum(v)", {"v": [1.0, 2.0]}), [0]) == {0: "the gradient of v is nan"}
