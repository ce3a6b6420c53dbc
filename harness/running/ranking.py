"""What trials and cells can be ranked by: a metric that every objective has, and that tells them apart."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.cells.cell import Cell
from harness.errors import UserError
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.running.contract import started
from harness.running.engine import metrics_of
from harness.running.measures import LESS_IS_BETTER, MEASURES
from harness.running.plan import Planner
from objectives.arrays import Array
from objectives.base import Objective


def ranked_by(cells: Sequence[Cell], planner: Planner) -> Metric:
    """The metric of the settings; a UserError where an objective cannot be ranked by it."""
    settings = cells[0].settings
    plain = Metric(settings.metric, settings.aggregate, settings.target)
    plain = plain if settings.trials > 1 else plain.reported
    ranked = len(cells) > 1 or bool(cells[0].space)
    found = {_checked(plain, objective, cell, ranked) for cell, objective in planner.problems(cells)}
    if len(found) > 1:
        raise UserError(f"metric={plain.name}: more of it is better in one cell and worse in another")
    return found.pop()


def _checked(metric: Metric, objective: Objective, cell: Cell, ranked: bool) -> Metric:
    """The metric, which knows now whether more of it is better."""
    if metric.name in MEASURES:
        if metric.name not in LESS_IS_BETTER:
            raise UserError(
                f"metric={metric.name}: neither more nor less of it is better; record it: measure=[{metric.name}]"
            )
        return replace(metric, more_is_better=False)
    at_start = _at_start(objective, cell)
    if metric.curve not in at_start:
        known = ", ".join([*at_start, "best_loss", STEPS_TO_TARGET, *LESS_IS_BETTER])
        raise UserError(f"metric={metric.name}: objective={cell.choices['objective']} has {known}")
    if ranked and "validation" not in objective.splits and not metric.curve.startswith("train_"):
        raise UserError(f"metric={metric.name} reads validation data, and there are none; rank by metric=train_loss")
    name = metric.curve.removeprefix("train_")
    more = name in objective.more_is_better or name.endswith("accuracy")
    if not (more or name in objective.less_is_better or name.endswith("loss")):
        told = f"name it in more_is_better or in less_is_better of {type(objective).__name__}"
        raise UserError(f"metric={metric.name}: is more of it better? {told}")
    if metric.name == STEPS_TO_TARGET:
        _demand_a_way_to_go(metric, at_start["loss"])
    return replace(metric, more_is_better=more)


def _demand_a_way_to_go(metric: Metric, losses: Array) -> None:
    if metric.value(np.where(losses <= metric.target, 0, np.inf)) == 0:
        told = f"target={metric.target:g}: the start meets it already (loss {np.median(losses):.4g})"
        raise UserError(f"{told}, and every trial would be worth 0; give a lower one")


def _at_start(objective: Objective, cell: Cell) -> dict[str, Array]:
    """What a record at the start shows: of all seeds, where a target is compared with it."""
    seeds = cell.settings.seeds if cell.settings.metric == STEPS_TO_TARGET else cell.settings.seeds[:1]
    with np.errstate(all="ignore"):
        return metrics_of(*started(objective, seeds))
