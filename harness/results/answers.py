"""What a finished run or sweep says of who wins, from the rows of its files."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.answers.answer import Answers, answered
from harness.answers.evidence import Evidence, Stopped
from harness.answers.scale import Scale
from harness.answers.sensitivity import Sensitivity
from harness.answers.sentences import TESTED, listed
from harness.answers.statistics import Interval
from harness.answers.verdict import LEVEL
from harness.results.censoring import arrived, ends
from harness.results.looks import Look, complete, others, reached
from harness.results.metrics import STEPS_TO_TARGET, Metric
from harness.results.names import named
from harness.results.rows import Row, cell_row, ended, run_rows
from harness.results.targets import ladder, scores
from harness.results.trial import Outcome
from harness.text.numbers import plain

Summary = Mapping[str, Any]
Runs = dict[tuple[int, int], list[Row]]  # that speak, by cell and replicate


def answers(summary: Summary, runs: Sequence[Row], cells: Sequence[Row], remarks: tuple[str, ...] = ()) -> Answers:
    """An answer per problem, in the order of the cells: losses of different problems are not compared. Cells whose
    replicates have a split of the data each have the problem of the first one in common. `remarks` are said beside
    them.
    """
    whole = complete(summary, cells)
    before = [one for one in others(summary, reached(summary, cells)) if one.get("tested")]
    found: dict[tuple[str, bool], list[Row]] = {}
    for _, rows in itertools.groupby(sorted(whole, key=_place), key=lambda cell: cell["cell"]):
        mine = list(rows)
        found.setdefault((mine[0]["problem"], _splits(summary, mine) > 1), []).extend(mine)
    of = _tuned if summary.get("study") else _untuned
    evidence = [of(summary, runs, mine, several=len(found) > 1) for mine in found.values()]
    torn = len({cell.get("replicate", 0) for cell in cells}) - len({cell.get("replicate", 0) for cell in whole})
    if torn:
        left = f"the time-out left {torn} more tuning{'s' * (torn > 1)} unfinished"
        evidence = [replace(one, cut=left) for one in evidence]
    raised = len({repr(one.get("trials")) for one in before} - {repr(summary.get("trials"))})
    told = [replace(one, remarks=(*one.remarks, *remarks)) for one in evidence]
    return Answers(answered(replace(one, looks=1 + len(before), raised=raised)) for one in told)


def written(answers: Answers, depend: Sequence[Sequence[Sensitivity]] = ()) -> str:
    """The answers as JSON, by harness.answers.schema; with how much those of each depend on tuning, where that is
    given."""
    found = answers.data()
    for told, mine in zip(found["answers"], depend, strict=False):
        told["sensitivity"] = [one.data() for one in mine]
    return json.dumps(plain(found), indent=2)


def looked_at(outcome: Outcome, about: Summary, metric: Metric) -> tuple[Answers, list[Look]]:
    """A look at what a sweep has reached, and the record with it."""
    cells = [cell_row(standing, metric) for standing in outcome.standings]
    runs = [row for standing in outcome.standings for row in run_rows(standing.speaker, metric)]
    return look({**about, "problems": outcome.problems}, runs, cells)


def look(summary: Summary, runs: Sequence[Row], cells: Sequence[Row]) -> tuple[Answers, list[Look]]:
    """The answers of a look, and the record with it: what was said of so many trials and replicates, once each."""
    found, replicates = answers(summary, runs, cells), reached(summary, cells)
    tested = any(one.kind in TESTED for one in (*found, *([found.overall] if found.overall else ())))
    told = {"trials": summary["trials"], "replicates": replicates, "decided": found.decided, "tested": tested}
    return found, [*others(summary, replicates), {**told, "headline": found.headline}]


def _tuned(summary: Summary, runs: Sequence[Row], cells: list[Row], several: bool) -> Evidence:
    numbers = list(dict.fromkeys(cell["cell"] for cell in cells))
    by_replicate = {(cell["cell"], cell.get("replicate", 0)): cell for cell in cells}
    once = {number for number in numbers if sum(cell["cell"] == number for cell in cells) == 1}  # would be copies
    replicates = sorted({replicate for _, replicate in by_replicate})
    rows = [[by_replicate[number, 0 if number in once else r] for number in numbers] for r in replicates]
    speaking = _speaking(runs, cells)
    metric = Metric.of(summary)
    values = np.array([[_value(cell, speaking, metric) for cell in row] for row in rows], dtype=np.float64)
    test = np.array([[_test(summary, speaking.get(_place(cell), [])) for cell in row] for row in rows])
    return Evidence(
        values=values,
        once=[k for k, number in enumerate(numbers) if number in once and len(replicates) > 1],
        copies=len(replicates) == 1 and summary.get("replicates", 1) > 1,
        stopped=_stopped(summary, rows),
        replicates=replicates,
        test=None if np.isnan(test).all() else test,
        splits=_splits(summary, cells),
        cut=_cut(summary, rows),
        **_about(summary, [by_replicate[number, 0] for number in numbers], speaking, several),
    )


def _untuned(summary: Summary, runs: Sequence[Row], cells: list[Row], several: bool) -> Evidence:
    numbers = [cell["cell"] for cell in cells]
    seeds = sorted({run["seed"] for run in runs if run["cell"] in numbers})
    by_seed = {(run["cell"], run["seed"]): run for run in runs}
    shown = [[by_seed.get((number, seed)) for number in numbers] for seed in seeds]
    metric = Metric.of(summary)
    values = np.array([[ended(run, metric.name, metric) for run in row] for row in shown], dtype=np.float64)
    test = np.array([[_test(summary, [run] if run else []) for run in row] for row in shown])
    return Evidence(
        values=values.reshape(len(seeds), len(numbers)),
        tuned=False,
        copies=len(seeds) == 1 and _one_start(summary, cells[0]["problem"]),
        stopped="interrupted" if any(run and run["state"] == "interrupted" for row in shown for run in row) else "",
        replicates=seeds,
        test=None if np.isnan(test).all() else test,
        **_about(summary, cells, _speaking(runs, cells), several),
    )


def _about(summary: Summary, cells: Sequence[Row], speaking: Runs, several: bool) -> dict[str, Any]:
    """What both have, from a row per cell."""
    first, metric = cells[0], Metric.of(summary)
    where, names = named(cells, summary["varied"], several)
    numbers, target = [cell["cell"] for cell in cells], summary["metric"] == STEPS_TO_TARGET
    shown = [[run for (n, _), mine in speaking.items() if n == number for run in mine] for number in numbers]
    return {
        "problem": first["problem"],
        "names": names,
        "numbers": numbers,
        "scale": _scale(summary, first["problem"]),
        "target": target,
        "limits": [cell.get("steps") for cell in cells] if target else (),
        "arrived": [arrived(mine) for mine in shown] if target else (),
        "targets": scores(summary, first, shown),
        "ladder": ladder(summary, first),
        "level": summary.get("level", LEVEL),
        "diverged": [_share(mine) for mine in shown],
        "alone": _interval(first, metric),
        "dataset": str(first.get("dataset") or ""),
        "where": where,
        "includes": _includes(summary, numbers),
        "remarks": _favoured(summary, first, names, numbers),
        "until": bool(summary.get("until")),
        "margin": summary.get("margin"),
    }  # fmt: skip


def _favoured(summary: Summary, first: Row, names: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """That weight decay is pulled to the minimum, where it is at the origin."""
    about = summary["problems"].get(first["problem"], {})
    decaying = [name for name, number in zip(names, numbers, strict=True) if number in summary.get("decaying", ())]
    if not (about.get("at_origin") and decaying):
        return ()
    moved = f": objective=shift objective@objective.inner={first['objective']} moves it" if "objective" in first else ""
    return (f"the minimum is where all parameters are 0, which favours weight decay ({listed(decaying)}){moved}",)


def _includes(summary: Summary, numbers: Sequence[int]) -> list[tuple[int, int, str]]:
    """Which of these cells include which others, as columns."""
    column = {number: k for k, number in enumerate(numbers)}
    pairs = [(one["general"], one["special"], one["how"]) for one in summary.get("includes", ())]
    return [(column[one], column[other], how) for one, other, how in pairs if {one, other} <= column.keys()]


def _splits(summary: Summary, cells: Sequence[Row]) -> int:
    """On how many splits of the data these cells were tuned; a replicate that never began has no problem."""
    return len({cell["problem"] for cell in cells} - {""}) if summary.get("redrawn") else 1


def _place(cell: Row) -> tuple[int, int]:
    return cell["cell"], cell.get("replicate", 0)


def _speaking(runs: Sequence[Row], cells: Sequence[Row]) -> Runs:
    """The runs of the phase and trial that speak for each cell and replicate."""
    wanted = {(*_place(cell), cell["phase"], cell["trial"]) for cell in cells}
    found: Runs = {}
    for run in runs:
        if (*_place(run), run["phase"], run["trial"]) in wanted:
            found.setdefault(_place(run), []).append(run)
    return found


def _value(cell: Row, speaking: Runs, metric: Metric) -> float:
    """A replicate's value; nan where a run that speaks for it failed."""
    failed = any(run["state"] == "failed" for run in speaking.get(_place(cell), []))
    return math.nan if failed else ends(cell, metric, "value")[0]


