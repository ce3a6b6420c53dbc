"""Terms of our fields, which stand in a call where its numbers are made of ours: `betas=(our.beta1, our.beta2)`.

>>> term = our.lr / our.c
>>> term, term.names, term.at({"lr": 0.2, "c": 2.0})
(lr / c, ('lr', 'c'), 0.1)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from operator import mul, truediv
from typing import Any


@dataclass(frozen=True)
class Term:
    """A number that is made of some fields of ours, by name: `lr`, `inner.lr`."""

    names: tuple[str, ...]
    text: str
    of: Callable[[Mapping[str, Any]], Any]

    def __repr__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> "Term":
        """`our.inner.lr`."""
        if name.startswith("__") or self.names != (self.text,):
            raise AttributeError(name)
        return field(f"{self.text}.{name}")

    def __neg__(self) -> "Term":
        return Term(self.names, f"-{self.text}", lambda fields: -self.of(fields))

    def __mul__(self, other: "Term | float") -> "Term":
        return self._with(other, "*", mul)

    def __truediv__(self, other: "Term | float") -> "Term":
        return self._with(other, "/", truediv)

    def __pow__(self, exponent: int) -> "Term":
        return Term(self.names, f"{self.text}**{exponent}", lambda fields: self.of(fields) ** exponent)

    def at(self, fields: Mapping[str, Any]) -> Any:
        """Its number. Raises KeyError where a field is missing, ValueError where it or the term is no finite number."""
        for name in self.names:
            if not _finite(fields[name]):
                raise ValueError(f"{name} must be a finite number there; got {fields[name]!r}")
        try:
            found = self.of(fields)
        except ArithmeticError as error:
            raise ValueError(f"{self} has no value there: {error}") from error
        if not _finite(found):
            raise ValueError(f"{self} must be a finite number there; got {found!r}")
        return found

    def _with(self, other: "Term | float", sign: str, by: Callable[[Any, Any], Any]) -> "Term":
        number = other if isinstance(other, Term) else Term((), str(other), lambda fields: other)
        names = tuple(dict.fromkeys((*self.names, *number.names)))
        return Term(names, f"{self} {sign} {number}", lambda fields: by(self.of(fields), number.of(fields)))


def _finite(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and isfinite(value)
    except OverflowError:  # a whole number that no float holds
        return False


def field(name: str) -> Term:
    """The field itself."""
    return Term((name,), name, lambda fields: fields[name])


def whole(term: Term) -> Term:
    """As an integer, which the library wants where ours is a number. Raises ValueError where it is none."""

    def of(fields: Mapping[str, Any]) -> int:
        value = term.of(fields)
        if value != int(value):
            raise ValueError(f"{term} must be whole there; got {value!r}")
        return int(value)

    return Term(term.names, f"int({term})", of)


def positive(term: Term) -> Term:
    """That the library takes above 0 only, or reads in another way at 0. Raises ValueError where it is not."""
    return _only(term, lambda value: value > 0, "above 0")


def at_least(term: Term, low: float) -> Term:
    """That the library takes from there on. Raises ValueError below."""
    return _only(term, lambda value: value >= low, f"at least {low:g}")


def at_most(term: Term, high: Term) -> Term:
    """That the library takes up to another of ours. Raises ValueError above."""

    def of(fields: Mapping[str, Any]) -> Any:
        if term.of(fields) > high.of(fields):
            raise ValueError(f"{term} must be at most {high} there; got {term.of(fields)!r} above {high.of(fields)!r}")
        return term.of(fields)

    return Term((*term.names, *high.names), term.text, of)


def _only(term: Term, fits: Callable[[Any], bool], wanted: str) -> Term:
    def of(fields: Mapping[str, Any]) -> Any:
        value = term.of(fields)
        if not fits(value):
            raise ValueError(f"{term} must be {wanted} there; got {value!r}")
        return value

    return Term(term.names, term.text, of)


class _Fields:
    def __getattr__(self, name: str) -> Term:
        return field(name)


our = _Fields()
