"""What every optimizer promises, for every file in conf/optimizer: no test knows a name."""

import copy
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import pytest

from harness import make
from harness.configs import building, trust
from harness.configs.compose import Composer
from harness.errors import UserError
from harness.optimizers import memory
from harness.optimizers.adam import Adam
from harness.optimizers.base import Optimizer, Wrapper
from harness.optimizers.gradient_descent import SGD, Momentum
from harness.optimizers.layout import Layout
from harness.optimizers.memory import Element, Iterate, New, PerRun, PerTensor, Sees, Slot
from harness.optimizers.oracle import BookOracle
from harness.optimizers.wrappers import Clip
from harness.schedules import Linear, MultiStep
from objectives import fields
from objectives.arrays import Array
from objectives.fields import NonNegative
from tests.support import node, options

SHAPES = {"W": (5, 3), "b": (3,), "scale": ()}
SMALL = {"x": (2,)}
STEPS = 12


def numbers(config: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], float]:
    """The place and default of every number field of an optimizer and of those inside it."""
    cls = trust.locate(config["_target_"])
    found = {(*path, name): float(config[name]) for name in fields.numbers(cls) if name in config}
    for key, value in config.items():
        if isinstance(value, dict) and "_target_" in value:
            found |= numbers(value, (*path, key))
    return found


@dataclass(frozen=True)
class Slope:
    """An oracle: gradients change a little from place to place, and losses have little to do with them."""

    g: Array
    rows: list[int]
    step: int

    def evaluate(self, p: Array, where: Any = None) -> tuple[Array, Array]:
        assert (p.dtype, p.shape) == (self.g.dtype, self.g.shape)
        return np.abs(p).sum(axis=1, keepdims=True), self.g + p / 10

    def hvp(self, v: Array) -> Array:
        return v / 10 + self.g * self.g * v

    def draw(self, kind: Any) -> Array:
        drawn = [np.random.default_rng([row, self.step]).normal(size=self.g.shape[1]) for row in self.rows]
        return np.asarray(drawn if kind == "normal" else np.sign(drawn), self.g.dtype)


def walk(
    config: dict[str, Any],
    rows: list[int],
    dtype: str = "float64",
    order: Any = "C",
    shapes: dict[str, tuple[int, ...]] = SHAPES,
    numbers_are: str = "different",
    drop: int | None = None,
) -> Array:
    """The params of these of eight runs after some steps of random gradients; run r has its own numbers."""
    rng = np.random.default_rng(7)
    plan = Layout.of({name: np.empty((8, *shape)) for name, shape in shapes.items()})
    p = np.asarray(rng.normal(size=(8, plan.size))[rows], dtype=dtype, order=order)
    gradients = rng.normal(size=(STEPS, 8, plan.size)) * rng.choice([0.01, 1, 30], size=(STEPS, 8, 1))
    mine = _with_numbers(config, rows, numbers_are)
    optimizer = building.build(
        mine, "optimizer", extra=lambda cls, _: {"runs": len(rows)} if issubclass(cls, Optimizer) else {}
    )
    for step in range(STEPS):
        if step == STEPS // 2 and drop is not None:
            keep = np.array([k for k, row in enumerate(rows) if row != drop])
            rows = [row for row in rows if row != drop]
            p = np.asarray(p[keep], order=order)
            optimizer.select(keep)
        g = np.asarray(gradients[step][rows], dtype=dtype, order=order)
        before = g.copy()

        optimizer.advance(p, g, plan, np.abs(p).sum(axis=1), Slope(g, rows, step))
        np.testing.assert_array_equal(g, before, "a rule must not change the gradients it is given")
        assert p.dtype == dtype
    return np.hstack([p, optimizer.evaluation_point(p)])


def _with_numbers(config: dict[str, Any], rows: list[int], numbers_are: str) -> dict[str, Any]:
    """A copy whose numbers are floats (one), arrays of equal numbers (equal), or differ a little (different)."""
    mine = copy.deepcopy(config)
    for path, value in numbers(config).items():
        where = mine
        for key in path[:-1]:
            where = where[key]
        spread = np.ones(8) if numbers_are == "equal" else 1 - 0.05 * np.arange(8)
        where[path[-1]] = value if numbers_are == "one" else (value * spread)[rows]
    return mine


