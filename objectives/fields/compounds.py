"""Kinds made of kinds: lists, alternatives, and what has a name or a unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from objectives.fields.kinds import TRUTH, Kind, Schema, Words, either


@dataclass(frozen=True)
class ListOf(Kind):
    """A list of such values."""

    item: Kind
    least: int = 0

    def of(self, owner: Any) -> Kind:
        return ListOf(self.item.of(owner), self.least)

    def holds(self, value: Any) -> bool:
        listed = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str)
        return listed and len(value) >= self.least and all(self.item.holds(item) for item in value)

    def __str__(self) -> str:
        return f"a list of {several(str(self.item))}"

    def wanted(self, value: Any) -> str:
        wrong = [one for one in value if not self.item.holds(one)] if isinstance(value, (list, tuple)) else []
        return f"a list of {several(self.item.wanted(wrong[0]))}" if wrong else str(self)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema(), **({"minItems": self.least} if self.least else {})}


@dataclass(frozen=True)
class AnyOf(Kind):
    """One of several kinds."""

    kinds: tuple[Kind, ...]

    def of(self, owner: Any) -> Kind:
        return AnyOf(tuple(kind.of(owner) for kind in self.kinds))

    def holds(self, value: Any) -> bool:
        return any(kind.holds(value) for kind in self.kinds)

    def __str__(self) -> str:
        words = [word for kind in self.kinds for word in self._words(kind)]
        return either(words)

    def schema(self) -> Schema:
        return {"anyOf": [kind.schema() for kind in self.kinds]}

    def _words(self, kind: Kind) -> list[str]:
        """Its options one by one, so that all of them stand in one list."""
        if isinstance(kind, Words):
            return [str(option) for option in kind.options]
        return ["true", "false"] if kind is TRUTH else [str(kind)]


@dataclass(frozen=True)
class Named(Kind):
    """A kind with a name of its own for messages, or a unit."""

    kind: Kind
    called: str = ""
    unit: str = ""

    def of(self, owner: Any) -> Kind:
        return replace(self, kind=self.kind.of(owner))

    def holds(self, value: Any) -> bool:
        return self.kind.holds(value)

    def __str__(self) -> str:
        return self.called or f"{self.kind}, in {self.unit}"

    def wanted(self, value: Any) -> str:
        return self.called or f"{self.kind.wanted(value)}, in {self.unit}"

    def schema(self) -> Schema:
        return self.kind.schema()


def several(text: str) -> str:
    """The words for one thing as those for many.

    >>> several("a finite number of at least 0")
    'finite numbers of at least 0'
    """
    return re.sub(r"^an? ((?:finite )?\w+)", r"\1s", text)
