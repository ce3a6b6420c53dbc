"""What runs, trials and cells came to, as the rows of tables and files."""

import math
import shlex
from collections.abc import Iterable
from typing import Any

import numpy as np

from harness.answers.scale import BEYOND
from harness.answers.statistics import mean, median
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.results.trial import Outcome, Standing, Trial

Row = dict[str, Any]
GROUPS = ("objective", "dataset", "optimizer", "schedule", "sampler", "pruner")
MEANS = ("accuracy", "r2", "rmse")  # metrics of which cells tell means
ALWAYS = GROUPS[:4]  # columns whether or not they are compared


def standing(trial: Trial, metric: Metric) -> Standing:
    """Where a cell stands that was not tuned."""
    value = metric.value(metric.of_runs(trial))
    failed = bool(trial.trace.failure)
    diverged = math.isinf(value) and not failed and bool(trial.trace.diverged[trial.rows].any())
    return Standing(trial, 1, 1, 0, int(diverged), int(failed), value, [value])


def run_rows(trial: Trial, metric: Metric) -> list[Row]:
    """One row per run of a trial."""
    rows: list[Row] = []
    states = trial.states()
    metrics = {name: trial.last(name) for name in trial.trace.curves}
    tests = {f"test_{name}": values[trial.rows] for name, values in trial.trace.test.items()}
    best = trial.best("loss")
    reached = metric.of_runs(trial) if metric.name == STEPS_TO_TARGET else None
    steps, evaluations = trial.trace.steps[trial.rows], trial.evaluations
    for i, seed in enumerate(trial.trace.seeds[trial.rows]):
        row: Row = {**_numbered(trial), "phase": trial.phase, "trial": trial.number, "seed": int(seed)}
        row |= _named(trial) | _point(trial)
        row |= {"loss": float(metrics["loss"][i]), "best_loss": float(best[i])}
        row |= {name: float(values[i]) for name, values in (metrics | tests).items() if name != "loss"}
        row |= {} if reached is None else {STEPS_TO_TARGET: float(reached[i])}
        row |= {"steps": int(steps[i]), "evaluations": int(evaluations[i]), "state": states[i]}
        rows.append({**row, "problem": trial.problem})
    return rows


def trial_row(trial: Trial, metric: Metric) -> Row:
    """One trial of a tuned cell: its point, how it ended, what it was worth when it did."""
    row = {**_numbered(trial), "trial": trial.number, **_named(trial), **_point(trial), "state": trial.outcome}
    return {**row, "value": metric.value(metric.of_runs(trial)), "steps": int(trial.trace.steps[trial.rows].sum())}


def cell_row(cell: Standing, metric: Metric) -> Row:
    """Where a cell stands, and what the runs that speak for it say together: medians of losses with an interval or
    range, means of accuracies, R2 and rmse, and `value`, by which cells are ranked."""
    trial = cell.speaker
    states = trial.states()
    row: Row = {
        **_numbered(trial),
        **_named(trial),
        **_point(trial),
        "steps": trial.steps,
        "trial": trial.number,
    }
    row |= {"trials": cell.trials, "planned": cell.planned, "pruned_trials": cell.pruned}
    row |= {"diverged_trials": cell.diverged, "failed_trials": cell.failed, "best_value": cell.best}
    row |= {"phase": trial.phase, "runs": len(states), "diverged": states.count("diverged")}
    row |= {"evaluations": median(trial.evaluations).value if states else 0}
    if not states:
        return {**row, "value": math.nan, "problem": trial.problem, "overrides": shlex.join(trial.overrides)}
    by = metric if trial.phase == "tune" else metric.reported
    of_all = {"value": by.interval(by.of_runs(trial))}
    of_all |= {"loss": median(trial.last("loss")), "best_loss": median(trial.best("loss"))}
    for name, found in of_all.items():
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
        row |= {f"{name}_level": found.level or "range"}
    means = {name: trial.last(name) for name in trial.trace.curves if name.removeprefix("train_") in MEANS}
    means |= {f"test_{name}": v[trial.rows] for name, v in trial.trace.test.items() if name in MEANS}
    for name, values in means.items():
        known = values[~np.isnan(values)]  # a diverged run has no accuracy; `diverged` says how many are missing
        row[name], row[f"{name}_sd"] = mean(known) if len(known) else (math.nan, math.nan)
    return {**row, "problem": trial.problem, "overrides": shlex.join(trial.overrides)}


def ended(run: Row | None, name: str, metric: Metric) -> float:
    """What a run ended with: the worst value where it diverged, BEYOND where it did not reach its target in time, nan
    where it failed."""
    if run is None or run["state"] in ("failed", "interrupted"):
        return math.nan
    shown = run.get(name, "")
    if name == STEPS_TO_TARGET and run["state"] == "completed" and shown == math.inf:
        return BEYOND
    lost = run["state"] == "diverged" or shown == "" or not math.isfinite(shown)
    return (-math.inf if metric.maximise else math.inf) if lost else float(shown)


def by_cell(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """The rows of each cell."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["cell"], []).append(row)
    return found


def timing_rows(outcome: Outcome) -> list[Row]:
    """The one thing that no rerun repeats: one row per population and cell. Cells that advance together share its
    seconds as they share its gradients."""
    rows = []
    for k, population in enumerate(outcome.populations):
        spent = population.trace.evaluations
        for number in dict.fromkeys(trial.cell.number for trial in population.trials):
            mine = [trial for trial in population.trials if trial.cell.number == number]
            row = {"population": k, "cell": number, "runs": sum(p.rows.stop - p.rows.start for p in mine)}
            row |= {"run_steps": sum(int(population.trace.steps[trial.rows].sum()) for trial in mine)}
            row |= {"evaluations": sum(int(spent[trial.rows].sum()) for trial in mine)}
            share = row["evaluations"] / spent.sum() if spent.any() else row["runs"] / len(spent)
            rows.append({**row, "seconds": round(float(population.seconds * share), 6)})
    return rows


def _numbered(trial: Trial) -> Row:
    """Its cell and, in a sweep that has several, its replicate."""
    settings = trial.cell.settings
    many = settings.replicates > 1 and settings.trials > 1
    return {"cell": trial.cell.number, **({"replicate": trial.replicate} if many else {})}


def _named(trial: Trial) -> Row:
    return {group: trial.cell.choices[group] for group in ALWAYS if group in trial.cell.choices} | trial.cell.varied


def _point(trial: Trial) -> Row:
    return {
        place: value if isinstance(value, (int, float, str)) else str(value) for place, value in trial.point.items()
    }