@pytest.mark.exact
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shapes", [SHAPES, SMALL], ids=["tensors", "plane"])
def test_a_run_ignores_its_neighbours(
    source: Composer, optimizer_name: str, dtype: str, order: str, shapes: Any
) -> None:
    config = node(source, "optimizer", optimizer_name)
    everybody = walk(config, list(range(8)), dtype, order, shapes)
    assert np.isfinite(everybody).all()
    assert len(np.unique(everybody, axis=0)) == 8, "runs with different numbers must differ"
    for rows in ([4], [2, 7], [7, 0, 3]):
        if len(rows) > 1 or order == "C":  # the engine computes a lone run twice when runs are contiguous
            np.testing.assert_array_equal(walk(config, rows, dtype, order, shapes), everybody[rows])


@pytest.mark.exact
@pytest.mark.parametrize("block", [1, 4, 7, 40])
@pytest.mark.parametrize("order", ["C", "F"])
def test_blocks_do_not_matter(
    source: Composer, optimizer_name: str, block: int, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = node(source, "optimizer", optimizer_name)
    whole = walk(config, list(range(8)), order=order)
    monkeypatch.setattr(memory, "BLOCK", 8 * block)
    np.testing.assert_array_equal(walk(config, list(range(8)), order=order), whole)


@pytest.mark.exact
@pytest.mark.parametrize("block", [7, 1 << 15])
def test_a_run_that_leaves_changes_nobody(
    source: Composer, optimizer_name: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "BLOCK", 8 * block)
    config = node(source, "optimizer", optimizer_name)
    stayed = [0, 1, 2, 4, 5, 6, 7]
    np.testing.assert_array_equal(walk(config, list(range(8)), drop=3), walk(config, list(range(8)))[stayed])


@pytest.mark.exact
@pytest.mark.parametrize("shapes", [SHAPES, SMALL], ids=["tensors", "plane"])
def test_one_number_for_all_is_the_same_as_one_per_run(source: Composer, optimizer_name: str, shapes: Any) -> None:
    config = node(source, "optimizer", optimizer_name)
    one, equal = (walk(config, [0, 1, 2], shapes=shapes, numbers_are=which) for which in ("one", "equal"))
    np.testing.assert_array_equal(one, equal)


def uphill(grads: dict[str, Array]) -> Any:
    """Loss and gradients elsewhere: these gradients, and more of them the farther one goes."""
    return lambda there: (2.0, {name: grads[name] + p for name, p in there.items()})


def test_the_textbook_call_makes_the_same_steps(source: Composer, optimizer_name: str) -> None:
    """`update(params, grads)` on the book's own shapes, in place where there is an axis, equals the engine's buffer."""
    config = node(source, "optimizer", optimizer_name)
    rng = np.random.default_rng(3)
    params = {name: rng.normal(size=shape) if shape else np.array(rng.normal()) for name, shape in SHAPES.items()}
    held = dict(params)
    plan = Layout.of({name: p[None] for name, p in params.items()})
    buffer = np.concatenate([p.reshape(1, -1) for p in params.values()], axis=1)
    book = building.build(config, "optimizer")
    engine = building.build(config, "optimizer", extra=lambda *_: {"runs": 1})
    whole = Layout.of({"x": buffer})
    for t in range(5):
        grads = {name: rng.normal(size=shape) if shape else np.array(rng.normal()) for name, shape in SHAPES.items()}
        book.update(params, grads, 1.5, uphill(grads))
        flat = np.concatenate([g.reshape(1, -1) for g in grads.values()], axis=1)
        oracle = BookOracle(lambda there, g=flat: (2.0, {"x": g + there["x"]}), buffer, whole, {"x": (1, plan.size)}, t)
        engine.advance(buffer, flat, plan, 1.5, oracle)
    for name, p in params.items():
        assert (p is held[name]) == (p.ndim > 0), "in place, or a new point"
        np.testing.assert_array_equal(p.reshape(-1), buffer[0, plan.columns[plan.names.index(name)]])


@pytest.mark.parametrize("optimizer_name", options("optimizer", fields.numbers))
def test_a_schedule_moves_every_number(source: Composer, optimizer_name: str) -> None:
    """A schedule that halves a number from step 4 on gives the steps of an optimizer with half the number."""
    config = node(source, "optimizer", optimizer_name)
    half = MultiStep(length=8, milestones=[4], rate=0.5, unit="steps")
    for name in fields.numbers(trust.locate(config["_target_"])):
        scheduled = building.build(
            config,
            "optimizer",
            extra=lambda _, path, name=name: {"schedules": {name: half}} if path == "optimizer" else {},
        )
        by_hand = building.build(config, "optimizer")
        rng = np.random.default_rng(0)
        one, other = {"x": np.ones(40)}, {"x": np.ones(40)}
        for step in range(8):
            grads = {"x": rng.normal(size=40)}
            if step == 4:
                setattr(by_hand, name, getattr(by_hand, name) * 0.5)
            scheduled.update(one, grads, 1.5, uphill(grads))
            by_hand.update(other, grads, 1.5, uphill(grads))
        np.testing.assert_array_equal(one["x"], other["x"])


def test_the_first_update_uses_factor_of_step_0() -> None:
    params = {"x": np.array([0.0])}
    optimizer = SGD(lr=1.0, schedules={"lr": Linear(length=4)})
    seen = []
    for _ in range(5):
        optimizer.update(params, {"x": np.array([-1.0])})
        seen.append(float(params["x"][0]))
    assert np.diff([0.0, *seen]).tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]


