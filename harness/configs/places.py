"""Places in a config: `optimizer.inner.lr`, or as a path ("optimizer", "inner", "lr"); in lists, parts are numbers."""

from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig

Path = tuple[str | int, ...]

NOTHING = object()


def path(config: Any, place: str) -> Path:
    """The path of a place that is there.

    >>> path({"at": [{"lr": 1}]}, "at.0.lr")
    ('at', 0, 'lr')
    """
    found: list[str | int] = []
    for part in place.split("."):
        found.append(int(part) if isinstance(config, list) else part)
        config = config[found[-1]]
    return tuple(found)


def dotted(path: Path) -> str:
    """The place of a path."""
    return ".".join(map(str, path))


def get(config: Any, place: str | Path, default: Any = NOTHING) -> Any:
    """What stands there; the default where there is no such place.

    >>> get({"inner": {"lr": 1}}, "inner.lr"), get({"inner": {"lr": 1}}, "inner.lr.end", "none")
    (1, 'none')
    """
    for part in place.split(".") if isinstance(place, str) else place:
        there = part in config if _is_dict(config) else isinstance(config, list) and part in range(len(config))
        if not there:
            return default
        config = config[part]
    return config


def has(config: Any, place: str) -> bool:
    """Whether there is such a place."""
    return get(config, place) is not NOTHING


def put(config: Any, path: Path, value: Any) -> None:
    """Write a value where there is one."""
    get(config, path[:-1])[path[-1]] = value


def copied(config: Any) -> Any:
    """A copy of plain data, dicts and lists all the way down."""
    if isinstance(config, dict):
        return {key: copied(value) for key, value in config.items()}
    return [copied(value) for value in config] if isinstance(config, list) else config


def innermost(config: Any, place: str) -> Any:
    """The last that is there on the way to a place.

    >>> innermost({"inner": {"lr": 1}}, "inner.eps")
    {'lr': 1}
    """
    for part in place.split("."):
        if not _is_dict(config) or part not in config:
            break
        config = config[part]
    return config


def walk(config: Any, lists: bool = True, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything inside, with its path, the outermost first."""
    inside = dict(enumerate(config)) if lists and isinstance(config, list) else config
    items = inside.items() if isinstance(inside, dict) else ()
    for key, value in items:
        yield (*path, key), value
        yield from walk(value, lists, (*path, key))


def leaves(config: Any, lists: bool = True) -> Iterator[tuple[Path, Any]]:
    """Every value, with its path: no dict and no list but for empty ones; without `lists`, a list is one value.

    >>> [(dotted(path), value) for path, value in leaves({"a": {"b": [1, {}]}, "c": None})]
    [('a.b.0', 1), ('a.b.1', {}), ('c', None)]
    """
    inner = (dict, list) if lists else (dict,)
    return ((path, value) for path, value in walk(config, lists) if not (isinstance(value, inner) and value))


def _is_dict(node: Any) -> bool:
    return isinstance(node, (dict, DictConfig))
