"""Composing again without OmegaConf: where two compositions differ in values that nothing else sees, these are put
into a copy of the first.

It gives what OmegaConf gives as long as such a value replaces a plain one, and no interpolation leads to it.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from omegaconf import DictConfig, OmegaConf

from harness.configs import places
from harness.configs.override import Override

PLACE = r"\$\{[\w.]+\}"  # an interpolation that does nothing but look at a place
PLAIN = (type(None), bool, int, float, str)


class Written(NamedTuple):
    """What a template's files write, as plain data, and the words of its interpolations; None where one of them does
    more than look at a place."""

    config: Any
    seen: frozenset[str] | None


def written(config: DictConfig) -> Written:
    plain = OmegaConf.to_container(config, resolve=False)
    looks = [text for _, text in places.leaves(plain) if isinstance(text, str) and "${" in text]
    simple = all(re.fullmatch(PLACE, text) for text in looks)
    return Written(plain, frozenset(re.findall(r"\w+", " ".join(looks))) if simple else None)


def pattern(files: Written, values: Sequence[Override]) -> tuple[str, ...] | None:
    """What two compositions of these files have in common if they differ only in values that nothing else sees: the
    places of those, and the texts of all others. None where OmegaConf has to compose."""
    if files.seen is None or not all(map(_simple, values)) or not _apart([value.key for value in values]):
        return None
    return tuple(value.key if _free(files, value) else value.text for value in values)


def put(config: dict[str, Any], common: Sequence[str], values: Sequence[Override]) -> dict[str, Any]:
    """A copy of a composition of that pattern, with these values."""
    found: dict[str, Any] = places.copied(config)
    for place, value in zip(common, values, strict=True):
        if place == value.key:
            places.put(found, tuple(place.split(".")), value.value)
    return found


def _simple(override: Override) -> bool:
    own_class = override.key.rpartition(".")[2] == "_target_"
    return override.package is None and not own_class and "${" not in override.text and "???" not in override.text


def _apart(keys: Sequence[str]) -> bool:
    """Whether no place is another, or lies in it."""
    return not any(k != n and f"{one}.".startswith(f"{other}.") for k, one in enumerate(keys)
                   for n, other in enumerate(keys))  # fmt: skip


def _free(files: Written, override: Override) -> bool:
    assert files.seen is not None
    was = places.get(files.config, override.key)
    known = type(was) in PLAIN and not (isinstance(was, str) and "${" in was)
    return known and type(override.value) in PLAIN and files.seen.isdisjoint(override.key.split("."))