# The book's four, against loops written from the book's text and nothing of ours.


def book_loop(name: str, p: Array, gradients: Array, lr: float) -> Array:
    v = m = h = np.zeros_like(p)
    for t, g in enumerate(gradients, start=1):
        if name == "sgd":
            p = p - lr * g
        elif name == "momentum":
            v = 0.9 * v - lr * g
            p = p + v
        elif name == "adagrad":
            h = h + g**2
            p = p - lr * g / (np.sqrt(h) + 1e-7)
        else:
            m = 0.9 * m + 0.1 * g
            h = 0.999 * h + 0.001 * g**2
            p = p - lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(h) + 1e-7)
    return p


@pytest.mark.parametrize("name", ["sgd", "momentum", "adagrad", "variant/adam_book"])
def test_the_books_four(name: str) -> None:
    gradients = np.random.default_rng(5).normal(size=(300, 20))
    params = {"x": np.linspace(-1, 1, 20)}
    optimizer = make("optimizer", name, lr=0.02)
    for g in gradients:
        optimizer.update(params, {"x": g})
    np.testing.assert_allclose(
        params["x"], book_loop(name, np.linspace(-1, 1, 20), gradients, 0.02), rtol=0, atol=1e-12
    )


def test_nesterov_evaluates_ahead() -> None:
    """Theta and v of Sutskever's form, with the gradient really taken at theta + mu v."""
    theta, v, params, optimizer = np.array([3.0]), np.zeros(1), {"x": np.array([3.0])}, make("optimizer", "nesterov")
    for _ in range(20):
        v = 0.9 * v - 0.01 * (theta + 0.9 * v)
        theta = theta + v
        optimizer.update(params, {"x": params["x"].copy()})  # the gradient of x^2/2
        np.testing.assert_allclose(params["x"], theta + 0.9 * v, rtol=1e-14)


def test_schedule_free_evaluates_the_average() -> None:
    """With a constant lr, x is the plain mean of all z (Defazio et al. 2024, equation 5)."""
    optimizer, params, z, seen = make("optimizer", "schedule_free_sgd", lr=0.1), {"x": np.array([2.0])}, 2.0, []
    for g in np.random.default_rng(0).normal(size=30):
        z -= 0.1 * g
        seen.append(z)
        optimizer.update(params, {"x": np.array([g])})
        np.testing.assert_allclose(optimizer.evaluation_params(params)["x"], np.mean(seen), rtol=1e-12)
        np.testing.assert_allclose(params["x"], 0.1 * z + 0.9 * np.mean(seen), rtol=1e-12)


