"""Tables: what runs say together, in columns that fit, diverged runs included."""

import io
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

import harness
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.replicates import history
from harness.screens.columns import cells_table, fitted, measured, table_row
from harness.screens.numbers import central, sparkline, spread
from harness.screens.tables import metrics_table, show
from tests.support import ONCE


def lines(table: Table, width: int = 200) -> list[list[str]]:
    """The words of every line."""
    out = Console(width=width, file=io.StringIO())
    out.print(table)
    assert isinstance(out.file, io.StringIO)
    return [line.split() for line in out.file.getvalue().splitlines()]


def test_a_run_that_diverged_to_nan_is_the_worst_of_its_range() -> None:
    found = harness.run("objective=valley", "optimizer=sgd", "steps=2", "seeds=3")
    for value, told in (
        (np.nan, ["loss", "-", "2", "1", "to", "inf"]),
        (np.inf, ["loss", "-", "2", "1", "to", "inf"]),
        (4.0, ["loss", "2.333", "±", "1.5", "2", "1", "to", "4"]),
    ):
        for run, loss in zip(found.runs, (2.0, value, 1.0), strict=True):
            run["loss"] = loss
        (line,) = [words for words in lines(metrics_table(found, 200)) if words[:1] == ["loss"]]
        assert line[: len(told)] == told
    for run in found.runs:
        run["loss"] = np.nan
    (line,) = [words for words in lines(metrics_table(found, 200)) if words[:1] == ["loss"]]
    assert line[:4] == ["loss", "-", "inf", "-"], "no range where nothing is finite"


@pytest.mark.parametrize("name", ["accuracy", "train_r2", "test_rmse"])
def test_a_run_that_diverged_has_no_accuracy_that_could_be_infinite(name: str) -> None:
    found = harness.run("objective=valley", "optimizer=sgd", "steps=2", "seeds=3")
    found = replace(found, curves={**found.curves, name: np.array([[0.5, 0.75], [0.5, np.nan], [0.5, 0.25]])})
    for run, value in zip(found.runs, (0.75, np.nan, 0.25), strict=True):
        run[name] = value
    word = name.split("_")[-1]
    (line,) = [words for words in lines(metrics_table(found, 200)) if word in words]
    assert line[line.index(word) + 1 :][:7] == ["0.5", "±", "0.35", "0.5", "0.25", "to", "0.75"]
    for run in found.runs:
        run[name] = np.nan
    assert not [words for words in lines(metrics_table(found, 200)) if word in words]


def cell(**fields: Any) -> dict[str, Any]:
    """A row of cells.csv."""
    row = {"cell": 0, "optimizer": "sgd", "value": 2.0, "value_low": 1.0, "value_high": 3.0, "value_level": "range"}
    row |= {"runs": 3, "best_loss": 0.5, "diverged": 0, "evaluations": 1234.0, "trials": 4, "planned": 8}
    row |= {"pruned_trials": 1, "diverged_trials": 0, "failed_trials": 0, "accuracy": "", "optimizer.lr": 0.1234567}
    row |= {"best_value": 0.25, "phase": "confirm"}
    return row | fields


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, {"range": "[1, 3]"}),
        ({"value_level": 0.95}, {"95% interval": "[1, 3]"}),
        ({"value_high": math.inf}, {"range": "[1, inf]"}),
        ({"runs": 1}, {}),
        ({"value_low": math.inf, "value_high": math.inf}, {}),
    ],
)
def test_an_interval_stands_where_there_is_one(fields: dict[str, Any], told: dict[str, str]) -> None:
    row = table_row(cell(**fields), ["optimizer"], np.array([[4.0, 2.0]]), Metric(), tuned=False)
    assert {key: value for key, value in row.items() if key == "range" or "interval" in key} == told


def test_a_row_of_a_cell_that_was_not_tuned() -> None:
    row = table_row(cell(accuracy=0.75), ["optimizer", "optimizer.lr"], np.array([[4.0, 2.0]]), Metric(), False)
    assert row == {
        "optimizer": "sgd", "lr": "0.1234567", "median loss": "2", "range": "[1, 3]", "accuracy": "0.7500",
        "best loss": "0.5", "runs": 3, "div.": 0, "loss so far": "█▁", "evals": "1,234",
    }  # fmt: skip
    ranked = table_row(cell(accuracy=0.75), ["optimizer"], [[1.0]], Metric("accuracy", "mean"), False)
    assert "accuracy" not in ranked, "what the ranking is by stands there once"
    assert ranked["mean accuracy"] == "2"


def test_a_row_of_a_tuned_cell() -> None:
    row = table_row(cell(), ["optimizer"], [4.0, 2.0], Metric(), tuned=True)
    assert row == {
        "optimizer": "sgd", "median loss": "2", "tuned": "0.25", "range": "[1, 3]", "best hyperparameters": "lr 0.123",
        "trials": "4/8", "pruned": 1, "div.": 0, "failed": 0, "runs div.": "", "best so far": "█▁", "evals": "1,234",
    }  # fmt: skip
    lost = table_row(cell(diverged=2), ["optimizer"], [4.0, 2.0], Metric("accuracy"), tuned=True)
    assert (lost["runs div."], lost["best so far"]) == ("2 of 3", "█▁")


