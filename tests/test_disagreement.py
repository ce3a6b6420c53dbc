"""engine=jax and the classes of others: what a program cannot follow is noticed, said and left to NumPy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.command import main
from harness.optimizers.gradient_descent import SGD
from objectives.arrays import Array, Params, Seeds
from objectives.base import Objective
from objectives.formulas.function import Function
from objectives.functions.quadratics import Sphere
from objectives.random import Draws

pytest.importorskip("harness.running.compiled", reason="needs the extra [jax]", exc_type=ImportError)

from harness.running.compiled import Programs, disagreement
from harness.running.compiled.program import Program


class Counting(Sphere):
    """Impure: it changes itself, which a program would not see."""

    count: int = 0

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        self.count += 1
        return np.sum(x * x, axis=1), 2 * x * (1 + 1 / self.count)


class Rolling(Sphere):
    """Impure: numbers that no seed decides."""

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(x * x, axis=1), 2 * x * np.random.uniform()  # noqa: NPY002


class Tiring(Sphere):
    """Impure, and long without effect: what it counts lies in an array of its own."""

    def prepare(self) -> None:
        super().prepare()
        self.asked = np.zeros(1)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        self.asked += 1
        return np.sum(x * x, axis=1), 2 * x * np.where(self.asked < 40, 1.0, 0.1)


class Listing(Sphere):
    """The same in a list."""

    def prepare(self) -> None:
        super().prepare()
        self.seen: list[int] = []

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        self.seen.append(1)
        return np.sum(x * x, axis=1), 2 * x * (1.0 if len(self.seen) < 40 else 0.1)


class Streaming(Sphere):
    """The same in a generator."""

    def prepare(self) -> None:
        super().prepare()
        self.rng = np.random.default_rng(0)

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        return np.sum(x * x, axis=1), 2 * x * (1 + 1e-12 * self.rng.uniform())


class Forgetful(Sphere):
    """It remembers, and nobody can carry it."""

    remembers = True

    def init(self, seeds: Seeds) -> Params:
        self.updates = np.zeros((len(seeds), 1))
        return super().init(seeds)

    def select(self, rows: Array) -> None:
        self.updates = self.updates[rows]

    def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
        self.updates = self.updates + 1
        return np.sum(x * x, axis=1), 2 * x * np.where(self.updates < 40, 1.0, 0.1)


class Mindful(Forgetful):
    """It remembers, and gives its memory away, as a copy and beside something else."""

    def memory(self) -> Any:
        return {"updates": self.updates.copy()}

    def recall(self, memory: Any) -> None:
        self.updates = memory["updates"]


class Anew(Sphere):
    """Draws that nobody finds again."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        noise = Draws("noise", 4, lambda rng: rng.standard_normal((4, 2))).at(step, seeds)
        loss, grads = super().loss_and_grads(params, step, seeds)
        return loss, {"x": grads["x"] + noise}


class Halved(Sphere):
    """Other gradients for an array that is not NumPy's: a changed letter."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        loss, grads = super().loss_and_grads(params, step, seeds)
        return loss, {name: g if isinstance(g, np.ndarray) else g / 2 for name, g in grads.items()}


class Restless(SGD):
    """An impure rule."""

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> Any:
        return p - h.lr * g * np.random.uniform(), s  # noqa: NPY002


class Restive(SGD):
    """An optimizer that counts."""

    updates = 0

    def advance(self, *args: Any) -> None:
        self.updates += 1
        super().advance(*args)


def noisy(params: Params) -> Any:
    """Impure, though no class of anybody's."""
    return np.sum(params["x"] ** 2) * np.random.uniform()  # noqa: NPY002


@pytest.mark.parametrize(
    ("objective", "optimizer", "said"),
    [
        (Counting(), SGD(lr=0.1), "Counting.count changes from step to step"),
        (Rolling(), SGD(lr=0.1), "Rolling shows another loss when it is compiled"),
        (Halved(), SGD(lr=0.1), "Halved shows another loss when it is compiled"),
        (Sphere(), Restless(lr=0.1), "Restless shows another loss when it is compiled"),
        (Tiring(), SGD(lr=0.1), "Tiring.asked changes from step to step"),
        (Listing(), SGD(lr=0.1), "Listing.seen changes from step to step"),
        (Streaming(), SGD(lr=0.1), "Streaming.rng changes from step to step"),
        (Sphere(), Restive(lr=0.1), "Restive.updates changes from step to step"),
        (Mindful(), SGD(lr=0.1), ""),
        (Sphere(), SGD(lr=0.1), ""),
    ],
)
def test_what_a_program_cannot_follow_is_noticed(objective: Objective, optimizer: Any, said: str) -> None:
    optimizer.runs = 1
    found = disagreement(objective, optimizer, Programs().of("here"))
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_what_cannot_be_compiled_says_why() -> None:
    with pytest.raises(TypeError, match=r"Forgetful remembers, but lacks the methods memory\(\) and recall\(\)"):
        Program(Forgetful(), SGD(lr=0.1), block=2, longest=1)
    with pytest.raises(TypeError, match="its Draws are made anew at every step"):
        disagreement(Anew(), SGD(lr=0.1, runs=1), Programs().of("here"))


