"""What can be ranked by, and which way."""

import math
from collections.abc import Callable
from typing import Any

import pytest

import harness
from harness.errors import UserError
from harness.results.metrics import Metric
from harness.screens.columns import worth
from tests.support import ONCE
from tests.test_nothing_ignored import printed

MINE = """
from dataclasses import dataclass
import numpy as np
from objectives.functions.quadratics import Valley

@dataclass
class Scored(Valley):
    def evaluate(self, params, split):
        found = super().evaluate(params, split)
        return found | {"f1": 1 / (1 + found["loss"]), "top5_accuracy": 1 / (1 + found["loss"]), "error": found["loss"]}

@dataclass
class Told(Scored):
    more_is_better = frozenset({"f1"})
    less_is_better = frozenset({"error"})

@dataclass
class Opposite(Scored):
    less_is_better = frozenset({"f1"})
"""
SWEEP = ("trust=scored", "optimizer=sgd,adam", "steps=30", "seeds=2")


@pytest.fixture(autouse=True)
def _mine(write_module: Callable[[str, str], None]) -> None:
    write_module("scored", MINE)


def best_first(found: Any) -> list[str]:
    """The optimizers in the order of the table."""
    lines = [line.split() for line in printed(found).splitlines()]
    return [word for line in lines for word in line[:2] if word in ("sgd", "adam")]


@pytest.mark.parametrize("metric", ["f1", "top5_accuracy", "error", "loss"])
@pytest.mark.parametrize(
    "where",
    [
        ("objective._target_=scored.Told",),
        ("objective=gaussian_noise", "objective.sigma=0", "objective.inner._target_=scored.Told"),
    ],
    ids=["bare", "wrapped"],
)
def test_the_better_is_first_whichever_way(metric: str, where: tuple[str, ...]) -> None:
    """SGD ends lower in the valley."""
    found = harness.sweep(*SWEEP, *where, f"metric={metric}")
    values = {cell["optimizer"]: cell["value"] for cell in found.cells}
    more = metric in ("f1", "top5_accuracy")
    assert (values["sgd"] > values["adam"]) == more
    assert found.summary["maximise"] == more
    assert best_first(found) == ["sgd", "adam"]


@pytest.mark.parametrize("metric", ["r2", "rmse", "train_r2", "train_rmse"])
def test_what_is_shown_of_numbers_ranks(metric: str) -> None:
    found = harness.sweep(
        "dataset=diabetes", "optimizer=sgd", "optimizer.lr=0.01,1e-9", "steps=50", "seeds=2", f"metric={metric}"
    )
    learnt, still = (cell["value"] for cell in found.cells)
    assert (learnt > still) == found.summary["maximise"] == metric.endswith("r2")


def test_the_tuner_goes_the_same_way() -> None:
    found = harness.sweep(
        *SWEEP[:1], "objective._target_=scored.Told", "optimizer=sgd", "steps=30", "seeds=2", "metric=f1", "trials=6",
        *ONCE,
    )  # fmt: skip
    values = [trial["value"] for trial in found.trials]
    assert found.cells[0]["best_value"] == max(values) > min(values)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            ("objective._target_=scored.Scored", "metric=f1"),
            "metric=f1: is more of it better? name it in more_is_better",
        ),
        (
            ("objective._target_=scored.Told,scored.Opposite", "metric=f1"),
            "metric=f1: more of it is better in one cell and worse in another",
        ),
    ],
)
def test_a_metric_that_may_go_either_way_is_refused(overrides: tuple[str, ...], line: str) -> None:
    with pytest.raises(UserError) as refused:
        harness.sweep(*SWEEP, *overrides)
    assert line in str(refused.value)


def test_what_a_table_says_of_a_target_out_of_reach() -> None:
    cell = {"value": math.inf, "steps": 1000, "runs": 3, "diverged": 1}
    assert worth(cell, "value", Metric("steps_to_target")) == "> 1,000"
    assert worth(cell, "value", Metric("loss")) == "inf"
    assert worth({**cell, "diverged": 2}, "value", Metric("steps_to_target")) == "never", (
        "what diverged is not censored"
    )
    assert worth({"value": math.inf}, "value", Metric("steps_to_target")) == "inf", "a folder of an older version"
    assert worth({"value": 12.0, "steps": 1000}, "value", Metric("steps_to_target")) == "12"