def _test(summary: Summary, runs: Sequence[Row]) -> float:
    """The same metric on the test set, over the seeds as ever; nan where it was not read."""
    metric = Metric.of(summary)
    name = f"test_{'loss' if metric.name == 'best_loss' else metric.name.removeprefix('train_')}"
    if any(run["state"] != "diverged" and run.get(name, "") == "" for run in runs) or not any(name in r for r in runs):
        return math.nan
    return metric.reported.value(np.array([ended(run, name, metric) for run in runs]))


def _interval(cell: Row, metric: Metric) -> Interval | None:
    """Of a cell's value over its seeds."""
    if "value_low" not in cell or cell["value_low"] == "":
        return None
    level = None if cell["value_level"] == "range" else float(cell["value_level"])
    value, low, high = ends(cell, metric, "value", "value_low", "value_high")
    return Interval(value, low, high, level)


def _share(runs: Sequence[Row]) -> float:
    """The share of a cell's reported runs that diverged."""
    return sum(run["state"] == "diverged" for run in runs) / len(runs) if runs else 0.0


def _stopped(summary: Summary, rows: Sequence[Sequence[Row]]) -> Stopped:
    """Whether the end came early: an interrupt, or a time-out after which the cells of a replicate lack different
    numbers of trials."""
    if summary["stopped"] == "interrupted":
        return "interrupted"
    left = [{cell["planned"] - cell["trials"] for cell in row} for row in rows]
    begun = all(cell["trials"] for row in rows for cell in row)
    return "timeout" if summary["stopped"] and not (begun and all(len(one) == 1 for one in left)) else ""