def test_a_trace_leaves_the_objective_of_others_as_it_is() -> None:
    class Keeping(Sphere):
        """It keeps what it worked out, which would be a number that is only written down."""

        scale: Any = None

        def value_and_gradient(self, x: Array) -> tuple[Array, Array]:
            self.scale = np.ones_like(x) if self.scale is None else self.scale
            return np.sum(x * x, axis=1), 2 * x * self.scale

    objective = Keeping()
    with pytest.raises(TypeError, match="what it keeps from step to step"):
        disagreement(objective, SGD(lr=0.1, runs=1), Programs().of("keeping"))
    assert objective.scale is None


def test_a_decision_runs_on_numpy_and_says_so(tmp_path: Path, write_module: Callable[[str, str], None]) -> None:
    write_module(
        "deciding",
        "import numpy as np\nfrom objectives.functions.quadratics import Sphere\n\n\nclass Mine(Sphere):\n"
        "    def value_and_gradient(self, x):\n"
        "        return np.sum(x * x, axis=1), 2 * x if float(x[0, 0]) > 0 else x\n",
    )
    results = harness.run("objective=sphere", "objective._target_=deciding.Mine", "trust=deciding", "engine=jax",
                          "optimizer=sgd", "steps=3")  # fmt: skip
    assert results.summary["engines"] == ["numpy, revision 1"]


SOMETIMES = """
import numpy as np
from objectives.functions.quadratics import Sphere


class Mine(Sphere):
    def value_and_gradient(self, x):
        turned = self.dim > 2 and float(x[0, 0]) > 0
        return np.sum(x * x, axis=1), 2 * x if turned else x
"""


def test_every_kind_of_trial_is_looked_at(write_module: Callable[[str, str], None]) -> None:
    """Of a cell whose declared values can be followed, and of which others can not."""
    write_module("sometimes", SOMETIMES)
    results = harness.sweep("objective=sphere", "objective._target_=sometimes.Mine", "trust=sometimes", "engine=jax",
                            "objective.dim=choice(2,3)", "optimizer=sgd", "steps=3", "trials=8")  # fmt: skip
    assert {run["state"] for run in results.runs} == {"completed"}
    assert len(results.summary["engines"]) == 2


def test_a_reason_that_comes_up_in_a_sweep_is_said_once(
    write_module: Callable[[str, str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a searched field, whose values nobody knows before."""
    write_module("later", SOMETIMES)
    (tmp_path / "conf" / "objective").mkdir(parents=True)
    (tmp_path / "conf" / "objective" / "mine.yaml").write_text(
        '_target_: later.Mine\ndim: 2\nstart: null\ndtype: float64\nspace: {dim: "choice(2,3)"}\n'
    )
    overrides = ("objective=mine", "trust=later", "engine=jax", "optimizer=sgd", "steps=3", "trials=8")
    assert main(["-m", "--config-dir", str(tmp_path / "conf"), *overrides]) == 0
    out = capsys.readouterr().out
    assert out.count("engine: numpy, as SGD on Mine: TypeError: it decides by a number") == 1
    begun, said = (out.index(text) for text in ("1 tuning of 1 cell", "engine: numpy, as"))
    assert begun < said
    (why,) = harness.load("last").summary["untraced"]
    assert why in out


def test_the_last_lines_say_which_engine_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    def said(*overrides: str) -> list[str]:
        assert main([*overrides, "objective=sphere", "steps=3"]) == 0
        return [line for line in capsys.readouterr().out.splitlines() if "revision" in line]

    assert said("optimizer=sgd") == []
    assert said("-m", "optimizer=sgd,adam", "engine=auto") == ["engine: numpy, revision 1 (engine=auto chose it)"]
    (line,) = said("optimizer=sgd", "engine=jax")
    assert line.startswith("engine: jax ")
    assert line.endswith(", revision 1, bits=own, device=cpu")


def banana(params: Params) -> Any:
    x = params["x"]
    return np.sum(100 * (x[..., 1:] - x[..., :-1] ** 2) ** 2 + (1 - x[..., :-1]) ** 2, axis=-1)


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_function_is_differentiated_by_its_program(vectorized: bool) -> None:
    from objectives.functions.curved_valleys import Rosenbrock
    from tests.test_compiled import trained

    pytest.importorskip("autograd", reason="needs the extra [autograd]")
    start = [-1.2, 1.0, 1.1]
    function = Function(banana, {"x": start}, spread=0, vectorized=vectorized)
    found = trained(function, SGD(lr=1e-4, runs=1), np.zeros(1, np.int64))
    known = trained(Rosenbrock(dim=3, start=start), SGD(lr=1e-4, runs=1), np.zeros(1, np.int64), False)
    np.testing.assert_allclose(found.finals["x"], known.finals["x"], rtol=1e-12)


def test_a_function_of_others_is_looked_at() -> None:
    pytest.importorskip("autograd", reason="needs the extra [autograd]")
    found = disagreement(Function(noisy, {"x": [1, 2]}), SGD(lr=0.1, runs=1), Programs().of("noisy"))
    assert found.startswith("noisy shows another loss when it is compiled")
