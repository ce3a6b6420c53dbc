"""From annotations to kinds: what the fields of a dataclass and the parameters of a function take."""

import dataclasses
import inspect
from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from objectives.fields.compounds import AnyOf, ListOf, Named
from objectives.fields.kinds import (
    NAMED,
    NULL,
    TEXT,
    TRUTH,
    Anything,
    Built,
    Function,
    Integer,
    Kind,
    OneNumber,
    PerRun,
    Words,
)
from objectives.fields.words import Called, Length, Measured, Range, Whole, Written

PLAIN: dict[Any, Kind] = {
    bool: TRUTH,
    str: TEXT,
    int: Integer(Whole()),
    float: OneNumber(),
    NoneType: NULL,
    Any: Anything(),
}


@cache
def hints(cls: Any) -> dict[str, Any]:
    """The annotations of a dataclass's own settings (keyword-only fields belong to the engine)."""
    found = get_type_hints(cls, include_extras=True)
    return {f.name: found[f.name] for f in dataclasses.fields(cls) if f.init and not f.kw_only}


@cache
def kinds(maker: Any) -> dict[str, Kind]:
    """What a dataclass, another class or a function takes, by name. Of hints that only a type checker resolves, nothing
    but the names is known, and of a class in C nothing.
    """
    is_class = isinstance(maker, type)
    try:
        names = tuple(inspect.signature(maker).parameters)
        if hasattr(maker, "__dataclass_fields__"):
            return {name: kind_of(hint) for name, hint in hints(maker).items()}
        found = get_type_hints(maker.__init__ if is_class else maker, include_extras=True)
    except ValueError:
        return {}
    except NameError:
        found = {}
    return {name: kind_of(found.get(name, Any)) for name in names}


def kind_of(hint: Any) -> Kind:
    """What an annotation says.

    >>> str(kind_of(Annotated[float, Range(0)] | Literal["he", "xavier"] | None))
    'a number of at least 0, he, xavier or null'
    """
    if get_origin(hint) is Annotated:
        return _annotated(*get_args(hint))
    if get_origin(hint) in (Union, UnionType):
        return AnyOf(tuple(kind_of(one) for one in get_args(hint)))
    if get_origin(hint) is Literal:
        return Words(get_args(hint))
    origin = get_origin(hint) or hint
    if origin in PLAIN:
        return PLAIN[origin]
    if origin is Callable:
        return Function()
    if not isinstance(origin, type) or issubclass(origin, np.ndarray):
        return Anything()
    if issubclass(origin, Mapping):
        return NAMED
    if issubclass(origin, Sequence):
        return ListOf(_item(hint))
    return Built(origin) if ABC in origin.__mro__ or dataclasses.is_dataclass(origin) else Anything()


def _annotated(base: Any, *extras: Any) -> Kind:
    kind = kind_of(base)
    for extra in extras:
        if isinstance(extra, Written):
            kind = kind_of(extra.hint)
        elif isinstance(extra, Range):
            kind = PerRun(extra) if _per_run(base) else OneNumber(extra)
        elif isinstance(extra, Whole):
            kind = Integer(extra)
        elif isinstance(extra, Length):
            kind = ListOf(_item(base), extra.least)
        elif isinstance(extra, Called):
            kind = Named(kind, called=extra.text)
        elif isinstance(extra, Measured):
            kind = Named(kind, unit=extra.name)
    return kind


def _per_run(base: Any) -> bool:
    """Whether it is `Number`: a float or an array."""
    return any((get_origin(one) or one) is np.ndarray for one in get_args(base))


def _item(hint: Any) -> Kind:
    """What a list holds: of a tuple of different kinds nothing is known."""
    inside = [one for one in get_args(hint) if one is not Ellipsis]
    return kind_of(inside[0]) if len(inside) == 1 else Anything()


@cache
def numbers(cls: Any) -> dict[str, Range]:
    """The fields that hold one number per run, each with its range: what may differ between runs of one population."""
    found = {name: kind_of(hint) for name, hint in hints(cls).items()}
    return {name: inside.range for name, kind in found.items() if isinstance(inside := plain(kind), PerRun)}


@cache
def lists(cls: Any) -> dict[str, Range]:
    """The fields that hold lists of numbers, each with the range of all its numbers."""
    found: dict[str, Range] = {}
    for name, hint in hints(cls).items():
        kind = plain(kind_of(hint))
        if isinstance(kind, ListOf) and isinstance(kind.item, OneNumber) and kind.item.range is not None:
            found[name] = kind.item.range
    return found


@cache
def choices(cls: Any) -> tuple[str, ...]:
    """The static fields, which choose a formula: runs that differ in them form separate populations."""
    return tuple(name for name in hints(cls) if name not in numbers(cls))


def plain(kind: Kind) -> Kind:
    """The kind without its name or unit."""
    return kind.kind if isinstance(kind, Named) else kind
