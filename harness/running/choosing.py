"""engine=auto: which engine a cell runs on, as some steps of it show before the first one that counts."""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from harness.cells.cell import Cell
from harness.cells.space import corners
from harness.configs.override import one
from harness.configs.places import put
from harness.engines import Auto, Backend, Jax, Numpy, available
from harness.errors import UserError
from harness.results.trial import Trial
from harness.running.plan import Planner

TRIED = 64  # trials of a population that is tried, at most
STEPS = 20  # of it
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
    """How long all steps of the cell would take; None where its declared values cannot be run."""
    settings, point = cell.settings, next(corners(cell.ranges), {})
    wanted = cell.trials * settings.replicates
    trials = min(wanted, TRIED, settings.batch * settings.replicates)
    begun = time.perf_counter()
    try:
        planned = planner.plan([Trial(cell, settings.seeds, number=k, point=point) for k in range(trials)])
    except UserError:
        return None
    steps, spent = min(STEPS, settings.steps), 0.0
    for one_of_them in planned:
        compiled = time.perf_counter() - begun
        spent += one_of_them.engine.tried(steps)
    return compiled + spent / steps * settings.steps * wanted / trials


def _with(cell: Cell, backend: Backend) -> Cell:
    kind = type(backend)
    config: dict[str, Any] = {**cell.config}
    put(config, ("engine",), {"_target_": f"{kind.__module__}.{kind.__name__}", **asdict(backend)})
    name = kind.__name__.lower()
    kept = tuple(override for override in cell.overrides if override.address != "engine")
    return replace(
        cell, config=config, overrides=(*kept, one(f"engine={name}")), choices={**cell.choices, "engine": name}
    )
