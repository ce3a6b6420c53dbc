"""Other splits of the same rows: by number, and drawn anew in each replicate of a sweep."""

import io
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.configs.compose import Composer
from harness.errors import UserError
from harness.results.files import Results
from objectives.data import bundled, mnist1d, own
from objectives.data.dataset import Dataset, split_before
from objectives.names import first
from tests.support import names, node

SMALL = ("dataset=iris", "objective=softmax_regression", "objective.batch_size=16", "optimizer=adam,sgd", "trials=4",
         "batch=2", "steps=20", "records=4", "seeds=2", "finalists=2", "finals=2", "confirm=2", "aggregate=median",
         "replicates=6")  # fmt: skip
REDRAWN = "dataset.split=replicate"
FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz", "curves/1.npz")


@pytest.fixture(scope="module")
def redrawn(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return harness.sweep(*SMALL, REDRAWN, f"hydra.sweep.dir={tmp_path_factory.mktemp('sweeps') / 'redrawn'}")


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.mark.parametrize("make", [bundled.digits, bundled.wine, mnist1d.mnist1d])
def test_another_number_draws_another_split_of_the_same_rows(make: Callable[..., Dataset]) -> None:
    today, one, other = make(), make(split=1), make(split=2)
    assert make(split=0).digest == today.digest
    assert len({today.digest, one.digest, other.digest}) == 3
    for found in (one, other):
        assert {name: len(rows) for name, rows in found.parts.items()} == {n: len(r) for n, r in today.parts.items()}
        assert sorted(np.concatenate(list(found.parts.values()))) == list(range(len(today.x)))
    assert np.array_equal(today.y, one.y)


def test_data_of_ones_own_are_split_by_number(tmp_path: Path) -> None:
    rows = "\n".join(f"{k % 7},{k * k % 11},{'ab'[k % 2]}" for k in range(60))
    (tmp_path / "my.csv").write_text("a,b,c\n" + rows)
    np.savez(tmp_path / "my.npz", x=np.arange(120.0).reshape(60, 2), y=np.arange(60) % 2)
    for make in (lambda n: own.csv_file(str(tmp_path / "my.csv"), "c", split=n),
                 lambda n: own.npz(str(tmp_path / "my.npz"), split=n)):  # fmt: skip
        assert not np.array_equal(make(0).parts["train"], make(1).parts["train"])


def test_a_test_set_of_its_own_stays() -> None:
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    one, other = (split_before(x, y, 2, 5, 0.2, split=number) for number in (0, 1))
    assert list(one.parts["test"]) == list(other.parts["test"]) == [15, 16, 17, 18, 19]
    assert list(one.parts["validation"]) != list(other.parts["validation"])
    with pytest.raises(ValueError, match="split=1 draws nothing"):
        split_before(x, y, 2, 5, 0.0, split=1)


@pytest.mark.parametrize("name", names("dataset"))
def test_every_data_set_has_a_number_of_its_split_which_is_hashed_from_1_on(source: Composer, name: str) -> None:
    found = node(source, "dataset", name)
    assert found.pop("split") == 0
    assert first({**found, "split": 0}) == first(found) != first({**found, "split": 1})


def test_splits_share_their_rows() -> None:
    one = bundled.digits()
    other = bundled.digits(split=1).sharing([one])
    assert other.x is one.x
    assert other.y is one.y
    assert other.digest == bundled.digits(split=1).digest
    wine = bundled.wine(split=1)
    assert wine.sharing([bundled.wine()]).x is wine.x, "standardised by another train split"


def test_each_replicate_has_a_split_that_its_cells_share(redrawn: Results) -> None:
    problems = {r: {cell["problem"] for cell in redrawn.cells if cell["replicate"] == r} for r in range(6)}
    assert all(len(found) == 1 for found in problems.values())
    assert set.union(*problems.values()) == set(redrawn.summary["problems"])
    assert len(redrawn.summary["problems"]) == 6
    for run in redrawn.runs:
        assert {run["problem"]} == problems[run["replicate"]]


def test_the_first_replicate_is_that_of_todays_split(redrawn: Results) -> None:
    fixed = harness.sweep(*SMALL)
    for name in ("runs", "trials"):
        mine, theirs = (
            [{k: v for k, v in row.items() if k != "dataset.split"} for row in getattr(found, name)
             if row["replicate"] == 0]
            for found in (redrawn, fixed)
        )  # fmt: skip
        assert str(mine) == str(theirs), name
    assert redrawn.cells[1]["problem"] not in fixed.summary["problems"]


def test_the_commands_of_the_replicates_give_their_runs_again(redrawn: Results) -> None:
    for cell in redrawn.cells:
        typed = shlex.split(cell["overrides"])
        assert f"dataset.split={cell['replicate']}" in typed
        assert REDRAWN not in typed
        again = harness.run(*typed)
        was = [run for run in redrawn.runs if (run["cell"], run["replicate"], run["phase"]) ==
               (cell["cell"], cell["replicate"], cell["phase"])]  # fmt: skip
        assert len(was) == len(again.runs) == 2
        for one, other in zip(was, again.runs, strict=True):
            for key in ("seed", "loss", "train_loss", "accuracy", "test_loss", "test_accuracy", "state", "problem"):
                assert one[key] == other[key], key


def test_a_split_that_was_added_is_typed_with_its_sign(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "mine.yaml").write_text("_target_: objectives.data.bundled.iris\n")
    few = ("dataset=mine", *SMALL[1:-1], "replicates=2", f"+{REDRAWN}")
    found = harness.sweep(*few, config_dir=str(tmp_path))
    typed = shlex.split(found.cells[1]["overrides"])
    assert "+dataset.split=1" in typed
    assert list(harness.run(*typed, config_dir=str(tmp_path)).summary["problems"]) == [found.cells[1]["problem"]]


def test_the_answer_is_one_over_all_splits(redrawn: Results, screen_of: Callable[[Results], str]) -> None:
    (answer,) = redrawn.answer
    assert answer.evidence.values.shape == (6, 2)
    assert "over 6 splits of iris" in answer.notes
    assert "this split" not in repr(answer)
    told = answer.data()
    assert (told["splits"], told["problem"]) == (6, redrawn.cells[0]["problem"])
    assert screen_of(redrawn).count("median loss") == 1
    both = harness.sweep(*SMALL, "dataset.split=0,replicate")
    assert ["over 6 splits of iris" in one.notes for one in both.answer] == [False, True]


@pytest.fixture
def screen_of() -> Callable[[Results], str]:
    from rich.console import Console

    from harness.screens.tables import show

    def shown(results: Results) -> str:
        out = Console(width=160, record=True, file=io.StringIO())
        show(results, out)
        return out.export_text()

    return shown


@pytest.mark.parametrize("lost", ["declared.npz", "confirm.npz", "finals.npz", "rounds/000001.npz"])
def test_what_a_kill_took_is_made_again(redrawn: Results, lost: str, tmp_path: Path) -> None:
    whole = redrawn.folder
    order = [path.relative_to(whole).as_posix() for path in sorted(whole.glob("rounds/*"))]
    order += ["finals.npz", "confirm.npz", "declared.npz"]
    shutil.copytree(whole, tmp_path / "killed")
    for name in (*order[order.index(lost) :], *FILES, "summary.json"):
        (tmp_path / "killed" / name).unlink()
    assert files(harness.sweep(f"resume={tmp_path / 'killed'}").folder) == files(whole)


def test_more_replicates_add_splits(redrawn: Results) -> None:
    begun = harness.sweep(*SMALL, "replicates=2", REDRAWN)
    assert files(harness.sweep(f"resume={begun.folder}", "replicates=6").folder) == files(redrawn.folder)


def test_replicates_differ_where_only_their_data_do() -> None:
    """A grid on one seed would be the same again on the same split."""
    few = (*SMALL, "objective.batch_size=90", "seeds=1", "sampler=grid", "search=[lr]", "replicates=2")
    assert {cell["replicate"] for cell in harness.sweep(*few).cells} == {0}
    found = harness.sweep(*few, REDRAWN)
    assert {cell["replicate"] for cell in found.cells} == {0, 1}
    assert len({cell["problem"] for cell in found.cells}) == 2


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["replicates=1", REDRAWN], "dataset.split=replicate: .* add replicates=12"),
        (["trials=1", "replicates=null", "finalists=4", REDRAWN], "it says how to tune"),
        (["dataset.split=-1"], "split must be a whole number of at least 0, or replicate; got -1"),
        (["dataset.split=often"], "or replicate; got 'often'"),
        (["dataset=mnist1d", "dataset.validation=0", "metric=train_loss", REDRAWN], "split=1 draws nothing"),
    ],
)
def test_what_cannot_be_redrawn_is_refused_in_a_line(overrides: list[str], told: str) -> None:
    with pytest.raises(UserError, match=told) as error:
        harness.sweep(*SMALL, *overrides)
    assert len(str(error.value).splitlines()) == 1


def test_a_plain_run_has_no_replicates() -> None:
    with pytest.raises(UserError, match="add -m trials=32 replicates=12"):
        harness.run(*SMALL[:3], REDRAWN)
    with pytest.raises(UserError, match="split must be an integer"):
        harness.make("dataset", "iris", split="replicate")
