"""How much depends on tuning, and minima that weight decay finds by itself."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import harness
from harness import answer
from harness.answers.scale import Scale
from harness.answers.schema import schema
from harness.answers.sensitivity import FAR, NEAR, over_replicates, regret, width
from harness.answers.statistics import Interval
from harness.cells.decay import decays
from harness.cells.enumeration import single
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.results.files import Results, load
from harness.results.sensitivity import sensitivities
from harness.running.contract import at_origin
from objectives.functions.quadratics import Sphere

TUNED = ("objective=booth", "optimizer=sgd,adam", "trials=6", "batch=6", "steps=50", "records=5", "seeds=2",
         "finalists=1", "aggregate=median", "confirm=4", "replicates=2")  # fmt: skip
RATES = np.array([1e-4, 1e-3, 1e-2, 1e-1, 1.0])


def declared(results: Results, cell: int) -> list[dict[str, Any]]:
    return [row for row in results.runs if row["cell"] == cell and row["phase"] == "declared"]


@pytest.mark.parametrize(
    ("scale", "values", "near", "far"),
    [
        (Scale("log"), [50.0, 1.09, 1.0, 1.11, 9.9], 1.0, 3.0),
        (Scale("log", lowest=-1.0), [50.0, -0.9, -0.99, -0.98, np.inf], 0.0, 2.0),
        (Scale("points", more_is_better=True), [0.80, 0.88, 0.97, 0.90, 0.1], 2.0, np.nan),
        (Scale("points", more_is_better=True), [0.2, 0.44, 0.5, 0.1, 0.1], 0.0, np.nan),
        (Scale("difference"), [1.0, 1.0, 1.0, 1.0, 1.0], np.nan, np.nan),
        (Scale("log"), [np.inf] * 5, np.nan, np.nan),
    ],
)
def test_width_by_hand(scale: Scale, values: list[float], near: float, far: float) -> None:
    found = [width(RATES, np.array(values), scale, factor) for factor in (NEAR, FAR)]
    assert found == pytest.approx([near, far], nan_ok=True)


def test_a_width_that_one_tuning_lacks_is_not_known() -> None:
    assert over_replicates(np.array([1.0, np.nan])) is None
    assert over_replicates(np.array([1.0, 3.0, 2.0])) == Interval(2.0, 1.0, 3.0, None)


def test_regret_is_positive_where_tuning_gained() -> None:
    found = regret(np.array([1.0, np.inf, 10.0]), np.array([0.1, 0.1, 0.1]), Scale("log"))
    assert found == Interval(2.0, 1.0, np.inf, None)
    accuracy = regret(np.array([0.9]), np.array([0.8]), Scale("points", more_is_better=True))
    assert accuracy is not None
    assert accuracy.value == pytest.approx(-0.1)
    assert regret(np.array([np.nan]), np.array([0.1]), Scale("log")) is None


def test_declared_values_run_beside_the_tuned_ones(source: Composer) -> None:
    """On the seeds of the confirming runs, at the config's own numbers: what a plain run of them gives."""
    found = harness.sweep(*TUNED)
    for cell in range(2):
        confirmed = [row for row in found.runs if row["cell"] == cell and row["phase"] == "confirm"]
        mine = declared(found, cell)
        assert [(row["replicate"], row["seed"]) for row in mine] == [(r["replicate"], r["seed"]) for r in confirmed]
        assert len(mine) == 2 * 4
        first = [row for row in mine if row["replicate"] == 0]
        again = harness.run("objective=booth", f"optimizer={['sgd', 'adam'][cell]}", "steps=50", "records=5",
                            f"seeds={[row['seed'] for row in first]}")  # fmt: skip
        assert [row["loss"] for row in first] == [row["loss"] for row in again.runs], "bit for bit"
    assert {row["trials"] for row in found.cells} == {6}, "outside the budget"
    (mine,) = sensitivities(found)
    for one in mine:
        values = [np.median([r["loss"] for r in declared(found, one.cell) if r["replicate"] == k]) for k in range(2)]
        tuned = [row["value"] for row in found.cells if row["cell"] == one.cell]
        assert one.declared is not None
        assert one.declared.value == pytest.approx(np.mean(np.log10(values) - np.log10(tuned)))


