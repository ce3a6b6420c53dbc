"""The scripts of Deep Learning from Scratch with `from harness import SGD, Momentum, AdaGrad, Adam` for its import."""

import inspect
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import harness
from harness import SGD, AdaGrad, Adam, Momentum, Nesterov, RMSprop
from harness.configs import building
from harness.configs.compose import Composer
from tests.support import node

Points = list[tuple[float, float]]
LRS = {"SGD": 0.95, "Momentum": 0.1, "AdaGrad": 1.5, "Adam": 0.3, "Nesterov": 0.1, "RMSprop": 0.3}
TOLERANCE = 1e-12  # relative. Measured: Adam 1.3e-13 (its 1 - beta^t is a running average), Nesterov 3e-14, others 0


def by_hand(name: str) -> Points:
    """Where the book's classes stand before each of 30 steps, and after the last: a loop in plain floats."""
    lr, p, v, h, points = LRS[name], [-7.0, 2.0], [0.0, 0.0], [0.0, 0.0], [(-7.0, 2.0)]
    for t in range(1, 31):
        for i, g in enumerate((p[0] / 10, 2 * p[1])):
            if name == "SGD":
                p[i] -= lr * g
            elif name == "Momentum":
                v[i] = 0.9 * v[i] - lr * g
                p[i] += v[i]
            elif name == "Nesterov":
                p[i] += 0.9 * 0.9 * v[i] - (1 + 0.9) * lr * g
                v[i] = 0.9 * v[i] - lr * g
            elif name == "AdaGrad":
                h[i] += g * g
                p[i] -= lr * g / (sqrt(h[i]) + 1e-7)
            elif name == "RMSprop":
                h[i] = 0.99 * h[i] + (1 - 0.99) * g * g
                p[i] -= lr * g / (sqrt(h[i]) + 1e-7)
            else:
                v[i] += (1 - 0.9) * (g - v[i])
                h[i] += (1 - 0.999) * (g * g - h[i])
                p[i] -= lr * sqrt(1 - 0.999**t) / (1 - 0.9**t) * v[i] / (sqrt(h[i]) + 1e-7)
        points.append((p[0], p[1]))
    return points


def test_chapter_6_as_it_is_written() -> None:
    def df(x: float, y: float) -> tuple[float, float]:
        return x / 10.0, 2.0 * y

    init_pos = (-7.0, 2.0)
    params = {}
    params["x"], params["y"] = init_pos[0], init_pos[1]
    grads = {}
    grads["x"], grads["y"] = 0.0, 0.0

    optimizers: OrderedDict[str, Any] = OrderedDict()
    optimizers["SGD"] = SGD(lr=0.95)
    optimizers["Momentum"] = Momentum(lr=0.1)
    optimizers["AdaGrad"] = AdaGrad(lr=1.5)
    optimizers["Adam"] = Adam(lr=0.3)

    for key in optimizers:
        optimizer = optimizers[key]
        x_history = []
        y_history = []
        params["x"], params["y"] = init_pos[0], init_pos[1]
        for _ in range(30):
            x_history.append(params["x"])
            y_history.append(params["y"])
            grads["x"], grads["y"] = df(params["x"], params["y"])
            optimizer.update(params, grads)

        assert len(set(x_history)) == len(set(y_history)) == 30, "every point is one of its own"
        assert {type(value) for value in (*x_history, *y_history)} == {float}
        seen = [*zip(x_history, y_history, strict=True), (params["x"], params["y"])]
        np.testing.assert_allclose(seen, by_hand(key), rtol=TOLERANCE, err_msg=key)


HELD: dict[str, tuple[Callable[[float], Any], type]] = {  # how a value is held, and what it is after an update
    "float": (float, float),
    "NumPy number": (np.float64, np.float64),
    "0-d array": (np.array, np.ndarray),
    "list": (lambda value: [value], np.ndarray),
    "list of lists": (lambda value: [[value]], np.ndarray),
    "array": (lambda value: np.array([value]), np.ndarray),
}


PAIRS = [(p, g) for p in HELD for g in HELD if np.shape(HELD[p][0](0.0)) == np.shape(HELD[g][0](0.0))]


@pytest.mark.parametrize(("params_are", "grads_are"), PAIRS)
def test_whatever_holds_the_numbers(params_are: str, grads_are: str) -> None:
    (hold, kind), (give, _) = HELD[params_are], HELD[grads_are]
    shape = np.shape(hold(0.0))
    for name, lr in LRS.items():
        optimizer = getattr(harness, name)(lr)
        params, history = {"x": hold(-7.0), "y": hold(2.0)}, []
        for _ in range(30):
            history.append((params["x"], params["y"]))
            if shape:
                history[-1] = (np.array(params["x"]), np.array(params["y"]))  # arrays are updated in place
            x, y = np.asarray(params["x"]).item(), np.asarray(params["y"]).item()
            optimizer.update(params, {"y": give(2 * y), "x": give(x / 10)})
            assert {type(value) for value in params.values()} == {kind}
            assert {np.shape(value) for value in params.values()} == {shape}
        found = np.reshape([*history, (params["x"], params["y"])], (31, 2))
        np.testing.assert_allclose(found, by_hand(name), rtol=TOLERANCE, err_msg=name)


def test_arrays_are_updated_in_place_and_points_are_not() -> None:
    array, point, given = np.array([1.0]), np.array(1.0), [1.0]
    params: dict[str, Any] = {"array": array, "point": point, "list": given}
    SGD(lr=0.5).update(params, {"array": [1.0], "point": 1.0, "list": np.array([1.0])})
    assert params["array"] is array
    assert (array.tolist(), point.tolist(), given) == ([0.5], 1.0, [1.0])
    assert {name: value.tolist() for name, value in params.items()} == {"array": [0.5], "point": 0.5, "list": [0.5]}


