"""A cell: one combination of what is compared, with the space that is searched inside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.cells.space import Range, read
from harness.cells.splits import redrawn
from harness.configs.declared import Settings
from harness.configs.override import Override, one, quoted, texts
from harness.configs.settings import NOT_OF_A_RUN


@dataclass(frozen=True, eq=False)  # a cell is itself: it can be a key
class Cell:
    """One combination, with its resolved config."""

    overrides: tuple[Override, ...]  # all that was typed or written for it; re-running them gives this cell again
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
        return {place: read(one(f"{place}={text}")) for place, text in self.space.items()}

    @property
    def trials(self) -> int:
        """How many points it may try: without a space, the declared values alone."""
        return self.settings.trials if self.space else 1

    def again(
        self, point: Mapping[str, Any], seeds: Sequence[int] | None = None, replicate: int = 0
    ) -> tuple[str, ...]:
        """What is typed for a plain run at that point, on these seeds and the replicate's split."""
        if self.settings.trials == 1:
            return tuple(texts(self.overrides))
        splits = dict.fromkeys(redrawn(self.config), replicate)
        left_out = {*NOT_OF_A_RUN, *(["seeds"] if seeds is not None else [])}
        kept = [
            override
            for override in self.overrides
            if override.address.split(".")[0] not in left_out and override.address not in {**point, **splits}
        ]
        asked = {} if seeds is None else {"seeds": list(seeds)}
        signs = {override.address: override.name for override in self.overrides if override.address in splits}
        typed = [f"{signs.get(place, place)}={written(v)}" for place, v in {**asked, **splits, **point}.items()]
        plain = ["trials=1"] if any(override.key == "experiment" for override in kept) else []
        return (*texts(kept), *typed, *plain)


def written(value: Any) -> str:
    """A value as Hydra reads it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, str) and not re.fullmatch(r"[A-Za-z_][\w/.-]*", value):
        return quoted(value)
    return str(value) if isinstance(value, str) else repr(value)
