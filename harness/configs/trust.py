"""Configs may come from strangers: which code a `_target_` may name, and how objects are built from nodes."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, get_type_hints

from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.schedules import Schedule
from objectives.base import Objective
from objectives.data import Dataset
from objectives.names import today

OURS = ("harness", "objectives", "optuna.samplers", "optuna.pruners")
KINDS: tuple[type, ...] = (Optimizer, Schedule, Objective, Dataset)

Extra = Callable[[type, str], Mapping[str, Any]]


def check(config: Any, trusted: tuple[str, ...] = ()) -> None:
    """Refuse a resolved config that names code outside the trusted packages. Imports nothing."""
    for where, name in targets(config, ""):
        _demand_trust(where, name, trusted)


def targets(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every `_target_` in a config, with the place where it stands."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        place = f"{path}.{key}".lstrip(".")
        if key == "_target_":
            yield place, value
        yield from targets(value, place)


def build(node: Any, path: str = "", trusted: tuple[str, ...] = (), extra: Extra | None = None) -> Any:
    """What a node describes: an object where there is a `_target_`, else the node itself.

    `extra(class, path)` gives arguments that no config can give.
    """
    if isinstance(node, list):
        return [build(item, f"{path}.{k}", trusted, extra) for k, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    about = (*ABOUT, "_target_")
    inside = {k: build(v, f"{path}.{k}", trusted, extra) for k, v in node.items() if k not in about}
    if "_target_" not in node:
        return inside
    made = locate(node["_target_"], f"{path}._target_", trusted)
    if _is_plain(made):
        if inside:
            raise UserError(f"{path}: {node['_target_']} is given as it is, and takes no {', '.join(inside)}")
        return made
    _demand_booleans(made, inside, path)
    given = dict(extra(made, path)) if extra and isinstance(made, type) else {}
    try:
        return made(**inside, **given)
    except TypeError as error:
        known = ", ".join(name for name in inspect.signature(made).parameters if name not in given)
        raise UserError(f"{path}: {error}; {node['_target_']} takes {known}") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error


def _demand_booleans(made: Any, inside: dict[str, Any], path: str) -> None:
    """No words where true or false is meant: Hydra reads `no` and `off` as texts, and a text is true."""
    try:
        parameters = inspect.signature(made).parameters
    except ValueError:  # of somebody's class in C
        return
    for name, parameter in parameters.items():
        if parameter.annotation in (bool, "bool") and type(inside.get(name, False)) is not bool:
            raise UserError(f"{path}.{name} must be true or false; got {inside[name]!r}")


def locate(target: str, path: str = "_target_", trusted: tuple[str, ...] = ()) -> Any:
    """The class, factory or trusted function of that full name. It must live where its name says: an alias reachable
    through a trusted package (`objectives.data.np.load`) is refused, and so is what makes none of our kinds of object.
    """
    _demand_trust(path, target, trusted)
    target = today(target)
    module, _, name = target.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise UserError(f"{path}: {target}: {error}") from error
    home = getattr(found, "__module__", None) or "nowhere"
    if target not in trusted and not _inside(f"{home}.{name}", (*OURS, *trusted)):
        raise UserError(f"{path}: {target} is {home}.{name}, which is not trusted")
    if _is_plain(found) and _inside(target, trusted):
        return found
    makes = found if isinstance(found, type) else _returned(found)
    kinds = KINDS + _optunas() if home.startswith("optuna.") else KINDS
    if not (isinstance(makes, type) and issubclass(makes, kinds)):
        names = ", ".join(kind.__name__ for kind in kinds)
        raise UserError(f"{path}: {target} makes none of {names}")
    return found


def _is_plain(found: Any) -> bool:
    """Whether it is a function that makes none of our kinds: one that the user trusts is given as it is, uncalled."""
    makes = _returned(found)
    return inspect.isfunction(found) and not (isinstance(makes, type) and issubclass(makes, KINDS))


def _optunas() -> tuple[type, ...]:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

    return BaseSampler, BasePruner


def _returned(found: Any) -> Any:
    try:
        return get_type_hints(found).get("return") if inspect.isfunction(found) else None
    except NameError:  # hints of somebody's that cannot be resolved
        return None


def _demand_trust(path: str, target: Any, trusted: tuple[str, ...]) -> None:
    if not isinstance(target, str) or "." not in target:
        raise UserError(f"{path}: {target!r} is not the full name of a class")
    if not _inside(target, (*OURS, *trusted)):
        package = target.partition(".")[0]
        raise UserError(f"{path}: {target} is not trusted; if you trust it, add trust={package}")


def _inside(name: str, trusted: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in trusted)
