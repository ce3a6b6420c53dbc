"""`python -m tests.benchmarks.growth [runs dims steps seeds trials cells] [--json] [--most N]`: how cost grows.

Each size in a process of its own, as peak memory is a process's. Superlinear is said of what grows, over the last step
in size, faster than size^1.1.
"""

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from tests.benchmarks.measure import clock, one_core

STEEP = 1.1  # the exponent from which seconds or bytes are called superlinear
FIXED = 3.0  # times the cost of the least size, below which growth is not judged


class Point(NamedTuple):
    """One size: seconds of processor time of the work, and the peak of the whole process in MB."""

    size: int
    seconds: float
    peak: float


SIZES = {
    "runs": [1, 64, 1024, 8192, 65_536],
    "dims": [2, 100, 10_000, 100_000, 1_000_000],
    "steps": [1_000, 10_000, 100_000, 1_000_000],
    "seeds": [10, 100, 1_000, 10_000, 100_000],
    "trials": [200, 2_000, 5_000, 20_000],
    "cells": [1, 10, 50, 200],
}
WORK = {
    "runs": "Adam, 2-D Rosenbrock, 200 steps",
    "dims": "Adam, Rosenbrock, 1 run, 50 steps",
    "steps": "Adam, 2-D Rosenbrock, 2 runs",
    "seeds": "a whole run of Adam on 2-D Rosenbrock, 10 steps",
    "trials": "a sweep, random sampler, 5 seeds, 100 steps, batch 16",
    "cells": "a sweep of Adam, its lr enumerated, 5 seeds, 100 steps",
}


Work = Callable[[], None]


def population(runs: int, dim: int, steps: int) -> Work:
    """In the engine, from its making on."""
    from harness import make
    from harness.running.engine import Engine

    optimizer, objective = make("optimizer", "adam", lr=0.001, runs=runs), make("objective", "rosenbrock", dim=dim)

    def work() -> None:
        for _ in Engine(objective, optimizer, np.arange(runs), steps, 10).advance():
            pass

    return work


def command(multirun: bool, *overrides: str) -> Work:
    """All that the command does, without a screen."""
    import harness

    start, kind = (harness.sweep, "sweep") if multirun else (harness.run, "run")

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            start("optimizer=adam", "objective=rosenbrock", *overrides, f"hydra.{kind}.dir={folder}/s")

    return work


def rates(count: int) -> str:
    return ",".join(f"{10**-k:.6g}" for k in np.linspace(1, 4, count))


MADE: dict[str, Callable[[int], Work]] = {
    "runs": lambda n: population(n, 2, 200),
    "dims": lambda n: population(1, n, 50),
    "steps": lambda n: population(2, 2, n),
    "seeds": lambda n: command(False, f"seeds={n}", "steps=10"),
    "trials": lambda n: command(
        True, f"trials={n}", "sampler=random", "seeds=5", "steps=100", "optimizer.lr=tag(log,interval(1e-4,1))"
    ),
    "cells": lambda n: command(True, f"optimizer.lr={rates(n)}", "seeds=5", "steps=100"),
}


def point(what: str, size: int) -> Point:
    """In this process, which then has no other work: its peak stays."""
    from threadpoolctl import threadpool_limits

    work = MADE[what](size)
    with threadpool_limits(1):
        begun = clock()
        work()
        seconds = clock() - begun
    try:
        import resource
    except ImportError:  # not on Windows
        return Point(size, seconds, float("nan"))
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Point(size, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)


def in_its_own_process(what: str, size: int) -> Point:
    from tests.benchmarks.processes import process

    with tempfile.TemporaryDirectory() as folder:
        shown = process("-m", "tests.benchmarks.growth", "--point", what, str(size), folder=folder).shown
    return Point(*json.loads(shown.strip().splitlines()[-1]))


def verdict(sizes: Sequence[float], costs: Sequence[float]) -> str:
    """Of the last step in size. A fixed cost only makes growth look slower: what is called superlinear is; what is
    mostly fixed cost says nothing.

    >>> verdict([1, 10, 100], [2.0, 11.0, 101.0])
    'size^0.96, linear or less'
    >>> verdict([1, 10, 100], [2.0, 101.0, 10_001.0])
    'size^2.00, SUPERLINEAR'
    """
    if costs[-1] < FIXED * costs[0]:
        return "mostly fixed cost"
    power = math.log(costs[-1] / costs[-2]) / math.log(sizes[-1] / sizes[-2])
    return f"size^{power:.2f}, {'linear or less' if power <= STEEP else 'SUPERLINEAR'}"


def told(name: str, points: Sequence[Point]) -> str:
    lines = [f"{name}: {WORK[name]}"]
    lines += [f"  {p.size:>9,}  {p.seconds:9.3f} s  {1e6 * p.seconds / p.size:12.2f} us each  {p.peak:7.0f} MB"
              for p in points]  # fmt: skip
    if len(points) > 1:
        sizes = [p.size for p in points]
        lines.append(f"  time over the last step: {verdict(sizes, [p.seconds for p in points])}")
        lines.append(f"  memory over the last step: {verdict(sizes, [p.peak for p in points])}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(SIZES)}; all of them if none is named")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--most", type=int, default=10**9, metavar="N", help="leave out larger sizes")
    parser.add_argument("--point", nargs=2, metavar=("WHAT", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.point:
        print(json.dumps(point(given.point[0], int(given.point[1]))))
        return
    if unknown := set(given.what) - set(SIZES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choices: {', '.join(SIZES)}")
    found = {}
    for name in given.what or SIZES:
        found[name] = [in_its_own_process(name, size) for size in SIZES[name] if size <= given.most]
        if not given.json:
            print(told(name, found[name]), flush=True)
    if given.json:
        print(json.dumps({name: [p._asdict() for p in points] for name, points in found.items()}))


if __name__ == "__main__":
    one_core()
    main()
