"""The fields of optimizers and schedules: numbers (swept, one per run) and choices (static), checked once."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from objectives.arrays import Array

Number = float | Array  # a float for all runs, or an array with one number per run


@dataclass(frozen=True)
class Range:
    """Where a number may lie. `open_high` excludes the upper end; infinity is never a value."""

    low: float = -inf
    high: float = inf
    open_high: bool = False
    open_low: bool = False

    def of(self, owner: Any) -> "Range":
        """The range in this object, where other fields move it."""
        return self

    def holds(self, values: Array) -> bool:
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        return bool(np.all(above & below & np.isfinite(values)))

    def __str__(self) -> str:
        if self.high == inf and self.low > -inf:
            return f"{'above' if self.open_low else 'at least'} {self.low:g}"
        if self.high == inf:
            return "any number"
        return f"in {'(' if self.open_low else '['}{self.low:g}, {self.high:g}{')' if self.open_high else ']'}"


Finite = Annotated[Number, Range()]
NonNegative = Annotated[Number, Range(0)]
Positive = Annotated[Number, Range(0, open_low=True)]
Fraction = Annotated[Number, Range(0, 1, open_high=True)]  # decay rates: 1 would never forget
Inside = Annotated[Number, Range(0, 1, open_low=True, open_high=True)]
Share = Annotated[Number, Range(0, 1)]


@dataclass(frozen=True)
class Each:
    """The range of every number of a list, which is static."""

    range: Range


@dataclass(frozen=True)
class Least:
    """The smallest value of a choice that is a whole number."""

    value: int


Count = Annotated[int, Least(1)]
NonNegatives = Annotated[Sequence[float], Each(Range(0))]


@cache
def hints(cls: Any) -> dict[str, Any]:
    """The annotations of a dataclass's own settings (keyword-only fields belong to the engine)."""
    found = get_type_hints(cls, include_extras=True)
    return {f.name: found[f.name] for f in dataclasses.fields(cls) if f.init and not f.kw_only}


@cache
def numbers(cls: Any) -> dict[str, Range]:
    """The fields that hold numbers, each with its range: what may differ between runs of one population."""
    return {name: extra for name, extra in _extras(cls) if isinstance(extra, Range)}


@cache
def lists(cls: Any) -> dict[str, Range]:
    """The fields that hold lists of numbers, each with the range of all its numbers."""
    return {name: extra.range for name, extra in _extras(cls) if isinstance(extra, Each)}


def _extras(cls: Any) -> Iterator[tuple[str, Any]]:
    for name, hint in hints(cls).items():
        yield from ((name, extra) for extra in getattr(hint, "__metadata__", ()))


@cache
def choices(cls: Any) -> tuple[str, ...]:
    """The static fields, which choose a formula: runs that differ in them form separate populations."""
    return tuple(name for name in hints(cls) if name not in numbers(cls))


def check(owner: Any) -> None:
    """Turn number fields into floats or float64 arrays; refuse what does not fit, naming field, value and rule."""
    cls: Any = type(owner)
    for name, hint in hints(cls).items():  # choices first: they may move the ranges of numbers
        if name not in numbers(cls) and name not in lists(cls):
            _choice(f"{cls.__name__}.{name}", getattr(owner, name), hint)
    for name, allowed in numbers(cls).items():
        number = _number(f"{cls.__name__}.{name}", getattr(owner, name), allowed.of(owner))
        object.__setattr__(owner, name, number)
    for name, allowed in lists(cls).items():
        _list(f"{cls.__name__}.{name}", getattr(owner, name), allowed.of(owner))


def _number(name: str, value: Any, allowed: Range) -> Number:
    message = f"{name} must be a number, or one number per run; got {value!r}"
    if isinstance(value, (bool, str)) or value is None:
        raise ValueError(message)
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(message) from None
    if array.ndim > 1 or array.size == 0:
        raise ValueError(message)
    if not allowed.holds(array):
        finite = "" if np.isfinite(array).all() else "finite and "
        raise ValueError(f"{name} must be {finite}{allowed}; got {value!r}")
    return float(array) if array.ndim == 0 else array.copy()


def _list(name: str, values: Any, allowed: Range) -> None:
    if not isinstance(values, (list, tuple)) or any(type(v) not in (int, float) for v in values):
        raise ValueError(f"{name} must be a list of numbers; got {values!r}")
    array = np.asarray(values, dtype=np.float64)
    if not allowed.holds(array[:, None]):  # each of them holds for all runs
        finite = "" if np.isfinite(array).all() else "finite and "
        raise ValueError(f"{name} must each be {finite}{allowed}; got {values!r}")


def _choice(name: str, value: Any, hint: Any) -> None:
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, Least):
            if type(value) is not int or value < extra.value:
                raise ValueError(f"{name} must be an integer of at least {extra.value}; got {value!r}")
            return
    options = [o for h in _alternatives(hint) for o in (get_args(h) if get_origin(h) is Literal else (h,))]
    for option in options:
        if isinstance(option, type):
            if isinstance(value, option) and (option is not int or not isinstance(value, bool)):
                return
        elif get_origin(option) is not None:
            if isinstance(value, get_origin(option)):
                return
        elif type(value) is type(option) and value == option:
            return
    kinds = [get_origin(option) or option for option in options]
    names = ", ".join(kind.__name__ if isinstance(kind, type) else str(kind) for kind in kinds)
    raise ValueError(f"{name} must be {'one of ' if len(options) > 1 else ''}{names}; got {value!r}")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def select(value: Number, rows: Array) -> Number:
    """The numbers of these runs."""
    return value[rows] if isinstance(value, np.ndarray) and value.size > 1 else value
