"""Whole tunings repeated: what they share, what they do not, and what is the same however the sweep went on."""

import itertools
import json
import math
import shutil
from pathlib import Path

import pytest

import harness
from harness import answer
from harness.cells.enumeration import enumerated
from harness.command import main
from harness.configs.compose import Composer
from harness.configs.declared import Settings
from harness.configs.override import parse, texts
from harness.results import files as results
from harness.results.files import load
from harness.running.plan import Planner
from harness.screens import live
from harness.text.numbers import plain
from harness.tuning import packing, size
from harness.tuning.streams import seeds_of

SMALL = ("objective=rosenbrock", "optimizer=adam,sgd", "trials=6", "batch=3", "steps=20", "records=4", "seeds=2",
         "finalists=2", "finals=2", "confirm=2", "aggregate=q75")  # fmt: skip
FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz", "curves/1.npz")


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_no_two_phases_and_no_two_replicates_share_a_seed(source: Composer) -> None:
    config = source.compose([]).config
    settings = Settings.of({**config, "seeds": 5, "finalists": 4, "trials": 8})
    phases = ("tune", "final", "confirm")
    found = [seeds_of(settings, 0, phase, replicate) for phase in phases for replicate in range(20)]
    assert [len(seeds) for seeds in found] == [5] * 20 + [10] * 40
    assert len({seed for seeds in found for seed in seeds}) == 5 * 20 + 10 * 40
    assert found[0] == (0, 1, 2, 3, 4)
    others = [seeds_of(settings, 1, phase, replicate) for phase in phases for replicate in range(1, 20)]
    assert not {s for seeds in others for s in seeds} & {s for seeds in found for s in seeds}, "another sampler.seed"


def test_the_first_replicate_is_a_sweep_without_others() -> None:
    alone, several = harness.sweep(*SMALL, "replicates=1"), harness.sweep(*SMALL, "replicates=3")
    for name in ("runs", "trials", "cells"):
        mine = [dict(row) for row in getattr(several, name) if row["replicate"] == 0]
        for row in mine:
            del row["replicate"]
        assert str(mine) == str([dict(row) for row in getattr(alone, name)]), name
    points = [[t["optimizer.lr"] for t in several.trials if (t["cell"], t["replicate"]) == (0, r)] for r in range(3)]
    assert len(points[0]) == 6
    assert all(one != other for one, other in itertools.combinations(points, 2)), "each with points of its own"


def test_another_cell_changes_nothing_of_the_others() -> None:
    two = harness.sweep(*SMALL, "replicates=2")
    three = harness.sweep("optimizer=adam,sgd,momentum", *(o for o in SMALL if "optimizer" not in o), "replicates=2")
    columns = two.cells[0].keys()
    assert str([{k: row[k] for k in columns} for row in three.cells if row["cell"] < 2]) == str(two.cells)


def test_more_replicates_add_to_a_sweep() -> None:
    whole, begun = harness.sweep(*SMALL, "replicates=4"), harness.sweep(*SMALL, "replicates=2")
    more = harness.sweep(f"resume={begun.folder}", "replicates=4")
    assert files(more.folder) == files(whole.folder)


@pytest.mark.parametrize("lost", ["declared.npz", "confirm.npz", "finals.npz", "rounds/000001.npz"])
def test_what_a_kill_took_is_made_again(lost: str, tmp_path: Path) -> None:
    """What is on disk when a process is killed is a beginning of what a whole sweep leaves there."""
    whole = harness.sweep(*SMALL, "replicates=2").folder
    order = [path.relative_to(whole).as_posix() for path in sorted(whole.glob("rounds/*"))] + [
        "finals.npz",
        "confirm.npz",
        "declared.npz",
    ]
    shutil.copytree(whole, tmp_path / "killed")
    for name in (*order[order.index(lost) :], "runs.csv", "cells.csv", "trials.csv", "summary.json"):
        (tmp_path / "killed" / name).unlink()
    assert files(harness.sweep(f"resume={tmp_path / 'killed'}").folder) == files(whole)


def test_the_chosen_trial_is_the_best_of_the_finalists_by_the_quartile() -> None:
    found = harness.sweep(*SMALL, "finalists=3", "finals=8", "replicates=4")
    by_median = 0
    for cell in found.cells:
        finals: dict[int, list[float]] = {}
        for run in found.runs:
            if (run["cell"], run["replicate"], run["phase"]) == (cell["cell"], cell["replicate"], "final"):
                finals.setdefault(run["trial"], []).append(run["loss"] if run["state"] == "completed" else math.inf)
        assert len(finals) == 3
        assert cell["trial"] == min(finals, key=lambda trial: sorted(finals[trial])[5])
        by_median += cell["trial"] == min(finals, key=lambda trial: sum(sorted(finals[trial])[3:5]))
    assert by_median < len(found.cells), "the quartile's choice is another than the median's, somewhere"


def test_copies_are_not_made() -> None:
    """A grid on a fixed start without noise would be the same again."""
    fixed = ("objective.start=[1.0,2.0]", "seeds=1", "sampler=grid", "replicates=3", "search=[lr]")
    found = harness.sweep(*SMALL, *fixed)
    assert {cell["replicate"] for cell in found.cells} == {0}
    assert found.answer[0].kind == "fact"
    assert answer.main([str(found.folder)]) == 3


