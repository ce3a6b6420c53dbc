"""The command as people meet it: in a terminal, in a pipe, with mistakes, interrupted."""

import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pyte
import pytest

from harness.command import main
from harness.results import load

COMMAND = [sys.executable, "-m", "harness"]
QUICK = ["objective=rosenbrock", "steps=50", "seeds=2"]
CONTROL = re.compile(r"\x1b|\r")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["optimizer=adamm"], "optimizer=adamm: no such optimizer (did you mean adam?); choices: adagrad, adam, clip"),
        (["objective=bale"], "objective=bale: no such objective (did you mean beale?)"),
        (["optimizer=variant/adam_bok"], "optimizer=variant/adam_bok: no such optimizer"),
        (["optimizer.lrr=1"], "optimizer.lrr: no such setting (did you mean lr?); choices: lr"),
        (["optimizer.momentum=0.9"], "optimizer.momentum: no such setting; choices: lr"),
        (["stepps=9"], "stepps: no such setting (did you mean steps?)"),
        (["optimizer.inner.lr=1"], "optimizer.inner: no such setting; choices: lr"),
        (["optimizer.lr=abc"], "optimizer: SGD.lr must be a number, or one number per run; got 'abc'"),
        (["optimizer.lr=null"], "SGD.lr must be a number"),
        (["optimizer.lr=-1"], "optimizer: SGD.lr must be at least 0; got -1"),
        (["optimizer=momentum", "optimizer.momentum=1.5"], "Momentum.momentum must be in [0, 1); got 1.5"),
        (["steps=0"], "steps must be an integer of at least 1; got 0"),
        (["steps=abc"], "steps must be an integer of at least 1; got 'abc'"),
        (["records=0"], "records must be an integer of at least 1"),
        (["seeds=0"], "seeds must be a number of at least 1 or a list like [3,5]; got 0"),
        (["seeds=[]"], "seeds must be"),
        (["seeds=[1,1]"], "the same seed twice is the same run twice"),
        (["seeds=3,5"], "write the list seeds=[3,5]"),
        (["-m", "seeds=3,5"], "write the list seeds=[3,5]"),
        (["-m", "steps=3,5"], "steps is one setting of the whole sweep; give it one value"),
        (["trials=8"], "trials=8 tunes, which is a sweep; use: python -m harness -m trials=8"),
        (["optimizer=sgd,adam"], "optimizer=sgd,adam asks for several runs; add -m: python -m harness -m"),
        (
            ["-m", "optimizer=sgd,adamm"],
            "in the cell optimizer=adamm: optimizer=adamm: no such optimizer (did you mean",
        ),
        (
            ["-m", "optimizer=momentum,sgd", "optimizer.momentum=0.8"],
            "in the cell optimizer=sgd: optimizer.momentum: no",
        ),
        (["-m", "optimizer.lr=0.1,x"], "in the cell optimizer.lr=x: optimizer: SGD.lr must be a number"),
        (["-m", "optimizer.lr=0.1,0.2", "optimizer.lr=0.3"], "optimizer.lr is given twice"),
        (["-m", "optimizer.lr=0.1,0.1"], "stands there twice"),
        (["objective=beale", "objective.dim=3"], "objective: Beale.dim must be 2; got 3"),
        (["objective=valley", "objective.start=[1,1]"], "the 3 seeds are copies of one run; add seeds=1"),
        (["objective=valley", "dataset=digits"], "dataset=digits: objective=valley uses no dataset"),
        (["schedule=cosin"], "schedule=cosin: no such schedule (did you mean cosine?)"),
        (["schedule=null"], "schedule=null: choose one of constant, cosine"),
        (["+schedule@schedules.momentum=linear"], "schedules.momentum: the optimizer has no momentum to schedule"),
        (["experiment=nope"], "experiment=nope: no such experiment; choices: book_trajectories"),
        (["hydra.run.dir=/proc/nope/x"], "/proc/nope"),
        (["hydra/launcher=joblib"], "hydra/launcher is not used here"),
        (["hydra.sweeper.n_jobs=2"], "hydra.sweeper is not used here"),
        (["--config-dir", "nowhere"], "--config-dir nowhere: no such folder"),
        (["--config-path", "x"], "--config-path: our conf/ stays"),
        (["--config-name", "x"], "--config-name: there is one config"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["bogus"], "Error parsing override 'bogus'"),
        (["optimizer._target_=os.system"], "os.system"),
        (["optimizer._target_=objectives.curved.Beale"], "optimizer:"),
        (["cells=[3]"], "cells must be a list of lines of overrides; got [3]"),
        (["save_params=1"], "save_params must be true or false; got 1"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(arguments)
    except SystemExit as stop:  # argparse
        code = int(str(stop.code))
    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith("harness: ")
    assert line in err
    assert err.count("\n") == 1
    assert out == ""
    assert not Path("outputs").exists(), "nothing is claimed before everything is checked"


def test_an_output_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("outputs").write_text("a file")
    assert main(QUICK) == 2
    assert "cannot write there" in capsys.readouterr().err


def test_verbose_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimizer.lr=abc", "hydra.verbose=true"]) == 2
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert err.splitlines()[-1].startswith("harness: ")


def piped(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def test_piped_output_is_plain_and_says_where_the_files_are() -> None:
    for arguments in (["optimizer=adam", *QUICK], ["-m", "optimizer=sgd,adam", *QUICK]):
        done = piped(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert not CONTROL.search(done.stdout)
        (folder,) = set(re.findall(r"outputs/\w+/[\d_-]+", done.stdout))
        assert load(folder).runs
        again = subprocess.run(
            [sys.executable, "-m", "harness.show", folder], capture_output=True, text=True, check=True
        )
        assert again.stdout == done.stdout
        assert (
            subprocess.run(
                [sys.executable, "-m", "harness.show", "last"], capture_output=True, text=True, check=True
            ).stdout
            == done.stdout
        )


def test_an_ascii_terminal_is_no_reason_to_fail() -> None:
    done = piped(*QUICK, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_leaves_is_no_reason_to_fail() -> None:
    process = subprocess.Popen([*COMMAND, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_show_without_a_folder() -> None:
    assert subprocess.run([sys.executable, "-m", "harness.show"], capture_output=True, check=False).returncode == 2
    done = subprocess.run([sys.executable, "-m", "harness.show", "x"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "harness: x: no finished run or sweep there (no summary.json)\n")


def test_help_names_every_group_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for text in (
        "python -m harness optimizer=adam",
        "objective: ",
        "rosenbrock",
        "variant/adam_book",
        "book_trajectories",
    ):
        assert text in out


def test_cfg_prints_what_would_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cfg", "job", "optimizer=adam", "optimizer.lr=0.25", "--package", "optimizer"]) == 0
    assert "lr: 0.25" in capsys.readouterr().out
    assert main(["--cfg", "job", "--resolve", "schedule=cosine", "steps=77"]) == 0
    assert "length: 77" in capsys.readouterr().out
    assert main(["--info", "searchpath"]) == 0
    assert "conf" in capsys.readouterr().out
    assert not Path("outputs").exists()


def test_flags_may_stand_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimizer=sgd,adam", "-m", *QUICK]) == 0
    assert "2 cells" in capsys.readouterr().out


def test_a_folder_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "hydra.run.dir=here/${now:%Y}"]) == 0
    assert load(f"here/{time.strftime('%Y')}").runs
    assert main(["-m", *QUICK, "optimizer=sgd,adam", "hydra.sweep.dir=there"]) == 0
    assert main(["-m", *QUICK, "optimizer=sgd,adam", "hydra.sweep.dir=there"]) == 0
    assert load("there_2").cells


def test_own_objective_typed_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\n"
        "from objectives.quadratic import Sphere\n"
        "@dataclass\n"
        "class Bowl(Sphere):\n"
        "    pass\n"
    )
    done = piped("objective=sphere", "objective._target_=mine.Bowl", "steps=3", "seeds=1")
    assert (done.returncode, done.stderr) == (0, "")


class Terminal:
    """A pseudo-terminal with the command in it, and the screen that it draws."""

    def __init__(self, *arguments: str, columns: int = 80, **environment: str) -> None:
        self.screen = pyte.Screen(columns, 30)
        self.stream = pyte.ByteStream(self.screen)
        self.seen: list[str] = []
        self.raw = b""
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", **environment}
        self.process = subprocess.Popen([*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=env)
        os.close(slave)

    def read(self, until: str = "", timeout: float = 60) -> str:
        """Follow the screen until it shows a text, or until the command ends."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the other side is closed
                break
            if not data:
                break
            self.raw += data
            self.stream.feed(data)
            self.seen.append("\n".join(self.screen.display))
            if until and until in self.seen[-1]:
                break
        return "\n".join(self.screen.display)

    def end(self) -> int:
        """Read to the end; the exit code."""
        self.read()
        code = self.process.wait(timeout=60)
        os.close(self.master)
        return code


@pytest.mark.parametrize("columns", [80, 120])
def test_one_run_in_a_terminal(columns: int) -> None:
    terminal = Terminal("optimizer=adam", "steps=600", columns=columns)
    shown = terminal.read(until="steps/s")
    assert "adam · mlp on digits · 3 seeds · 600 steps" in shown
    assert terminal.end() == 0
    live = "\n".join(terminal.seen)
    for text in ("╭", "of 600", "accuracy", "diverged 0 of 3"):
        assert text in live
    last = "\n".join(terminal.screen.display)
    assert "test accuracy" in last
    assert "╭" not in last, "the panel makes room for the summary"
    assert "outputs/runs/" in last


@pytest.mark.parametrize("columns", [80, 120])
def test_a_sweep_in_a_terminal(columns: int) -> None:
    terminal = Terminal(
        "-m", "optimizer=sgd,adam", "optimizer.lr=0.1,0.01", "steps=300", columns=columns
    )  # fmt: skip
    shown = terminal.read(until="median loss")
    assert "4 cells · mlp on digits" in shown
    assert terminal.end() == 0
    last = "\n".join(terminal.screen.display)
    assert "rerun the first: python -m harness" in last
    rows = [line for line in last.splitlines() if re.match(r"(adam|sgd) ", line)]
    losses = [float(re.findall(r"\d\.\d+(?:e-\d+)?", line)[1]) for line in rows]
    assert losses == sorted(losses)
    assert len(rows) == 4
    assert ("div." in last) == (columns == 120) or "interval" not in last


def test_no_color_is_respected() -> None:
    colour = re.compile(rb"\x1b\[[0-9;]*(3[0-7]|38;5|38;2|9[0-7])[0-9;]*m")
    for environment, expected in (({}, True), ({"NO_COLOR": "1"}, False)):
        terminal = Terminal("-m", "optimizer=sgd,adam", "steps=300", **environment)
        assert terminal.end() == 0
        assert bool(colour.search(terminal.raw)) is expected


def test_ctrl_c_stops_at_the_next_record_and_saves() -> None:
    for arguments in (["optimizer=adam"], ["-m", "optimizer=adam,sgd"]):
        terminal = Terminal(*arguments, "steps=100000", "records=2000")
        terminal.read(until="steps/s")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
        last = "\n".join(terminal.screen.display)
        assert "interrupted" in last
        assert "Traceback" not in last
        found = load("last")
        assert found.summary["interrupted"]
        assert {run["state"] for run in found.runs} == {"interrupted"}
        assert all(0 < run["steps"] < 100000 for run in found.runs)


def test_ctrl_c_while_starting_is_quiet_too() -> None:
    process = subprocess.Popen([*COMMAND, "optimizer=adam"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(0.15)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)  # before our first line runs, Python itself ends the process
    assert process.returncode == -signal.SIGINT or "Traceback" not in err
