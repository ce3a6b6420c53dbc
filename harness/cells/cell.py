"""A cell: one combination of what is compared, with the space that is searched inside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser

from harness.cells.space import Range, read
from harness.configs.declared import Settings
from harness.configs.settings import NOT_OF_A_RUN
from harness.configs.typed import parsed


@dataclass(frozen=True, eq=False)  # a cell is itself: it can be a key
class Cell:
    """One combination, with its resolved config."""

    overrides: tuple[str, ...]  # all that was typed or written for it; re-running them gives this cell again
    varied: dict[str, str]  # the enumerated keys and their values
    config: dict[str, Any]
    choices: dict[str, str]
    settings: Settings
    space: dict[str, str] = field(default_factory=dict)  # searched place -> its range, as it was written
    declared: tuple[str, ...] = ()  # the places that `search` chose from
    feeds: dict[str, list[str]] = field(default_factory=dict)  # searched place -> all places its value goes to
    number: int = 0  # of the sweep's cells

    @property
    def name(self) -> str:
        return " ".join(f"{key}={value}" for key, value in self.varied.items())

    @cached_property
    def ranges(self) -> dict[str, Range]:
        parser = OverridesParser.create()
        return {place: read(parsed(f"{place}={text}", parser)) for place, text in self.space.items()}

    @property
    def trials(self) -> int:
        """How many points it may try: without a space, the declared values alone."""
        return self.settings.trials if self.space else 1

    def again(self, point: Mapping[str, Any], seeds: Sequence[int] | None = None) -> tuple[str, ...]:
        """The overrides of a plain run at that point, on these seeds."""
        if self.settings.trials == 1:
            return self.overrides
        kept = [
            text
            for text in self.overrides
            if key_of(text).split(".")[0] not in NOT_OF_A_RUN and key_of(text) not in point
        ]
        if seeds is not None:
            kept = [text for text in kept if key_of(text) != "seeds"] + [f"seeds={written(list(seeds))}"]
        one = ["trials=1"] if any(key_of(text) == "experiment" for text in kept) else []
        return (*kept, *(f"{place}={written(value)}" for place, value in point.items()), *one)


def key_of(text: str) -> str:
    """The key of an override as it is written."""
    return text.partition("=")[0].lstrip("+~")


def written(value: Any) -> str:
    """A value as Hydra reads it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_][\w/.-]*", value):
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{quoted}'"
    return str(value) if isinstance(value, str) else repr(value)