def test_grads_belong_to_params_by_name_and_not_by_order() -> None:
    params, grads = {"W": np.zeros(2), "b": np.zeros(3)}, {"b": np.full(3, 10.0), "W": np.ones(2)}
    SGD(lr=1.0).update(params, grads)
    assert (params["W"].tolist(), params["b"].tolist()) == ([-1, -1], [-10, -10, -10])
    Midpoint(lr=2.0).update(params, grads, evaluate=lambda there: (0.0, dict(reversed(there.items()))))
    assert (params["W"].tolist(), params["b"].tolist()) == ([3, 3], [30, 30, 30])


# Every other rule against a loop of its own, with numbers that let no term vanish and a schedule that moves lr.


def rmsprop_loop(p: Array, gradients: Array, lrs: Array) -> Array:
    v = np.zeros_like(p)
    for g, lr in zip(gradients, lrs, strict=True):
        v = 0.8 * v + 0.2 * g**2
        p = p - lr * g / (v**0.5 + 0.3)
    return p


def adam_loop(p: Array, gradients: Array, lrs: Array) -> Array:
    """The first moment's rate halves from step 50 on: the weights of m then no longer sum to 1 - beta1^t."""
    m = v = np.zeros_like(p)
    weight = 0.0
    for t, (g, lr) in enumerate(zip(gradients, lrs, strict=True), start=1):
        beta1 = 0.8 if t <= 50 else 0.4
        m, weight = beta1 * m + (1 - beta1) * g, beta1 * weight + (1 - beta1)
        v = 0.9 * v + 0.1 * g**2
        p = p - lr * (m / weight) / ((v / (1 - 0.9**t)) ** 0.5 + 0.3)
    return p


def lars_loop(p: Array, gradients: Array, lrs: Array) -> Array:
    v = np.zeros_like(p)
    for g, lr in zip(gradients, lrs, strict=True):
        rate = 0.02 * np.linalg.norm(p) / (np.linalg.norm(g) + 0.5 * np.linalg.norm(p))
        v = 0.7 * v + lr * rate * (g + 0.5 * p)
        p = p - v
    return p


def schedule_free_loop(p: Array, gradients: Array, lrs: Array) -> Array:
    x, z = p, p
    for t, (g, lr) in enumerate(zip(gradients, lrs, strict=True), start=1):
        z = z - lr * g
        c = lr**2 / np.sum(lrs[:t] ** 2)
        x = (1 - c) * x + c * z
        p = 0.3 * z + 0.7 * x
    return p


@pytest.mark.parametrize(
    ("name", "loop", "numbers"),
    [
        ("rmsprop", rmsprop_loop, {"rho": 0.8, "eps": 0.3}),
        ("adam", adam_loop, {"beta1": 0.8, "beta2": 0.9, "eps": 0.3}),
        ("lars", lars_loop, {"momentum": 0.7, "weight_decay": 0.5, "trust": 0.02}),
        ("schedule_free_sgd", schedule_free_loop, {"momentum": 0.7}),
    ],
)
def test_every_term_of_a_rule(name: str, loop: Any, numbers: dict[str, float]) -> None:
    gradients = np.random.default_rng(1).normal(size=(100, 6))
    lrs = 0.05 * (1 - np.arange(100) / 100)
    schedules: dict[str, Any] = {"lr": Linear(length=100)}
    if name == "adam":
        schedules["beta1"] = MultiStep(length=100, milestones=[50], rate=0.5, unit="steps")
    optimizer = make("optimizer", name, lr=0.05, schedules=schedules, **numbers)
    params = {"x": np.linspace(1, 2, 6)}
    for g in gradients:
        optimizer.update(params, {"x": g})
    np.testing.assert_allclose(params["x"], loop(np.linspace(1, 2, 6), gradients, lrs), rtol=1e-12)


@dataclass
class Twice(Wrapper):
    """Goes back half of the inner step, and needs p after the inner optimizer has run."""

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return (h.inner(p, g) + p) / 2, s


@dataclass
class Slower(Wrapper):
    """Gives its inner optimizer a factor on lr, and centres every tensor."""

    factor: NonNegative = 0.5

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        centred = h.tensors(lambda a: a - np.mean(a, axis=tuple(range(1, a.ndim)), keepdims=True), g)
        return h.inner(p, centred, lr=h.factor), s


