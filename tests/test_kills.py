"""kill -9 at any moment: what is resumed ends with the files of a sweep that was never stopped.

`python -m pytest tests/test_kills.py` runs all of it, `-m "not slow"` a few moments.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz", "curves/1.npz")
SWEEPS = {
    "replicated": [
        "optimizer=sgd,momentum", "objective=rosenbrock", "trials=24", "batch=4", "seeds=3", "steps=200",
        "replicates=2", "finalists=3", "finals=2", "aggregate=q75",
    ],
    "pruned": [
        "optimizer=sgd,adam", "objective.hidden=[16]", "trials=18", "batch=6", "seeds=2", "steps=120",
        "pruner=asha", "confirm=3",
    ],
}  # fmt: skip
COMPILED = [
    "optimizer=momentum,armijo", "objective=rosenbrock", "trials=18", "batch=6", "seeds=2", "steps=120", "pruner=asha",
    "confirm=3", "engine=jax",
]  # fmt: skip
UNTIL = [
    "optimizer=adam", "optimizer.eps=1e-8,1.000001e-8", "objective=rosenbrock", "trials=18", "batch=18", "seeds=2",
    "steps=40", "finalists=2", "finals=2", "confirm=2", "aggregate=q75", "until=decided", "replicates=15",
]  # fmt: skip
# where to die, in the words of Python: the call, at which count, and how much of the work is done before
MOMENTS = {
    "in mid-ask": ("harness.tuning.study", "CellStudy", "ask", 21, "nothing"),
    "between asking and training": ("harness.running.plan", "Planner", "plan", 3, "nothing"),
    "in mid-training": ("harness.running.engine", "Block", "record", 70, "all"),
    "before the results are named": ("harness.tuning.rounds", None, "save_arrays", 2, "nothing"),
    "between results and tell": ("harness.tuning.tuning", "Tuner", "_tell", 2, "nothing"),
    "in mid-append": ("optuna.storages.journal", "JournalFileBackend", "append_logs", 3, "torn"),
    "while the journal's lock is given back": ("os", None, "unlink", 2, "nothing"),
    "before the finalists run": ("harness.tuning.tuning", "Tuner", "_choose_and_confirm", 1, "nothing"),
    "before the confirming runs": ("harness.tuning.tuning", "Tuner", "_again", 2, "nothing"),
    "while the files are written": ("harness.results.files", None, "save_file", 3, "all"),
}
OF_STAGES = {
    "in mid-training of the second stage": ("harness.running.engine", "Block", "record", 180, "all"),
    "after the first look": ("harness.tuning.stages", "Looks", "settled", 1, "all"),
    "between results and tell of the second stage": ("harness.tuning.tuning", "Tuner", "_tell", 2, "nothing"),
    "before the confirming runs of the second stage": ("harness.tuning.tuning", "Tuner", "_again", 4, "nothing"),
    "before the last look": ("harness.tuning.stages", "Looks", "settled", 3, "nothing"),
}
FEW = ("in mid-training", "between results and tell", "before the confirming runs")  # on jax, in every run of the suite
DYING = """
import importlib, json, os, signal, sys
from harness.command import main

module, owner, name, count, done, folder = sys.argv[1:7]
place = importlib.import_module(module)
place = getattr(place, owner) if owner != "None" else place
real, left = getattr(place, name), [int(count)]

def dying(*args, **kwargs):
    left[0] -= 1
    if left[0]:
        return real(*args, **kwargs)
    if done == "all":
        real(*args, **kwargs)
    if done == "torn":
        with open(args[0]._file_path, "ab") as file:
            file.write(b"".join(json.dumps(log).encode() + b"\\n" for log in args[1])[:-20])
        os.symlink("nobody", args[0]._file_path + ".lock")
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, name, dying)
sys.exit(main(sys.argv[7:]))
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "harness", "-m", *arguments]


def finish(*arguments: str) -> None:
    """Run a sweep to its end."""
    subprocess.run(command(*arguments), capture_output=True, check=True)


@pytest.fixture(scope="module", params=SWEEPS)
def untouched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], Path, float]:
    """A sweep that nothing stopped, and the seconds it took."""
    folder = tmp_path_factory.mktemp(request.param) / "untouched"
    begun = time.monotonic()
    finish(*SWEEPS[request.param], f"hydra.sweep.dir={folder}")
    return SWEEPS[request.param], folder, time.monotonic() - begun


