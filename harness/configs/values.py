"""Python's values as overrides: what harness.run and harness.sweep take beside texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.configs.override import one, quoted
from harness.errors import UserError

LISTS = ("seeds", "search", "measure", "cells", "trust")  # settings that are lists themselves


def overrides(given: Mapping[str, Any], several: bool) -> list[str]:
    """The texts of these values. Where there may be several, the items of a list are compared, a tuple is one value.

    >>> overrides({"optimizer": ["adam", "sgd"], "optimizer.lr": 0.1, "seeds": [3, 5]}, several=True)
    ['optimizer=adam,sgd', 'optimizer.lr=0.1', 'seeds=[3,5]']
    """
    return [_override(key, value, several and key not in LISTS) for key, value in given.items()]


def _override(key: str, value: Any, several: bool) -> str:
    if several and isinstance(value, list):
        if not value:
            raise UserError(f"{key}=[]: no value, so nothing to compare")
        return f"{key}={','.join(_written(key, item, top=len(value) == 1) for item in value)}"
    return f"{key}={_written(key, value, top=True)}"


def _written(key: str, value: Any, top: bool) -> str:
    """A value as it is typed; a text that stands alone may be all that can be typed, as adam,sgd or interval(1, 2)."""
    if hasattr(value, "item") and not hasattr(value, "__len__"):  # a number of NumPy's
        value = value.item()
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (str, Path)):
        return _text(key, str(value), top)
    if isinstance(value, Sequence):
        return f"[{','.join(_written(key, item, top=False) for item in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{name}:{_written(key, item, top=False)}' for name, item in value.items())}}}"
    raise UserError(f"{key}: a text, a number, true, false, None, or a list of them; got {type(value).__name__}")


def _text(key: str, value: str, top: bool) -> str:
    """In quotes where it would not be read, or, inside a list, be read as several."""
    try:
        found = one(f"{key}={value}")
    except UserError:
        return quoted(value)
    return value if top or not found.several else quoted(value)
