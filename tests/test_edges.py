"""Numbers at their edges, for every optimizer: eps of 0, gradients that float32 cannot square, dtypes too small."""

from typing import Any

import numpy as np
import pytest

from harness.configs import building, trust
from harness.configs.compose import Composer
from harness.errors import UserError
from harness.optimizers.nadam import RAdam
from harness.optimizers.norms import norm
from objectives import fields
from objectives.arrays import Array
from tests.support import node, options

SHAPES = {"W": (4, 3), "x": (5,)}
STILL = {"W": np.s_[2], "x": np.s_[1]}  # whose gradients are 0 everywhere


def with_numbers(config: dict[str, Any], change: Any) -> dict[str, Any]:
    """The config of an optimizer, and of those inside it, with the numbers that `change(name, range)` gives."""
    known = fields.numbers(trust.locate(config["_target_"]))
    changed = {name: change(name, allowed) for name, allowed in known.items()}
    inside = {key: with_numbers(v, change) for key, v in config.items() if isinstance(v, dict) and "_target_" in v}
    return {**config, **{name: value for name, value in changed.items() if value is not None}, **inside}


def epsilons(cls: Any) -> list[str]:
    return [name for name, allowed in fields.numbers(cls).items() if "eps" in name and allowed.holds(np.array(0.0))]


def without_eps(name: str, allowed: fields.Range) -> float | None:
    """And without what moves params that have no gradient, or starts their second moment above 0."""
    off = name == "weight_decay" or name.startswith("initial_") or "eps" in name
    return 0.0 if off and allowed.holds(np.array(0.0)) else None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer_name", options("optimizer"))
def test_eps_of_0_moves_nothing_that_never_had_a_gradient(source: Composer, optimizer_name: str, dtype: str) -> None:
    config = node(source, "optimizer", optimizer_name)
    optimizer = building.build(with_numbers(config, without_eps), "optimizer")
    rng = np.random.default_rng(3)
    params = {name: rng.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}
    start = {name: p.copy() for name, p in params.items()}
    pull = {name: rng.uniform(0.5, 2, size=shape).astype(dtype) for name, shape in SHAPES.items()}
    for name, still in STILL.items():
        pull[name][still] = 0

    def f(there: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        loss = sum(float(np.sum(pull[name] * p * p)) / 2 for name, p in there.items())
        return loss, {name: pull[name] * p for name, p in there.items()}

    with np.errstate(all="raise", under="ignore"):
        for _ in range(12):
            optimizer.update(params, f(params)[1], f(params)[0], f)
    held = optimizer.evaluation_params(params)
    for name, p in params.items():
        assert np.isfinite(p).all()
        assert np.isfinite(held[name]).all()
    if epsilons(trust.locate(config["_target_"])):
        still = STILL["x"]
        assert params["x"][still] == start["x"][still]
        assert held["x"][still] == start["x"][still]


@pytest.mark.parametrize("optimizer_name", options("optimizer"))
def test_numbers_that_may_be_0_may_all_be_0(source: Composer, optimizer_name: str) -> None:
    def zero(name: str, allowed: fields.Range) -> float | None:
        return 0.0 if allowed.holds(np.array(0.0)) else None

    config = with_numbers(node(source, "optimizer", optimizer_name), zero)
    try:
        optimizer = building.build(config, "optimizer")
    except UserError:  # they may not be 0 together, and that is said
        return
    params = {"x": np.array([1.0, -2.0, 0.0])}

    def f(there: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        return float(np.sum(there["x"] ** 2)) / 2, {"x": there["x"].copy()}

    with np.errstate(divide="raise", invalid="raise"):
        for _ in range(3):
            optimizer.update(params, f(params)[1], f(params)[0], f)
    assert np.isfinite(params["x"]).all()
    assert np.isfinite(optimizer.evaluation_params(params)["x"]).all()


@pytest.mark.parametrize("size", [1e25, 1e-25, 1e-40])
@pytest.mark.parametrize("optimizer_name", options("optimizer", lambda cls: cls.sees != "elements"))
def test_gradients_that_float32_cannot_square(source: Composer, optimizer_name: str, size: float) -> None:
    """The steps are those of float64, unless the memory holds squares that float32 has no number for. A line search
    takes a slope that is too small for a square as none. Below the normal numbers a step is finite, with few digits."""
    config = node(source, "optimizer", optimizer_name)
    if trust.locate(config["_target_"]).varies and size < 1:
        return
    found = {dtype: stepped(config, size, dtype) for dtype in ("float32", "float64")}
    (moved, _), (wanted, exact) = found["float32"], found["float64"]
    beyond = [a for a in exact if np.any(np.abs(a[a != 0]) > LARGEST) or np.any(np.abs(a[a != 0]) < SMALLEST)]
    assert np.isfinite(moved).all() or beyond
    if not beyond and size > SMALLEST:
        np.testing.assert_allclose(moved, wanted, rtol=1e-4)


LARGEST, SMALLEST = np.finfo("float32").max, np.finfo("float32").tiny


def stepped(config: dict[str, Any], size: float, dtype: str) -> tuple[Array, list[Array]]:
    """The params after a few gradients of this size, and all memory."""
    rng = np.random.default_rng(3)
    optimizer = building.build(config, "optimizer")
    params = {name: rng.normal(size=shape).astype(dtype) for name, shape in SHAPES.items()}

    def f(there: dict[str, Array]) -> tuple[float, dict[str, Array]]:
        return size, grads

    for _ in range(3):
        grads = {name: (size * rng.normal(size=shape)).astype(dtype) for name, shape in SHAPES.items()}
        with np.errstate(all="ignore"):
            optimizer.update(params, grads, size, f)
    memory, inside = [], optimizer
    while inside is not None:
        memory += [] if inside._memory is None else inside._memory.slots
        inside = getattr(inside, "inner", None)
    return np.concatenate([p.ravel() for p in params.values()]), memory


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_norm_keeps_its_bits(dtype: str) -> None:
    """A power of two is taken out beyond the safe range alone; runs do not share it."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(60, 37)).astype(dtype) * (2.0 ** np.arange(-30, 30, dtype=dtype))[:, None]
    plain = np.sqrt(np.sum(a * a, axis=1, keepdims=True))
    np.testing.assert_array_equal(norm(a), plain)
    for far in (np.finfo(dtype).maxexp - 10, np.finfo(dtype).minexp + 10):
        scale = np.ldexp(np.ones(1, dtype), far)
        np.testing.assert_array_equal(norm(a[30:31] * scale), plain[30:31] * scale)
        np.testing.assert_array_equal(norm(np.concatenate([a[:3], a[30:31] * scale]))[:3], plain[:3])
    assert np.isnan(norm(np.array([[np.nan, 1]], dtype)))
    assert norm(np.array([[np.inf, 1]], dtype)) == np.inf
    assert (norm(np.zeros((2, 3), dtype)) == 0).all()


@pytest.mark.parametrize("beta2", [0.61, 0.65, 0.7, 0.9])
def test_radam_becomes_adam(beta2: float) -> None:
    """Its factor goes to 1 wherever v averages more than 4 gradients' worth, so from beta2 = 0.6 on."""
    params, optimizer = {"x": np.zeros(1)}, RAdam(lr=1.0, beta1=0.0, beta2=beta2, eps=0.0)
    for _ in range(1_000):
        before = params["x"].copy()
        optimizer.update(params, {"x": np.full(1, 3.0)})
    np.testing.assert_allclose(params["x"] - before, -1, rtol=1e-5)
