"""One cell's study: asks Optuna for points and tells it what they came to.

The study that decides lives in memory. It is a function of the cell, the sampler's seed and what was told, so a sweep
that is resumed asks and tells again what it had, and every sampler and pruner stands where it stood.
"""

import inspect
import json
import math
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any
from zlib import crc32

import numpy as np
import optuna
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from harness.cells.cell import Cell
from harness.cells.includes import without
from harness.cells.splits import drawn
from harness.configs import building, trust
from harness.configs.building import demand
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.results.trial import State
from harness.tuning.storage import Direction
from objectives.names import first

NEEDS = {"GPSampler": ("torch", "gp"), "CmaEsSampler": ("cmaes", "cmaes")}  # a package, and the extra that has it
STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


class _Study(Study):
    """Samplers that have tried everything call stop(), which Optuna refuses outside of its own loop."""

    over = False

    def stop(self) -> None:
        self.over = True


class CellStudy:
    """The trials of one cell, numbered from 0 in the order in which they are asked for."""

    def __init__(self, cell: Cell, direction: Direction, trusted: tuple[str, ...], replicate: int = 0) -> None:
        self.cell, self.direction, self.replicate = cell, direction, replicate
        self._ranges = cell.ranges
        self._space = {found.name(place): found.distribution() for place, found in self._ranges.items()}
        self._asked = 0
        self._most: int | None = None  # points that there are, on a grid
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with _quiet():
            pruner = demand(_built(cell, "pruner", trusted), BasePruner, "pruner")
            self.prunes = not isinstance(pruner, NopPruner)
            sampler = demand(_built(cell, "sampler", trusted, self._told), BaseSampler, "sampler")
            name = cell.name or "trials"
            made = optuna.create_study(study_name=name, direction=direction, storage=optuna.storages.InMemoryStorage())
            self._study = _Study(name, made._storage, sampler, pruner)
        self._open: dict[int, optuna.Trial] = {}

    def ask(self) -> tuple[int, dict[str, Any]] | None:
        """A new trial: its number and its point, place -> value; nothing, if there is nothing left to try."""
        if self._study.over or self._asked == self._most:
            return None
        self._asked += 1
        try:
            with _quiet():
                trial = self._study.ask(self._space)
        except (ValueError, TypeError, NotImplementedError) as error:  # a sampler that this space does not suit
            raise UserError(f"sampler={self.cell.choices.get('sampler')}: {error}") from error
        self._open[trial.number] = trial
        suggested = trial.params
        return trial.number, {place: found.outer(suggested[found.name(place)]) for place, found in self._ranges.items()}

    def compare(self, percent: int, values: Mapping[int, float], decide: bool) -> set[int]:
        """All trials report what they are worth after so much of the run; then it is decided which to prune."""
        with _quiet(), np.errstate(invalid="ignore"):
            for number, value in values.items():
                self._open[number].report(value, percent)
            return {number for number in values if decide and self._open[number].should_prune()}

    def tell(self, number: int, state: State, value: float) -> None:
        """How a trial ended. The worst value is an infinite one; nan does not occur."""
        with _quiet():
            self._study.tell(self._open.pop(number), value if state == "complete" else None, state=STATES[state])

    def trials(self) -> Sequence[FrozenTrial]:
        """Optuna's record of all trials."""
        return self._study.get_trials(deepcopy=False)

    def _told(self, made: type) -> dict[str, Any]:
        """What no config can say: a seed of the cell's own, and the grid of its space."""
        known = inspect.signature(made).parameters
        told: dict[str, Any] = {}
        if "seed" in known:
            node = {key: self.cell.config.get(key) for key in ("objective", "optimizer", "schedules")}
            node = first(drawn(without(node), 0))
            told_of = [self.cell.config["sampler"].get("seed"), node, self.cell.space]
            text = json.dumps([*told_of, self.replicate] if self.replicate else told_of, sort_keys=True)
            told["seed"] = crc32(text.encode())
        if "search_space" in known:
            told["search_space"] = self._grid()
            self._most = math.prod(map(len, told["search_space"].values()))
        return told

    def _grid(self) -> dict[str, list[Any]]:
        """Every choice and step, and as many values of each interval as the trials then allow."""
        spread = [p for p, r in self._ranges.items() if len(r.grid(1)) == 1 and len(r.grid(2)) == 2]
        fixed = math.prod(len(r.grid(1)) for p, r in self._ranges.items() if p not in spread)
        points = int((self.cell.trials / fixed) ** (1 / max(len(spread), 1)) + 1e-9)
        return {r.name(p): r.grid(max(points, 1)) for p, r in self._ranges.items()}


def _built(cell: Cell, part: str, trusted: tuple[str, ...], told: Any = None) -> Any:
    node = cell.config.get(part)
    if not isinstance(node, dict):
        raise UserError(f"{part}: there is none; choose one, as in {part}=NAME (--help lists them)")
    node = {key: value for key, value in node.items() if key not in ABOUT}
    made = trust.locate(node.get("_target_", ""), f"{part}._target_", trusted)
    given = told(made) if told else {}
    package, extra = NEEDS.get(made.__name__, ("optuna", ""))
    if find_spec(package) is None:
        chosen = f"{part}={cell.choices.get(part, made.__name__)}"
        raise UserError(f"{chosen} needs the package {package}: pip install -e '.[{extra}]'")
    rest = {key: value for key, value in node.items() if key not in given}
    return building.build(rest, part, trusted, extra=lambda _, path: given if path == part else {})


class _quiet(warnings.catch_warnings):  # noqa: N801
    """Optuna's notes on what is experimental are no news to our users."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
