"""`python -m harness.verify objectives`: every function is certified, and a planted mistake is found."""

import math
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from harness.configs.compose import Composer
from harness.verify import checks
from harness.verify.__main__ import main
from harness.verify.certify import Certificate, certified
from objectives.arrays import Array
from objectives.functions.analytic import Analytic, Box, Property, columns
from objectives.functions.convex import IllScaledL1
from objectives.functions.curved_valleys import Beale, Rosenbrock
from objectives.functions.few_minima import Branin, Himmelblau
from objectives.functions.many_minima import Michalewicz, Rastrigin
from objectives.functions.quadratics import Sphere, Valley
from objectives.functions.wells import Shekel
from tests.support import build, options

COMMAND = [sys.executable, "-m", "harness.verify", "objectives"]


ANALYTIC = options("objective", lambda cls: issubclass(cls, Analytic))


@pytest.mark.parametrize("objective_name", ANALYTIC)
def test_every_function_is_certified(source: Composer, objective_name: str) -> None:
    objective = build(source, "objective", objective_name)
    assert objective.source
    assert certified(objective_name, objective, starts=2).failures == []


@pytest.mark.parametrize("terms", [5, 7])
def test_the_smaller_shekel_functions(terms: int) -> None:
    assert certified("shekel", Shekel(terms=terms)).failures == []


def test_the_steepness_of_michalewicz_and_its_published_minima() -> None:
    assert certified("michalewicz", Michalewicz(steepness=3)).failures == []
    assert [Michalewicz(dim=dim).minimum for dim in (2, 5, 10)] == pytest.approx([-1.8013034, -4.687658, -9.66015])


# the formulas as their sources print them, where the code is written otherwise and no start value is published
PRINTED: dict[str, Any] = {
    "levy": lambda x, y: (
        math.sin(math.pi * (0.75 + x / 4)) ** 2
        + ((x - 1) / 4) ** 2 * (1 + 10 * math.sin(math.pi * (0.75 + x / 4) + 1) ** 2)
        + ((y - 1) / 4) ** 2 * (1 + math.sin(2 * math.pi * (0.75 + y / 4)) ** 2)
    ),
    "three_hump_camel": lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "six_hump_camel": lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2,
    "goldstein_price": lambda x, y: (
        (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2))
        * (30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2))
    ),
    "schaffer_2": lambda x, y: (
        0.5 + (math.sin(x**2 - y**2) ** 2 - 0.5) / (1 + 0.001 * (x**2 + y**2)) ** 2
    ),
    "drop_wave": lambda x, y: -(1 + math.cos(12 * math.hypot(x, y))) / (0.5 * (x**2 + y**2) + 2),
    "michalewicz": lambda x, y: (
        -math.sin(x) * math.sin(x**2 / math.pi) ** 20 - math.sin(y) * math.sin(2 * y**2 / math.pi) ** 20
    ),
    "log_cosh_canyon": lambda x, y: math.log(math.cosh(x)) + 50 * math.log(math.cosh(y - math.sin(x))),
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_formulas_are_those_of_their_sources(source: Composer, name: str) -> None:
    objective = build(source, "objective", name)
    points = objective.init(np.arange(50))["x"]
    printed = [PRINTED[name](*map(float, point)) for point in points]
    np.testing.assert_allclose(objective.value_and_gradient(points)[0], printed, rtol=1e-10, atol=1e-12)


# ---- planted mistakes -------------------------------------------------------------------------------------------


@dataclass
class WrongGradient(Rosenbrock):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = super().value_and_gradient(x)
        gradient[:, 0] += 2e-8 * gradient[:, 0]
        return value, gradient


@dataclass
class ForgottenByComplexNumbers(Analytic):
    """x^2 |x| + y^2, differentiated as if |x| were constant: the complex step makes the same mistake."""

    start_box: ClassVar[Box] = (-2.0, 2.0)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return x * x * np.abs(x) + y * y, columns(2 * x * np.abs(x), 2 * y)


@dataclass
class WrongPlace(Himmelblau):
    @property
    def minima(self) -> Array:
        return super().minima + np.array([[0, 0], [0, 0], [0, 1e-7], [0, 0]])


@dataclass
class ForgottenPlace(Himmelblau):
    @property
    def minima(self) -> Array:
        return super().minima[:3]


@dataclass
class PlaceOutside(Branin):
    domain: ClassVar[Box | None] = ((-3.0, 10.0), (0.0, 15.0))


@dataclass
class TooHigh(Beale):
    @property
    def minimum(self) -> float:
        return 1e-6