def test_a_wrapper_sees_tensors_and_slows_what_it_wraps() -> None:
    params = {"W": np.zeros((2, 2)), "b": np.zeros(2)}
    grads = {"W": np.array([[1.0, 2.0], [3.0, 6.0]]), "b": np.array([5.0, 7.0])}
    Slower(Slower(SGD(lr=1.0)), factor=0.1).update(params, grads)  # factors multiply
    np.testing.assert_allclose(params["W"], 0.05 * np.array([[2.0, 1.0], [0.0, -3.0]]))
    np.testing.assert_allclose(params["b"], [0.05, -0.05])
    with pytest.raises(TypeError, match="Factors has no lr for a wrapper to change"):
        Slower(Factors()).update({"x": np.zeros(2)}, {"x": np.zeros(2)})


@dataclass
class Factors(Optimizer):
    """Keeps g g^T of every tensor (n, m), and steps by it times g."""

    sees = "tensors"

    class Slots(NamedTuple):
        L: Annotated[Array, Slot(lambda shape, owner: (shape[0], shape[0]))]

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        G = g.reshape(*g.shape[:2], -1)
        L = s.L + G @ np.swapaxes(G, 1, 2)
        return p - (L @ G).reshape(g.shape), Factors.Slots(L)


@dataclass
class Replay(Optimizer):
    """Steps by the oldest of the last `length` gradients."""

    length: int = 2

    sees = "run"

    class Slots(NamedTuple):
        past: Annotated[Array, Slot(lambda shape, owner: (owner.length, *shape))]

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        past = np.concatenate([s.past[:, 1:], g[:, None]], axis=1)
        return p - past[:, 0], Replay.Slots(past)


def test_slots_of_any_shape() -> None:
    rng = np.random.default_rng(0)
    params, L = {"W": np.zeros((2, 3)), "b": np.zeros(4)}, {"W": np.zeros((2, 2)), "b": np.zeros((4, 4))}
    optimizer, expected = Factors(), {"W": np.zeros((2, 3)), "b": np.zeros((4, 1))}
    for _ in range(3):
        grads = {name: rng.normal(size=p.shape) for name, p in params.items()}
        optimizer.update(params, grads)
        for name, g in grads.items():
            G = g.reshape(len(g), -1)
            L[name] += G @ G.T
            expected[name] -= L[name] @ G
    for name, p in params.items():
        np.testing.assert_allclose(p.reshape(len(p), -1), expected[name], rtol=1e-12)
    held = {"x": np.zeros(3)}
    replay = Replay(length=3)
    for k in range(1, 6):
        replay.update(held, {"x": np.full(3, float(k))})
    assert held["x"].tolist() == [-6.0] * 3  # 1 + 2 + 3


@pytest.mark.parametrize("cls", [Factors, Replay])
def test_runs_with_slots_of_any_shape_leave(cls: Any) -> None:
    gradients = np.random.default_rng(1).normal(size=(4, 3, 2, 2))
    many, alone = cls(runs=3), cls(runs=1)
    p, one = {"x": np.zeros((3, 2, 2))}, {"x": np.zeros((1, 2, 2))}
    for k, g in enumerate(gradients):
        if k == 2:
            many.select(np.array([1]))
            p = {"x": p["x"][[1]]}
        many.update(p, {"x": g if k < 2 else g[[1]]})
        alone.update(one, {"x": g[[1]]})
    np.testing.assert_array_equal(p["x"], one["x"])


def test_a_wrapper_may_use_its_params_after_the_inner_update() -> None:
    params = {"x": np.array([1.0, 2.0])}
    Twice(SGD(lr=1.0)).update(params, {"x": np.array([1.0, -1.0])})
    assert params["x"].tolist() == [0.5, 2.5]


def test_a_wrapped_optimizer_gets_all_that_it_needs() -> None:
    params = {"x": np.array([2.0])}
    Clip(Polyak()).update(params, {"x": np.array([1.0])}, loss=0.5)
    assert params["x"].tolist() == [1.5]
    Clip(Midpoint(lr=1.0)).update(
        params, {"x": np.array([1.0])}, evaluate=lambda there: (0.0, {"x": there["x"].copy()})
    )
    assert params["x"].tolist() == [0.5]


