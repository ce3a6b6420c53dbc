"""From cells to populations: cells that differ in numbers only advance together."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import fields, trust
from harness.compose import ABOUT
from harness.engine import Population
from harness.errors import UserError
from harness.fingerprint import fingerprint
from harness.optimizers.base import Optimizer
from harness.schedules import Constant, Schedule
from harness.sweeps.cells import Cell
from harness.trace import Progress
from objectives.base import Objective
from objectives.data import Dataset

Path = tuple[str | int, ...]


@dataclass
class Planned:
    """A population and the cells in it: cell k has the rows k * seeds to (k + 1) * seeds - 1."""

    population: Population
    cells: list[tuple[int, Cell]]  # with their numbers
    fingerprint: dict[str, Any]

    def board(self) -> list[Progress]:
        """The cells' rows of the trace."""
        runs = len(self.cells[0][1].settings.seeds)
        return [
            Progress(
                number=number,
                overrides=cell.overrides,
                varied=cell.varied,
                choices=cell.choices,
                trace=self.population.trace,
                rows=slice(k * runs, (k + 1) * runs),
                steps=cell.settings.steps,
                problem=self.fingerprint["problem"],
            )
            for k, (number, cell) in enumerate(self.cells)
        ]


def plan(cells: Sequence[Cell], trusted: tuple[str, ...] = ()) -> list[Planned]:
    """The populations of these cells. Everything is checked here, before anything runs."""
    groups: dict[str, list[tuple[int, Cell]]] = {}
    for number, cell in enumerate(cells):
        for part in ("objective", "optimizer"):
            if not isinstance(cell.config.get(part), dict):
                raise UserError(f"{part}: there is none; choose one, as in {part}=NAME (--help lists them)")
        try:
            trust.check(cell.config, trusted)
            built_optimizer(cell.config, 1, trusted)  # so that a wrong number is reported with its cell
        except UserError as error:
            raise UserError(f"in the cell {cell.name}: {error}" if cell.name else str(error)) from error
        groups.setdefault(_structure(cell.config, trusted), []).append((number, cell))
    datasets: dict[str, Dataset] = {}
    return [_planned(group, trusted, datasets) for group in groups.values()]


def _planned(numbered: list[tuple[int, Cell]], trusted: tuple[str, ...], datasets: dict[str, Dataset]) -> Planned:
    cells = [cell for _, cell in numbered]
    first, settings = cells[0].config, cells[0].settings
    node = {key: value for key, value in first["objective"].items() if key not in ABOUT}
    objective = trust.build(_with_datasets(node, trusted, datasets), "objective", trusted)
    demand(objective, Objective, "objective")
    if len(settings.seeds) > 1 and not objective.varies_with_seed:
        raise UserError(
            f"objective: from a fixed start without noise the {len(settings.seeds)} seeds are copies of one run; "
            "add seeds=1"
        )
    found = fingerprint(objective, node)  # before the population makes the objective its own
    runs = len(cells) * len(settings.seeds)
    config = copy.deepcopy(first)
    for path in _numbers(first, trusted):
        values = [_at(cell.config, path[:-1])[path[-1]] for cell in cells]
        if any(value != values[0] for value in values):
            _at(config, path[:-1])[path[-1]] = np.repeat(np.array(values, dtype=np.float64), len(settings.seeds))
    optimizer = built_optimizer(config, runs, trusted)
    seeds = np.tile(np.array(settings.seeds, dtype=np.int64), len(cells))
    population = Population(objective, optimizer, seeds, settings.steps, settings.records, settings.save_params)
    return Planned(population, numbered, found)


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


def _optimizers(node: dict[str, Any], trusted: tuple[str, ...], path: str = "optimizer") -> Iterator[tuple[str, type]]:
    """The optimizers of a node, the outermost first."""
    cls = trust.locate(node.get("_target_", ""), f"{path}._target_", trusted)
    if isinstance(cls, type) and issubclass(cls, Optimizer):
        yield path, cls
    for key, value in node.items():
        if isinstance(value, dict) and "_target_" in value:
            yield from _optimizers(value, trusted, f"{path}.{key}")


def _structure(config: dict[str, Any], trusted: tuple[str, ...]) -> str:
    """All of a config but the numbers that may differ between the runs of a population."""
    rest = copy.deepcopy(config)
    for path in _numbers(config, trusted):
        _at(rest, path[:-1])[path[-1]] = None
    return json.dumps(rest, sort_keys=True)


def _numbers(config: dict[str, Any], trusted: tuple[str, ...]) -> list[Path]:
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


def _at(config: Any, path: Path) -> Any:
    for key in path:
        config = config[key]
    return config


def _with_datasets(node: Any, trusted: tuple[str, ...], datasets: dict[str, Dataset]) -> Any:
    """The node with its data sets built: once for all populations."""
    if not isinstance(node, dict):
        return node
    made = {key: _with_datasets(value, trusted, datasets) for key, value in node.items()}
    if "dataset" in made and isinstance(made["dataset"], dict):
        key = json.dumps(made["dataset"], sort_keys=True)
        if key not in datasets:
            datasets[key] = demand(trust.build(made["dataset"], "dataset", trusted), Dataset, "dataset")
        made["dataset"] = datasets[key]
    return made
