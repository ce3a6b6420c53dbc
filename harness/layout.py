"""All parameters of a population as one buffer of shape (runs, size)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from reprlib import repr as short
from typing import Any

import numpy as np

from harness.fields import Array

Params = dict[str, Array]
Held = dict[str, Any]  # as a reader of the book holds params and grads: numbers, lists of numbers and arrays


@dataclass(frozen=True)
class Layout:
    """Where each named tensor lies along axis 1 of the buffer; shapes are those of one run."""

    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    columns: tuple[slice, ...]
    size: int  # how many numbers one run holds

    @classmethod
    def of(cls, params: Mapping[str, Array]) -> "Layout":
        """The layout of params whose axis 0 is the run."""
        names, shapes, columns, end = tuple(params), [], [], 0
        for name in names:
            shapes.append(params[name].shape[1:])
            columns.append(slice(end, end := end + prod(params[name].shape[1:])))
        return cls(names, tuple(shapes), tuple(columns), end)

    def views(self, buffer: Array) -> Params:
        """The tensors, as views of the buffer: writing to one writes to the other."""
        return {
            name: buffer[:, columns].reshape(-1, *shape)
            for name, shape, columns in zip(self.names, self.shapes, self.columns, strict=True)
        }

    def shown(self, buffer: Array) -> Params:
        """The tensors as others may see them: views that cannot be written to."""
        views = self.views(buffer)
        for view in views.values():
            view.flags.writeable = False
        return views

    def gather(self, tensors: Mapping[str, Array], out: Array) -> Array:
        """The tensors in one buffer: `out`, or the tensor itself where it is alone and fits as it is."""
        if len(self.names) == 1:
            alone = tensors[self.names[0]]
            if alone.dtype == out.dtype and alone.ndim == 2 and alone.shape == out.shape:
                return alone
        for name, columns in zip(self.names, self.columns, strict=True):
            out[:, columns] = tensors[name].reshape(out.shape[0], -1)
        return out


def arrays(params: Mapping[str, Any]) -> Params:
    """The params to be updated in place. Arrays of one dimension or more are themselves; 0-d arrays, numbers and lists
    get arrays of their own. What has no dtype takes that of the first that has one, else float64.
    """
    typed = (p.dtype for p in params.values() if isinstance(p, (np.ndarray, np.floating)) and p.dtype.kind == "f")
    weak = next(typed, np.dtype(float))
    return {name: _array(f"params[{name!r}]", p, weak) for name, p in params.items()}


def _array(name: str, value: Any, weak: Any) -> Array:
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f":
            raise ValueError(f"{name} must be an array of floats to be updated in place")
        return value if value.ndim else value.copy()
    return np.array(_numbers(name, value), value.dtype if isinstance(value, np.floating) else weak)


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


def check(params: Params, grads: Mapping[str, Any], runs: int | None) -> None:
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
