"""What each batch of trials left, on disk: one file per round, from which a sweep's files are made and resumed."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from harness.cells.cell import Cell
from harness.errors import UserError
from harness.results.saving import save_arrays
from harness.results.trace import Trace
from harness.results.trial import Population, Trial
from harness.running.fingerprint import same
from harness.running.plan import Planner
from objectives.arrays import Array

PLAIN = ("seeds", "at", "steps", "spent", "diverged", "ended", "pruned")
GROUPS = ("curves", "test", "finals")
FIRST = "numpy, revision 1"  # what older folders were made by, which do not say so


def save(path: Path, populations: Sequence[Population]) -> None:
    """Write the traces and their trials, whole or not at all."""
    arrays: dict[str, Array] = {}
    about = []
    for k, population in enumerate(populations):
        trace = population.trace
        arrays |= {f"{k}/{name}": getattr(trace, name) for name in PLAIN}
        for group in GROUPS:
            arrays |= {f"{k}/{group}/{name}": value for name, value in getattr(trace, group).items()}
        if trace.path is not None:
            arrays[f"{k}/path"] = trace.path
        about.append(
            {
                "records": trace.records,
                "failure": trace.failure,
                "seconds": population.seconds,
                "fingerprint": population.fingerprint,
                "engine": population.engine,
                "parts": [_told(trial) for trial in population.trials],
            }
        )
    arrays["about"] = np.array(json.dumps(about))
    save_arrays(path, arrays.items())


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "cell": trial.cell.number,
        "phase": trial.phase,
        "trial": trial.number,
        "point": trial.point,
        "rows": [trial.rows.start, trial.rows.stop],
        **({"replicate": trial.replicate} if trial.replicate else {}),
    }


def load(path: Path, cells: Sequence[Cell]) -> list[Population]:
    """Read them back."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return _loaded(dict(stored), cells)
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, BadZipFile) as error:
        raise UserError(f"{path}: damaged: {type(error).__name__}: {str(error).splitlines()[0]}") from error


def _loaded(arrays: dict[str, Array], cells: Sequence[Cell]) -> list[Population]:
    populations = []
    for k, one in enumerate(json.loads(str(arrays["about"]))):
        trace = Trace(arrays[f"{k}/seeds"], arrays[f"{k}/at"])
        for name in PLAIN:
            setattr(trace, name, arrays[f"{k}/{name}"])
        for group in GROUPS:
            prefix = f"{k}/{group}/"
            values = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
            setattr(trace, group, values)
        trace.path = arrays.get(f"{k}/path")
        trace.records, trace.failure = one["records"], one["failure"]
        trials = []
        for was in one["parts"]:
            rows = slice(*was["rows"])
            seeds = tuple(trace.seeds[rows].tolist())
            cell, problem = cells[was["cell"]], one["fingerprint"]["problem"]
            told = was["phase"], was["trial"], was["point"], was.get("replicate", 0)
            trials.append(Trial(cell, seeds, *told, trace, rows, problem))
        populations.append(Population(trace, trials, one["fingerprint"], one["seconds"], one.get("engine", FIRST)))
    return populations


def demand_the_same_problems(path: Path, trained: Iterable[Population], planner: Planner) -> None:
    """What was seen on other data, or of an objective that has changed since, is not compared with what follows."""
    for population in trained:
        was = population.fingerprint
        if "loss" in was:  # an objective that could not be made at its point has no numbers
            now = planner.fingerprint(population.trials[0])
            if not same(was, now):
                changed = f"its fingerprint was {was}, and is now {now}"
                raise UserError(f"{path}: another objective or other data made it: {changed}")
            if population.engine != (here := planner.engine_of(population.trials[0])):
                raise UserError(f"{path}: {population.engine} made it, and here is {here}: begin a new sweep")
