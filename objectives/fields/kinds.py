"""The kinds of values that a field takes: each knows what it holds, how to say so, and its JSON Schema."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from numbers import Integral, Real
from typing import Any

import numpy as np

from objectives.fields.words import Range, Whole

Schema = dict[str, Any]


class Kind(ABC):
    """What values a field takes. `str(kind)` ends the sentence "the field must be ..."."""

    @abstractmethod
    def holds(self, value: Any) -> bool: ...

    @abstractmethod
    def __str__(self) -> str: ...

    @abstractmethod
    def schema(self) -> Schema:
        """What JSON Schema says of such values."""

    def of(self, owner: Any) -> "Kind":
        """The kind in this object, where other fields move its range."""
        return self

    def wanted(self, value: Any) -> str:
        """What this value, which does not fit, must be."""
        return str(self)


@dataclass(frozen=True)
class PerRun(Kind):
    """A number, or one number per run."""

    range: Range

    def of(self, owner: Any) -> Kind:
        return PerRun(self.range.of(owner))

    def holds(self, value: Any) -> bool:
        array = self._array(value)
        return array is not None and self.range.holds(array)

    def __str__(self) -> str:
        return str(self.range)

    def wanted(self, value: Any) -> str:
        array = self._array(value)
        if array is None:
            return "a number, or one number per run"
        return str(self) if np.isfinite(array).all() else f"finite and {self}"

    def schema(self) -> Schema:
        return self.range.schema()

    def _array(self, value: Any) -> Any:
        if isinstance(value, (bool, str)) or value is None:
            return None
        try:
            array = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            return None
        return array if array.ndim < 2 and array.size else None


@dataclass(frozen=True)
class OneNumber(Kind):
    """A number that is the same for all runs. Without a range it may be infinite or nan, too."""

    range: Range | None = None

    def of(self, owner: Any) -> Kind:
        return self if self.range is None else OneNumber(self.range.of(owner))

    def holds(self, value: Any) -> bool:
        number = isinstance(value, Real) and not isinstance(value, bool)
        return number and (self.range is None or self.range.holds(np.array(float(value))))

    def __str__(self) -> str:
        if self.range is None or str(self.range) == "any number":
            return "a number"
        return f"a number {str(self.range).replace('at least', 'of at least')}"

    def wanted(self, value: Any) -> str:
        lost = isinstance(value, Real) and not np.isfinite(float(value))
        return str(self).replace("a number", "a finite number") if lost else str(self)

    def schema(self) -> Schema:
        return {"type": "number"} if self.range is None else self.range.schema()


@dataclass(frozen=True)
class Integer(Kind):
    """A whole number that is the same for all runs."""

    range: Whole

    def of(self, owner: Any) -> Kind:
        return Integer(self.range.of(owner))

    def holds(self, value: Any) -> bool:
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        return whole and self.range.low <= int(value) <= self.range.high and int(value) % self.range.multiple == 0

    def __str__(self) -> str:
        low, high, multiple = self.range.low, self.range.high, self.range.multiple
        if low == high:
            return f"{low:g}"
        ends = "" if low == -inf else f" of at least {low:g}" if high == inf else f" from {low:g} to {high:,}"
        return f"an integer{ends}{'' if multiple == 1 else f' and a multiple of {multiple}'}"

    def schema(self) -> Schema:
        low = {} if self.range.low == -inf else {"minimum": self.range.low}
        high = {} if self.range.high == inf else {"maximum": self.range.high}
        return {"type": "integer", **low, **high, **({"multipleOf": m} if (m := self.range.multiple) > 1 else {})}


@dataclass(frozen=True)
class Words(Kind):
    """One of some words or numbers."""

    options: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return any(type(value) is type(option) and value == option for option in self.options)

    def __str__(self) -> str:
        return either(map(str, self.options))

    def schema(self) -> Schema:
        return {"enum": list(self.options)}


@dataclass(frozen=True)
class Plain(Kind):
    """Whatever is of a plain type: true or false, a text, null, names with values."""

    type: type
    name: str
    word: str  # JSON Schema's

    def holds(self, value: Any) -> bool:
        return isinstance(value, self.type)

    def __str__(self) -> str:
        return self.name

    def schema(self) -> Schema:
        return {"type": self.word}


TRUTH = Plain(bool, "true or false", "boolean")
TEXT = Plain(str, "a text", "string")
NULL = Plain(type(None), "null", "null")
NAMED = Plain(Mapping, "names with values", "object")


@dataclass(frozen=True)
class Built(Kind):
    """An object that a config builds: a data set, an optimizer inside another, ..."""

    cls: type

    def holds(self, value: Any) -> bool:
        return isinstance(value, self.cls)

    def __str__(self) -> str:
        name = self.cls.__name__
        return f"a{'n' if name[0] in 'AEIOU' else ''} {name}"

    def schema(self) -> Schema:
        return {"type": "object"}


@dataclass(frozen=True)
class Function(Kind):
    """A function, which a config names by a `_target_`."""

    def holds(self, value: Any) -> bool:
        return callable(value)

    def __str__(self) -> str:
        return "a function"

    def schema(self) -> Schema:
        return {"type": "object"}


@dataclass(frozen=True)
class Anything(Kind):
    """What the language has no word for."""

    def holds(self, value: Any) -> bool:
        return True

    def __str__(self) -> str:
        return "anything"

    def schema(self) -> Schema:
        return {}


def either(words: Iterable[str]) -> str:
    """The words as a sentence lists them: a, b or c."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
