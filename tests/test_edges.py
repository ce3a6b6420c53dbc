"""Numbers at their edges, for every optimizer: eps of 0, gradients that float32 cannot square, dtypes too small."""

from typing import Any

import numpy as np
import pytest

from harness import fields, trust
from harness.compose import Composer
from harness.fields import Array
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
    optimizer = trust.build(with_numbers(config, without_eps), "optimizer")
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
