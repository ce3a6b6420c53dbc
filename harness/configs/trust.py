"""Configs may come from strangers: which code a `_target_` may name."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_type_hints

from harness.configs import places
from harness.engines import Backend
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.schedules.base import Schedule
from objectives.base import Objective
from objectives.data import Dataset
from objectives.names import today

OURS = ("harness", "objectives", "optuna.samplers", "optuna.pruners")
KINDS: tuple[type, ...] = (Optimizer, Schedule, Objective, Dataset, Backend)


def check(config: Any, trusted: tuple[str, ...] = ()) -> None:
    """Refuse a resolved config that names code outside the trusted packages. Imports nothing."""
    for where, name in targets(config):
        _demand_trust(where, name, trusted)


def targets(config: Any) -> Iterator[tuple[str, Any]]:
    """Every `_target_` in a config, with the place where it stands."""
    return ((places.dotted(path), value) for path, value in places.walk(config) if path[-1] == "_target_")


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
    if is_plain(found) and _inside(target, trusted):
        return found
    makes = found if isinstance(found, type) else _returned(found)
    kinds = KINDS + _optunas() if home.startswith("optuna.") else KINDS
    if not (isinstance(makes, type) and issubclass(makes, kinds)):
        names = ", ".join(kind.__name__ for kind in kinds)
        raise UserError(f"{path}: {target} makes none of {names}")
    return found


def is_plain(found: Any) -> bool:
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
