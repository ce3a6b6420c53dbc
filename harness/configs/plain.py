"""Composing on plain data: values put into what config files write, and interpolations that look at a place.

It gives what OmegaConf gives; None where that is not certain: then OmegaConf composes, or says what is wrong.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.configs import places, settings
from harness.configs.override import Override

PLACE = r"\$\{(\w+(?:\.\w+)*)\}"  # an interpolation of a place, seen from the whole config
SCALARS = (type(None), bool, int, float, str)
DEEPEST = 9  # an interpolation that leads back to itself is for OmegaConf to refuse


class Unsure(Exception):  # noqa: N818 - it is no error: OmegaConf has to say
    """Something that only OmegaConf knows."""


def composed(files: Mapping[str, Any], values: Sequence[Override], uses_dataset: bool) -> dict[str, Any] | None:
    """The resolved config of these values, in what files write; without the data set where nothing uses it."""
    try:
        config = places.copied(files)
        for value in values:
            _put(config, value)
        if not uses_dataset:
            config.pop("dataset", None)
        for key, node in config.items():
            if key not in settings.NAMES and (key not in settings.PARTS or isinstance(node, str)):
                return None
        found: dict[str, Any] = _resolved(config, config)
    except Unsure:
        return None
    return found


def _put(config: dict[str, Any], override: Override) -> None:
    """Put a value in place of a plain one."""
    value, was = override.value, places.get(config, override.key)
    unusual = override.package is not None or override.key.rpartition(".")[2] == "_target_"
    of_scalars = isinstance(value, list) and all(type(item) in SCALARS for item in value)
    if unusual or not (type(value) in SCALARS or of_scalars) or "${" in override.text:
        raise Unsure
    if isinstance(was, dict) or was is places.NOTHING or (isinstance(was, str) and "${" in was):
        raise Unsure
    *parents, name = override.key.split(".")
    node = places.get(config, ".".join(parents)) if parents else config
    if not isinstance(node, dict):
        raise Unsure
    node[name] = value


def _resolved(node: Any, config: dict[str, Any], depth: int = 0) -> Any:
    if isinstance(node, dict):
        return {key: _resolved(value, config, depth) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value, config, depth) for value in node]
    if not isinstance(node, str) or ("${" not in node and node != "???"):
        return node
    look = re.fullmatch(PLACE, node)
    target = places.get(config, look[1]) if look else places.NOTHING
    if target is places.NOTHING or depth > DEEPEST:
        raise Unsure
    return _resolved(target, config, depth + 1)