@pytest.fixture(scope="module")
def untouched_on_jax(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("jax", reason="needs the extra [jax]")
    folder = tmp_path_factory.mktemp("compiled") / "untouched"
    finish(*COMPILED, f"hydra.sweep.dir={folder}")
    assert '"jax ' in (folder / "summary.json").read_text()
    return folder


def demand_the_same(folder: Path, untouched: Path) -> None:
    for name in FILES:
        assert (folder / name).read_bytes() == (untouched / name).read_bytes(), name
    import optuna

    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(folder / "study.journal")))
    for study in storage.get_all_studies():
        trials = storage.get_all_trials(study._study_id)
        assert [trial.number for trial in trials] == list(range(len(trials)))
        assert all(trial.state.is_finished() for trial in trials)
        assert len(trials) in (18, 24)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_moment(untouched: tuple[list[str], Path, float], moment: str, tmp_path: Path) -> None:
    overrides, whole, _ = untouched
    demand_survival(overrides, whole, moment, tmp_path / "killed")


@pytest.mark.parametrize("moment", [pytest.param(m, marks=() if m in FEW else pytest.mark.slow) for m in MOMENTS])
def test_killed_on_jax(untouched_on_jax: Path, moment: str, tmp_path: Path) -> None:
    demand_survival(COMPILED, untouched_on_jax, moment, tmp_path / "killed")


@pytest.fixture(scope="module")
def untouched_until(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("until") / "untouched"
    finish(*UNTIL, f"hydra.sweep.dir={folder}")
    assert looks(folder) == [7, 11, 15]
    return folder


def looks(folder: Path) -> list[int]:
    return [look["replicates"] for look in json.loads((folder / "summary.json").read_text())["looks"]]


@pytest.mark.parametrize("moment", OF_STAGES)
def test_killed_before_it_is_decided(untouched_until: Path, moment: str, tmp_path: Path) -> None:
    """What is looked at, too, is then what was looked at before; and what could go on goes on."""
    folder = tmp_path / "killed"
    demand_survival(UNTIL, untouched_until, moment, folder)
    one, other = (json.loads((where / "summary.json").read_text()) for where in (folder, untouched_until))
    assert one["looks"] == other["looks"]


def test_what_is_undecided_goes_on(untouched_until: Path, tmp_path: Path) -> None:
    """With more replicates, as if it had been begun with so many but for one look more."""
    more = tmp_path / "more"
    shutil.copytree(untouched_until, more)
    finish(f"resume={more}", "replicates=17")
    finish(*UNTIL[:-1], "replicates=17", f"hydra.sweep.dir={tmp_path / 'whole'}")
    demand_the_same(more, tmp_path / "whole")
    assert looks(more) == looks(tmp_path / "whole") == [7, 11, 15, 17]


def demand_survival(overrides: list[str], whole: Path, moment: str, folder: Path) -> None:
    where = [str(part) for part in (MOMENTS | OF_STAGES)[moment]]
    died = subprocess.run(
        [sys.executable, "-c", DYING, *where, str(folder), "-m", *overrides, f"hydra.sweep.dir={folder}"],
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    finish(f"resume={folder}")
    assert {path.name for path in folder.rglob(".*")} <= {".lock"}  # no temporary file is left
    demand_the_same(folder, whole)


@pytest.mark.slow
@pytest.mark.parametrize("k", range(20))
def test_killed_at_random(untouched: tuple[list[str], Path, float], k: int, tmp_path: Path) -> None:
    """And once more while it resumes."""
    overrides, whole, seconds = untouched
    folder, rng = tmp_path / "killed", random.Random(k)
    for arguments in ([*overrides, f"hydra.sweep.dir={folder}"], [f"resume={folder}"]):
        if arguments[0].startswith("resume") and not (folder / "config.yaml").exists():
            break
        started = subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.2, 1.0) * seconds)
        started.kill()
        started.wait()
    if (folder / "config.yaml").exists():
        finish(f"resume={folder}")
    else:  # it had not begun
        finish(*overrides, f"hydra.sweep.dir={folder}")
        folder = max(tmp_path.glob("killed*"), key=lambda path: path.stat().st_mtime)
    demand_the_same(folder, whole)
