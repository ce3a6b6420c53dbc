"""Starts that no training can leave, told before it begins."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.cells.cell import Cell
from harness.errors import UserError
from harness.running.contract import lost
from harness.running.plan import Planner

if TYPE_CHECKING:
    from rich.console import Console

STARTS = 64  # seeds whose start is looked at


def say_lost(cells: Sequence[Cell], planner: Planner, out: "Console | None") -> None:
    """Refuse a problem whose every start is nan or infinite; say it, where some are: their runs will have diverged."""
    for cell, objective in planner.problems(cells):
        seeds = cell.settings.seeds[:STARTS]
        if not (found := lost(objective, seeds)):
            continue
        where = f"objective={cell.choices['objective']}"
        seed, what = next(iter(found.items()))
        if len(found) == len(seeds):
            raise UserError(f"{where}: {what} at the start (seed {seed}); start elsewhere")
        if out is not None:
            out.print(
                f"{where}: {what} at the start of seed {seed}; {len(found)} of {len(seeds)} runs diverge there",
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