def test_a_wrapped_optimizer_says_where_to_evaluate() -> None:
    plain, wrapped = make("optimizer", "schedule_free_sgd"), Clip(make("optimizer", "schedule_free_sgd"), max_norm=1e9)
    one, other = {"x": np.ones(3)}, {"x": np.ones(3)}
    for k in range(4):
        plain.update(one, {"x": np.full(3, 0.1 * k)})
        wrapped.update(other, {"x": np.full(3, 0.1 * k)})
    assert (plain.evaluation_params(one)["x"] != one["x"]).all()
    np.testing.assert_array_equal(plain.evaluation_params(one)["x"], wrapped.evaluation_params(other)["x"])


def test_lars_leaves_a_zero_tensor_free_to_move() -> None:
    params = {"b": np.zeros(3)}
    make("optimizer", "lars", lr=0.5).update(params, {"b": np.ones(3)})
    np.testing.assert_array_equal(params["b"], -0.5 * np.ones(3))


def test_clipping_looks_at_the_whole_run_and_at_no_other() -> None:
    params = {"x": np.zeros((2, 1)), "y": np.zeros((2, 1))}
    grads = {"x": np.array([[30.0], [0.3]]), "y": np.array([[40.0], [0.4]])}
    Clip(SGD(lr=1.0), max_norm=np.array([5.0, 5.0]), runs=2).update(params, grads)
    np.testing.assert_allclose(params["x"][:, 0], [-3.0, -0.3], rtol=1e-15)
    np.testing.assert_allclose(params["y"][:, 0], [-4.0, -0.4], rtol=1e-15)


# The parts of the contract that no shipped optimizer uses yet.


@dataclass
class Midpoint(Optimizer):
    """Steps with the gradient half a step ahead."""

    lr: NonNegative = 0.1
    sees: ClassVar[Sees] = "run"

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        _, ahead = h.evaluate(p - h.lr / 2 * g)
        return p - h.lr * ahead, s


@dataclass
class Polyak(Optimizer):
    """Needs the loss."""

    f_min: fields.Finite = 0.0
    needs_loss: ClassVar[bool] = True
    sees: ClassVar[Sees] = "run"

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return p - (h.loss - h.f_min) / np.sum(g * g, axis=1, keepdims=True) * g, s


@dataclass
class Crossed(Optimizer):
    """Every way in which a rule may hand back what it was given."""

    lr: NonNegative = 1.0

    class Slots(NamedTuple):
        a: Element
        b: Element
        last_p: Iterate
        last_g: Element
        t: PerRun

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        return p - h.lr * s.b, Crossed.Slots(s.b + g, s.a, p, g, h.t)


@dataclass
class Counter(Optimizer):
    """A number per tensor."""

    lr: NonNegative = 1.0
    sees: ClassVar[Sees] = "tensors"

    class Slots(NamedTuple):
        n: PerTensor

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        n = s.n + np.max(np.abs(g), axis=tuple(range(1, g.ndim)), keepdims=True)
        return p - n, Counter.Slots(n)


def test_a_rule_may_ask_for_more_gradients() -> None:
    params = {"x": np.array([1.0, -2.0])}
    Midpoint(lr=0.2).update(params, {"x": params["x"].copy()}, evaluate=lambda there: (0.0, {"x": there["x"].copy()}))
    np.testing.assert_allclose(params["x"], np.array([1.0, -2.0]) * (1 - 0.2 * 0.9), rtol=1e-15)


def test_a_rule_may_ask_for_the_loss() -> None:
    params = {"x": np.array([[2.0], [4.0]])}
    Polyak(runs=2).update(params, {"x": params["x"].copy()}, loss=params["x"][:, 0] ** 2 / 2)
    np.testing.assert_allclose(params["x"], [[1.0], [2.0]])


@pytest.mark.parametrize("block", [3, 1 << 15])
@pytest.mark.parametrize("shape", [(2,), (11,)])
def test_slots_survive_a_rule_that_hands_back_its_arguments(
    block: int, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "BLOCK", 8 * block)
    optimizer, params = Crossed(runs=2), {"x": np.zeros((2, *shape))}
    held, a, b, p = np.zeros((2, *shape)), 0.0, 0.0, 0.0
    rng = np.random.default_rng(0)
    g = np.empty((2, *shape))
    for step in range(1, 6):
        g[:] = rng.normal(size=g.shape)  # the same buffer every time, as in the engine
        optimizer.update(params, {"x": g})
        held, p, a, b = held - b, held.copy(), b + g, a
        np.testing.assert_array_equal(params["x"], held)
        assert optimizer._memory is not None
        slots = optimizer._memory.bundle()
        np.testing.assert_array_equal(slots.last_p, p)
        np.testing.assert_array_equal(slots.last_g, g)
        assert (slots.t == step).all()


