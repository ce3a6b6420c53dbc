"""until=decided: replicates are added until the answer is, and every look is recorded."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import harness
from harness import answer
from harness.answers.schema import schema
from harness.cells.enumeration import enumerated
from harness.command import main
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.results.answers import written
from harness.results.files import Results
from harness.running.plan import Planner
from harness.tuning import size, stages

SMALL = ("trials=4", "batch=4", "steps=20", "records=4", "seeds=2", "finalists=2", "finals=2", "confirm=2",
         "aggregate=q75", "until=decided")  # fmt: skip
APART = ("objective=sphere", "optimizer=adam,sgd", "optimizer.space.lr=interval(0.01,0.02)", *SMALL)
CLONES = ("objective=rosenbrock", "optimizer=adam", "optimizer.eps=1e-8,1.000001e-8", *SMALL)
FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz", "curves/1.npz")


def looks(found: Results) -> list[Any]:
    return [look["replicates"] for look in found.summary["looks"]]


def files(found: Results) -> dict[str, bytes]:
    return {name: (found.folder / name).read_bytes() for name in FILES}


def test_it_ends_when_it_is_decided(capsys: pytest.CaptureFixture[str]) -> None:
    found = harness.sweep(*APART)
    assert found.summary["looks"] == [
        {"trials": 4, "replicates": 7, "decided": True, "tested": True, "headline": "sgd wins"}
    ]
    assert {cell["replicate"] for cell in found.cells} == set(range(7)), "the fewest that could decide"
    assert {run["phase"] for run in found.runs} == {"tune", "final", "confirm", "declared"}
    (told,) = found.answer
    assert told.notes[-1] == "judged by an e-process, which holds under any number of looks"
    assert (told.data()["judged_by"], told.data()["looks"]) == ("e-process", 1)
    assert answer.main([str(found.folder)]) == 0
    assert main(["-m", f"resume={found.folder}", "replicates=60"]) == 0, "and there is nothing more to do"
    assert capsys.readouterr().out.count("sgd wins") == 2
    assert looks(harness.load(found.folder)) == [7]


def test_its_replicates_are_those_of_a_sweep_with_so_many() -> None:
    fixed = harness.sweep(*APART[:-1], "replicates=7")
    assert files(harness.sweep(*APART)) == files(fixed)


def test_what_is_undecided_says_how_long_and_goes_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    assert main(["-m", *CLONES, "replicates=12", f"hydra.sweep.dir={folder}"]) == 0
    out = capsys.readouterr().out
    assert "after 7 tunings: Too close to call: " in out
    assert "; undecided: " in out
    assert looks(harness.load(folder)) == [7, 11, 12]
    assert answer.main([str(folder)]) == 3
    assert main(["-m", f"resume={folder}", "replicates=16"]) == 0
    assert "after 7 tunings" not in capsys.readouterr().out, "it was told before"
    more = harness.load(folder)
    assert looks(more) == [7, 11, 12, 15, 16]
    whole = harness.sweep(*CLONES, "replicates=16")
    assert files(more) == files(whole)
    assert more.answer[0].data()["looks"] == 5
    assert str(more.answer) == str(whole.answer).replace("looked at 4 times", "looked at 5 times")


def test_more_trials_go_on_with_all_that_were_there() -> None:
    """The evidence begins again, first with those that the last answer was about, and the new one says so."""
    begun = harness.sweep(*CLONES, "replicates=9")
    more = harness.sweep(f"resume={begun.folder}", "trials=8", "replicates=11")
    told = [(look["trials"], look["replicates"]) for look in more.summary["looks"]]
    assert told == [(4, 7), (4, 9), (8, 9), (8, 11)]
    assert {cell["trials"] for cell in more.cells} == {8}
    assert "trials were raised after an answer: that holds for each number of trials by itself" in more.answer[0].notes
    assert files(more) == files(harness.sweep(*CLONES, "replicates=11", "trials=8"))


def test_cells_that_are_equivalent_are_an_answer() -> None:
    """Clones that are tuned where all points are as good as one."""
    found = harness.sweep("objective=sphere", "optimizer=adam", "optimizer.eps=1e-8,1.000001e-8",
                          "optimizer.space.lr=interval(0.0100,0.0100001)", *SMALL, "margin=0.05")  # fmt: skip
    (one,) = found.answer
    assert (one.kind, one.decided, one.winner) == ("equivalent", True, None)
    assert one.headline.endswith(" are equivalent within 5 %")
    assert looks(found) == [7]
    assert answer.main([str(found.folder)]) == 0
    data = json.loads(written(found.answer))
    Draft202012Validator(schema()).validate(data)
    assert data["answers"][0]["margin"] == 0.05


def test_a_timeout_leaves_the_answer_of_what_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when the first stage is over."""
    looked, clock, over = stages.Looks.settled, time.monotonic, []

    def late(self: stages.Looks, outcome: Any) -> bool:
        over.append(outcome)
        return looked(self, outcome)

    with monkeypatch.context() as patched:
        patched.setattr(stages.Looks, "settled", late)
        patched.setattr("time.monotonic", lambda: clock() + 1e6 * len(over))
        found = harness.sweep(*CLONES, "timeout=1000")
    assert found.summary["stopped"] == "timeout"
    assert looks(found) == [7]
    assert (found.answer[0].kind, found.answer[0].evidence.count) == ("close", 7)
    assert "the time-out left 4 more tunings unfinished" in found.answer[0].notes
    whole = harness.sweep(*CLONES)
    assert files(harness.sweep(f"resume={found.folder}", "timeout=1000")) == files(whole)


