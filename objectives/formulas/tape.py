"""Sympy expressions as a list of NumPy calls: no code is generated, so none can be smuggled in."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from objectives.arrays import Array, power
from objectives.formulas.tangents import chained, largest, smallest, tangent, times, with_log

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "atan": np.arctan, "Abs": np.abs, "absolute": np.abs, "sign": np.sign, "signum": np.sign,
    "log10": np.log10, "DiracDelta": lambda x, *_: np.zeros_like(x), "smallest": smallest, "largest": largest,
    "equal": lambda a, b: np.asarray(np.equal(a, b), dtype=np.result_type(a, b)),
    "share": np.divide,
    "times": times, "chained": chained,
    "StrictLessThan": np.less, "LessThan": np.less_equal, "StrictGreaterThan": np.greater,
    "GreaterThan": np.greater_equal, "Mul": np.multiply, "And": np.logical_and, "Or": np.logical_or,
}  # fmt: skip
CHAINED = ("Mul", "And", "Or")  # of any number of parts
SMALL = 8  # exponents up to which powers are products


class Tape:
    """Computes several expressions of the same symbols at once, each common part a single time."""

    def __init__(
        self, symbols: Sequence[Any], expressions: Sequence[Any], defined: Mapping[Any, Any] = MappingProxyType({})
    ) -> None:
        """Symbols in the expressions may also be `defined` by others."""
        import sympy

        self._program: list[tuple[Callable[..., Any] | None, Any]] = []  # calls with places, or numbers
        self._places: dict[Any, int] = {symbol: k for k, symbol in enumerate(symbols)}
        self._symbols = len(symbols)
        common, parts = sympy.cse([*defined.values(), *expressions], order="none")
        self._defined = dict(common) | dict(zip(defined, parts, strict=False))
        for symbol in self._defined:
            self._place(symbol)
        self._wanted = [self._place(part) for part in parts[len(defined) :]]

    def __call__(self, *values: Array) -> list[Any]:
        """The expressions where the symbols have these values (runs,): arrays, or numbers where they are constant."""
        held: list[Any] = list(values)
        for call, places in self._program:
            held.append(places if call is None else call(*[held[place] for place in places]))
        return [held[place] for place in self._wanted]

    def along(self, values: Sequence[Array], moves: Sequence[Array]) -> list[Any]:
        """How fast the expressions change where the symbols have these values and move so (runs,)."""
        held: list[Any] = list(values)
        moving: list[Any] = list(moves)
        for call, places in self._program:
            parts, with_parts = ([], []) if call is None else ([a[k] for k in places] for a in (held, moving))
            held.append(places if call is None else call(*parts))
            moving.append(None if call is None else tangent(call, held[-1], parts, with_parts))
        return [0.0 if moving[place] is None else moving[place] for place in self._wanted]

    def _place(self, part: Any) -> int:
        """Where a part is held when it has been computed."""
        if part not in self._places:
            self._places[part] = self._added(part)
        return self._places[part]

    def _added(self, part: Any) -> int:
        name = type(part).__name__
        if part in self._defined:
            return self._place(self._defined[part])
        if part.is_number or (part.is_Boolean and not part.args):
            return self._entry(None, float(part) if part.is_number else bool(part))
        if name == "Pow":
            return self._power(part.base, part.exp)
        if name == "raised":
            return self._raised(part)
        if name == "Mul" and (place := self._fraction(part)) is not None:
            return place
        if name == "Add":
            return self._sum(part.args)
        if name == "Piecewise":
            return self._choice(part)
        if name not in FUNCTIONS:
            raise ValueError(f"{name}: the gradient of this formula has a part that cannot be computed")
        if name in CHAINED:
            call = FUNCTIONS[name]
            return reduce(lambda one, other: self._entry(call, (one, other)), map(self._place, part.args))
        return self._entry(FUNCTIONS[name], tuple(map(self._place, part.args)))

    def _sum(self, terms: Sequence[Any]) -> int:
        """What is negative is subtracted."""
        ordered = sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))
        place = self._place(ordered[0])
        for term in ordered[1:]:
            minus = term.could_extract_minus_sign()
            place = self._entry(np.subtract if minus else np.add, (place, self._place(-term if minus else term)))
        return place

    def _fraction(self, part: Any) -> int | None:
        import sympy

        above, below = sympy.fraction(part, exact=True)
        return None if below == 1 else self._entry(np.divide, (self._place(above), self._place(below)))

    def _power(self, base: Any, exponent: Any) -> int:
        from sympy import Pow

        if exponent.is_number and exponent < 0:
            return self._entry(np.reciprocal, (self._place(Pow(base, -exponent)),))
        if exponent.is_Integer and 1 < exponent <= SMALL:
            n, whole = int(exponent), self._place(base)
            half = whole if n < 4 else self._place(Pow(base, n // 2))
            squared = self._entry(np.multiply, (half, half))
            return self._entry(np.multiply, (squared, whole)) if n % 2 else squared
        if exponent.is_number and exponent == 0.5:
            return self._entry(np.sqrt, (self._place(base),))
        return self._entry(power, (self._place(base), self._place(exponent)))

    def _raised(self, part: Any) -> int:
        base, exponent, n = part.args
        if n != 0:
            return self._entry(with_log, (self._place(base), self._place(exponent)))  # a gradient has one of them
        if exponent.is_number and exponent < 0:
            return self._entry(np.reciprocal, (self._place(type(part)(base, -exponent, n)),))
        return self._power(base, exponent)

    def _choice(self, part: Any) -> int:
        (value, holds), *rest = part.args
        if not rest:
            return self._place(value)
        other = rest[0][0] if len(rest) == 1 else type(part)(*rest)
        return self._entry(np.where, (self._place(holds), self._place(value), self._place(other)))

    def _entry(self, call: Callable[..., Any] | None, places: Any) -> int:
        self._program.append((call, places))
        return self._symbols + len(self._program) - 1
