"""What a finished run or sweep says of who wins, from its files."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.answers.answer import VERSION, Answer, answered
from harness.answers.scale import Scale
from harness.answers.verdict import LEVEL
from harness.results.files import Results, plain
from harness.results.metrics import STEPS_TO_TARGET
from harness.results.rows import Row


def answers(results: Results) -> list[Answer]:
    """An answer per problem, in the order of the cells: losses of different problems are not compared."""
    found: dict[str, list[Row]] = {}
    for cell in sorted(results.cells, key=lambda cell: cell["cell"]):
        found.setdefault(cell["problem"], []).append(cell)
    tuned = bool(results.summary.get("study"))
    return [(_tuned if tuned else _untuned)(results, problem, cells) for problem, cells in found.items()]


def _tuned(results: Results, problem: str, cells: list[Row]) -> Answer:
    numbers = list(dict.fromkeys(cell["cell"] for cell in cells))
    by_replicate = {(cell["cell"], cell.get("replicate", 0)): cell for cell in cells}
    replicates = {number: sum(cell["cell"] == number for cell in cells) for number in numbers}
    shared = range(min(replicates.values()))
    runs = _states(results)
    values = np.array(
        [[_value(by_replicate[number, r], runs) for number in numbers] for r in shared], dtype=np.float64
    )  # fmt: skip
    trials = {cell["trials"] for cell in cells}
    stopped = bool(results.summary["stopped"]) and len(trials) > 1
    names = [_name(results, by_replicate[number, 0]) for number in numbers]
    diverged = {k: _share(runs, number) for k, number in enumerate(numbers)}
    copies = max(replicates.values()) == 1 and results.summary.get("replicates", 1) > 1
    return answered(
        problem, names, values, _scale(results, problem), level=results.summary.get("level", LEVEL),
        copies=copies, diverged=diverged, unequal=stopped,
    )  # fmt: skip


def _untuned(results: Results, problem: str, cells: list[Row]) -> Answer:
    metric = results.summary["metric"]
    numbers = [cell["cell"] for cell in cells]
    seeds = sorted({run["seed"] for run in results.runs if run["cell"] in numbers})
    runs = {(run["cell"], run["seed"]): run for run in results.runs}
    worst = -math.inf if results.summary.get("maximise") else math.inf

    def value(number: int, seed: int) -> float:
        run = runs.get((number, seed))
        if run is None or run["state"] == "failed":
            return math.nan
        shown = run.get(metric, "")
        return worst if run["state"] == "diverged" or shown == "" or not math.isfinite(shown) else float(shown)

    values = np.array([[value(number, seed) for number in numbers] for seed in seeds])
    states = _states(results)
    diverged = {k: _share(states, number) for k, number in enumerate(numbers)}
    names = [_name(results, cell) for cell in cells]
    return answered(problem, names, values, _scale(results, problem), tuned=False, diverged=diverged)


States = dict[tuple[int, int, str], Counter[str]]  # by cell, replicate and phase


def _states(results: Results) -> States:
    found: States = {}
    for run in results.runs:
        found.setdefault((run["cell"], run.get("replicate", 0), run["phase"]), Counter())[run["state"]] += 1
    return found


def _value(cell: Row, runs: States) -> float:
    """A replicate's value; nan where a run that speaks for it failed."""
    states = runs.get((cell["cell"], cell.get("replicate", 0), cell["phase"]), Counter())
    if states["failed"] or cell["value"] == "":
        return math.nan
    return float(cell["value"])


def _share(runs: States, number: int) -> float:
    """The share of a cell's reported runs that diverged."""
    phases = {phase for cell, _, phase in runs if cell == number}
    last = next(phase for phase in ("confirm", "final", "tune", "run") if phase in phases) if phases else ""
    counts = [states for (cell, _, phase), states in runs.items() if cell == number and phase == last]
    total = sum(sum(states.values()) for states in counts)
    return sum(states["diverged"] for states in counts) / total if total else 0.0


def _name(results: Results, cell: Row) -> str:
    varied = results.summary["varied"] or ["optimizer"]
    values = [str(cell.get(key, "")) for key in varied]
    return values[0] if len(values) == 1 else " ".join(f"{k}={v}" for k, v in zip(varied, values, strict=True))


def _scale(results: Results, problem: str) -> Scale:
    """From what the problem declares, and its loss at the start of seed 0, which sets the floor of rounding."""
    metric, more = results.summary["metric"], bool(results.summary.get("maximise"))
    about: dict[str, Any] = results.summary["problems"].get(problem, {})
    lowest = about.get("lowest")
    if metric.endswith("accuracy"):
        return Scale("points", more_is_better=more)
    if metric in ("rmse", "gradient_norm"):
        return Scale("log")
    if not metric.endswith("loss") or metric == STEPS_TO_TARGET or lowest is None or more:
        return Scale("difference", more_is_better=more)
    start = float(about["loss"][0])  # inf is a text there
    size = max(abs(lowest), abs(start) if math.isfinite(start) else 0.0)
    return Scale("log", lowest, float(np.finfo(about["dtype"]).eps) * size)


def written(answers: Sequence[Answer]) -> str:
    """The answers as JSON, a list under `answers`; infinities and nan are texts, as in summary.json."""
    return json.dumps(plain({"version": VERSION, "answers": [answer.data() for answer in answers]}), indent=2)