def test_declared_values_are_left_out_where_it_is_asked_or_there_are_none() -> None:
    assert not declared(harness.sweep(*TUNED, "declared=false"), 0)
    assert not declared(harness.sweep(*TUNED, "confirm=0"), 0), "tuning runs were chosen by their values"
    fixed = harness.sweep(*(o for o in TUNED if "seeds" not in o), "objective.start=[1,2]", "seeds=1")
    assert len(declared(fixed, 0)) == 2, "one seed in each tuning, as all are one"


def test_declared_values_may_be_none(tmp_path: Path) -> None:
    (tmp_path / "optimizer").mkdir()
    (tmp_path / "optimizer" / "wild.yaml").write_text(
        "defaults: [momentum, _self_]\nmomentum: 9\nspace: {momentum: 'choice(0.8, 0.9)'}\n"
    )
    found = harness.sweep(*(o for o in TUNED if "optimizer" not in o), "optimizer=wild", config_dir=str(tmp_path))
    assert not declared(found, 0)
    assert found.summary["failures"] == {}


def test_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    found = harness.sweep(*(o for o in TUNED if "replicates" not in o), "replicates=6", "steps=200")
    assert answer.main([str(found.folder)]) in (0, 3)
    printed = capsys.readouterr().out
    assert "decades of lr  within 10 %" in printed
    assert "declared values end" in printed
    assert answer.main([str(found.folder), "--json"]) in (0, 3)
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema()).validate(told)
    assert [one["name"] for one in told["answers"][0]["sensitivity"]] == [
        line.name for line in load(found.folder).answer[0].lines
    ]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (("optimizer=adam",), False),
        (("optimizer=adamw",), True),
        (("optimizer=adamw", "optimizer.weight_decay=0", "~optimizer.space.weight_decay"), False),
        (("optimizer=lion", "optimizer.weight_decay=0.1"), True),
        (("optimizer=clip", "optimizer@optimizer.inner=adamw"), True),
        (("optimizer=clip", "optimizer@optimizer.inner=adam"), False),
    ],
)
def test_which_cells_decay(source: Composer, overrides: tuple[str, ...], expected: bool) -> None:
    (cell,) = single(source, parse(*overrides))
    assert decays(cell) == expected


def test_a_minimum_at_the_origin_is_found_by_asking() -> None:
    known = {"sphere": True, "ackley": True, "rosenbrock": False, "himmelblau": False, "powell_singular": True}
    assert {name: at_origin(harness.make("objective", name)) for name in known} == known
    assert not at_origin(harness.make("objective", "shift", inner=Sphere()))


def test_an_objective_that_raises_there_has_none_at_the_origin() -> None:
    class Picky(Sphere):
        minimum = 0.0

        def value_and_gradient(self, x: Any) -> Any:
            if not x.any():
                raise ArithmeticError("too close")
            return super().value_and_gradient(x)

    assert not at_origin(Picky())


def test_the_answer_says_whom_the_origin_favours() -> None:
    small = [o for o in TUNED if not o.startswith(("objective", "optimizer"))]
    there = harness.sweep("objective=ackley", "optimizer=adam,adamw", *small).answer[0].notes
    told = "the minimum is where all parameters are 0, which favours weight decay (adamw): "
    assert f"{told}objective=shift objective@objective.inner=ackley moves it" in there
    for objective, optimizers in (("rosenbrock", "adam,adamw"), ("ackley", "adam,sgd")):
        found = harness.sweep(f"objective={objective}", f"optimizer={optimizers}", *small)
        assert not any("favours" in note for note in found.answer[0].notes)
    moved = harness.sweep("objective=shift", "objective@objective.inner=ackley", "optimizer=adam,adamw", *small)
    assert not any("favours" in note for note in moved.answer[0].notes)


def test_declared_values_of_another_problem_say_nothing() -> None:
    found = harness.sweep(*TUNED)
    runs = [{**run, "problem": "other"} if run["phase"] == "declared" else run for run in found.runs]
    assert [one.declared for one in sensitivities(replace(found, runs=runs))[0]] == [None, None]


def test_a_level_that_is_none_is_damage() -> None:
    found = harness.sweep(*TUNED)
    for level in (-1, 5, "a"):
        (found.folder / "summary.json").write_text(json.dumps({**found.summary, "level": level}))
        with pytest.raises(UserError, match=r"level=.* in summary.json; it lies between 0 and 1"):
            load(found.folder)
