"""The same budget of gradients for every optimizer: one that takes two a step makes half the steps.

Where a step takes as many as it needs, the engine ends a run when its budget is spent.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.cells.cell import Cell
from harness.cells.search import collected
from harness.configs import building, trust
from harness.configs.compose import Composer
from harness.configs.declared import FOLLOW, Settings
from harness.configs.override import one
from harness.errors import UserError


def shared(composer: Composer, cells: Sequence[Cell], trusted: tuple[str, ...]) -> list[Cell]:
    """The cells, each with the steps that its budget pays for; schedules keep to those steps."""
    return [_paid(composer, cell, trusted) for cell in cells]


def _paid(composer: Composer, cell: Cell, trusted: tuple[str, ...]) -> Cell:
    if cell.settings.budget == "steps" or not isinstance(cell.config.get("optimizer"), dict):
        return cell
    trust.check(cell.config, trusted)
    each = building.gradients(cell.config, trusted)
    if each == 1:
        return cell
    steps = cell.settings.steps // each
    if not steps:
        told = f"{each} gradients a step, and the budget is {cell.settings.steps}"
        raise UserError(f"steps={cell.settings.steps}: {cell.name or 'the optimizer'} takes {told}")
    decided = {name: cell.config[name] for name in FOLLOW}
    config = composer.compose([*cell.overrides, one(f"steps={steps}")]).config | decided
    collected(config)
    return replace(cell, config=config, settings=Settings.of(config))
