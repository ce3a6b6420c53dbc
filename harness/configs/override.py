"""Overrides: each text that is typed, or written into a config, is parsed once; the object is what is handed on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any, Literal

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as HydraOverride
from hydra.errors import HydraException

from harness.configs import advice
from harness.errors import UserError

BARE = r"[^=()\[\]{},;][^()\[\]{},;]*|\w+\(\w+\)\.\w+"  # a text that may need quotes: no list, no call with a slip

Kind = Literal["set", "add", "force", "delete"]  # key=value, +key=value, ++key=value, ~key


@dataclass(frozen=True)
class Override:
    """What one text asks for; in the comments, of `+schedule@schedules.momentum=linear`."""

    text: str
    key: str = field(compare=False)  # schedule: a group, or the place of a value
    package: str | None = field(compare=False)  # schedules.momentum
    kind: Kind = field(compare=False)  # add
    hydras: HydraOverride = field(compare=False, repr=False)  # as Hydra parsed it

    @property
    def address(self) -> str:
        """What is asked for, without its sign: schedule@schedules.momentum."""
        return f"{self.key}@{self.package}" if self.package is not None else self.key

    @property
    def name(self) -> str:
        """All that stands before the value: +schedule@schedules.momentum."""
        return {"set": "", "add": "+", "force": "++", "delete": "~"}[self.kind] + self.address

    @property
    def written(self) -> str:
        """The value as it is written: linear."""
        return self.text.partition("=")[2]

    @property
    def value(self) -> Any:
        """The value; of several, Hydra's object that describes them."""
        return self.hydras.value()

    @property
    def several(self) -> bool:
        """Whether it lists values or gives a range."""
        return bool(self.hydras.is_sweep_override())

    @property
    def interval(self) -> bool:
        """Whether its values are all the numbers between two."""
        return bool(self.hydras.is_interval_sweep())

    @property
    def choice(self) -> bool:
        """Whether it lists values."""
        return bool(self.hydras.is_choice_sweep())

    @property
    def of_hydra(self) -> bool:
        """Whether it is about Hydra's own settings."""
        return bool(self.hydras.is_hydra_override())

    def values(self, loader: ConfigLoader) -> list[str]:
        """The values that it lists, as they are written; the loader knows what a glob() matches."""
        return [str(value) for value in replace(self.hydras, config_loader=loader).sweep_string_iterator()]


def parse(*texts: str) -> list[Override]:
    """The overrides, or a line that says which one cannot be read."""
    return [one(text) for text in texts]


def one(text: str) -> Override:
    """The override, or a line that says why it cannot be read.

    >>> found = one("+schedule@schedules.momentum=linear")
    >>> found.name, found.address, found.key, found.package, found.kind, found.value
    ('+schedule@schedules.momentum', 'schedule@schedules.momentum', 'schedule', 'schedules.momentum', 'add', 'linear')
    """
    if not isinstance(text, str) or not text.partition("=")[0]:
        raise UserError(f"{text}: an override is a text like optimizer=adam")
    return _parsed(text)


def texts(overrides: Sequence[Override]) -> list[str]:
    """For files, messages and Hydra."""
    return [override.text for override in overrides]


def quoted(text: str) -> str:
    """A text as Hydra reads it whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@lru_cache(maxsize=10_000)
def _parsed(text: str) -> Override:
    """Cells and spaces write the same texts again and again, and parsing takes half a millisecond."""
    parser = _parser()
    try:
        (found,) = parser.parse_overrides([text])
    except HydraException as error:
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"{text}: an override names a value, as in optimizer=adam") from error
        try:
            parser.parse_overrides([f"{key}={quoted(value)}"] if re.fullmatch(BARE, value) else [text])
        except HydraException:
            raise UserError(f"{text}: not an override as Hydra reads them: {advice.line(error)}") from error
        raise UserError(f"{text}: put it in quotes, as in {advice.in_shell(key, value)}") from error
    kind: Kind = "delete" if found.is_delete() else "add" if found.is_add() else "set"
    if found.is_force_add():
        kind = "force"
    return Override(text, found.key_or_group, found.package, kind, found)


@cache
def _parser() -> OverridesParser:
    return OverridesParser.create()
