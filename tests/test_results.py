"""Files: what is written is what is read, whole or not at all, in a folder of its own."""

import io
import json
import os
import re
import stat
import threading
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import harness
from harness.command import main
from harness.errors import UserError
from harness.optimizers.gradient_descent import SGD
from harness.results import curves, saving
from harness.results import files as results
from harness.results.curves import Curves, write
from harness.results.trial import Trial
from harness.running.engine import Engine
from harness.running.fingerprint import fingerprint, same
from harness.screens.tables import show
from objectives.arrays import Array, Params, Seeds
from objectives.functions.quadratics import Ellipsoid, Sphere
from tests.support import a_cell

FILES = {"config.yaml", "runs.csv", "cells.csv", "timings.csv", "curves", "summary.json"}


def test_what_a_run_leaves() -> None:
    found = harness.run("optimizer=adam", "steps=20", "records=4", "seeds=[3,5]", "save_params=true")
    assert {path.name for path in found.folder.iterdir()} == FILES | {"params.npz"}
    assert found.config["optimizer"]["_target_"] == "harness.optimizers.adam.Adam"
    assert found.config["steps"] == 20
    assert [run["seed"] for run in found.runs] == [3, 5]
    for k, run in enumerate(found.runs):
        assert (run["steps"], run["evaluations"], run["state"]) == (20, 20, "completed")
        for name in ("loss", "accuracy", "train_loss", "train_accuracy"):
            assert np.float32(run[name]) == found.curves[name][k, -1], "as exactly as the run is"
        assert np.float32(run["best_loss"]) == found.curves["loss"][k].min()
        assert 0 <= run["test_accuracy"] <= 1
    assert found.curves["step"].tolist() == [[0, 5, 10, 15, 20]] * 2
    params = found.params()
    assert params["0/W1"].shape == (2, 64, 100)
    assert found.summary["runs"] == {"completed": 2, "diverged": 0, "failed": 0, "interrupted": 0}
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
    assert np.isfinite(found.curves["path"][:2]).all()
    assert np.isnan(found.curves["path"][2]).all()
    assert len({run["problem"] for run in found.runs}) == 3


def test_metrics_are_those_of_the_split_that_they_name() -> None:
    found = harness.run("optimizer=adam", "steps=30", "seeds=2", "save_params=true")
    mlp = harness.make("objective", "mlp")
    params = {name.partition("/")[2]: value for name, value in found.params().items()}
    for prefix, split in (("", "validation"), ("train_", "train"), ("test_", "test")):
        for metric, values in mlp.evaluate(params, split).items():
            assert [run[f"{prefix}{metric}"] for run in found.runs] == values.astype(float).tolist()


def test_runs_of_different_length_in_one_table(tmp_path: Path) -> None:
    trials = []
    for number, steps in enumerate((4, 2)):
        engine = Engine(Sphere(), SGD(0.1, runs=1), np.array([0]), steps, steps)
        list(engine.advance())
        trials.append(Trial(a_cell(number, steps), (0,), trace=engine.trace, rows=slice(0, 1)))
    write(tmp_path, trials, {})
    read = Curves(tmp_path / "curves", [{"cell": 0, "phase": "run"}, {"cell": 1, "phase": "run"}])
    assert read["step"].tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, -1, -1]]
    assert np.isnan(read["loss"][1, 3:]).all()
    assert read.at(np.array([1]), "loss").tolist() == [read["loss"][1, :3].tolist()]


def test_names_that_look_like_numbers_stay_names(tmp_path: Path) -> None:
    rows = [{"cell": 3, "problem": "123e45678901", "optimizer": "1_000", "loss": 0.1, "seed": 2, "state": "inf"}]
    (tmp_path / "x.csv").write_bytes(results._csv(rows))
    (read,) = results._rows(tmp_path / "x.csv")
    assert read == rows[0]
    assert (type(read["seed"]), type(read["loss"])) == (int, float)


