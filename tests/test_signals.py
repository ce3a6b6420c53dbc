"""What asks us to stop: real signals to real runs, which are waited for until they say something."""

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from harness.errors import UserError
from harness.results.files import load
from harness.running import signals
from tests.support import ONCE

SLOW = """
import time
from objectives.functions.quadratics import Sphere
class Slow(Sphere):
    def loss_and_grads(self, params, step, seeds):
        time.sleep(0.005)
        return super().loss_and_grads(params, step, seeds)
"""
RUN = ("objective._target_=slow.Slow", "optimizer=sgd", "steps=1500", "records=15", "seeds=2")
WAYS = {"run": RUN, "sweep": ("-m", *RUN[:1], "optimizer=sgd,adam", *RUN[2:], "trials=2", *ONCE, "batch=2")}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("names", [["SIGTERM"], ["SIGHUP"], ["SIGINT", "SIGINT", "SIGINT"]])
def test_a_signal_stops_at_the_next_record_and_saves(names: list[str], way: str) -> None:
    Path("slow.py").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *WAYS[way]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    before = process.stdout.readline() if way == "sweep" else ""
    first = process.stdout.readline()
    for name in names:
        process.send_signal(getattr(signal, name))
        time.sleep(0.05)  # two that wait are one; half a second passes before the next record
    out, err = process.communicate(timeout=60)
    assert before.startswith("1 tuning of 2 cells" if way == "sweep" else "")
    assert "slow.Slow" in first
    assert process.returncode == 128 + getattr(signal, names[0])
    assert err == ""
    assert "interrupted: what was reached is saved" in out
    found = load("last")
    assert found.summary["interrupted"]
    assert {run["state"] for run in found.runs} == {"interrupted"}
    assert all(0 < run["steps"] < 1500 for run in found.runs)
    if way == "sweep":
        assert "no batch of trials has ended: what is shown is unfinished, and ranks nothing" in out
        assert "nan" not in out
        assert {trial["state"] for trial in found.trials} == {"interrupted"}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_is_only_being_prepared_is_left_at_once(name: str) -> None:
    Path("slow.py").write_text(
        "import time\nfrom objectives.functions.quadratics import Sphere\nclass Slow(Sphere):\n"
        "    def __post_init__(self):\n        print('here', flush=True)\n        time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(getattr(signal, name))
    try:
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, err) == (128 + getattr(signal, name), "harness: interrupted\n")
    assert not Path("outputs").exists()


def test_a_signal_that_nobody_notes_is_met_as_before() -> None:
    with pytest.raises(KeyboardInterrupt), signals.leaving():
        signal.raise_signal(signal.SIGINT)
    code = "import signal\nfrom harness.running.signals import leaving\n"
    code += "with leaving(): signal.raise_signal(signal.SIGTERM)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGTERM


def test_a_timeout_that_a_batch_outlasts_stops_it_at_a_record_and_says_what_to_type() -> None:
    Path("slow.py").write_text(SLOW)
    command = [sys.executable, "-m", "harness", *WAYS["sweep"], "timeout=1", "hydra.sweep.dir=sweep"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    told = "no batch of trials has ended: what is shown is unfinished, and ranks nothing; with resume=, type a larger"
    assert f"{told} timeout=" in done.stdout
    assert "nan" not in done.stdout
    found = load("sweep")
    assert {run["state"] for run in found.runs} == {"interrupted"}
    assert all(0 < run["steps"] < 1500 for run in found.runs)


def test_a_signal_waits_for_the_files_and_is_then_met_as_before() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    try:
        with signals.waiting():
            signal.raise_signal(signal.SIGTERM)
            assert came == []
        assert came == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with signals.noted() as came:
            signal.raise_signal(signal.SIGHUP)
        assert came == []
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_is_closed_costs_no_run() -> None:
    """Its SIGHUP comes, and then nothing can be written there."""
    Path("slow.py").write_text(SLOW)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *RUN], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while b"steps/s" not in shown:
        shown += os.read(master, 65536)
    os.close(master)
    assert process.wait(timeout=60) == 128 + signal.SIGHUP
    assert {run["state"] for run in load("last").runs} == {"interrupted"}


def test_what_cleaning_up_makes_of_an_interrupt_is_one() -> None:
    """Omegaconf's flags are None for a moment: who is interrupted there sees an AttributeError."""

    def interrupted() -> None:
        try:
            try:
                raise KeyboardInterrupt
            finally:
                None.flags  # type: ignore[attr-defined]  # noqa: B018
        except AttributeError as error:
            raise UserError("a line about it") from error

    with pytest.raises(KeyboardInterrupt), signals.leaving():
        interrupted()
    with pytest.raises(UserError, match="its own"), signals.leaving():
        raise UserError("its own")
