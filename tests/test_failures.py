"""What an objective may do to itself, and must not do to others: change params, leave, run out of memory."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.command import main
from harness.errors import RunError, UserError
from harness.results import files as results
from tests.support import ONCE

MODULE = '''
import sys
from dataclasses import dataclass
import numpy as np
from objectives.functions.quadratics import Sphere

STEP = 5

@dataclass
class Changing(Sphere):
    """Changes params in place: the textbook's slip."""
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            params["x"] *= 0.5
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Always(Sphere):
    def loss_and_grads(self, params, step, seeds):
        params["x"][...] = 0
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Looking(Sphere):
    def evaluate(self, params, split):
        params["x"] += 1
        return super().evaluate(params, split)

@dataclass
class Leaving(Sphere):
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            sys.exit(0)
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Closing(Sphere):
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            raise GeneratorExit
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Renaming(Sphere):
    """Puts other arrays into the dict that it is given."""
    def loss_and_grads(self, params, step, seeds):
        params["x"] = params["x"] - 2
        return super().loss_and_grads(params, step, seeds)
    def evaluate(self, params, split):
        params["x"] = params["x"] - 2
        return super().evaluate(params, split)

@dataclass
class Copying(Sphere):
    def loss_and_grads(self, params, step, seeds):
        return super().loss_and_grads({"x": params["x"] - 2}, step, seeds)
    def evaluate(self, params, split):
        return super().evaluate({"x": params["x"] - 2}, split)

class End(BaseException):
    """As asyncio's CancelledError: no Exception."""

@dataclass
class Ending(Sphere):
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            raise End("enough")
        return super().loss_and_grads(params, step, seeds)

class Mute(Exception):
    def __str__(self):
        raise KeyError

@dataclass
class Silent(Sphere):
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            raise Mute
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Asking(Sphere):
    """As under a library that has put its own handler in the place of ours."""
    def loss_and_grads(self, params, step, seeds):
        if step >= STEP:
            raise KeyboardInterrupt
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Wrapping(Sphere):
    how: str = "cause"
    def loss_and_grads(self, params, step, seeds):
        if step < STEP:
            return super().loss_and_grads(params, step, seeds)
        lack = MemoryError("Unable to allocate 7.45 GiB")
        if self.how == "cause":
            raise RuntimeError("the layer was not made") from lack
        if self.how == "group":
            raise ExceptionGroup("workers", [ValueError("x"), ExceptionGroup("more", [lack])])
        if self.how == "system":
            raise OSError(12, "Unable to allocate 7.45 GiB")
        try:
            raise lack
        except MemoryError:
            raise RuntimeError("the layer was not made")

@dataclass
class Shutting(Sphere):
    how: str = "close"
    def loss_and_grads(self, params, step, seeds):
        if step == STEP and self.how == "close":
            sys.stdout.close()
        elif step == STEP:
            sys.stdout = None
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Gone(Sphere):
    def __post_init__(self):
        sys.exit(0)

TRIALS = [0]

@dataclass
class Large(Sphere):
    """Fits into the memory for a while."""
    def loss_and_grads(self, params, step, seeds):
        if step == STEP:
            TRIALS[0] += 1
            if TRIALS[0] == 3:
                raise MemoryError("Unable to allocate 7.45 GiB")
        return super().loss_and_grads(params, step, seeds)
