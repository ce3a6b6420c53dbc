"""How the parts of a tape move when its symbols do: forward derivatives, one part after the other, so that a Hessian
times a vector costs a few gradients, however many parts there are.

What doesn't move inside moves nothing outside, also where a slope is infinite: `times` is 0 where its first part is.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from objectives.arrays import power

Call = Callable[..., Any]


def times(a: Any, b: Any) -> Any:
    """The product a b, and 0 where a is 0, whatever b is."""
    return np.where(a == 0, a, a * b)


def chained(a: Any, b: Any) -> Any:
    """The product a b, and 0 where either is."""
    return np.where((a == 0) | (b == 0), 0, a * b)


def raised(n: int, base: Any, exponent: Any) -> Any:
    """The power base^exponent log(base)^n, which is 0 for a base of 0 and an exponent above 0."""
    value = power(base, exponent)
    if n == 0:
        return value
    log = np.log(base)
    return np.where((base == 0) & (exponent > 0), 0, value * (log if n == 1 else log * log))


with_log: Call = partial(raised, 1)


def smallest(*parts: Any) -> Any:
    return reduce(np.minimum, parts)


def largest(*parts: Any) -> Any:
    return reduce(np.maximum, parts)


SLOPES: dict[Call, tuple[Call, ...]] = {  # of a value along each of the parts, given the value and the parts
    np.exp: (lambda value, a: value,),
    np.log: (lambda value, a: 1 / a,),
    np.log10: (lambda value, a: 1 / (a * math.log(10)),),
    np.sin: (lambda value, a: np.cos(a),),
    np.cos: (lambda value, a: -np.sin(a),),
    np.tan: (lambda value, a: 1 + value * value,),
    np.sinh: (lambda value, a: np.cosh(a),),
    np.cosh: (lambda value, a: np.sinh(a),),
    np.tanh: (lambda value, a: 1 - value * value,),
    np.arctan: (lambda value, a: 1 / (1 + a * a),),
    np.abs: (lambda value, a: np.sign(a),),
    np.sqrt: (lambda value, a: 0.5 / value,),
    np.reciprocal: (lambda value, a: -value * value,),
    np.add: (lambda value, a, b: 1, lambda value, a, b: 1),
    np.subtract: (lambda value, a, b: 1, lambda value, a, b: -1),
    np.multiply: (lambda value, a, b: b, lambda value, a, b: a),
    np.divide: (lambda value, a, b: 1 / b, lambda value, a, b: -value / b),
    power: (lambda value, a, b: times(b, power(a, b - 1)), lambda value, a, b: with_log(a, b)),
    with_log: (
        lambda value, a, b: times(b, with_log(a, b - 1)) + power(a, b - 1),
        lambda value, a, b: raised(2, a, b),
    ),
}


def tangent(call: Call, value: Any, parts: Sequence[Any], moves: Sequence[Any]) -> Any:
    """How a value moves with its parts; None, of a part or the value, is what cannot move."""
    if all(move is None for move in moves):
        return None
    if call in (smallest, largest):
        return _shared(value, parts, moves)
    if call is np.where:
        return np.where(parts[0], *(0.0 if move is None else move for move in moves[1:]))
    if call in (times, chained):
        (a, b), (along_a, along_b) = parts, moves
        terms = [call(along_a, b)] if along_a is not None else []
        return reduce(np.add, [*terms, call(a, along_b)] if along_b is not None else terms)
    if call not in SLOPES:
        return None  # signs and comparisons
    slopes = zip(moves, SLOPES[call], strict=True)
    return reduce(np.add, [times(move, slope(value, *parts)) for move, slope in slopes if move is not None])


def _shared(value: Any, parts: Sequence[Any], moves: Sequence[Any]) -> Any:
    """As the parts that the value is equal to, in equal shares."""
    chosen = [np.equal(part, value) for part in parts]
    own = [np.where(one, move, 0) for one, move in zip(chosen, moves, strict=True) if move is not None]
    return reduce(np.add, own) / np.sum(chosen, axis=0, dtype=value.dtype)
