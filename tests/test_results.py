"""Files: what is written is what is read, whole or not at all, in a folder of its own."""

import json
import os
import stat
import threading
from pathlib import Path

import numpy as np
import pytest

import harness
from harness import results
from harness.errors import UserError
from harness.fingerprint import fingerprint, same
from objectives.quadratic import Ellipsoid, Sphere

FILES = {"config.yaml", "runs.csv", "cells.csv", "timings.csv", "curves.npz", "summary.json"}


def test_what_a_run_leaves() -> None:
    found = harness.run("optimizer=adam", "steps=20", "records=4", "seeds=[3,5]", "save_params=true")
    assert {path.name for path in found.folder.iterdir()} == FILES | {"params.npz"}
    assert found.config["optimizer"]["_target_"] == "harness.optimizers.adam.Adam"
    assert found.config["steps"] == 20
    assert [run["seed"] for run in found.runs] == [3, 5]
    for k, run in enumerate(found.runs):
        assert (run["steps"], run["evaluations"], run["state"]) == (20, 20, "completed")
        for name in ("loss", "accuracy", "train_loss", "train_accuracy"):
            assert run[name] == found.curves[name][k, -1], "floats read back exactly"
        assert run["best_loss"] == found.curves["loss"][k].min()
        assert 0 <= run["test_accuracy"] <= 1
    assert found.curves["step"].tolist() == [[0, 5, 10, 15, 20]] * 2
    params = found.params()
    assert params["0/W1"].shape == (2, 64, 100)
    assert found.summary["runs"] == {"completed": 2, "diverged": 0, "interrupted": 0}
    assert found.summary["versions"]["numpy"] == np.__version__
    assert set(found.summary["problems"]) == {run["problem"] for run in found.runs}
    cell = found.cells[0]
    assert cell["loss"] == pytest.approx(np.median([run["loss"] for run in found.runs]))
    assert cell["test_accuracy"] == pytest.approx(np.mean([run["test_accuracy"] for run in found.runs]))


def test_a_diverged_run_is_kept_as_it_is() -> None:
    found = harness.sweep("optimizer.lr=0.1,1e3", "objective=rosenbrock", "steps=100", "seeds=2", "optimizer=sgd")
    diverged = [run for run in found.runs if run["optimizer.lr"] == 1e3]
    assert {run["state"] for run in diverged} == {"diverged"}
    assert all(not np.isfinite(run["loss"]) and np.isfinite(run["best_loss"]) for run in diverged)
    assert found.cells[1]["loss"] == np.inf
    assert found.summary["runs"]["diverged"] == 4
    json.loads((found.folder / "summary.json").read_text(), parse_constant=lambda name: pytest.fail(name))


def test_a_diverged_network_has_no_accuracy() -> None:
    found = harness.sweep("optimizer.lr=1e10,0.1", "steps=40", "records=4", "seeds=2")
    diverged, trained = found.cells
    assert diverged["diverged"] == 2
    assert np.isnan(diverged["accuracy"])
    assert np.isnan(diverged["test_accuracy"])
    assert 0 < trained["accuracy"] < 1
    assert all(np.isnan(run["accuracy"]) for run in found.runs if run["state"] == "diverged")


def test_a_sweep_of_different_lengths_has_one_table() -> None:
    found = harness.sweep("objective=sphere,rosenbrock,mlp", "optimizer=adam", "steps=4", "seeds=1")
    assert [run["cell"] for run in found.runs] == [0, 1, 2]
    assert found.runs[0].get("accuracy", "") == ""
    assert found.runs[2]["accuracy"] > 0
    assert np.isnan(found.curves["accuracy"][0]).all()
    assert "path" not in found.curves
    assert len({run["problem"] for run in found.runs}) == 3


def test_reruns_give_the_same_bytes_but_for_time() -> None:
    first, second = (
        harness.sweep("optimizer=sgd,adam", "steps=30", "seeds=2", "objective=rosenbrock") for _ in range(2)
    )
    assert first.folder != second.folder
    for name in ("runs.csv", "cells.csv", "config.yaml", "curves.npz"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_reading_by_hand_and_by_last() -> None:
    harness.run("objective=valley", "steps=2", "seeds=1")
    newest = harness.run("objective=sphere", "steps=2", "seeds=1")
    assert results.load("last").folder == newest.folder
    assert results.load(newest.folder).runs == newest.runs
    with pytest.raises(UserError, match="no finished run or sweep there"):
        results.load("outputs/runs")
    with pytest.raises(UserError, match=r"params.npz: no such file"):
        newest.params()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("runs.csv", None), ("runs.csv", b""), ("cells.csv", b""), ("curves.npz", b"PK\x03\x04"), ("curves.npz", b""),
        ("summary.json", b"{"), ("summary.json", b"{}"), ("config.yaml", b"a: ["), ("config.yaml", None),
    ],
)  # fmt: skip
def test_a_damaged_folder_is_one_line(name: str, content: bytes | None) -> None:
    folder = harness.run("objective=valley", "steps=2", "seeds=1").folder
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        results.load(folder)


def test_last_without_outputs() -> None:
    with pytest.raises(UserError, match="last: no finished run or sweep in"):
        results.load("last")


def test_folders_never_collide() -> None:
    claimed: list[Path] = []

    def claim() -> None:
        claimed.append(results.claim("here/run", "run"))

    threads = [threading.Thread(target=claim) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claimed)) == 20
    assert {path.name for path in claimed} == {"run"} | {f"run_{n}" for n in range(2, 21)}


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write there"):
        results.claim(tmp_path / "file" / "run", "run")


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "runs.csv"
    results._save(path, b"old")
    calls: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), real_fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("rename"), real_replace(a, b)))
    results._save(path, b"new")
    assert path.read_bytes() == b"new"
    assert calls == ["fsync", "rename", "fsync"], "contents, then the name, then the folder"
    assert stat.S_IMODE(path.stat().st_mode) & 0o044, "readable as any other file"

    def fail(fd: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        results._save(path, b"half")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["runs.csv"], "no litter"


def test_fingerprints_tell_problems_apart() -> None:
    one, again = (fingerprint(Sphere(dim=3), {"dim": 3}) for _ in range(2))
    assert same(one, again)
    assert not same(one, fingerprint(Sphere(dim=4), {"dim": 4}))
    lied = fingerprint(Ellipsoid(dim=3), {"dim": 3})
    assert lied["problem"] == one["problem"]
    assert not same(one, lied), "the same name for another function"
    assert same(one, {**one, "loss": [value * (1 + 1e-7) for value in one["loss"]]})


def test_the_problem_changes_with_the_data_and_not_with_the_optimizer() -> None:
    problems = [
        harness.run(*overrides, "steps=1", "seeds=1").runs[0]["problem"]
        for overrides in (["optimizer=adam"], ["optimizer=sgd"], ["dataset.test=0.1"], ["objective.hidden=[9]"])
    ]
    assert problems[0] == problems[1]
    assert len(set(problems)) == 3
