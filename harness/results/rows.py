"""What runs, trials and cells came to, as the rows of tables and files."""

import math
import shlex
from typing import Any

from harness.answers.statistics import mean, median
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.results.trace import Outcome, Progress, Standing

Row = dict[str, Any]
GROUPS = ("objective", "dataset", "optimizer", "schedule", "sampler", "pruner")
MEANS = ("accuracy", "r2", "rmse")  # metrics of which cells tell means
ALWAYS = GROUPS[:4]  # columns whether or not they are compared


def standing(part: Progress, metric: Metric) -> Standing:
    """Where a cell stands that was not tuned."""
    value = metric.value(metric.of_runs(part))
    failed = bool(part.trace.failure)
    diverged = math.isinf(value) and not failed and bool(part.trace.diverged[part.rows].any())
    return Standing(part, 1, 1, 0, int(diverged), int(failed), value, [value])


def run_rows(part: Progress, metric: Metric) -> list[Row]:
    """One row per run of a trial."""
    rows: list[Row] = []
    states = part.states()
    metrics = {name: part.last(name) for name in part.trace.curves}
    tests = {f"test_{name}": values[part.rows] for name, values in part.trace.test.items()}
    best = part.best("loss")
    reached = metric.of_runs(part) if metric.name == STEPS_TO_TARGET else None
    for i, seed in enumerate(part.trace.seeds[part.rows]):
        row: Row = {"cell": part.number, "phase": part.phase, "trial": part.trial, "seed": int(seed)}
        row |= _named(part) | _point(part)
        row |= {"loss": float(metrics["loss"][i]), "best_loss": float(best[i])}
        row |= {name: float(values[i]) for name, values in (metrics | tests).items() if name != "loss"}
        row |= {} if reached is None else {STEPS_TO_TARGET: float(reached[i])}
        row |= {"steps": int(part.trace.steps[part.rows][i])}
        row |= {"evaluations": int(part.trace.evaluations[part.rows][i]), "state": states[i]}
        rows.append({**row, "problem": part.problem})
    return rows


def trial_row(part: Progress, metric: Metric) -> Row:
    """One trial of a tuned cell: its point, how it ended, what it was worth when it did."""
    row = {"cell": part.number, "trial": part.trial, **_named(part), **_point(part), "state": part.outcome}
    return {**row, "value": metric.value(metric.of_runs(part)), "steps": int(part.trace.steps[part.rows].sum())}


def cell_row(cell: Standing, metric: Metric) -> Row:
    """Where a cell stands, and what the runs that speak for it say together: medians of losses with an interval or
    range, means of accuracies, R2 and rmse, and `value`, by which cells are ranked."""
    part = cell.speaker
    states = part.states()
    row: Row = {"cell": part.number, **_named(part), **_point(part), "steps": part.steps, "trial": part.trial}
    row |= {"trials": cell.trials, "planned": cell.planned, "pruned_trials": cell.pruned}
    row |= {"diverged_trials": cell.diverged, "failed_trials": cell.failed, "best_value": cell.best}
    row |= {"phase": part.phase, "runs": len(states), "diverged": states.count("diverged")}
    row |= {"evaluations": median(part.trace.evaluations[part.rows]).value if states else 0}
    if not states:
        return {**row, "value": math.nan, "problem": part.problem, "overrides": shlex.join(part.overrides)}
    of_all = {"value": metric.interval(metric.of_runs(part))}
    of_all |= {"loss": median(part.last("loss")), "best_loss": median(part.best("loss"))}
    for name, found in of_all.items():
        row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
        row |= {f"{name}_level": found.level or "range"}
    means = {name: part.last(name) for name in part.trace.curves if name.removeprefix("train_") in MEANS}
    means |= {f"test_{name}": v[part.rows] for name, v in part.trace.test.items() if name in MEANS}
    for name, values in means.items():
        known = values[~(values != values)]  # a diverged run has no accuracy; `diverged` says how many are missing
        row[name], row[f"{name}_sd"] = mean(known) if len(known) else (math.nan, math.nan)
    return {**row, "problem": part.problem, "overrides": shlex.join(part.overrides)}


def timing_rows(outcome: Outcome) -> list[Row]:
    """The one thing that no rerun repeats: one row per population and cell. Cells that advance together share its
    seconds as they share its gradients."""
    rows = []
    for k, one in enumerate(outcome.trained):
        spent = one.trace.evaluations
        for number in dict.fromkeys(part.number for part in one.board):
            mine = [part for part in one.board if part.number == number]
            row = {"population": k, "cell": number, "runs": sum(p.rows.stop - p.rows.start for p in mine)}
            row |= {"run_steps": sum(int(one.trace.steps[part.rows].sum()) for part in mine)}
            row |= {"evaluations": sum(int(spent[part.rows].sum()) for part in mine)}
            share = row["evaluations"] / spent.sum() if spent.any() else row["runs"] / len(spent)
            rows.append({**row, "seconds": round(float(one.seconds * share), 6)})
    return rows


def _named(part: Progress) -> Row:
    return {group: part.choices[group] for group in ALWAYS if group in part.choices} | part.varied


def _point(part: Progress) -> Row:
    return {place: value if isinstance(value, (int, float, str)) else str(value) for place, value in part.point.items()}