@dataclass
class LocalMinimum(Rastrigin):
    @property
    def minimum(self) -> float:
        return 0.99495905699 * self.dim

    @property
    def minima(self) -> Array:
        return np.full((1, self.dim), 0.994958638)


@dataclass
class WrongStart(Valley):
    published_value: ClassVar[float | None] = 6.4501


@dataclass
class Neighbourly(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = super().value_and_gradient(x)
        return value + 0 * value.mean() + (1e-13 if len(x) == 2 else 0.0), gradient


@dataclass
class Promoting(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = super().value_and_gradient(x)
        return value.astype(np.result_type(x, np.float64)), gradient


@dataclass
class Unsaid(IllScaledL1):
    properties: ClassVar[frozenset[Property]] = frozenset({"convex"})


@dataclass
class LowerOutside(Analytic):
    """x^2 - x^3/10 + y^2 on a box too small to see that it falls for x > 10."""

    start_box: ClassVar[Box] = (-4.0, 4.0)
    domain: ClassVar[Box | None] = (-4.0, 4.0)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return x * x - x * x * x / 10 + y * y, columns(2 * x - 0.3 * x * x, 2 * y)


@dataclass
class Raising(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        raise IndexError("no such row")


@dataclass
class NotANumber(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = super().value_and_gradient(x)
        return value, np.where(x > 4, np.nan, gradient)


@dataclass
class Shapeless(Sphere):
    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        value, gradient = super().value_and_gradient(x)
        return value[:, None], gradient


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        (WrongGradient(), "dim 2: the gradient is not the derivative: off by 2.0e-08 relative"),
        (ForgottenByComplexNumbers(), "the gradient is not the derivative: off by"),
        (WrongPlace(), "at the minimum (-3.77931, -3.28319) the gradient is"),
        (ForgottenPlace(), "(3.58443, -1.84813) is as low as the minimum, and not among the minima"),
        (PlaceOutside(), "the minimum at (-3.14159, 12.275) is outside the domain"),
        (TooHigh(), "at (3, 0.5) the value is 0, not the minimum 1e-06"),
        (TooHigh(), "is lower than the minimum 1e-06"),
        (LocalMinimum(), "is lower than the minimum 1.98991811398"),
        (WrongStart(), "at the published start the value is 6.45, not 6.4501"),
        (Neighbourly(), "in float64 the runs [0] differ when they run by themselves"),
        (Promoting(), "in float32 value and gradient are float6"),
        (Unsaid(), "non-smooth is what a function with a `smooth` of its own says"),
        (LowerOutside(), "say lower outside"),
        (Raising(), "dim 2: IndexError: no such row"),
        (NotANumber(), "the gradient is not the derivative: off by inf"),
        (Shapeless(), "dim 2: Shapeless.loss_and_grads must have one number per run, the shape (runs,)"),
    ],
    ids=lambda planted: type(planted).__name__ if isinstance(planted, Analytic) else "",
)
def test_a_planted_mistake_is_found(planted: Analytic, message: str) -> None:
    failures = certified("planted", planted, starts=4).failures
    assert any(message in failure for failure in failures), failures


@dataclass
class Threaded(Sphere):
    """Sees how many threads each BLAS has."""

    seen: ClassVar[set[int]] = set()

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        self.seen.update(info["num_threads"] for info in threadpool_info())
        return super().value_and_gradient(x)


def test_blas_gets_one_thread() -> None:
    with threadpool_limits(2):
        certified("threaded", Threaded(), starts=1)
    assert Threaded.seen == {1}


@pytest.mark.parametrize(
    ("base", "claim", "message"),
    [
        (Rosenbrock, "convex", "it is not convex"),
        (Rosenbrock, "separable", "it is not separable"),
        (Rosenbrock, "multimodal", "no second minimum was found"),
        (Sphere, "ill-conditioned", "ill-conditioned: at the minima no curvature is 0.001 of the largest"),
        (Rosenbrock, "singular minimum", "singular minimum: at the minima no curvature is 1e-06 of the largest"),
        (Sphere, "edge minimum", "edge minimum is what a function with a minimum on the end of its domain says"),
        (Sphere, "minimum at infinity", "minimum at infinity is what a function without minima says"),
        (Sphere, "unbounded below", "unbounded below: the lowest values further and further out are"),
        (Sphere, "lower outside", "do not say lower outside"),
        (Sphere, "non-smooth", "non-smooth is what"),
    ],
)
def test_a_false_property_is_found(base: type[Analytic], claim: str, message: str) -> None:
    claiming = type("Claiming", (base,), {"properties": frozenset({claim})})
    failures = certified("claiming", claiming(), starts=4).failures
    assert len(failures) == 1
    assert message in failures[0]


@dataclass
class Edge(Analytic):
    """(x + 1)^2 + y^2 for x >= 0: the slope at the minimum points into the domain."""

    start_box: ClassVar[Box] = ((0.0, 2.0), (-2.0, 2.0))
    domain: ClassVar[Box | None] = ((0.0, 2.0), (-2.0, 2.0))
    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "separable", "edge minimum", "lower outside"})

    @property
    def minimum(self) -> float:
        return 1.0

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return (x + 1) * (x + 1) + y * y, columns(2 * (x + 1), 2 * y)