def test_copies_have_one_look() -> None:
    found = harness.sweep(*CLONES, "objective.start=[1.0,2.0]", "seeds=1", "sampler=grid", "search=[lr]")
    assert (found.answer[0].kind, looks(found)) == ("fact", [1])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("-m", "optimizer=adam", "objective=sphere", "trials=4", "until=decided"),
         "until=decided: no problem has two cells, so nothing is compared; type optimizer=adam,sgd"),
        (("-m", "optimizer=adam,sgd", "objective=sphere", "until=decided"), "until=decided: it says how to tune"),
        (("-m", "optimizer=adam,sgd", "trials=4", "until=later"), "until must be decided, or null; got 'later'"),
        (("-m", "optimizer=adam,sgd", "margin=0"), "margin must be a number above 0, as 0.05 for 5 %, or null; got 0"),
        (("-m", "optimizer=adam,sgd", "margin=5", "metric=accuracy"),
         "margin=5: accuracies are shares, of which 0.05 is five points"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert line in capsys.readouterr().err


@pytest.mark.parametrize(
    ("overrides", "replicates", "line"),
    [
        (("objective=sphere",), 40, "at most 40 tunings of 2 cells: at most 7,680 runs of 1,000 steps; from 7 on"),
        (("dataset=digits", "steps=9"), 40, "at most 40 tunings of 2 cells: at most 7,680 runs of 9 steps; from 7 on"),
        (("objective=sphere", "replicates=6"), 6, "at most 6 tunings of 2 cells: at most 1,152 runs of 1,000 steps; no "
         "winner can be named: 2 cells need replicates=7, which resume= adds later"),
    ],
)  # fmt: skip
def test_what_will_run_at_most_is_said_before(
    source: Composer, overrides: tuple[str, ...], replicates: int, line: str
) -> None:
    typed = ("optimizer=adam,sgd", "trials=2", "confirm=33", "until=decided", *overrides)
    cells = enumerated(source, parse(*typed))
    assert {cell.settings.replicates for cell in cells} == {replicates}
    assert size.told(cells, Planner())[: len(line)] == line


def test_untuned_cells_may_be_equivalent_too() -> None:
    found = harness.sweep("objective=sphere", "optimizer=adam", "optimizer.eps=1e-8,1.1e-8", "seeds=12", "margin=0.05")
    (one,) = found.answer
    assert one.kind in ("equivalent", "wins")
    assert one.data()["pairs"][0]["equivalent"]


def test_nothing_to_search_is_nothing_to_decide() -> None:
    with pytest.raises(UserError, match="until=decided: it adds tunings, and nothing is left to be searched"):
        harness.sweep("optimizer=sgd,adam", "optimizer.lr=0.01", "objective=rosenbrock", "trials=4", "until=decided")


def test_the_last_sweep_is_the_one_that_goes_on(tmp_path: Path) -> None:
    """Or none: not an older one that happens to be tuned."""
    harness.sweep(*CLONES, "replicates=2", "confirm=0")
    harness.sweep("optimizer=sgd,adam", "objective=sphere", "steps=5")
    with pytest.raises(UserError, match=r"resume=last: outputs/sweeps/.* is the last one, and tuned nothing"):
        harness.sweep("resume=last", "replicates=3")
