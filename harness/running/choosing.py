"""engine=auto: which engine a cell runs on, as some steps of it show before the first one that counts."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from threadpoolctl import threadpool_limits

from harness.cells.cell import Cell
from harness.cells.space import corners
from harness.configs.override import one
from harness.configs.places import put
from harness.engines import Auto, Backend, Jax, Numpy, available
from harness.results.trial import Trial
from harness.running.engine import Engine
from harness.running.failures import FAILURES, told
from harness.running.plan import Planner

TRIED = {"F": 64, "C": 4}  # trials of a population that is tried, at most: networks take their time one by one
STEPS = 20  # of it, at most
ENOUGH = 0.3  # seconds of NumPy's time that trying is worth
WORTH = {"F": 2.0, "C": 6.0}  # seconds of NumPy's time from which compiling pays, by the order of an objective's params


def chosen(cells: Sequence[Cell], planner: Planner) -> list[Cell]:
    """The cells, those with engine=auto with the one that is faster for them; what is typed for them again says so."""
    return [_with(cell, _faster(cell, planner)) if isinstance(planner.backend(cell), Auto) else cell for cell in cells]


def _faster(cell: Cell, planner: Planner) -> Backend:
    if not available():
        return Numpy()
    slow = _seconds(_with(cell, Numpy()), planner)
    if slow is None or slow < WORTH[planner.order(cell)]:
        return Numpy()
    fast = _seconds(_with(cell, Jax()), planner)
    return Jax() if fast is not None and fast < slow else Numpy()


def _seconds(cell: Cell, planner: Planner) -> float | None:
    """How long all steps of the cell would take; None where its declared values cannot be run. What was compiled to
    know it is there, and costs no more."""
    settings, point = cell.settings, next(corners(cell.ranges), {})
    wanted = cell.trials * settings.replicates
    trials = min(wanted, TRIED[planner.order(cell)], settings.batch * settings.replicates)
    try:
        planned = planner.plan([Trial(cell, settings.seeds, number=k, point=point) for k in range(trials)])
        with threadpool_limits(1):  # as in training
            return sum(_of_a_step(one.engine, settings.steps) for one in planned) * settings.steps * wanted / trials
    except FAILURES as error:  # which training meets, and tells, too
        told(error)
        return None


def _of_a_step(engine: Engine, most: int) -> float:
    """Seconds, those of the quicker of two attempts: other processes only make it longer."""
    steps = max(1, min(STEPS, most, int(ENOUGH / engine.tried(1))))
    return min(engine.tried(steps) for _ in range(2)) / steps


def _with(cell: Cell, backend: Backend) -> Cell:
    kind = type(backend)
    config: dict[str, Any] = {**cell.config}
    put(config, ("engine",), {"_target_": f"{kind.__module__}.{kind.__name__}", **asdict(backend)})
    name = kind.__name__.lower()
    kept = tuple(override for override in cell.overrides if override.address != "engine")
    return replace(
        cell, config=config, overrides=(*kept, one(f"engine={name}")), choices={**cell.choices, "engine": name}
    )
