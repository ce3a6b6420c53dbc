"""Params and grads as a reader of the book holds them: numbers, lists of numbers and arrays."""

from collections.abc import Mapping
from reprlib import repr as short
from typing import Any

import numpy as np

from harness.optimizers.layout import Params
from objectives.arrays import Array

Held = dict[str, Any]


def arrays(params: Mapping[str, Any]) -> Params:
    """The params to be updated in place. Arrays of one dimension or more are themselves; 0-d arrays, numbers and lists
    get arrays of their own. What has no dtype takes that of the first that has one, else float64.
    """
    typed = (p.dtype for p in params.values() if isinstance(p, (np.ndarray, np.floating)) and p.dtype.kind == "f")
    weak = next(typed, np.dtype(float))
    return {name: _array(f"params[{name!r}]", p, weak) for name, p in params.items()}


def _array(name: str, value: Any, weak: Any) -> Array:
    if isinstance(value, np.ndarray):
        if not value.ndim and value.dtype.kind in "iub":
            return np.array(value, weak)
        if value.dtype.kind != "f":
            raise ValueError(f"{name} must be an array of floats to be updated in place")
        _demand_wide(name, value.dtype)
        return value if value.ndim else value.copy()
    if isinstance(value, np.floating):
        _demand_wide(name, value.dtype)
    return np.array(_numbers(name, value), value.dtype if isinstance(value, np.floating) else weak)


def _demand_wide(name: str, dtype: Any) -> None:
    """Refuse float16: 1e-8 is 0 in it, and the square of 300 infinity, so that hardly a rule is what it says."""
    if dtype.itemsize < 4:
        raise ValueError(f"{name} is {dtype}, in which eps and squares are lost; update a copy in float32: astype('f')")


def _numbers(name: str, value: Any) -> Array:
    """What NumPy makes of a value, if that is numbers."""
    try:
        found = np.asarray(value)
    except ValueError:  # lists of different lengths
        found = np.array(None)
    if found.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be a number, a list of numbers or an array of floats; got {short(value)}")
    return found


def held(tensors: Params, like: Held) -> Held:
    """Arrays as the book's `params[key] -= ...` leaves what was held: a number as a number, a list as an array."""
    return {name: _held(tensor, like[name]) for name, tensor in tensors.items()}


def _held(tensor: Array, before: Any) -> Any:
    if isinstance(before, np.generic):
        return tensor[()]
    return float(tensor) if isinstance(before, (int, float)) else tensor


def demand_fitting(params: Params, grads: Mapping[str, Any], runs: int | None) -> None:
    """Refuse params and grads that do not belong together, naming the tensor."""
    if not sum(p.size for p in params.values()):
        raise ValueError("there are no params, or all are empty")
    if params.keys() != grads.keys():
        raise ValueError(f"params have {sorted(params)}, grads have {sorted(grads)}")
    for name, p in params.items():
        if p.dtype != next(iter(params.values())).dtype:
            raise ValueError(f"params must share one dtype; {name!r} is {p.dtype}")
        if (shape := _numbers(f"grads[{name!r}]", grads[name]).shape) != p.shape:
            raise ValueError(f"grads[{name!r}] has shape {shape}, params {p.shape}")
        if runs is not None and (p.ndim == 0 or p.shape[0] != runs):
            raise ValueError(f"axis 0 of params[{name!r}] must be the {runs} runs; its shape is {p.shape}")