def _cut(summary: Summary, rows: Sequence[Sequence[Row]]) -> str:
    """What a time-out left, where it left all cells as many trials."""
    left, planned = ({cell[key] for row in rows for cell in row} for key in ("trials", "planned"))
    same = summary["stopped"] == "timeout" and len(left) == len(planned) == 1 and left != planned
    return f"the time-out left {left.pop()} of {planned.pop()} trials" if same else ""


def _one_start(summary: Summary, problem: str) -> bool:
    """Whether all seeds meet the same start and no noise: what seeds 0 and 1 met was the same."""
    about = summary["problems"].get(problem, {})
    return bool(about) and all(len(set(about[probe])) == 1 for probe in ("loss", "gradient_norm"))


def _scale(summary: Summary, problem: str) -> Scale:
    """From what the problem declares, and its loss at the start of seed 0, which sets the floor of rounding."""
    metric, more = summary["metric"], bool(summary.get("maximise"))
    about: dict[str, Any] = summary["problems"].get(problem, {})
    lowest = about.get("lowest")
    if metric.endswith("accuracy"):
        return Scale("points", more_is_better=more)
    if metric == "gradient_norm":
        finite = [norm for norm in map(float, about["gradient_norm"]) if math.isfinite(norm)]  # inf is a text there
        return Scale("log", floor=float(np.finfo(about["dtype"]).eps) * max(finite, default=0.0))
    if metric == STEPS_TO_TARGET:
        return Scale("steps")
    if metric == "rmse":
        return Scale("log")
    if not metric.endswith("loss") or lowest is None or more:
        return Scale("difference", more_is_better=more)
    start = float(about["loss"][0])
    size = max(abs(lowest), abs(start) if math.isfinite(start) else 0.0)
    return Scale("log", lowest, float(np.finfo(about["dtype"]).eps) * size)
