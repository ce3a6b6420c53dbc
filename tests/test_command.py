"""The command as people meet it: in a terminal, in a pipe, with mistakes, interrupted."""

import os
import pty
import re
import shlex
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
from harness.results.files import load

COMMAND = [sys.executable, "-m", "harness"]
QUICK = ["objective=rosenbrock", "steps=50", "seeds=2"]
CONTROL = re.compile(r"\x1b|\r")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["optimizer=adamm"], "optimizer=adamm: no such optimizer (did you mean adam?); choices: accsgd, "),
        (["objective=bale"], "objective=bale: no such objective (did you mean beale?)"),
        (["optimizer=variant/adam_bok"], "optimizer=variant/adam_bok: no such optimizer"),
        (["optimizer=ADAM"], "(did you mean adam?)"),
        (["optimizer.lrr=1"], "optimizer.lrr: no such setting (did you mean lr?); choices: lr"),
        (["optimizer.momentum=0.9"], "optimizer.momentum: no such setting; choices: lr"),
        (["stepps=9"], "stepps: no such setting (did you mean steps?)"),
        (["optimizer.inner.lr=1"], "optimizer.inner: no such setting; choices: lr"),
        (["optimizer.lr=abc"], "optimizer: SGD.lr must be a number, or one number per run; got 'abc'"),
        (["optimizer.lr=null"], "SGD.lr must be a number"),
        (["optimizer.lr=-1"], "optimizer: SGD.lr must be at least 0; got -1"),
        (["optimizer=momentum", "optimizer.momentum=1.5"], "Momentum.momentum must be in [0, 1); got 1.5"),
        (["steps=0"], "steps must be an integer from 1 to 1,000,000,000,000; got 0"),
        (["steps=abc"], "steps must be an integer from 1 to 1,000,000,000,000; got 'abc'"),
        (["records=0"], "records must be an integer from 1 to 1,000,000; got 0"),
        (["seeds=0"], "seeds must be a number from 1 to 1,000,000 or a list like [3,5]; got 0"),
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
        (["schedule=null"], "schedule=null: choose one of chain, "),
        (["+schedule@schedules.momentum=linear"], "schedules.momentum: the optimizer has no momentum to schedule"),
        (["experiment=nope"], "experiment=nope: no such experiment; choices: book_batch_norm, "),
        (["hydra.run.dir=/proc/nope/x"], "/proc/nope"),
        (["hydra/launcher=joblib"], "hydra/launcher is not used here"),
        (["hydra.sweeper.n_jobs=2"], "hydra.sweeper.n_jobs is not used here"),
        (["hydra.job.chdir=true"], "hydra.job.chdir is not used here"),
        (["hydra.searchpath=[x]"], "hydra.searchpath is not used here; add your configs with --config-dir"),
        (["hydra.sweep.dir=x"], "hydra.sweep.dir: this is a run; use hydra.run.dir"),
        (["-m", "hydra.run.dir=x"], "hydra.run.dir: this is a sweep; use hydra.sweep.dir"),
        (["~optimizer"], "optimizer: there is none; choose one, as in optimizer=NAME"),
        (["~objective"], "objective: there is none"),
        (["~dataset"], "dataset"),
        (["-m", "optimizer=glob(zz*)"], "optimizer=glob(zz*): no value, so nothing to compare"),
        (["=3"], "=3: an override is a text like optimizer=adam"),
        (['cells=["\'"]'], 'cells: "\'": No closing quotation'),
        (["steps=1000000000000000000000"], "steps must be an integer from 1 to 1,000,000,000,000"),
        (["seeds=100000000"], "seeds must be a number from 1 to 1,000,000 or"),
        (["trust=null"], "trust=null: give a package"),
        (["trust=a,b"], "trust=a,b: give a package"),
        (["dataset.validation=0.0001"], "of 1797 rows, 359 for test and 0 for validation leave a split empty"),
        (["dataset.test=abc"], "test must be a number in (0, 1); got 'abc'"),
        (["objective=ellipsoid", "objective.condition=null"], "Ellipsoid.condition must be a number of at least 1"),
        (["objective.activation=[relu]"], "MLP.activation must be relu, tanh, sigmoid or gelu; got ['relu']"),
        (["optimizer.lr=???"], "optimizer.lr"),
        (["~steps"], "steps: it cannot be left out"),
        (
            ["schedule=step", "schedules.lr.every=10"],
            "schedules.lr: Step.every must be in (0, 1], a share of the run, or in steps with unit=steps; got 10",
        ),
        (["schedule=cosine", "schedules.lr.end=[0.1,0.9]", "seeds=2"], "to compare: -m schedules.lr.end=0.1,0.9"),
        (['cells=["optimizer=adam seeds=9"]'], "seeds is one setting of the whole sweep"),
        (["--config-dir", "nowhere"], "--config-dir nowhere: no such folder"),
        (["--config-path", "x"], "--config-path: our conf/ stays"),
        (["--config-name", "x"], "--config-name: there is one config"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["bogus"], "bogus: an override names a value, as in optimizer=adam"),
        (["optimizer=é"], """optimizer=é: put it in quotes, as in "optimizer='é'\""""),
        (["optimizer='é'"], "optimizer=é: no such optimizer; choices: accsgd"),
        (["=adam"], "=adam: an override is a text like optimizer=adam"),
        (["a b=3"], "a b=3: not an override as Hydra reads them"),
        (["cells=[a]"], "a: an override names a value"),
        (["hydra.run.dir="], "hydra.run.dir: an output folder needs a name"),
        (["hydra.run.dir=null"], "hydra.run.dir: an output folder needs a name; got None"),
        (["hydra.run.dir=/", "objective=valley"], "/: an output folder needs a name"),
        (["objective=valley", "steps=5", "++steps=0"], "steps must be an integer from 1 to 1,000,000,000,000; got 0"),
        (["-m", "optimizer=adam,sgd", "optimizer._target_=harness.optimizers.adam.Adam"], "optimizer is enumerated"),
        (["optimizer._target_=os.system"], "os.system"),
        (["optimizer._target_=objectives.functions.curved_valleys.Beale"], "optimizer:"),
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