def test_names_that_end_alike_are_told_in_full() -> None:
    row = table_row(
        cell(**{"optimizer.inner.lr": 0.5}), ["optimizer.lr", "optimizer.inner.lr"], [[1.0]], Metric(), False
    )
    assert list(row)[:2] == ["optimizer.lr", "optimizer.inner.lr"]


def test_columns_go_one_after_the_other_until_the_table_fits() -> None:
    rows = [{"name": "aaaa", "one": "b" * 10, "two": "c" * 10, "never": ""}]
    for width, left in ((40, ["name", "one", "two"]), (25, ["name", "two"]), (12, ["name"]), (2, ["name"])):
        table = fitted(rows, width, ("one", "two"))
        assert [str(column.header) for column in table.columns] == left


def test_columns_that_say_nothing_are_left_out_of_a_tuned_table() -> None:
    row = {"cell": 1, "pruned": 0, "failed": 0, "div.": 0}
    heads = [str(column.header) for column in cells_table([row, {**row, "failed": 2}], 100, tuned=True).columns]
    assert heads == ["cell", "failed"]
    heads = [str(column.header) for column in cells_table([row], 100, tuned=False).columns]
    assert heads == ["cell", "pruned", "failed", "div."]


def test_a_sparkline_is_the_median_run_and_never_more_than_its_width() -> None:
    assert sparkline(np.array([[8.0, 1.0], [8.0, 8.0], [8.0, np.nan]]), "accuracy") == "▁▁", "ends at the median, 8"
    assert sparkline(np.array([[0.0, 1.0], [0.0, 3.0], [0.0, 2.0]]), "accuracy") == "▁█"
    assert sparkline(np.array([[1.0, 10.0, 100.0]]), "loss") == "▁▄█"
    assert sparkline(np.array([[1.0, 10.0, 100.0]]), "accuracy") == "▁▁█"
    assert sparkline(np.array([[0.0, 50.0, 100.0]]), "loss") == "▁▄█", "no log of zero"
    assert len(sparkline(np.arange(100.0)[None], "x")) == 10
    assert sparkline(np.array([[5.0, 5.0]]), "x") == "▁▁"
    assert sparkline(np.array([[1.0]]), "x") == ""


def test_a_typical_run_where_runs_lie_decades_apart_or_diverged() -> None:
    assert central(np.array([1.0, 3.0])) == "2 ± 1.4"
    assert central(np.array([1e-9, 1e-5, 1.0])) == "1e-05 (median)"
    assert central(np.array([1.0, 3.0, np.inf])) == "3 (median)"
    assert central(np.array([1.0, np.nan])) == "inf (median)"
    assert central(np.array([2.0])) == "2"
    assert central(np.array([np.nan])) == spread(np.array([np.nan])) == "-"


def test_metrics_have_one_order_everywhere() -> None:
    curves = ["step", "size", "train_loss", "accuracy", "loss", "path", "evaluations"]
    assert measured(curves) == ["loss", "accuracy", "train_loss", "size"]


@pytest.mark.parametrize(
    ("metric", "best"), [(Metric(), [4.0, 2.0, 2.0, 2.0]), (Metric("accuracy"), [4.0, 4.0, 4.0, 5.0])]
)
def test_the_history_of_a_cell_is_the_best_of_its_complete_trials(metric: Metric, best: list[float]) -> None:
    trials = [
        (0, "complete", 4.0),
        (1, "complete", 9.0),
        (0, "complete", 2.0),
        (0, "pruned", 1.0),
        (0, "complete", 5.0),
    ]
    rows = [{"cell": cell, "state": state, "value": value} for cell, state, value in trials]
    found: Any = SimpleNamespace(trials=rows)
    assert history(found, {"cell": 0}, metric) == best
    found = SimpleNamespace(trials=[{"cell": 0, "state": "pruned", "value": 1.0}, *rows])
    assert math.isnan(history(found, {"cell": 0}, metric)[0]), "a pruned trial has no value that counts"


def told(results: Results) -> list[str]:
    """The lines of a finished sweep."""
    out = Console(width=200, file=io.StringIO())
    show(results, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_the_best_cell_stands_first_with_the_seconds_of_all_its_populations() -> None:
    found = harness.sweep("objective=valley", "optimizer=sgd", "optimizer.lr=1e-3,0.1,1e9", "steps=200", "seeds=2")
    spent = [{"cell": cell, "seconds": seconds} for cell, seconds in ((0, 1.5), (1, 2.0), (1, 20.0), (2, 0.5))]
    lines = told(replace(found, timings=spent))
    start = next(k for k, line in enumerate(lines) if line.split()[:1] == ["lr"])
    rows = [line.split() for line in lines[start + 1 : start + 4]]
    assert [(row[0], row[-1]) for row in rows] == [("0.1", "22"), ("0.001", "1.5"), ("1000000000.0", "0.5")]
    assert any(line.startswith("rerun the first:") and "optimizer.lr=0.1" in line for line in lines)


def test_a_sweep_with_trials_to_go_says_how_to_finish_it() -> None:
    found = harness.sweep("objective=valley", "optimizer=sgd", "trials=2", *ONCE, "steps=5", "seeds=1", "confirm=1")
    assert not [line for line in told(found) if line.startswith("finish it")]
    (line,) = [
        line
        for line in told(replace(found, cells=[{**cell, "planned": 9} for cell in found.cells]))
        if line.startswith("finish it")
    ]
    assert line == f"finish it: python -m harness -m resume={found.folder}"
