"""From trials to populations: trials that differ in numbers only advance together."""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from harness.cells.cell import Cell
from harness.cells.space import corners
from harness.cells.splits import drawn, redrawn
from harness.clock import Clock
from harness.configs import places, trust
from harness.configs.building import build, built_optimizer, demand, gradients, numbers, with_datasets
from harness.configs.places import Path
from harness.configs.settings import ABOUT
from harness.engines import Backend, Jax, Numpy
from harness.errors import UserError
from harness.results.trace import Trace
from harness.results.trial import Population, Trial
from harness.running.compiling import Asked, Compiling
from harness.running.contract import fresh
from harness.running.engine import Engine
from harness.running.failures import FAILURES, told
from harness.running.fingerprint import fingerprint
from objectives.base import Objective
from objectives.data import Dataset

NUMPY = {"_target_": "harness.engines.Numpy"}
SHARED = (
    "objective",
    "optimizer",
    "schedules",
    "engine",
    "steps",
    "records",
    "save_params",
)  # what makes a population


@dataclass
class Planned:
    """A population, and the engine that advances it."""

    population: Population
    engine: Engine


@dataclass(frozen=True)
class _Form:
    """What the trials of a cell share."""

    numbers: tuple[Path, ...]  # the places whose numbers may differ between the runs of a population
    places: dict[str, list[Path]]  # searched place -> all the places that its value goes to
    structure: str  # all but the numbers
    redrawn: bool  # whether each replicate has data of its own