@pytest.mark.parametrize("objectives", ["sphere,mlp", "mlp,sphere"])
def test_a_sweep_over_different_problems_compares_only_what_is_comparable(objectives: str) -> None:
    done = piped("-m", f"objective={objectives}", "optimizer=adam,sgd", "steps=30")
    assert (done.returncode, done.stderr) == (0, "")
    problems = [line for line in done.stdout.splitlines() if line.startswith(("sphere: ", "mlp: "))]
    assert len(problems) == 2
    assert "their commands: column overrides of cells.csv" in done.stdout
    terminal = Terminal("-m", f"objective={objectives}", "optimizer=adam,sgd", "steps=300", columns=120)
    assert terminal.end() == 0


def test_the_rerun_line_reruns(tmp_path: Path) -> None:
    (tmp_path / "my conf" / "optimizer").mkdir(parents=True)
    (tmp_path / "my conf" / "optimizer" / "fast.yaml").write_text("defaults: [adam, _self_]\nlr: 0.05\n")
    sweep = ["-m", "--config-dir", "my conf", "optimizer=fast,sgd", "objective.start=[1, 2]", "objective=sphere"]
    assert main([*sweep, "steps=20", "seeds=1", "optimizer.lr=0.1"]) == 0
    best = min(load("last").runs, key=lambda run: run["loss"])
    shown = subprocess.run([sys.executable, "-m", "harness.show", "last"], capture_output=True, text=True, check=True)
    (line,) = re.findall(r"rerun the first: python -m harness (.*)", shown.stdout)
    assert main(shlex.split(line)) == 0
    assert load("last").runs[0]["loss"] == best["loss"]


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


def test_the_last_of_two_values_wins(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, steps in ((["steps=5", "++steps=7"], 7), (["++steps=7", "steps=5"], 5), (["steps=5", "steps=6"], 6)):
        assert main(["objective=valley", *arguments]) == 0
        assert load("last").config["steps"] == steps


def test_classes_typed_inside_each_other_and_enumerated() -> None:
    nested = ["optimizer._target_=harness.optimizers.wrappers.Clip", "optimizer.inner.lr=0.1"]
    nested.insert(1, "optimizer.inner._target_=harness.optimizers.adam.Adam")
    assert main([*QUICK, *nested]) == 0
    assert load("last").config["optimizer"]["inner"] == {"_target_": "harness.optimizers.adam.Adam", "lr": 0.1}
    Path("mine.py").write_text("from objectives.functions.quadratics import Sphere\nclass Bowl(Sphere):\n    pass\n")
    done = piped("-m", "objective._target_=mine.Bowl,objectives.functions.quadratics.Sphere", "steps=3")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_that_ends_early_leaves_no_empty_folder() -> None:
    process = subprocess.Popen(
        [*COMMAND, "optimizer=adam", "steps=10000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while not list(Path("outputs").glob("runs/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)  # the impatient way
    process.communicate(timeout=60)
    assert process.returncode == 130
    for folder in Path("outputs").glob("runs/*"):
        assert (folder / "summary.json").is_file()


def test_a_folder_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "hydra.run.dir=here/${now:%Y}"]) == 0
    assert load(f"here/{time.strftime('%Y')}").runs
    assert main(["-m", *QUICK, "optimizer=sgd,adam", "hydra.sweep.dir=there"]) == 0
    assert main(["-m", *QUICK, "optimizer=sgd,adam", "hydra.sweep.dir=there"]) == 0
    assert load("there_2").cells


