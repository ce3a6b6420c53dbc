"""What was written before classes moved goes on: folders, configs of users, and the hashes of problems.

`old/` was made by commit aff1be9. `begun` is a sweep that was killed after its first round, `finished` what the same
sweep left when nobody killed it (cells.csv has had a column of steps since), `mine` are configs of a user.
"""

import csv
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.configs.compose import Composer
from harness.results.files import load
from harness.tuning import resume
from objectives import names
from tests.support import ONCE, node

OLD = Path(__file__).parent / "old"
PROBLEMS = json.loads((OLD / "problems.json").read_text())


def trained(*overrides: str, folder: str | None = None) -> list[str]:
    results = harness.run(*overrides, "steps=1", "records=1", "seeds=[0]", config_dir=folder)
    return list(results.summary["problems"])


@pytest.mark.parametrize("overrides", PROBLEMS)
def test_a_problem_keeps_its_hash(overrides: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    typed = overrides.replace(" inner=", " objective@objective.inner=").split()
    assert trained(*typed) == [PROBLEMS[overrides]]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("noisy_bowl", "06a6336bcf07"), ("small_mlp", "c08dcc96134a"), ("my_table", "16d48922dc82")],
)
def test_a_users_old_config_builds_the_same_problem(
    name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(OLD / "my.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert trained(f"objective={name}", folder=str(OLD / "mine")) == [problem]


@pytest.mark.parametrize("target", names.LATER)
def test_a_field_that_came_later_is_hashed_only_where_it_changes_something(target: str) -> None:
    node = {"_target_": target, "test": 0.2}
    for field, value in names.LATER[target].items():
        assert names.first({**node, field: value}) == names.first(node), field
        changed = names.first({**node, field: "another"})
        assert changed == {**node, field: "another"} | {"_target_": changed["_target_"]}, field


def test_data_of_ones_own_keep_the_hash_that_they_had_without_those_fields(source: Composer) -> None:
    """What conf/dataset holds today, beside what it held when the hash was made."""
    first = {
        "csv": {"path", "target", "validation", "test", "standardise", "train_size"},
        "npz": {"path", "validation", "test", "standardise", "train_size"},
    }
    for name, fields in first.items():
        found = names.first(node(source, "dataset", name))
        assert set(found) == {"_target_", *fields}, name


def test_an_old_sweep_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(OLD / "begun", tmp_path / "begun")
    harness.sweep("resume=begun")
    for name in ("runs.csv", "trials.csv", "cells.csv"):
        same_table(tmp_path / "begun" / name, OLD / "finished" / name)


def same_table(one: Path, other: Path) -> None:
    """The same text, but for the last bits of numbers: another processor's."""
    with one.open() as a, other.open() as b:
        for row, wanted in zip(csv.reader(a), csv.reader(b), strict=True):
            assert len(row) == len(wanted)
            for cell, want in zip(row, wanted, strict=True):
                assert cell == want or math.isclose(float(cell), float(want), rel_tol=1e-9), (cell, want)


def test_a_sweep_asks_for_the_points_that_it_asked_for_when_its_classes_had_their_first_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seed of a sampler is a hash of the cell's config."""
    monkeypatch.chdir(tmp_path)
    typed = [
        line.strip("- ") for line in (OLD / "begun" / "config.yaml").read_text().split("config_dir")[0].splitlines()
    ]
    found = harness.sweep(*typed[1:], *ONCE)
    same_table(found.folder / "trials.csv", OLD / "finished" / "trials.csv")


def test_a_field_that_changes_numbers_is_what_it_was_when_a_sweep_was_begun(tmp_path: Path) -> None:
    """Shampoo renewed its powers at every interval and at no other time."""
    folder = tmp_path / "begun"
    harness.sweep("optimizer=shampoo", "optimizer.interval=4", "objective=sphere", "trials=2", "steps=5", *ONCE,
                  f"hydra.sweep.dir={folder}")  # fmt: skip
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace("      early: true\n", ""))
    (cell,) = resume.reopened(folder, [], ()).cells
    assert cell.config["optimizer"]["early"] is False


def test_an_old_sweep_that_goes_on_has_its_curves_by_cell(tmp_path: Path) -> None:
    """Of its one file for all, nothing is left that could be taken for them."""
    begun = harness.sweep("objective=sphere", "optimizer=sgd,adam", "trials=2", "steps=5", "seeds=2", "replicates=2",
                          "batch=2", f"hydra.sweep.dir={tmp_path / 'old'}")  # fmt: skip
    whole = dict(begun.curves)
    shutil.rmtree(begun.folder / "curves")
    np.savez(begun.folder / "curves.npz", **whole)
    assert (load(begun.folder).curves["loss"] == whole["loss"]).all()
    more = harness.sweep(f"resume={begun.folder}", "replicates=3")
    assert len(more.curves["loss"]) == len(more.runs) > len(whole["loss"])
    assert not (begun.folder / "curves.npz").exists()
