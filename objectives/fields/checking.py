"""The one place where fields are checked against what their annotations say."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from objectives.fields.kinds import Kind, PerRun
from objectives.fields.reading import kinds, plain

P = ParamSpec("P")
T = TypeVar("T")


def check(owner: Any) -> None:
    """Refuse what does not fit, naming field, value and rule; turn numbers per run into floats or float64 arrays."""
    cls: Any = type(owner)
    found = kinds(cls)
    per_run = {name for name, kind in found.items() if isinstance(plain(kind), PerRun)}
    for name in sorted(found, key=lambda name: name in per_run):  # static fields first: they may move ranges
        value = getattr(owner, name)
        demand_kind(f"{cls.__name__}.{name}", value, found[name].of(owner))
        if name in per_run:
            array = np.asarray(value, dtype=np.float64)
            object.__setattr__(owner, name, float(array) if array.ndim == 0 else array.copy())


def checked(make: Callable[P, T]) -> Callable[P, T]:
    """The function, which refuses arguments that do not fit their annotations."""

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        found = kinds(make)
        given = dict(zip(found, args, strict=False)) | kwargs
        for name, kind in found.items():
            if name in given:
                demand_kind(name, given[name], kind)
        return make(*args, **kwargs)

    return made


def demand_kind(name: str, value: Any, kind: Kind) -> None:
    """ValueError unless the value is of that kind."""
    if not kind.holds(value):
        raise ValueError(f"{name} must be {kind.wanted(value)}; got {value!r}")


def demand(owner: object, field: str, good: bool, wanted: str) -> None:
    """ValueError, with the name of the field, its value and what is wanted, unless `good`: for what one field alone
    cannot say.
    """
    if not good:
        raise ValueError(f"{type(owner).__name__}.{field} must be {wanted}; got {getattr(owner, field)!r}")
