"""Functions of our own as sympy expressions, differentiated without simplification: sympy's Min and Max of many parts
take hours, its Abs and sign have no derivative, and its slopes of powers are nan at the edges where they are 0."""

from collections.abc import Sequence
from typing import Any

import sympy

DENSE = 1_000  # numbers that parts depend on, up to which every number's slope is derived on its own


class signum(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """The sign, whose slope is 0."""

    def _eval_derivative(self, s: Any) -> Any:
        return sympy.Integer(0)


class absolute(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """|x|; its slope at 0 is 0."""

    def fdiff(self, argindex: int = 1) -> Any:
        return signum(self.args[0])


class log10(sympy.Function):  # type: ignore[misc]  # noqa: N801
    def fdiff(self, argindex: int = 1) -> Any:
        return 1 / (self.args[0] * sympy.log(10))


class equal(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """1 where both are the same number, else 0."""


class share(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """A quotient of numbers of `equal`."""


class Extreme(sympy.Function):  # type: ignore[misc]
    """One of the arguments: its slope is theirs; those that are equal share it."""

    @classmethod
    def eval(cls, *args: Any) -> Any:
        return args[0] if len(args) == 1 else None

    def _eval_derivative(self, s: Any) -> Any:
        chosen = [equal(a, self) for a in self.args]
        total = sympy.Add(*chosen)
        slopes = [(own, a.diff(s)) for own, a in zip(chosen, self.args, strict=True) if a.has(s)]
        return sympy.Add(*[times(share(own, total), slope) for own, slope in slopes])


class largest(Extreme):  # noqa: N801
    """The maximum."""


class smallest(Extreme):  # noqa: N801
    """The minimum."""


class times(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """The product a b, and 0 where a is 0, whatever b is: what doesn't move inside doesn't move a root, either."""

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        return a * b if a.is_number or b.is_number else None


class chained(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """The product of two slopes, and 0 where either is."""

    @classmethod
    def eval(cls, a: Any, b: Any) -> Any:
        return a * b if a.is_number or b.is_number else None


class raised(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """The power base^exponent log(base)^n, which is 0 for a base of 0 and an exponent above 0."""

    @classmethod
    def eval(cls, base: Any, exponent: Any, n: Any) -> Any:
        if base.is_number or (exponent.is_Integer and n == 0):
            return base**exponent * sympy.log(base) ** n
        return None

    def _eval_power(self, power: Any) -> Any:
        base, exponent, n = self.args
        return base ** (exponent * power) if n == 0 and (exponent * power).is_Integer else None

    def _eval_derivative(self, s: Any) -> Any:
        base, exponent, n = self.args  # n is 0: what a slope needs of slopes is found forwards
        along_base = times(exponent, raised(base, exponent - 1, n))
        return times(base.diff(s), along_base) + times(exponent.diff(s), raised(base, exponent, n + 1))


def power(base: Any, exponent: Any) -> Any:
    """A power; as one of ours where sympy's has a pole in its slope that may meet a 0 from inside."""
    simple = base.is_number or exponent.is_Integer or (base.is_Symbol and exponent.is_number)
    return base**exponent if simple else raised(base, exponent, sympy.Integer(0))


def slopes(value: Any, symbols: Sequence[Any]) -> tuple[Any, list[Any], dict[Any, Any]]:
    """The value, its derivatives, and what other symbols in them stand for. Where many parts depend on many numbers, as
    in max(v - mean(v)), the chain rule goes backwards: what the value gains by a part is derived once for all of them.
    """
    if _density(value) <= DENSE:
        return value, [value.diff(symbol) for symbol in symbols], {}
    parts, (value,) = sympy.cse([value], sympy.numbered_symbols("part", real=True), order="none")
    defined = dict(parts)
    gains: dict[Any, list[Any]] = {symbol: [] for symbol in (*symbols, *defined)}

    def back(part: Any, gain: Any) -> None:
        for symbol in sorted(part.free_symbols, key=str):
            gains[symbol].append(chained(part.diff(symbol), gain))

    back(value, sympy.Integer(1))
    for symbol, part in reversed(parts):
        gain = sympy.Symbol(f"gain by {symbol}", real=True)
        defined[gain] = sympy.Add(*gains[symbol])
        back(part, gain)
    return value, [sympy.Add(*gains[symbol]) for symbol in symbols], defined


def _density(value: Any) -> int:
    """How many numbers the parts depend on, those of one number not counted."""
    found: dict[Any, frozenset[Any]] = {}

    def look(part: Any) -> frozenset[Any]:
        if part not in found:
            found[part] = frozenset([part]) if part.is_Symbol else frozenset().union(*map(look, part.args))
        return found[part]

    look(value)
    return sum(len(symbols) - 1 for symbols in found.values() if symbols)