@dataclass
class Infimum(Analytic):
    """e^-x + y^2, which has no minimum."""

    start_box: ClassVar[Box] = (-2.0, 2.0)
    published_start: ClassVar[tuple[float, ...]] = (1.0, 1.0)
    properties: ClassVar[frozenset[Property]] = frozenset({"convex", "separable", "minimum at infinity"})

    @property
    def minima(self) -> Array:
        return np.zeros((0, 2))

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        x, y = x[:, 0], x[:, 1]
        return np.exp(-x) + y * y, columns(-np.exp(-x), 2 * y)


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        (Edge(), ["edge minimum", "lower outside the domain"]),
        (Infimum(), ["minimum at infinity"]),
        (IllScaledL1(), ["* differences instead of the complex step", "kink at the minimum"]),
        (Sphere(), []),
    ],
)
def test_what_is_unusual_is_said(objective: Analytic, said: list[str]) -> None:
    certificate: Certificate = certified("it", objective, starts=4)
    assert certificate.failures == []
    assert certificate.said == said


# ---- the command ------------------------------------------------------------------------------------------------


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["objectives", "ackley", "beale"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == [
        "function", "dims", "derivative", "at", "minimum", "lower", "start", "published", "verdict"
    ]  # fmt: skip
    assert [line.split()[-1] for line in out.splitlines()[1:3]] == ["ok", "ok"]
    assert "kink at the minimum: ackley\n2 of 2 functions certified\n" in out


def test_it_fits_eighty_columns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("harness.screens.terminal.WIDE", 80)
    assert main(["objectives", "extended_rosenbrock", "powell_badly_scaled"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "powell_badly_scaled" in lines[2]
    assert "verdict" in lines[0]


MINE = """
from dataclasses import dataclass, replace
from objectives.functions.quadratics import Valley
@dataclass
class Good(Valley): ...
@dataclass
class WrongGradient(Valley):
    def value_and_gradient(self, x):
        value, gradient = super().value_and_gradient(x)
        return value, 2 * gradient
@dataclass
class WrongMinimum(Valley):
    @property
    def minimum(self):
        return 0.5
"""


def test_ones_own_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "conf" / "objective").mkdir(parents=True)
    for name in ("Good", "WrongGradient", "WrongMinimum"):
        text = f"_target_: mine.{name}\ndim: 2\nstart: null\ndtype: float64\n"
        (tmp_path / "conf" / "objective" / f"{name}.yaml").write_text(text)
    arguments = ["--config-dir", "conf", "trust=mine", "Good", "WrongGradient", "WrongMinimum"]
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "WrongGradient, dim 2: the gradient is not the derivative" in done.stdout
    assert "WrongMinimum, dim 2: at (0, 0) the value is 0, not the minimum 0.5" in done.stdout
    assert "Good, dim" not in done.stdout
    assert done.stdout.endswith("1 of 3 functions certified\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["objectives", *arguments[:4]]) == 0
    capsys.readouterr()
    assert main(["objectives", "--config-dir", "conf", "Good"]) == 2
    assert "mine.Good is not trusted; if you trust it, add trust=mine" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["objectives", "bale"], "objective=bale: no such objective (did you mean beale?); choices: ackley"),
        (["objectives", "mlp"], "mlp: not an analytic function, so there is nothing to certify"),
        (["objective"], "objective: no such subject (did you mean objectives?); choices: objectives"),
        (["objectives", "--config-dir", "nope"], "--config-dir nope: no such folder"),
        (["objectives", "beale=1"], "beale=1"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert line in told.err
    assert told.err.startswith("harness: ")
    assert told.err.count("\n") == 1


@pytest.mark.slow
def test_the_whole_command() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.exact
@pytest.mark.parametrize("objective_name", ANALYTIC)
def test_a_run_ignores_its_neighbours(source: Composer, objective_name: str) -> None:
    """In more dimensions than certificates have, where sums take other paths."""
    objective = build(source, "objective", objective_name)
    for dim in {objective.dim, *(dim for dim in (9, 40) if objective.allows(dim))}:
        assert checks.alone(replace(objective, dim=dim)) == [], f"dim {dim}"
