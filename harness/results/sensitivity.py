"""How much depends on tuning in a finished sweep, from the rows of its files."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from harness.answers.scale import Scale
from harness.answers.sensitivity import FAR, NEAR, Sensitivity, over_replicates, regret, width
from harness.answers.statistics import Interval
from harness.results.censoring import ends
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.rows import Row, ended

Tuning = tuple[int, int]  # a cell and a replicate


def sensitivities(results: Results) -> list[list[Sensitivity]]:
    """Those of the cells of each answer, in its order."""
    trials, runs = _by_tuning(results.trials), _by_tuning(results.runs)
    cells = {_place(cell): cell for cell in results.cells}
    metric, found = Metric.of(results.summary), []
    for answer in results.answer:
        mine = []
        for line in answer.lines:
            tunings = [place for place in cells if place[0] == line.cell]
            searched = [_searched(trials.get(place, [])) for place in tunings]
            scale = answer.evidence.scale
            near, far = (_width(searched, scale, factor) for factor in (NEAR, FAR))
            values = [_values(runs.get(place, []), cells[place], metric) for place in tunings]
            declared, tuned = (np.array(side) for side in zip(*values, strict=True))
            mine.append(Sensitivity(line.name, line.cell, near, far, regret(declared, tuned, scale)))
        found.append(mine)
    return found


def _place(row: Row) -> Tuning:
    return row["cell"], row.get("replicate", 0)


def _by_tuning(rows: Iterable[Row]) -> Mapping[Tuning, list[Row]]:
    found: dict[Tuning, list[Row]] = {}
    for row in rows:
        found.setdefault(_place(row), []).append(row)
    return found


def _searched(trials: Sequence[Row]) -> list[tuple[float, float]]:
    """The learning rate and the value of every complete trial of a tuning; none where it searched no single one."""
    keys = {key for row in trials for key, value in row.items() if key.split(".")[-1] == "lr" and value != ""}
    if len(keys) != 1:
        return []
    (key,) = keys
    return [(row[key], row["value"]) for row in trials if row["state"] == "complete"]


def _width(tunings: Sequence[list[tuple[float, float]]], scale: Scale, factor: float) -> Interval | None:
    if not all(tunings):
        return None
    return over_replicates(
        np.array([width(rates, values, scale, factor) for rates, values in (np.array(pairs).T for pairs in tunings)])
    )


def _values(runs: Sequence[Row], cell: Row, metric: Metric) -> tuple[float, float]:
    """What the declared values of a tuning came to, and what its tuned ones did on the same seeds; nan where there is
    no telling."""
    there = [run for run in runs if run["phase"] == "declared" and run["problem"] == cell["problem"]]
    known = there and all(run["state"] != "failed" for run in there) and cell["value"] != ""
    if not known:
        return np.nan, np.nan
    return metric.reported.value(np.array([ended(run, metric.name, metric) for run in there])), ends(
        cell, metric, "value"
    )[0]
