"""Whole processes, interpreter and imports included, in a terminal, where our table moves as users see it."""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

from harness import make
from tests.benchmarks import peers
from tests.benchmarks.measure import Contender, Disagreement, Outcome

ROOT = Path(__file__).parents[2]
COLUMNS, LINES = 100, 30
TRIVIAL = """\
import hydra


@hydra.main(version_base=None, config_path=None)
def main(config):
    print(config)


main()
"""


class Finished(NamedTuple):
    """Seconds that a process took, and all that it wrote."""

    seconds: float
    shown: str


def process(*arguments: str, folder: str) -> Finished:
    """Python with these arguments, in a terminal where the system has one; a RuntimeError with its last words."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    command = [sys.executable, *arguments]
    begun = perf_counter()
    if os.name == "nt":
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        code, shown = done.returncode, done.stdout + done.stderr
    else:
        code, shown = _in_a_terminal(command, folder, environment)
    seconds, text = perf_counter() - begun, shown.decode(errors="replace")
    if code:
        raise RuntimeError(f"{' '.join(arguments)}: {text[-2000:]}")
    return Finished(seconds, text)


def _in_a_terminal(command: Sequence[str], folder: str, environment: dict[str, str]) -> tuple[int, bytes]:
    """Exit code, and what the terminal received."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    child = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while some := os.read(ours, 1 << 16):
            shown += some
    except OSError:  # how Linux says that nobody has the other end open
        pass
    os.close(ours)
    return child.wait(), shown


def sweep(*overrides: str, check: bool = False) -> Contender:
    """Our command, everything on; with `check`, some of its losses computed again by the book's loop."""

    def run() -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            took = process("-m", "harness", "-m", *overrides, f"hydra.sweep.dir={folder}/s", folder=folder)
            if os.name != "nt" and "\x1b[" not in took.shown:
                raise RuntimeError("no table moved in the terminal")
            if check:
                demand_the_books_losses(Path(folder) / "s")
            return Outcome(took.seconds)

    return run


def demand_the_books_losses(folder: Path, trials: int = 3, tolerance: float = 1e-6) -> None:
    """Adam on 2-D Rosenbrock: the losses of the first trials in runs.csv, or a Disagreement. Losses below 1e-12 are
    rounding."""
    with (folder / "runs.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["trial"]) < trials]
    objective = make("objective", "rosenbrock", dim=2)
    for row in rows:
        start = objective.init(np.array([int(row["seed"])]))["x"][0]
        again = float(peers.rosenbrock(peers.book_run(start, float(row["optimizer.lr"]), int(row["steps"]))))
        if not abs(float(row["loss"]) - again) <= tolerance * again + 1e-12:
            raise Disagreement(f"trial {row['trial']} ended at {row['loss']}, in the book's loop at {again!r}")


class Overhead:
    """A sweep, and what of it was training: two contenders that share each process."""

    def __init__(self, *overrides: str) -> None:
        self.overrides, self.training = overrides, 0.0

    def whole(self) -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            took = process("-m", "harness", "-m", *self.overrides, f"hydra.sweep.dir={folder}/s", folder=folder)
            with (Path(folder) / "s" / "timings.csv").open(newline="") as file:
                self.training = sum(float(row["seconds"]) for row in csv.DictReader(file))
            return Outcome(took.seconds)

    def trained(self) -> Outcome:
        return Outcome(self.training)


def single(*overrides: str) -> Contender:
    """Our command, one config."""

    def run() -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            arguments = ("-m", "harness", *overrides, f"hydra.run.dir={folder}/s")
            return Outcome(process(*arguments, folder=folder).seconds)

    return run


def program(*arguments: str) -> Contender:
    """One of tests.benchmarks.programs."""

    def run() -> Outcome:
        with tempfile.TemporaryDirectory() as folder:
            return Outcome(process("-m", "tests.benchmarks.programs", *arguments, folder=folder).seconds)

    return run


def on_a_line(name: str, few: int, more: int, trials: int) -> Contender:
    """A program too slow for all trials: the line through two sizes, so that its start is counted once."""
    short, long = program(name, str(few)), program(name, str(more))

    def run() -> Outcome:
        a, b = short().cost, long().cost
        return Outcome(a + (b - a) / (more - few) * (trials - few))

    return run


def times(factor: float, contender: Contender) -> Contender:
    """The same work so many times over, by its cost."""
    return lambda: Outcome(factor * contender().cost)


def trivial_hydra() -> Outcome:
    """The smallest program on Hydra."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "trivial.py").write_text(TRIVIAL)
        return Outcome(process("trivial.py", folder=folder).seconds)