def test_the_answer_is_printed_and_given_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    found = harness.sweep("objective=sphere", "optimizer=adam,sgd", "optimizer.space.lr=interval(0.01,0.02)",
                          "trials=2", "batch=2", "steps=30", "records=3", "seeds=2", "confirm=2",
                          "replicates=6")  # fmt: skip
    assert answer.main([str(found.folder)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "sgd wins"
    assert answer.main([str(found.folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["answers"]
    assert (told["version"], one["kind"], one["decided"], one["unbeaten"]) == (1, "wins", True, ["sgd"])
    (pair,) = one["pairs"]
    assert (pair["winner"], pair["first_wins"], pair["p"]) == ("sgd", 6, 2 / 2**6)
    assert one["scale"]["kind"] == "log"
    assert answer.main(["nowhere"]) == 2
    few = harness.sweep("objective=sphere", "optimizer=adam,sgd", "steps=30", "seeds=5")
    assert answer.main([str(few.folder)]) == 3
    assert "No verdict is possible: 2 cells need seeds=6; there are 5" in capsys.readouterr().out
    enough = harness.sweep("objective=sphere", "optimizer=adam,sgd", "steps=30", "seeds=6")
    assert answer.main([str(enough.folder)]) == 0
    assert "at these settings, not tuned: add trials=32" in capsys.readouterr().out
    assert load(enough.folder).summary["trials"] == 1


@pytest.mark.parametrize(
    ("overrides", "seeds", "replicates"),
    [
        (("objective=sphere", "optimizer=adam,sgd", "trials=2"), 5, 12),
        (("objective=sphere", "optimizer=adam,sgd", "trials=2", "replicates=7", "seeds=2"), 2, 7),
        (("objective=sphere", "optimizer=adam", "trials=2"), 5, 1),
        (("objective=sphere", "optimizer=adam,sgd"), 3, 1),
        (("objective=mlp", "optimizer=adam,sgd", "trials=2"), 5, 1),
        (("objective=sphere,mlp", "optimizer=adam,sgd", "trials=2"), 5, 1),
    ],
)
def test_what_is_left_open_follows_from_the_config(
    source: Composer, overrides: tuple[str, ...], seeds: int, replicates: int
) -> None:
    cells = enumerated(source, parse(*overrides))
    assert {(len(cell.settings.seeds), cell.settings.replicates) for cell in cells} == {(seeds, replicates)}
    assert all(cell.config["replicates"] == replicates for cell in cells), "and stands in config.yaml"
    assert all((f"seeds={seeds}" in texts(cell.overrides)) == (cell.settings.trials > 1) for cell in cells)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (("objective=sphere", "optimizer=adam,sgd,momentum", "trials=2", "seeds=2", "steps=7"),
         "12 tunings of 3 cells: 1,584 runs of 7 steps; replicates=7 is the least that can name a winner of 3 cells"),
        (("objective=sphere,booth", "optimizer=adam,sgd", "trials=8", "replicates=3", "confirm=1"),
         "3 tunings of 4 cells: 984 runs of 1,000 steps; no winner can be named: 2 cells need replicates=6, which "
         "resume= adds later"),
        (("objective=sphere", "optimizer=adam", "trials=8", "finalists=1", "confirm=4"),
         "1 tuning of 1 cell: 48 runs of 1,000 steps"),
    ],
)  # fmt: skip
def test_what_will_run_is_said_before(source: Composer, overrides: tuple[str, ...], line: str) -> None:
    assert size.told(enumerated(source, parse(*overrides)), Planner()) == line


def test_a_timeout_before_the_first_batch_is_no_failure() -> None:
    found = harness.sweep(*SMALL, "replicates=6", "timeout=1e-9")
    assert {cell["trials"] for cell in found.cells} == {0}
    assert found.answer[0].headline.startswith("No verdict: the time-out left the cells")


def test_a_look_is_in_the_summary_that_says_that_all_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    save = results.save_file

    def saved(path: Path, content: bytes) -> None:
        written.extend([content] * (path.name == "summary.json"))
        save(path, content)

    monkeypatch.setattr(results, "save_file", saved)
    found = harness.sweep(*SMALL, "replicates=6")
    (summary,) = map(json.loads, written)
    assert summary["looks"] == found.summary["looks"] != []


def test_replicates_that_train_one_after_the_other_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A replicate that has not begun has nothing to show, whichever stands in the middle."""
    monkeypatch.setattr(packing, "TOGETHER", 1)
    monkeypatch.setattr(live, "REFRESH", -1e9)
    assert main(["-m", *SMALL, "replicates=3", "hydra.sweep.dir=sweep"]) == 0
    begun = harness.sweep(*SMALL, "replicates=1")
    assert main(["-m", f"resume={begun.folder}", "replicates=3"]) == 0
    assert "leads: optimizer=" in capsys.readouterr().out
    assert files(Path("sweep")) == files(begun.folder)


def test_among_cells_that_vary_the_order_of_copies_is_a_fact() -> None:
    """Without a space, from a fixed start and without noise, a cell is one run: it has no replicates."""
    fixed = ("optimizer=adam,sgd,momentum", "objective.start=[1.0,2.0]", "seeds=1", "search=[momentum]", "replicates=7")
    (found,) = harness.sweep(SMALL[0], *SMALL[2:], *fixed).answer
    assert {(pair["first"], pair["second"]) for pair in plain(found.data())["pairs"] if pair["p"] == "nan"} in (
        {("adam", "sgd")}, {("sgd", "adam")}
    )  # fmt: skip
