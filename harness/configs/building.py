"""From a config to its objects: optimizers with their schedules, objectives with their data."""

import json
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from harness.configs import trust
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.schedules import Constant, Schedule
from objectives import fields
from objectives.data import Dataset

Path = tuple[str | int, ...]


def built_optimizer(config: Mapping[str, Any], runs: int, trusted: tuple[str, ...]) -> Optimizer:
    """The optimizer of a config, with each schedule given to the outermost optimizer that has its hyperparameter."""
    node = config["optimizer"]
    schedules: dict[str, dict[str, Schedule]] = {}
    for name, schedule_node in (config.get("schedules") or {}).items():
        schedule = demand(trust.build(schedule_node, f"schedules.{name}", trusted), Schedule, f"schedules.{name}")
        if isinstance(schedule, Constant):  # which changes nothing, and costs time
            continue
        owner = next((path for path, cls in _optimizers(node, trusted) if name in fields.numbers(cls)), None)
        if owner is None:
            known = ", ".join(key for _, cls in _optimizers(node, trusted) for key in fields.numbers(cls))
            raise UserError(f"schedules.{name}: the optimizer has no {name} to schedule; choices: {known or 'none'}")
        schedules.setdefault(owner, {})[name] = schedule

    def extra(cls: type, path: str) -> dict[str, Any]:
        return {"runs": runs, "schedules": schedules.get(path, {})} if issubclass(cls, Optimizer) else {}

    optimizer: Optimizer = demand(trust.build(node, "optimizer", trusted, extra), Optimizer, "optimizer")
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

    def walk(node: Any, path: Path) -> Iterator[Path]:
        if isinstance(node, dict) and "_target_" in node:
            cls = trust.locate(node["_target_"], ".".join(map(str, path)), trusted)
            yield from ((*path, name) for name in fields.numbers(cls) if name in node)
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in items:
            if key not in ABOUT:
                yield from walk(value, (*path, key))

    return [path for part in ("optimizer", "schedules") for path in walk(config.get(part), (part,))]


def gradients(config: Mapping[str, Any], trusted: tuple[str, ...]) -> int:
    """How many gradients a step of the optimizer takes: wrappers multiply."""
    return prod(cls.gradients for _, cls in _optimizers(config["optimizer"], trusted))


def at(config: Any, path: Path) -> Any:
    """What stands there."""
    for key in path:
        config = config[key]
    return config


def path_of(config: Any, name: str) -> Path:
    """The path of a typed place; in a list, the parts are numbers."""
    path: list[str | int] = []
    for part in name.split("."):
        path.append(int(part) if isinstance(config, list) else part)
        config = config[path[-1]]
    return tuple(path)


def with_datasets(node: Any, trusted: tuple[str, ...], datasets: dict[str, Dataset]) -> Any:
    """The node with its data sets built: once for all populations."""
    if not isinstance(node, dict):
        return node
    made = {key: with_datasets(value, trusted, datasets) for key, value in node.items()}
    if "dataset" in made and isinstance(made["dataset"], dict):
        key = json.dumps(made["dataset"], sort_keys=True)
        if key not in datasets:
            datasets[key] = demand(trust.build(made["dataset"], "dataset", trusted), Dataset, "dataset")
        made["dataset"] = datasets[key]
    return made
