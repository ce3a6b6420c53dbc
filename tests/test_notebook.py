"""The notebook of tests/examples runs as it stands, and its results show themselves."""

import runpy
import sys
from pathlib import Path

import pandas
import pytest
from pandas.testing import assert_frame_equal

import harness
from harness.errors import UserError
from harness.results.frames import FRAMES, LIBRARIES
from harness.results.rows import GROUPS

NOTEBOOK = Path(__file__).parent / "examples" / "notebook.py"
TEXTS = dict.fromkeys((*GROUPS, "phase", "state", "problem", "overrides"), str)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> harness.Results:
    """A tuned sweep of ten cells, one name of which no page may take for its own."""
    folder = tmp_path_factory.mktemp("told") / "<b>mine</b>"
    return harness.sweep(
        "optimizer=adam,sgd,momentum,nesterov,adagrad,rmsprop,lion,adamw,nadam,amsgrad", "objective=valley",
        "steps=20", "trials=2", "replicates=2",
        f"hydra.sweep.dir='{folder}'",
    )  # fmt: skip


def test_the_notebook_runs(capsys: pytest.CaptureFixture[str]) -> None:
    left = runpy.run_path(str(NOTEBOOK))
    printed = capsys.readouterr().out
    assert "optimizer=adma: no such optimizer (did you mean adam?)" in printed
    assert left["found"].answer[0].headline in printed, "screen=True shows what the command shows"
    assert len(left["curves"]) == 2 * 51
    assert set(left["curves"]["seed"]) == {3, 5}


def test_results_show_the_answer_and_the_table_in_two_kilobytes(told: harness.Results) -> None:
    text = repr(told)
    assert len(text.encode()) < 2000
    assert told.answer[0].headline in text
    assert text.splitlines()[0] == told.summary["title"]
    assert text.splitlines()[-1] == str(told.folder)
    assert "... 2 more" in text
    first = told.answer[0].lines[0].name.split()[0]
    (head,) = [k for k, line in enumerate(text.splitlines()) if line.startswith("optimizer ")]
    assert text.splitlines()[head + 1].startswith(first), "in the order of the answer"


def test_many_problems_do_not_fill_a_screen() -> None:
    found = harness.sweep(
        "objective=glob([b*,c*,d*,e*,f*,g*],exclude=function)", optimizer=["adam", "sgd"], steps=1, seeds=1
    )
    assert len(found.answer) > 25
    text = repr(found)
    assert len(text.encode()) < 2000
    assert text.splitlines()[-3:] == ["…", "", str(found.folder)]


def test_a_run_shows_its_seeds() -> None:
    text = repr(harness.run(objective="valley", steps=5, seeds=[3, 5]))
    assert [line.split()[0] for line in text.splitlines() if line.endswith("completed")] == ["3", "5"]


def test_a_page_gets_no_tags_from_names(told: harness.Results) -> None:
    page = told._repr_html_()
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    assert "<b>mine" not in page
    assert page.count("<tr>") == 1 + len({cell["cell"] for cell in told.cells})


def test_damaged_results_show_that_and_their_folder(told: harness.Results) -> None:
    broken = harness.Results(told.folder, {}, [], [], {}, [], [])
    assert repr(broken).splitlines() == ["damaged: KeyError", "", str(told.folder)]
    assert "damaged" in broken._repr_html_()


@pytest.mark.parametrize("name", ["runs", "trials", "cells"])
def test_frames_are_the_csv(told: harness.Results, name: str) -> None:
    file = pandas.read_csv(told.folder / f"{name}.csv", dtype=TEXTS)
    assert_frame_equal(told.frame(name), file, check_dtype=False, rtol=1e-15)


def test_a_frame_of_curves_has_a_row_for_each_record(told: harness.Results) -> None:
    frame = told.frame("curves")
    steps = told.curves["step"]
    assert len(frame) == (steps >= 0).sum()
    row = 7
    run = told.runs[row]
    mine = frame[(frame["cell"] == run["cell"]) & (frame["phase"] == run["phase"]) & (frame["seed"] == run["seed"])]
    mine = mine[(mine["trial"] == run["trial"]) & (mine["replicate"] == run["replicate"])]
    assert mine["loss"].tolist() == told.curves["loss"][row][steps[row] >= 0].tolist()
    assert set(mine["optimizer"]) == {run["optimizer"]}


@pytest.mark.parametrize("name", FRAMES)
def test_polars_has_the_same_rows(told: harness.Results, name: str) -> None:
    polars = pytest.importorskip("polars")
    frame = told.frame(name, "polars")
    assert isinstance(frame, polars.DataFrame)
    assert_frame_equal(pandas.DataFrame(frame.to_dict(as_series=False)), told.frame(name), check_dtype=False)


def test_frames_that_cannot_be_made_are_one_line(told: harness.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"frame\('run'\): choices: runs, trials, cells, curves"):
        told.frame("run")
    with pytest.raises(UserError, match="library='arrow': choices: pandas, polars"):
        told.frame("runs", "arrow")
    for library in LIBRARIES:
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UserError, match="a frame needs pandas or polars: pip install pandas"):
        told.frame("runs")