@dataclass
class Viewing(Optimizer):
    """Hands back a slot as params, a view of a slot, a slot that broadcasts, and one of a wider dtype."""

    lr: NonNegative = 0.5

    class Slots(NamedTuple):
        a: Iterate
        b: Element
        c: Element
        wide: Element

    @staticmethod
    def rule(p: Array, g: Array, s: Any, h: Any) -> New:
        wide = s.wide + np.where(g > 0, 0.1, -0.1)
        return s.a, Viewing.Slots(p - h.lr * g, s.a[...], 0 * h.lr + h.t, wide)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(2,), (11,)])
def test_views_and_other_dtypes_are_kept_as_the_runs_need_them(
    dtype: str, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for block in (3, 1 << 15):
        monkeypatch.setattr(memory, "BLOCK", 8 * block)
        rng, optimizer = np.random.default_rng(0), Viewing(runs=2)
        params = {"x": rng.normal(size=(2, *shape)).astype(dtype)}
        for _ in range(6):
            optimizer.update(params, {"x": rng.normal(size=(2, *shape))})  # float64 gradients for all
        assert optimizer._memory is not None
        slots = optimizer._memory.bundle()
        assert {str(slot.dtype) for slot in slots} == {dtype}
        assert (slots.c == 6).all()
        found.append([params["x"], *slots])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_slot_per_tensor_needs_a_rule_that_sees_tensors() -> None:
    class Lost(Counter):
        sees = "elements"

    with pytest.raises(TypeError, match="a slot per tensor needs a rule that sees tensors, not elements"):
        Lost().update({"x": np.zeros(2)}, {"x": np.zeros(2)})


def test_numbers_per_tensor() -> None:
    params, grads = {"W": np.zeros((2, 3)), "b": np.zeros(2)}, {"W": np.full((2, 3), -2.0), "b": np.array([1.0, 0.5])}
    optimizer = Counter()
    optimizer.update(params, grads)
    optimizer.update(params, grads)
    assert params["W"].tolist() == [[-6.0] * 3] * 2
    assert params["b"].tolist() == [-3.0, -3.0]


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda: Adam(lr="abc"), "Adam.lr must be a number, or one number per run; got 'abc'"),  # type: ignore[arg-type]
        (lambda: Adam(lr=True), "must be a number"),
        (lambda: Adam(lr=None), "must be a number"),  # type: ignore[arg-type]
        (lambda: Adam(lr=-1), "Adam.lr must be at least 0; got -1"),
        (lambda: Adam(lr=float("nan")), "finite and at least 0; got nan"),
        (lambda: Adam(lr=float("inf")), "finite and at least 0; got inf"),
        (lambda: Momentum(momentum=1.5), r"Momentum.momentum must be in \[0, 1\); got 1.5"),
        (lambda: Momentum(momentum=1), r"in \[0, 1\)"),
        (lambda: Adam(eps_hat=1), "Adam.eps_hat must be true or false; got 1"),  # type: ignore[arg-type]
        (lambda: Adam(lr=np.ones(3)), "Adam.lr has 3 numbers for no runs"),
        (lambda: Adam(lr=np.ones(3), runs=2), "Adam.lr has 3 numbers for 2 runs"),
        (lambda: Adam(schedules={"momentum": Linear(4)}), "Adam has no momentum to schedule; choices: lr, beta1"),
        (lambda: Adam(runs=0), "Adam.runs must be an integer of at least 1; got 0"),
        (lambda: Adam(runs="a"), "Adam.runs must be an integer"),  # type: ignore[arg-type]
        (lambda: Adam(schedules={"lr": 0.5}), "must be a Schedule; got 0.5"),  # type: ignore[dict-item]
        (lambda: Clip(SGD(runs=2), runs=3), "Clip has 3 runs, its inner optimizer 2"),
        (lambda: Clip("sgd"), "Clip.inner must be an Optimizer; got 'sgd'"),  # type: ignore[arg-type]
    ],
)
def test_bad_numbers_are_refused(make_it: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_it()


@pytest.mark.parametrize(
    ("params", "grads", "message"),
    [
        ({"x": np.zeros(2)}, {"y": np.zeros(2)}, "params have"),
        ({"x": np.zeros(2)}, {"x": np.zeros(3)}, r"grads\['x'\] has shape \(3,\), params \(2,\)"),
        ({"x": np.zeros(2, int)}, {"x": np.zeros(2)}, "array of floats"),
        ({"x": "7"}, {"x": 0.0}, r"params\['x'\] must be a number, a list of numbers or an array of floats; got '7'"),
        ({"x": None}, {"x": 0.0}, "got None"),
        ({"x": 1j}, {"x": 0.0}, "got 1j"),
        ({"x": [[1.0], [2.0, 3.0]]}, {"x": 0.0}, r"got \[\[1.0\], \[2.0, 3.0\]\]"),
        ({"x": 1.0}, {"x": None}, r"grads\['x'\] must be a number, a list of numbers or an array of floats; got None"),
        ({"x": [1.0, 2.0]}, {"x": [1.0]}, r"grads\['x'\] has shape \(1,\), params \(2,\)"),
        ({"x": np.zeros(2), "y": np.float32(1)}, {"x": np.zeros(2), "y": 0.0}, "one dtype; 'y' is float32"),
        ({"x": np.zeros(2), "y": np.zeros(2, "f")}, {"x": np.zeros(2), "y": np.zeros(2, "f")}, "one dtype"),
        ({"x": np.zeros(2, "f2")}, {"x": np.zeros(2)}, r"params\['x'\] is float16, .*; update a copy in float32"),
        ({"x": np.float16(1)}, {"x": 0.0}, r"params\['x'\] is float16"),
        ({}, {}, "there are no params"),
        ({"x": np.zeros(0)}, {"x": np.zeros(0)}, "all are empty"),
    ],
)
def test_params_and_grads_that_do_not_fit_are_refused(params: Any, grads: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SGD().update(params, grads)


def test_axis_0_must_be_the_run() -> None:
    with pytest.raises(ValueError, match="axis 0"):
        SGD(runs=3).update({"x": np.zeros(2)}, {"x": np.zeros(2)})
    with pytest.raises(ValueError, match=r"axis 0 of params\['x'\] must be the 3 runs; its shape is \(\)"):
        SGD(runs=3).update({"x": 0.0}, {"x": 0.0})


def test_params_may_change_their_order() -> None:
    optimizer, params = Momentum(lr=1.0), {"a": np.zeros(1), "b": np.zeros(1)}
    optimizer.update(params, {"a": np.ones(1), "b": np.full(1, 2.0)})
    optimizer.update(dict(reversed(params.items())), {"a": np.zeros(1), "b": np.zeros(1)})
    np.testing.assert_allclose([params["a"][0], params["b"][0]], [-1.9, -3.8])
    assert optimizer.evaluation_params(dict(reversed(params.items())))["b"] == params["b"]


def test_params_may_not_change_their_shape() -> None:
    optimizer = Momentum()
    optimizer.update({"x": np.zeros(2)}, {"x": np.zeros(2)})
    with pytest.raises(ValueError, match="other names or shapes"):
        optimizer.update({"x": np.zeros(3)}, {"x": np.zeros(3)})


def counts(cls: Any) -> list[str]:
    """The fields that are integers from 1 on."""
    return [name for name, kind in fields.kinds(cls).items() if kind == fields.kind_of(fields.Count)]


@pytest.mark.parametrize("optimizer_name", options("optimizer", counts))
def test_counts_start_at_1(source: Composer, optimizer_name: str) -> None:
    config = node(source, "optimizer", optimizer_name)
    for name in counts(trust.locate(config["_target_"])):
        for wrong in (0, 2.5, True):
            with pytest.raises(UserError, match=f"{name} must be an integer of at least 1; got {wrong}"):
                building.build({**config, name: wrong}, "optimizer")
