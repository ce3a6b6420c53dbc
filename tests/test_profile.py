"""profile=true: parts that add up, and results that are those of a run without it."""

import csv
import time
from pathlib import Path

import pytest

from harness import clock as clocks
from harness import run, sweep
from harness.command import main

RUN = ("optimizer=adam", "objective=rosenbrock", "steps=20", "seeds=2")
TUNED = ("optimizer=adam,lbfgs", "objective=rosenbrock", "steps=20", "seeds=2", "trials=3", "replicates=2",
         "finals=2", "confirm=2")  # fmt: skip
TRAINING = {"gradient", "rule", "records", "stepping"}


def profile(folder: Path) -> dict[str, float]:
    with (folder / "profile.csv").open(newline="") as file:
        return {row["part"]: float(row["seconds"]) for row in csv.DictReader(file)}


def test_the_innermost_part_is_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(clocks, "perf_counter", lambda: now)
    clock = clocks.Clock()
    with clock.part("stepping"):
        now += 1
        with clock.part("gradient"):
            now += 2
        now += 4
    now += 8
    found = {row["part"]: (row["seconds"], row["share"]) for row in clock.rows()}
    assert found == {"stepping": (5, 0.333333), "gradient": (2, 0.133333), "the rest": (8, 0.533333)}


def test_the_parts_of_a_command_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.perf_counter()
    assert main(["-m", *TUNED, "profile=true", f"hydra.sweep.dir={tmp_path}/s"]) == 0
    whole, found = time.perf_counter() - begun, profile(tmp_path / "s")
    assert found.keys() >= TRAINING | {"starting", "composing", "building", "asking", "writing", "drawing"}
    assert 0.8 * whole < sum(found.values()) < whole
    table = capsys.readouterr().out.partition("where the seconds went")[2].split("\n")
    assert [line.split()[0] for line in table[2:5]] == ["starting", "composing", "building"]


def test_it_changes_no_result(tmp_path: Path) -> None:
    for name, more in (("plain", ()), ("timed", ("profile=true",))):
        sweep(*TUNED, *more, f"hydra.sweep.dir={tmp_path}/{name}")
        run("optimizer=sam", "steps=6", "seeds=2", *more, f"hydra.run.dir={tmp_path}/{name}/run")
    assert not (tmp_path / "plain" / "profile.csv").exists()
    assert profile(tmp_path / "timed").keys() >= TRAINING
    for file in ("runs.csv", "trials.csv", "cells.csv", "curves/0.npz", "run/runs.csv", "run/curves/0.npz"):
        assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "timed" / file).read_bytes(), file


def test_what_is_no_answer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, "profile=3"]) == 2
    assert capsys.readouterr().err == "harness: profile must be true or false; got 3\n"


def test_a_command_that_repeats_a_trial_leaves_it_out(tmp_path: Path) -> None:
    found = sweep(*TUNED, "profile=true", f"hydra.sweep.dir={tmp_path}/s")
    assert not any("profile" in cell["overrides"] for cell in found.cells)
    resumed = sweep(f"resume={tmp_path}/s", "profile=true")
    assert resumed.runs == found.runs
