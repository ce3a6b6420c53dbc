"""One way from a node of a config to its object: optimizers with their schedules, objectives with their data."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any

from harness.configs import advice, places, trust
from harness.configs.compose import composer
from harness.configs.override import one
from harness.configs.places import Path
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.schedules.base import Schedule
from harness.schedules.decay import Constant
from objectives import fields
from objectives.data import Dataset

WHERE: dict[str, Path] = {
    "optimizer": ("optimizer",),
    "schedule": ("schedules", "lr"),
    "objective": ("objective",),
    "dataset": ("dataset",),
}  # where a group's node stands in the config
ENGINES = ("runs", "schedules")  # what an optimizer is told by whoever runs it, not by its config

Extra = Callable[[type, str], Mapping[str, Any]]


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
    made = trust.locate(node["_target_"], f"{path}._target_", trusted)
    if trust.is_plain(made):
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


def made(group: str, name: str, fields: Mapping[str, Any]) -> Any:
    """The object that conf/<group>/<name>.yaml describes."""
    if group not in WHERE:
        raise UserError(f"{group}: no such group{advice.nearest(group, WHERE)}; choices: {', '.join(WHERE)}")
    with advice.one_line_errors(), composer() as source:
        source.unresolved([])  # once in a process: from it the others are had without Hydra
        node = places.get(source.compose([one(f"{group}={name}")]).config, WHERE[group])
    cls = trust.locate(node["_target_"])
    optimizer = isinstance(cls, type) and issubclass(cls, Optimizer)
    told = {key: value for key, value in fields.items() if optimizer and key in ENGINES}
    for key in fields:
        if key not in node and key not in told:
            raise UserError(advice.unknown(f"{group}.{key}", [k for k in node if k not in ABOUT]))
    ours = {key: value for key, value in fields.items() if key not in told}
    return build({**node, **ours}, group, extra=lambda _, path: told if path == group else {})


def built_optimizer(config: Mapping[str, Any], runs: int, trusted: tuple[str, ...]) -> Optimizer:
    """The optimizer of a config, with each schedule given to the outermost optimizer that has its hyperparameter."""
    node = config["optimizer"]
    schedules: dict[str, dict[str, Schedule]] = {}
    for name, schedule_node in (config.get("schedules") or {}).items():
        schedule = demand(build(schedule_node, f"schedules.{name}", trusted), Schedule, f"schedules.{name}")
        if isinstance(schedule, Constant):  # which changes nothing, and costs time
            continue
        owner = next((path for path, cls in _optimizers(node, trusted) if name in fields.numbers(cls)), None)
        if owner is None:
            known = ", ".join(key for _, cls in _optimizers(node, trusted) for key in fields.numbers(cls))
            raise UserError(f"schedules.{name}: the optimizer has no {name} to schedule; choices: {known or 'none'}")
        schedules.setdefault(owner, {})[name] = schedule

    def extra(cls: type, path: str) -> dict[str, Any]:
        return {"runs": runs, "schedules": schedules.get(path, {})} if issubclass(cls, Optimizer) else {}

    optimizer: Optimizer = demand(build(node, "optimizer", trusted, extra), Optimizer, "optimizer")
    return optimizer


def demand(made: Any, kind: type, path: str) -> Any:
    """The object, if it is what the contract wants at this place."""
    if not isinstance(made, kind):
        raise UserError(f"{path}: {type(made).__name__} is no {kind.__name__}")
    return made


def _optimizers(
    node: dict[str, Any], trusted: tuple[str, ...], path: str = "optimizer"
) -> Iterator[tuple[str, type[Optimizer]]]:
    """The optimizers of a node, the outermost first."""
    cls = trust.locate(node.get("_target_", ""), f"{path}._target_", trusted)
    if isinstance(cls, type) and issubclass(cls, Optimizer):
        yield path, cls
    for key, value in node.items():
        if isinstance(value, dict) and "_target_" in value:
            yield from _optimizers(value, trusted, f"{path}.{key}")


def numbers(config: dict[str, Any], trusted: tuple[str, ...]) -> list[Path]:
    """The places of the number fields of all optimizers and schedules."""
    found: list[Path] = []
    for path, node in places.walk({part: config.get(part) for part in ("optimizer", "schedules")}):
        if isinstance(node, dict) and "_target_" in node and not set(ABOUT) & set(path):
            cls = trust.locate(node["_target_"], places.dotted(path), trusted)
            if hasattr(cls, "__dataclass_fields__"):  # else building says what is wrong with it
                found += ((*path, name) for name in fields.numbers(cls) if name in node)
    return found


def gradients(config: Mapping[str, Any], trusted: tuple[str, ...]) -> int:
    """How many gradients a step of the optimizer takes: wrappers multiply."""
    return prod(cls.gradients for _, cls in _optimizers(config["optimizer"], trusted))


def with_datasets(node: Any, trusted: tuple[str, ...], datasets: dict[str, Dataset]) -> Any:
    """The node with its data sets built: once for all populations."""
    if not isinstance(node, dict):
        return node
    made = {key: with_datasets(value, trusted, datasets) for key, value in node.items()}
    if "dataset" in made and isinstance(made["dataset"], dict):
        key = json.dumps(made["dataset"], sort_keys=True)
        if key not in datasets:
            found: Dataset = demand(build(made["dataset"], "dataset", trusted), Dataset, "dataset")
            datasets[key] = found.sharing(datasets.values())
        made["dataset"] = datasets[key]
    return made