def test_an_objective_that_breaks_its_contract_is_told_so(tmp_path: Path) -> None:
    """Each slip in words, before a folder is made."""
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "from objectives.base import Objective\n"
        "class Good(Objective):\n"
        "    def init(self, seeds): return {'x': np.ones((len(seeds), 2))}\n"
        "    def loss_and_grads(self, p, step, seeds): return (p['x']**2).sum(axis=1), {'x': 2 * p['x']}\n"
        "    def evaluate(self, p, split): return {'loss': (p['x']**2).sum(axis=1), 'size': abs(p['x']).max(axis=1)}\n"
        "class Named(Good):\n"
        "    def loss_and_grads(self, p, step, seeds): return (p['x']**2).sum(axis=1), {'y': 2 * p['x']}\n"
        "class Summed(Good):\n"
        "    def loss_and_grads(self, p, step, seeds): return (p['x']**2).sum(), {'x': 2 * p['x']}\n"
        "class Lossless(Good):\n"
        "    def evaluate(self, p, split): return {'accuracy': p['x'][:, 0]}\n"
        "class Listed(Good):\n"
        "    def init(self, seeds): return [1.0]\n"
    )
    for name, words in [
        ("Named", "gradients named and shaped as the params: x (2, 2)"),
        ("Summed", "one number per run"),
        ("Lossless", "at least a loss"),
        ("Listed", "Listed.init must return a dict of float arrays"),
    ]:
        done = piped(f"objective._target_=mine.{name}", "steps=3")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert words in done.stderr
        assert not Path("outputs").exists()
    done = piped("objective._target_=mine.Good", "steps=30", "optimizer=sgd")
    assert (done.returncode, done.stderr) == (0, "")
    assert "mine.Good" in done.stdout
    assert "size" in done.stdout, "metrics of one's own are shown"


def test_own_objective_typed_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from dataclasses import dataclass\n"
        "from objectives.functions.quadratics import Sphere\n"
        "@dataclass\n"
        "class Bowl(Sphere):\n"
        "    height: float = 0.0\n"
    )
    script = [str(Path(sys.executable).with_name("harness"))]
    for command in (COMMAND, script):
        arguments = ["objective._target_=mine.Bowl", "objective.height=2.5", "steps=3", "seeds=1"]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "mine.Bowl" in done.stdout, "what ran is named"
        assert load("last").config["objective"] == {"_target_": "mine.Bowl", "height": 2.5}


class Terminal:
    """A pseudo-terminal with the command in it, and the screen that it draws."""

    def __init__(self, *arguments: str, columns: int = 80, **environment: str) -> None:
        self.screen = pyte.Screen(columns, 30)
        self.stream = pyte.ByteStream(self.screen)
        self.seen: list[str] = []
        self.raw = b""
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
        outer = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}  # of test workers
        env = {**outer, "TERM": "xterm-256color", **environment}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
            preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C typed here reaches it
        )  # fmt: skip
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
    assert "…" not in last, "nothing is cut off"
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
    assert "evals" in last
    assert ("loss so far" in last) == (columns == 120)


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
        os.write(terminal.master, b"\x03")
        assert terminal.end() == 130
        last = "\n".join(terminal.screen.display)
        assert "interrupted" in last
        assert "Traceback" not in last
        assert "╭" not in last
        assert last.count(" seeds · ") == 1, "the echo of ^C leaves no litter"
        found = load("last")
        assert found.summary["interrupted"]
        assert {run["state"] for run in found.runs} == {"interrupted"}
        assert all(0 < run["steps"] < 100000 for run in found.runs)


def interruptible() -> None:
    """In the child: a shell lets its background jobs ignore Ctrl-C, and their children with them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def begun(*arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*COMMAND, *arguments], stdout=pipe, stderr=pipe, text=True, preexec_fn=interruptible)


@pytest.mark.parametrize("delay", [0.4, 0.6, 0.8, 1.0])
def test_ctrl_c_before_the_first_record(delay: float) -> None:
    process = begun("optimizer=adam", "steps=30000")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT), err  # which a shell shows as 130, too
    assert "Traceback" not in err


def test_ctrl_c_while_starting_is_quiet_too() -> None:
    """From our first line on. Before it, Python handles the signal itself, and now and then swallows it."""
    process = begun("optimizer=adam")
    status, caught = Path(f"/proc/{process.pid}/status"), []
    while status.exists() and caught != [True, False]:
        (mask,) = re.findall(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE)
        now = bool(int(mask, 16) >> (signal.SIGINT - 1) & 1)
        caught += [now] if now != (caught[-1] if caught else False) else []
    if not caught:  # no Linux
        time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert "Traceback" not in err