def test_summary_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    for module, name in ((results, "save_file"), (results, "save_arrays"), (curves, "save_arrays")):
        real = getattr(module, name)
        noted = lambda path, content, real=real: (written.append(path.name), real(path, content))  # noqa: E731
        monkeypatch.setattr(module, name, noted)
    harness.run("objective=valley", "steps=2", "seeds=1", "save_params=true")
    assert set(written) == FILES - {"curves"} | {"0.npz", "params.npz"}
    assert written[-1] == "summary.json", "a folder that has one is complete"


class Bursting(Sphere):
    """Fails in the middle."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        if step == 7:
            raise RuntimeError("the data ran out")
        return super().loss_and_grads(params, step, seeds)


def test_a_population_that_fails_does_not_take_the_others_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{__name__}.Bursting"
    arguments = [
        "-m",
        f"objective._target_=objectives.functions.quadratics.Sphere,{name}",
        f"trust={__name__}",
        "seeds=2",
    ]
    assert main([*arguments, "steps=10", "records=10"]) == 1
    found = results.load("last")
    assert [run["state"] for run in found.runs] == ["completed"] * 2 + ["failed"] * 2
    assert [run["steps"] for run in found.runs] == [10, 10, 7, 7]
    assert found.summary["failures"] == {"1": "RuntimeError: the data ran out"}
    assert "cell 1 failed: RuntimeError: the data ran out" in capsys.readouterr().out


def test_reruns_give_the_same_bytes_but_for_time() -> None:
    first, second = (
        harness.sweep("optimizer=sgd,adam", "steps=30", "seeds=2", "objective=rosenbrock") for _ in range(2)
    )
    assert first.folder != second.folder
    for name in ("runs.csv", "cells.csv", "config.yaml", "curves/0.npz", "curves/1.npz"):
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
        ("runs.csv", None), ("runs.csv", b""), ("cells.csv", b""), ("curves/0.npz", b"PK\x03\x04"),
        ("curves/0.npz", b""), ("curves/0.npz", None),
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
        assert results.load(folder).config, "the config is read when it is asked for"


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
    saving.save_file(path, b"old")
    calls: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), real_fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("rename"), real_replace(a, b)))
    saving.save_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert calls == ["fsync", "rename", "fsync"], "contents, then the name, then the folder"
    assert stat.S_IMODE(path.stat().st_mode) & 0o044, "readable as any other file"

    def fail(fd: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        saving.save_file(path, b"half")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["runs.csv"], "no litter"


def test_fingerprints_tell_problems_apart() -> None:
    one, again = (fingerprint(Sphere(dim=3), {"dim": 3}) for _ in range(2))
    assert same(one, again)
    assert not same(one, fingerprint(Sphere(dim=4), {"dim": 4}))
    lied = fingerprint(Ellipsoid(dim=3), {"dim": 3})
    assert lied["problem"] == one["problem"]
    assert not same(one, lied), "the same name for another function"
    assert not same(one, {**one, "gradient_norm": [value * 1.01 for value in one["gradient_norm"]]})
    assert same(one, {**one, "loss": [value * (1 + 1e-7) for value in one["loss"]]})


def test_the_data_are_part_of_the_problem() -> None:
    found = []
    for digest in ("one", "other"):
        objective = Sphere(dim=2)
        objective.digest = digest
        found.append(fingerprint(objective, {"dim": 2}))
    assert found[0]["problem"] != found[1]["problem"]


def test_the_problem_changes_with_the_data_and_not_with_the_optimizer() -> None:
    problems = [
        harness.run(*overrides, "steps=1", "seeds=1").runs[0]["problem"]
        for overrides in (["optimizer=adam"], ["optimizer=sgd"], ["dataset.test=0.1"], ["objective.hidden=[9]"])
    ]
    assert problems[0] == problems[1]
    assert len(set(problems)) == 3


def test_tables_tell_what_cells_cost() -> None:
    found = harness.sweep("optimizer=sgd,extragradient,lbfgs", "objective=trid", "steps=60", "seeds=4")
    spent = {cell["optimizer"]: cell["evaluations"] for cell in found.cells}
    assert spent["sgd"] == spent["extragradient"] == 60
    assert 50 < spent["lbfgs"] <= 60
    assert {timing["cell"]: timing["evaluations"] for timing in found.timings} == {
        cell["cell"]: sum(run["evaluations"] for run in found.runs if run["cell"] == cell["cell"])
        for cell in found.cells
    }
    assert all(timing["seconds"] > 0 for timing in found.timings)
    assert (found.curves["evaluations"].max(axis=1) == [run["evaluations"] for run in found.runs]).all()
    out = Console(width=120, record=True, file=io.StringIO())
    show(found, out)
    shown = out.export_text()
    assert re.search(rf"^lbfgs .* {spent['lbfgs']:.0f} ", shown, re.MULTILINE)
    assert "evals" in shown
    assert "seconds" in shown
    grid = harness.sweep("optimizer=sgd", "optimizer.lr=0.1,0.01", "objective=valley", "steps=20")
    assert [(t["population"], t["cell"], t["evaluations"]) for t in grid.timings] == [(0, 0, 60), (0, 1, 60)]
    assert grid.timings[0]["seconds"] == pytest.approx(grid.timings[1]["seconds"], abs=2e-6)


def test_arrays_are_written_as_numpy_writes_them(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b/c": np.zeros((0, 1), np.float32), "about": np.array("ü")}
    saving.save_arrays(tmp_path / "ours.npz", arrays.items())
    np.savez(tmp_path / "numpys.npz", **arrays)  # type: ignore[arg-type]
    assert (tmp_path / "ours.npz").read_bytes() == (tmp_path / "numpys.npz").read_bytes()


def test_tuning_keeps_what_trials_were_judged_by() -> None:
    """The records at the rungs; all of what speaks for a cell; all of everything where it is asked."""
    tuned = ("objective=rosenbrock", "optimizer=sgd", "trials=4", "seeds=2", "steps=60", "records=12", "rungs=4",
             "replicates=1", "confirm=3", "finals=2")  # fmt: skip
    thin, whole = harness.sweep(*tuned), harness.sweep(*tuned, "curves=all")
    assert str(thin.runs) == str(whole.runs)
    for row, run in enumerate(whole.runs):
        chose = run["phase"] in ("tune", "final")
        kept = [0, 3, 6, 9, 12] if chose else list(range(13))
        for name in ("step", "evaluations", "loss", "path"):
            np.testing.assert_array_equal(thin.curves[name][row][: len(kept)], whole.curves[name][row][kept], name)
        assert (thin.curves["step"][row][len(kept) :] == -1).all()
    np.testing.assert_array_equal(whole.curves["step"][0], np.arange(0, 61, 5))
    assert (thin.folder / "curves" / "0.npz").stat().st_size < (whole.folder / "curves" / "0.npz").stat().st_size


def test_curves_are_as_exact_as_their_runs() -> None:
    nets = ("objective=mlp", "objective.hidden=[4]", "steps=4", "records=2", "seeds=1")
    assert harness.run(*nets).curves["loss"].dtype == np.float32
    assert harness.run(*nets, "objective.dtype=float64").curves["loss"].dtype == np.float64


def test_curves_of_another_sweep_are_damage() -> None:
    folder = harness.run("objective=valley", "steps=2", "seeds=2").folder
    other = harness.run("objective=valley", "steps=2", "seeds=3").folder
    (folder / "curves" / "0.npz").write_bytes((other / "curves" / "0.npz").read_bytes())
    with pytest.raises(UserError, match=r"curves/0.npz: damaged: ValueError: \[0, 3\] runs, and \[0, 2\] in runs.csv"):
        results.load(folder)
