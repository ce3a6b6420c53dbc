"""The answer of real sweeps: what the files say, what the screen says first, and the record of looks."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

import harness
from harness import answer
from harness.answers.scale import Scale
from harness.answers.schema import schema
from harness.results.answers import answers
from harness.results.files import Results
from harness.screens.tables import show

SMALL = ("objective=rosenbrock", "optimizer=adam,sgd", "trials=4", "batch=4", "steps=20", "records=4", "seeds=2",
         "finalists=1", "aggregate=median", "confirm=2")  # fmt: skip
NETS = ("objective=mlp", "objective.hidden=[4]", "optimizer=sgd,adam", "steps=20", "records=2")


def screen(results: Results, width: int = 120) -> list[str]:
    out = Console(width=width, file=io.StringIO())
    show(results, out)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def changed(results: Results, **rows: Any) -> Results:
    return replace(results, **rows)


@pytest.mark.parametrize(
    ("overrides", "first", "second"),
    [
        (("objective=rosenbrock", "optimizer=adam,sgd"), "No verdict is possible: 2 cells need seeds=6; there are 3",
         "at these settings, not tuned: add trials=32"),
        (("objective=sphere", "optimizer=adam,sgd", "seeds=6"), "sgd wins", "sgd   "),
        (("objective=sphere", "optimizer=adam", "seeds=6"), "adam: ", "at these settings, not tuned: add trials=32"),
        (("objective=sphere", "objective.start=[1,2]", "optimizer=adam,sgd", "seeds=1"),
         "sgd ends lowest; every repetition would be the same run", "sgd   "),
        (("objective=sphere", "optimizer=adam,sgd", "seeds=1"),
         "No verdict is possible: 2 cells need seeds=6; there is 1", "at these settings"),
        ((*SMALL, "replicates=1"), "No verdict is possible: 2 cells need replicates=6; there is 1", ""),
    ],
)  # fmt: skip
def test_every_sweep_says_its_answer_first(overrides: tuple[str, ...], first: str, second: str) -> None:
    found = harness.sweep(*overrides)
    lines = screen(found)
    assert lines[0].startswith(first)
    assert lines[1].startswith(second)
    assert lines.count(found.summary["title"]) == 1
    assert len(lines) == len({line for line in lines if line}) + lines.count(""), "no line twice"


def test_a_single_run_begins_with_its_title() -> None:
    found = harness.run("objective=sphere", "optimizer=adam")
    assert screen(found)[0] == found.summary["title"]


def test_several_problems_have_an_answer_each() -> None:
    found = harness.sweep("objective=sphere,booth", "optimizer=sgd,adam", "optimizer.lr=0.1,1e-9", "seeds=16")
    assert [one.evidence.where for one in found.answer] == ["sphere", "booth"]
    assert found.answer[0].lines[0].name == "sgd lr=0.1"
    assert repr(found.answer).startswith("No verdict over all is possible: 4 cells need 8 problems; there are 2\n")
    assert "\n\nsphere: " in repr(found.answer)
    alike = harness.sweep("objective=sphere", "optimizer.lr=0.1,0.2", "optimizer=sgd")
    assert {line.name for line in alike.answer[0].lines} == {"lr=0.1", "lr=0.2"}


def test_several_problems_are_shown_in_short_after_one_summary() -> None:
    """Eight cells on five problems: what they say together, then of each its headline and its best cells."""
    rates = ",".join(f"1e-{k}" for k in range(1, 9))
    problems = "objective=sphere,booth,matyas,rosenbrock,beale"
    found = harness.sweep(problems, "optimizer=sgd", f"optimizer.lr={rates}", "seeds=11", "steps=30")
    lines = screen(found, 80)
    assert len(lines) <= 45
    assert lines[0] == "No verdict over all is possible: 8 cells need 11 problems; there are 5"
    assert lines[1].split() == ["beside", "lr=0.1", "won", "lost", "open", "never", "finite", "targets"]
    heads = [
        k for k, line in enumerate(lines) if line.startswith(tuple(f"{one.evidence.where}: " for one in found.answer))
    ]
    assert heads[0] > 10
    assert set(np.diff(heads)) == {4}, "a headline and three cells each"
    assert lines.count("11 seeds, 5 % family-wise on each problem; at these settings, not tuned: add trials=32") == 1
    assert [line for line in lines if line.startswith(f"all cells: python -m harness.answer {found.folder}; their")]


def test_a_problem_of_which_a_note_is_keeps_it() -> None:
    found = harness.sweep("objective=sphere,booth", "optimizer=sgd,adam", "seeds=6")
    runs = [{**run, "state": "failed"} if run["cell"] == 3 and run["seed"] == 0 else run for run in found.runs]
    lines = screen(changed(found, runs=runs))
    assert "adam: a run failed, no verdict" in [
        line for k, line in enumerate(lines) if "booth" in "".join(lines[max(k - 3, 0) : k])
    ]


def test_one_cell_on_several_problems_has_a_line_for_each() -> None:
    lines = screen(harness.sweep("objective=sphere,booth", "optimizer=adam", "seeds=6"))
    assert [line.split(": ")[:2] for line in lines[:2]] == [["sphere", "adam"], ["booth", "adam"]]


def test_green_are_all_that_nobody_beats() -> None:
    """Two clones and one that hardly moves: neither clone is the winner."""
    found = harness.sweep("objective=sphere", "optimizer=sgd", "optimizer.lr=0.1,0.1000001,1e-9", "seeds=8")
    same = [{**run, "loss": 1.0} if run["cell"] < 2 else run for run in found.runs]
    found = changed(found, runs=same)
    out = Console(width=120, file=io.StringIO(), force_terminal=True, color_system="standard")
    show(found, out)
    assert isinstance(out.file, io.StringIO)
    table = out.file.getvalue().split("median loss")[1].splitlines()[1:4]
    assert ["32m" in line for line in table] == [True, True, False]


def test_the_tuned_value_stands_beside_the_confirmed_one() -> None:
    found = harness.sweep(*SMALL, "replicates=1")
    for width, seen in ((120, True), (80, True), (40, False)):
        (head,) = [line for line in screen(found, width) if line.startswith("optimizer  median")]
        assert ("tuned" in head) == seen
        assert any("; tuned: its median while it was tuned" in line for line in screen(found, width)) == seen


def test_a_cell_of_several_tunings_shows_the_typical_point_with_its_range() -> None:
    found = harness.sweep(*SMALL, "replicates=3")
    lines = screen(found, 80)
    for line in found.answer[0].lines:
        rows = {row["replicate"]: row for row in found.cells if row["cell"] == line.cell}
        low, high = (f(row["optimizer.lr"] for row in rows.values()) for f in (min, max))
        point = f"lr {rows[line.replicate]['optimizer.lr']:.3g} ({low:.2g} to {high:.2g})"
        (k,) = [k for k, text in enumerate(lines) if text.startswith(f"{line.name}  trial ")]
        assert lines[k].endswith(f"of tuning {line.replicate}: {point}")
        assert f"optimizer.lr={rows[line.replicate]['optimizer.lr']}" in lines[k + 1]
        values = sorted(row["value"] for row in rows.values())
        assert line.value == values[1] == rows[line.replicate]["value"]


def test_the_test_set_is_read_over_the_same_replicates() -> None:
    found = harness.sweep(*NETS, "seeds=6")
    (one,) = found.answer
    assert one.evidence.dataset == "digits"
    assert "for this split of digits" in one.notes
    tests = {(run["cell"], run["seed"]): run["test_loss"] for run in found.runs}
    assert one.evidence.test is not None
    assert one.evidence.test.tolist() == [[tests[cell, seed] for cell in (0, 1)] for seed in range(6)]
    better = min((0, 1), key=lambda cell: sum(tests[cell, seed] for seed in range(6)))
    worse = [{**run, "test_loss": 99.0} if run["cell"] == better else run for run in found.runs]
    assert answers(found.summary, worse, found.cells)[0].lines[1].disagrees
    points = harness.sweep(*NETS, "seeds=6", "metric=accuracy").answer[0]
    assert points.evidence.test is not None
    assert 0 <= points.evidence.test.min() <= points.evidence.test.max() <= 1
    tuned = harness.sweep(*NETS, "seeds=2", "trials=2", "batch=2", "confirm=3", "replicates=2")
    (two,) = tuned.answer
    runs = [r["test_loss"] for r in tuned.runs if (r["cell"], r["replicate"], r["phase"]) == (1, 1, "confirm")]
    assert two.evidence.test is not None
    assert two.evidence.test[1, 1] == sorted(runs)[1]
    assert harness.sweep("objective=sphere", "optimizer=sgd,adam").answer[0].evidence.test is None


def test_every_look_is_recorded_once() -> None:
    options = ("optimizer=adam,sgd", "objective=sphere", "optimizer.space.lr=interval(0.01,0.02)", *SMALL[2:])
    found = harness.sweep(*options, "replicates=6")
    (look,) = found.summary["looks"]
    assert look == {"trials": 4, "replicates": 6, "decided": True, "tested": True, "headline": "sgd wins"}
    again = harness.sweep(f"resume={found.folder}")
    assert again.summary["looks"] == [look], "the same look"
    assert not [note for note in again.answer[0].notes if "looked" in note]
    more = harness.sweep(f"resume={found.folder}", "replicates=7")
    assert [(one["trials"], one["replicates"]) for one in more.summary["looks"]] == [(4, 6), (4, 7)]
    (note,) = [note for note in more.answer[0].notes if "looked" in note]
    assert note.startswith("looked at 2 times")
    assert harness.load(more.folder).answer[0].data()["looks"] == 2
    whole = harness.sweep(*options, "replicates=7")
    for name in ("runs.csv", "cells.csv", "trials.csv", "curves.npz", "config.yaml"):
        assert (whole.folder / name).read_bytes() == (more.folder / name).read_bytes(), name
    apart = {key for key, value in whole.summary.items() if more.summary[key] != value}
    assert apart <= {"looks", "seconds", "study", "overrides"}, apart


def test_a_look_that_could_decide_nothing_does_no_harm() -> None:
    found = harness.sweep(*SMALL, "replicates=5")
    more = harness.sweep(f"resume={found.folder}", "replicates=6")
    assert [one["tested"] for one in more.summary["looks"]] == [False, True]
    assert not [note for note in more.answer[0].notes if "looked" in note]


@pytest.mark.parametrize("looks", [[7, {"trials": []}, {}], [{"trials": 1, "replicates": 1, "tested": "x"}]])
def test_a_strangers_looks_do_not_break_the_answer(looks: Any, tmp_path: Path) -> None:
    found = harness.sweep("objective=sphere", "optimizer=adam,sgd", f"hydra.sweep.dir={tmp_path / 'x'}")
    summary = json.loads((found.folder / "summary.json").read_text())
    (found.folder / "summary.json").write_text(json.dumps({**summary, "looks": looks}))
    assert harness.load(found.folder).answer[0].kind == "none"
    (found.folder / "summary.json").write_text(json.dumps({**summary, "looks": 3}))
    assert answer.main([str(found.folder)]) == 2


def test_the_end_came_early() -> None:
    found = harness.sweep(*SMALL, "replicates=6")
    late = {**found.summary, "stopped": "timeout"}
    assert answers(late, found.runs, found.cells)[0].evidence.stopped == "", "all have the same trials"
    fewer = [{**cell, "trials": 3} if cell["cell"] == 0 and cell["replicate"] == 2 else cell for cell in found.cells]
    assert answers(late, found.runs, fewer)[0].headline.startswith("No verdict: the time-out left the cells with")
    assert answers({**late, "stopped": "interrupted"}, found.runs, found.cells)[0].kind == "none"
    runs = [{**r, "state": "failed"} if (r["cell"], r["replicate"], r["phase"]) == (1, 0, "confirm") else r
            for r in found.runs]  # fmt: skip
    assert answers(found.summary, runs, found.cells)[0].verdict.failed == (1,)


def test_the_command_gives_schema_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer.main(["--schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == schema()
    found = harness.sweep("objective=rosenbrock", "optimizer=adam,sgd", "optimizer.lr=0.001,10", "seeds=9")
    answer.main([str(found.folder), "--json"])
    data = json.loads(capsys.readouterr().out)
    Draft202012Validator(printed).validate(data)
    assert data["version"] == printed["properties"]["version"]["const"]
    assert [cell["value"] for cell in data["answers"][0]["cells"]].count("inf") == 1
    assert answer.main([]) == 2
    assert "--schema" in capsys.readouterr().out


def test_a_target_that_nobody_reaches_and_trials_that_a_timeout_cut_are_said() -> None:
    options = (*SMALL, "replicates=6", "metric=steps_to_target", "target=1e-99", "batch=2")
    found = harness.sweep(*options)
    assert found.answer[0].headline == "No cell ever reached the target"
    assert {line.state for line in found.answer[0].lines} == {"not reached"}
    cut = [{**cell, "trials": 2} for cell in found.cells]
    found = changed(found, cells=cut, summary={**found.summary, "stopped": "timeout"})
    assert "the time-out left 2 of 4 trials" in found.answer[0].notes


def test_the_level_that_is_typed_is_that_of_the_answer() -> None:
    """Six seeds decide at 5 %, and cannot at 1 %."""
    options = ("objective=sphere", "optimizer=adam,sgd", "seeds=6")
    assert harness.sweep(*options, "level=0.05").answer[0].headline == "sgd wins"
    strict = harness.sweep(*options, "level=0.01").answer[0]
    assert strict.headline == "No verdict is possible: 2 cells need seeds=8; there are 6"


def test_scales_follow_from_the_metric_and_the_problem() -> None:
    found = harness.sweep(*SMALL, "metric=gradient_norm")
    (about,) = found.summary["problems"].values()
    assert found.answer[0].evidence.scale == Scale("log", floor=np.finfo("float64").eps * max(about["gradient_norm"]))
    assert changed(found, summary={**found.summary, "metric": "rmse"}).answer[0].evidence.scale == Scale("log")
    by_loss = changed(found, summary={**found.summary, "metric": "loss"}).answer[0].evidence.scale
    assert by_loss == Scale("log", lowest=0.0, floor=np.finfo("float64").eps * about["loss"][0])
    unknown = {**found.summary, "metric": "loss", "problems": {about["problem"]: {**about, "lowest": None}}}
    assert changed(found, summary=unknown).answer[0].evidence.scale == Scale("difference")


def test_a_function_has_no_test_set_where_every_run_diverged() -> None:
    found = harness.sweep("objective=rosenbrock", "optimizer=sgd,momentum", "optimizer.lr=1000", "seeds=6", "steps=20")
    assert {run["state"] for run in found.runs} == {"diverged"}
    assert found.answer[0].evidence.test is None