def test_what_has_no_dtype_takes_that_of_the_others() -> None:
    params: dict[str, Any] = {"a": 1, "b": [1, 2], "c": np.float32(1), "d": np.ones(2, "f"), "e": np.int64(1)}
    SGD(lr=0.1).update(params, {"a": 1, "b": [1, 1], "c": 1, "d": np.ones(2), "e": 1})
    assert [type(params[name]) for name in "ace"] == [float, np.float32, np.float32]
    assert [params[name].dtype for name in "bd"] == ["float32", "float32"]
    assert params["a"] == params["c"] == np.float32(1) - np.float32(0.1)
    alone: dict[str, Any] = {"a": 1, "b": [1, 2], "e": np.int64(1)}
    SGD(lr=0.1).update(alone, {"a": 1, "b": [1, 1], "e": 1})
    assert (alone["a"], alone["b"].tolist(), alone["e"]) == (0.9, [0.9, 1.9], 0.9)
    assert (type(alone["a"]), alone["b"].dtype, type(alone["e"])) == (float, "float64", np.float64)


def test_an_update_that_fails_changes_nothing() -> None:
    given = [1.0]
    params = {"x": 1, "y": given}
    with pytest.raises(ValueError, match="needs the loss"):
        harness.make("optimizer", "polyak_sgd").update(params, {"x": 1.0, "y": [1.0]})
    assert (type(params["x"]), params["y"] is given) == (int, True)


def test_every_optimizer_takes_numbers(source: Composer, optimizer_name: str) -> None:
    """And gives what it gives for arrays with one element, gradients and points elsewhere included."""
    config = node(source, "optimizer", optimizer_name)
    rng = np.random.default_rng(2)
    numbers: dict[str, Any] = {"x": -7.0, "y": 2.0}
    arrays = {name: np.array([value]) for name, value in numbers.items()}
    one, other = building.build(config, "optimizer"), building.build(config, "optimizer")
    for _ in range(6):
        grads = {name: float(rng.normal()) for name in numbers}

        def elsewhere(there: dict[str, Any], grads: dict[str, float] = grads) -> tuple[float, dict[str, Any]]:
            assert {(type(value), np.shape(value)) for value in there.values()} in ({(float, ())}, {(np.ndarray, (1,))})
            return 2.0, {name: grads[name] + value for name, value in there.items()}

        one.update(numbers, grads, 1.5, elsewhere)
        other.update(arrays, {name: np.array([g]) for name, g in grads.items()}, 1.5, elsewhere)
        assert numbers == {name: array.item() for name, array in arrays.items()}
    seen, expected = one.evaluation_params(numbers), other.evaluation_params(arrays)
    assert {name: (type(value), value) for name, value in seen.items()} == {
        name: (float, array.item()) for name, array in expected.items()
    }


ARGUMENTS = {
    "SGD": {"lr": 0.01},
    "Momentum": {"lr": 0.01, "momentum": 0.9},
    "Nesterov": {"lr": 0.01, "momentum": 0.9},
    "AdaGrad": {"lr": 0.01},
    "RMSprop": {"lr": 0.01, "decay_rate": 0.99},
    "Adam": {"lr": 0.001, "beta1": 0.9, "beta2": 0.999},
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_are_the_books(name: str) -> None:
    book = getattr(harness, name)
    assert {key: p.default for key, p in inspect.signature(book).parameters.items()} == ARGUMENTS[name]
    numbers = {key: 0.9 * value for key, value in ARGUMENTS[name].items()}
    assert book(*numbers.values()) == book(**numbers) != book()
    assert [getattr(book(**numbers), {"decay_rate": "rho"}.get(key, key)) for key in numbers] == list(numbers.values())


@pytest.mark.parametrize(
    ("made", "config", "changed"),
    [
        (SGD(), "sgd", {"lr": 0.01}),
        (Momentum(), "momentum", {}),
        (Nesterov(), "nesterov", {}),
        (AdaGrad(), "adagrad", {}),
        (RMSprop(), "rmsprop", {"lr": 0.01, "rho": 0.99, "eps": 1e-7}),
        (Adam(), "variant/adam_book", {}),
    ],
)
def test_what_the_docstring_says_it_equals(made: Any, config: str, changed: dict[str, float]) -> None:
    assert made == harness.make("optimizer", config, **changed)
    name = {"RMSProp": "RMSprop"}.get(type(made).__name__, type(made).__name__)
    text = inspect.getdoc(getattr(harness, name))
    assert text is not None
    assert f"`optimizer={config}`" in text


def test_the_names_are_there_before_numpy_is() -> None:
    code = """
import sys, harness
assert {"SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "make", "__doc__"} <= set(dir(harness))
assert "numpy" not in sys.modules
from harness import *
assert Adam(0.3).lr == 0.3 and "numpy" in sys.modules and "hydra" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="module 'harness' has no attribute 'Adan'"):
        harness.Adan  # type: ignore[attr-defined] # noqa: B018


def test_a_whole_number_becomes_a_float_however_it_is_held() -> None:
    for seven in (7, np.int64(7), np.array(7)):
        params = {"x": seven}
        SGD(lr=0.5).update(params, {"x": 1})
        assert params["x"] == 6.5
        assert seven == 7


def test_params_that_are_arrays_need_not_be_rebound() -> None:
    x = np.array([1.0, 2.0])
    params: Any = MappingProxyType({"x": x})
    SGD(lr=0.5).update(params, {"x": [2.0, 2.0]})
    assert x.tolist() == [0.0, 1.0]