'''
QUICK = ("steps=20", "seeds=2", "optimizer=sgd", "trust=mine")
FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz")


@pytest.fixture(autouse=True)
def mine(write_module: Callable[[str, str], None]) -> None:
    write_module("mine", MODULE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Changing", "ValueError: output array is read-only; params are not the objective's to change: work on a copy"),
        ("Leaving", "SystemExit: it called sys.exit(0)"),
        ("Closing", "GeneratorExit"),
        ("Ending", "End: enough"),
        ("Silent", "Mute: which cannot be shown: KeyError"),
    ],
)
def test_a_run_that_breaks_off_has_failed_with_its_message(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"objective._target_=mine.{name}", *QUICK]) == 1
    out, err = capsys.readouterr()
    assert f"cell 0 failed: {told}" in out
    assert "Traceback" not in err
    found = results.load("last")
    assert {run["state"] for run in found.runs} == {"failed"}
    assert main(["-m", "objective._target_=mine.Leaving,objectives.functions.quadratics.Sphere", *QUICK]) == 1
    states = {(run["cell"], run["state"]) for run in results.load("last").runs}
    assert states == {(0, "failed"), (1, "completed")}, "the others go on"


def test_it_is_a_failed_trial_in_a_sweep_that_tunes() -> None:
    found = harness.sweep("objective._target_=mine.Leaving", *QUICK, "trials=4", *ONCE, "batch=2")
    assert [trial["state"] for trial in found.trials] == ["failed"] * 4
    assert set(found.summary["failures"].values()) == {"SystemExit: it called sys.exit(0)"}


@pytest.mark.parametrize("name", ["Always", "Looking"])
def test_an_objective_that_changes_params_at_the_start_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"read-only; params are not the objective's to change"):
        harness.run(f"objective._target_=mine.{name}", *QUICK)
    assert not Path("outputs").exists()


def test_an_objective_may_put_what_it_likes_into_its_dict() -> None:
    """It is its own, and nobody reads it: a step sees what the step before has made, and nothing else."""
    one, other = (harness.run(f"objective._target_=mine.{name}", *QUICK) for name in ("Renaming", "Copying"))
    np.testing.assert_array_equal(one.curves["loss"], other.curves["loss"])
    assert one.curves["loss"][0, -1] < one.curves["loss"][0, 0]


def test_a_constructor_that_leaves_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["objective._target_=mine.Gone", *QUICK]) == 1
    assert capsys.readouterr().err == "harness: the code that was to run ended it: SystemExit: it called sys.exit(0)\n"
    assert not Path("outputs").exists()


def test_too_little_memory_ends_a_run_and_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    import mine  # type: ignore[import-not-found]

    mine.TRIALS[0] = 2
    assert main(["objective._target_=mine.Large", *QUICK]) == 1
    assert capsys.readouterr().err == "harness: not enough memory: Unable to allocate 7.45 GiB\n"
    assert not list(Path("outputs/runs").iterdir())


def test_too_little_memory_is_no_failed_trial() -> None:
    overrides = ["objective._target_=mine.Large", *QUICK, "trials=6", *ONCE, "batch=2", "sampler=random"]
    with pytest.raises(RunError, match=r"not enough memory: Unable to allocate 7.45 GiB; resume=.* goes on"):
        harness.sweep(*overrides)
    (folder,) = Path("outputs/sweeps").iterdir()
    assert len(list((folder / "rounds").iterdir())) == 2, "the batches before"
    resumed = harness.sweep(f"resume={folder}", "trust=mine")  # now there is enough
    assert {trial["state"] for trial in resumed.trials} == {"complete"}
    whole = harness.sweep(*overrides)
    for name in FILES:
        assert (folder / name).read_bytes() == (whole.folder / name).read_bytes(), name


def test_a_reader_that_leaves_costs_no_run() -> None:
    """Neither a closed pipe nor no output at all."""
    for closing in ("| true", ">&-", ">&- 2>&-"):
        command = f"{sys.executable} -m harness -m optimizer=sgd,adam objective=valley records=1000 {closing}"
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert {run["state"] for run in results.load("last").runs} == {"completed"}
        shutil.rmtree("outputs")


@pytest.mark.parametrize(
    "command", ["harness --version", "harness --info all", "harness.zoo schedules", "harness.zoo --json schedules",
                "harness.verify objectives sphere"],
)  # fmt: skip
def test_every_command_says_a_full_disk_and_lets_its_reader_go(command: str) -> None:
    ends = {"> /dev/full": (1, "harness: [Errno 28] No space left on device\n"), "| true": (0, ""), ">&-": (0, "")}
    for end, wanted in ends.items():
        line = f"{sys.executable} -m {command} {end}"
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == wanted, end


@pytest.mark.parametrize("how", ["cause", "context", "group", "system"])
def test_too_little_memory_is_seen_behind_what_others_raise(how: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrapping = ["objective._target_=mine.Wrapping", f"objective.how={how}", *QUICK]
    assert main(wrapping) == 1
    assert capsys.readouterr().err == "harness: not enough memory: Unable to allocate 7.45 GiB\n"
    assert main(["-m", *wrapping, "trials=4", *ONCE, "batch=2", "hydra.sweep.dir=sweep"]) == 1
    assert not list(Path("sweep/rounds").iterdir()), "no failed trial for resume to keep"


@pytest.mark.parametrize("way", [[], ["-m", "trials=2", *ONCE, "hydra.sweep.dir=sweep"]])
def test_an_interrupt_that_the_objective_meets_saves_what_there_is(
    way: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["objective._target_=mine.Asking", *QUICK, "optimizer.lr=0.1", *way]) == 130
    out, err = capsys.readouterr()
    assert "interrupted: what was reached is saved" in out
    assert err == ""
    found = results.load("sweep" if way else "last")
    assert {(run["state"], run["steps"]) for run in found.runs} == {("interrupted", 5)}


def test_from_python_an_interrupt_is_one() -> None:
    with pytest.raises(KeyboardInterrupt):
        harness.run("objective._target_=mine.Asking", *QUICK)


@pytest.mark.parametrize("how", ["close", "none"])
def test_an_objective_that_closes_the_output_costs_no_run(how: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MODULE)
    command = [sys.executable, "-m", "harness", "objective._target_=mine.Shutting", f"objective.how={how}", *QUICK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert {run["state"] for run in results.load("last").runs} == {"completed"}
