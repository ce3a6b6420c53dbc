"""How much a sweep will train, and what that can decide."""

from collections import Counter
from collections.abc import Sequence

from harness.answers import eprocess
from harness.answers.paired import least
from harness.cells.cell import Cell
from harness.cells.splits import redrawn
from harness.results.trial import Trial
from harness.running.plan import Planner


def replicates(cell: Cell, planner: Planner) -> int:
    """How often a cell is tuned: once where neither seeds, points nor data would differ, which makes copies."""
    points = cell.space and not cell.config["sampler"]["_target_"].endswith(".GridSampler")
    varies = points or redrawn(cell.config) or planner.varies_with_seed(cell)
    return cell.settings.replicates if varies else 1


def compared(cells: Sequence[Cell], planner: Planner) -> int:
    """The most cells that one problem has."""
    return max(Counter(planner.fingerprint(Trial(cell, cell.settings.seeds))["problem"] for cell in cells).values())


def told(cells: Sequence[Cell], planner: Planner) -> str:
    """What is going to run, and what fewer replicates would lose: to be said before training."""
    settings, count = cells[0].settings, len(cells)
    rivals = compared(cells, planner)
    often = [replicates(cell, planner) for cell in cells]
    runs = sum(each * _runs(cell, planner) for each, cell in zip(often, cells, strict=True))
    most = "at most " if settings.until and max(often) > 1 else ""
    what = f"{most}{max(often)} tuning{'s' * (max(often) > 1)} of {count} cell{'s' * (count > 1)}"
    said = f"{what}: {most}{runs:,} runs of {max(cell.settings.steps for cell in cells):,} steps"
    if rivals == 1 or max(often) < settings.replicates:
        return said
    fewest = (eprocess.least if settings.until else least)(rivals * (rivals - 1) // 2, settings.level)
    if settings.replicates < fewest:
        return f"{said}; no winner can be named: {rivals} cells need replicates={fewest}, which resume= adds later"
    if settings.until:
        return f"{said}; from {fewest} on it ends where the answer is decided"
    return f"{said}; replicates={fewest} is the least that can name a winner of {rivals} cells"


def _runs(cell: Cell, planner: Planner) -> int:
    """Of one tuning, with all its phases."""
    settings, varies = cell.settings, planner.varies_with_seed(cell)
    finalists = min(settings.finalists, cell.trials)
    found = cell.trials * len(settings.seeds)
    if varies:
        found += (finalists * settings.finals if finalists > 1 else 0) + settings.confirm
    if settings.declared and cell.space and planner.declares(cell):
        found += settings.confirm if varies else len(settings.seeds)
    return found
