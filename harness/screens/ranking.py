"""Who leads while it trains: cells are ranked inside their problem, as losses of different problems say nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from harness.results.metrics import Metric
from harness.results.names import of_problem
from harness.results.rows import standing
from harness.results.trial import Standing, Trial

Ranked = Mapping[str, Sequence[Standing]]  # by what tells the problem from others, the best first


def ranked(trials: Sequence[Trial], standings: Sequence[Standing], metric: Metric) -> Ranked:
    """The cells of each problem, the best first, as in the finished table. A cell whose first batch still trains shows
    the best of it."""
    shown = [standing(trial, metric) for trial in trials] if not standings else []
    for cell in standings:
        if cell.trials == 0:
            parts = [trial for trial in trials if trial.cell.number == cell.speaker.cell.number]
            if not parts:
                continue
            leader = min(parts, key=metric.rank_of)
            cell = replace(cell, speaker=leader, best=metric.value(metric.of_runs(leader)))
        shown.append(cell)
    found: dict[str, list[Standing]] = {}
    for cell in sorted(shown, key=lambda cell: cell.speaker.cell.number):
        found.setdefault(problem(cell.speaker), []).append(cell)
    return {where: sorted(cells, key=lambda cell: metric.rank_of(cell.speaker)) for where, cells in found.items()}


def best(problems: Ranked, room: int) -> list[Standing]:
    """So many cells, as many of each problem as there is room for, problem by problem."""
    places = [(k, where) for where, cells in problems.items() for k in range(len(cells))]
    chosen = set(sorted(places, key=lambda place: place[0])[:room])
    return [problems[where][k] for k, where in places if (k, where) in chosen]


def leaders(problems: Ranked, most: int = 5) -> str:
    """Who leads where: `sphere: sgd, booth: adam`."""
    told = [f"{where}: {_told(cells[0].speaker, False)}" for where, cells in problems.items()]
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" if len(told) > most else "")


def problem(trial: Trial) -> str:
    """What tells its problem from others."""
    return _told(trial, True)


def _told(trial: Trial, of_its_problem: bool) -> str:
    """What is varied of the problem, or of all else."""
    varied = trial.cell.varied.items()
    return " ".join(str(value) for key, value in varied if of_problem(key) == of_its_problem)