class Planner:
    """Makes populations. What many of them need, data sets and objectives, it makes once."""

    def __init__(self, trusted: tuple[str, ...] = ()) -> None:
        self.trusted = trusted
        self._clock: Clock | None = None
        self._datasets: dict[str, Dataset] = {}
        self._objectives: dict[str, tuple[Objective, dict[str, Any]]] = {}
        self._forms: dict[Cell, _Form] = {}
        self._compiling = Compiling()

    def timed(self, clock: Clock) -> None:
        """Have a clock tell what building takes, and what is built its parts of training."""
        self._clock = clock
        clock.listen(self, "building", "plan", "fingerprint")

    def check(self, cells: Sequence[Cell]) -> None:
        """Whether all of them can be built, before anything runs."""
        another = Planner(self.trusted)  # whose data sets are not kept, and not told of
        for cell in cells:
            for part in ("objective", "optimizer"):
                if not isinstance(cell.config.get(part), dict):
                    raise UserError(f"{part}: there is none; choose one, as in {part}=NAME (--help lists them)")
            try:
                trust.check(cell.config, self.trusted)
                for part in ("sampler", "pruner") if cell.space else ():
                    if isinstance(cell.config.get(part), dict):
                        trust.locate(cell.config[part].get("_target_", ""), f"{part}._target_", self.trusted)
                self._demand_numbers(cell)
                self._demand_built(cell)
            except UserError as error:
                raise UserError(f"in the cell {cell.name}: {error}" if cell.name else str(error)) from error
            self.backend(cell).prepare()  # before an objective may start jax
            self._objective(cell, cell.settings.seeds)
            self._demand_traced(cell)
            if redrawn(cell.config):
                another._objective(cell, cell.settings.seeds, replicate=1)

    def _demand_numbers(self, cell: Cell) -> None:
        for path in numbers(cell.config, self.trusted):
            if isinstance(value := places.get(cell.config, path), list):
                place = places.dotted(path)
                raise UserError(f"{place}={value}: one number; to compare: -m {place}={','.join(map(str, value))}")

    def _demand_built(self, cell: Cell) -> None:
        """Whether its optimizer can be built: at the corners of its space, where it has one, for the declared values of
        what is searched are never run."""
        declared = ""
        for point in ({}, *corners(cell.ranges)):
            try:
                config = self._config(cell, point)
                trust.check(config, self.trusted)
                built_optimizer(config, 1, self.trusted)
            except UserError as error:
                if not point and cell.space:
                    declared = str(error)
                    continue
                told = ", ".join(f"{name}={value}" for name, value in point.items())
                raise UserError(
                    f"at {told} of its space: {error}" if str(error) != declared and told else str(error)
                ) from error

    def declares(self, cell: Cell) -> bool:
        """Whether its declared values can be run: of what is searched they may be none."""
        try:
            built_optimizer(self._config(cell, {}), 1, self.trusted)
        except UserError:
            return False
        return True

    def backend(self, cell: Cell) -> Backend:
        """What advances the cell's populations; older folders say nothing of it."""
        found: Backend = demand(build(cell.config.get("engine") or NUMPY, "engine", self.trusted), Backend, "engine")
        return found

    def engine_of(self, trial: Trial) -> str:
        """The identity of what advances it here."""
        backend = self.backend(trial.cell)
        if isinstance(backend, Jax):
            return self._planned([replace(trial)]).population.engine
        return _identity(backend, self._objective(trial.cell, trial.seeds, trial.point, trial.replicate)[0])

    def order(self, cell: Cell) -> str:
        """The memory order of its objective's params."""
        return self._objective(cell, cell.settings.seeds)[0].order

    def about_engines(self) -> list[str]:
        """A line for each reason why populations run on NumPy after all."""
        return [f"engine: numpy, as {why}" for why in self._compiling.reasons()]

    def _demand_traced(self, cell: Cell) -> None:
        """Whether its engine can compile what the cell asks for: else it runs on NumPy, which is said."""
        if isinstance(self.backend(cell), Jax):
            try:
                self._planned([Trial(cell, cell.settings.seeds[:1])])
            except UserError:  # the declared values of what is searched may be none
                if not cell.space:
                    raise

    def plan(self, trials: Sequence[Trial]) -> list[Planned]:
        """The populations of these trials, each of which gets its rows in a trace."""
        groups: dict[str, list[Trial]] = {}
        for trial in trials:
            groups.setdefault(self._kind(trial), []).append(trial)
        return [self._planned(group) for group in groups.values()]

    def about_data(self) -> list[str]:
        """A line on each data set of the user's own."""
        return [dataset.about for dataset in self._datasets.values() if dataset.about]

    def problems(self, cells: Sequence[Cell]) -> Iterable[tuple[Cell, Objective]]:
        """The objectives of the cells, each once, with the first cell that has it; of several splits, the first."""
        first: dict[str, tuple[Cell, Objective]] = {}
        for cell in cells:
            first.setdefault(_key(_node(cell.config)), (cell, self._objective(cell, cell.settings.seeds)[0]))
        return first.values()

    def fingerprint(self, trial: Trial) -> dict[str, Any]:
        """The fingerprint of the problem that a trial is about."""
        return self._objective(trial.cell, trial.seeds, trial.point, trial.replicate)[1]

    def bytes_of_a_run(self, cell: Cell) -> int:
        """How much memory the parameters of a run take."""
        params = fresh(self._objective(cell, cell.settings.seeds[:1])[0]).init(np.zeros(1, dtype=np.int64))
        return sum(p.nbytes for p in params.values())

    def varies_with_seed(self, cell: Cell) -> bool:
        """Whether other seeds would give other runs."""
        return self._objective(cell, cell.settings.seeds[:1])[0].varies_with_seed

    def _planned(self, trials: list[Trial]) -> Planned:
        first = trials[0]
        cell, settings = first.cell, first.cell.settings
        objective, found = self._objective(cell, first.seeds, first.point, first.replicate)
        config = self._config(cell, first.point)
        counts = [len(trial.seeds) for trial in trials]
        for path in self._form(cell).numbers:
            values = [self._number(trial, path) for trial in trials]
            if any(value != values[0] for value in values):
                places.put(config, path, np.repeat(np.array(values, dtype=np.float64), counts))
        optimizer = built_optimizer(config, sum(counts), self.trusted)
        seeds = np.concatenate([np.array(trial.seeds, dtype=np.int64) for trial in trials])
        keep = settings.save_params and first.speaks
        budget = settings.steps * gradients(config, self.trusted) if settings.budget == "gradients" else None
        measure = settings.measured
        given = optimizer, seeds, settings.steps, settings.records, keep, budget, measure
        made, backend = partial(Engine, fresh(objective), *given), self.backend(cell)
        asked = Asked(self._kind(first), found["problem"], objective, optimizer, made)
        engine = self._compiling.engine(backend, asked) if isinstance(backend, Jax) else None
        if engine is None:
            engine, backend = made(), Numpy()
        if self._clock is not None:
            engine.timed(self._clock)
        start = 0
        for trial, count in zip(trials, counts, strict=True):
            trial.trace, trial.problem = engine.trace, found["problem"]
            trial.rows = slice(start, start := start + count)
        return Planned(Population(engine.trace, trials, found, engine=_identity(backend, objective)), engine)

    def _form(self, cell: Cell) -> _Form:
        if cell not in self._forms:
            config = {key: cell.config[key] for key in SHARED if key in cell.config}
            found = tuple(numbers(config, self.trusted))
            feeds = {name: [places.path(config, place) for place in cell.feeds[name]] for name in cell.space}
            rest = copy.deepcopy(config)
            for path in {*found, *(path for paths in feeds.values() for path in paths)}:
                places.put(rest, path, None)
            self._forms[cell] = _Form(found, feeds, json.dumps(rest, sort_keys=True), bool(redrawn(config)))
        return self._forms[cell]

    def _kind(self, trial: Trial) -> str:
        """What the trials of a population share."""
        form = self._form(trial.cell)
        fixed = [v for k, v in trial.point.items() if not set(form.places[k]) <= set(form.numbers)]
        return form.structure + json.dumps([trial.replicate if form.redrawn else 0, fixed])

    def _config(self, cell: Cell, point: Mapping[str, Any]) -> dict[str, Any]:
        config = {key: copy.deepcopy(cell.config[key]) for key in SHARED if key in cell.config}
        for name, value in point.items():
            for path in self._form(cell).places[name]:
                places.put(config, path, value)
        return config

    def _number(self, trial: Trial, path: Path) -> Any:
        for name, value in trial.point.items():
            if path in self._form(trial.cell).places[name]:
                return value
        return places.get(trial.cell.config, path)

    def _objective(
        self, cell: Cell, seeds: Sequence[int], point: Mapping[str, Any] | None = None, replicate: int = 0
    ) -> tuple[Objective, dict[str, Any]]:
        """The objective of a cell in a replicate, and its fingerprint."""
        node = drawn(_node(self._config(cell, point or {})), replicate)
        key = _key(node)
        if key not in self._objectives:
            made = build(with_datasets(node, self.trusted, self._datasets), "objective", self.trusted)
            demand(made, Objective, "objective")
            try:
                self._objectives[key] = made, fingerprint(fresh(made), node)
            except UserError:
                raise
            except FAILURES as error:  # of somebody's own code
                name, what = type(made).__name__, " ".join(told(error).split())
                raise UserError(f"objective: {name} raised {what}; see hydra.verbose=true") from error
        objective, found = self._objectives[key]
        if len(seeds) > 1 and not objective.varies_with_seed:
            raise UserError(
                f"objective: from a fixed start without noise the {len(seeds)} seeds are copies of one run; add seeds=1"
            )
        return objective, found


def never_begun(trial: Trial, failure: str) -> Population:
    """A trial whose objective or optimizer could not even be made."""
    trial.trace = Trace(np.array(trial.seeds, dtype=np.int64), np.zeros(1, dtype=np.int64), failure=failure)
    trial.rows, trial.problem = slice(0, len(trial.seeds)), ""
    return Population(trial.trace, [trial], {"problem": ""})


def _identity(backend: Backend, objective: Objective) -> str:
    """What decides the last bits of a population."""
    by = objective.gradients_by if isinstance(backend, Numpy) else ""
    return f"{backend.identity}, gradients by {by}" if by else backend.identity


def _node(config: Mapping[str, Any]) -> dict[str, Any]:
    """What an objective is built from."""
    return {key: value for key, value in config["objective"].items() if key not in ABOUT}


def _key(node: Mapping[str, Any]) -> str:
    return json.dumps(node, sort_keys=True)
