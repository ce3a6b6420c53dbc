"""Both engines, every optimizer: python -m tests.engines compare|theorem|bits [names] (needs the extra [jax])

compare  how far jax's params are from NumPy's, relative to the largest of a run, after some steps (minutes)
theorem  populations of 1 to 1000 runs, in any places, in one thread, two and another process: the same bits (minutes)
bits     how many optimizers have NumPy's bits in float64 with engine.bits=numpy
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from harness import make
from harness.engines import Jax
from harness.running.engine import Engine
from objectives.arrays import Array
from objectives.base import Objective
from tests.support import options

STEPS, SCALE = 20, 0.02  # of the declared lr, so that runs stay finite
LESS = {"qhm": 1e-2, "schedule_free_sgd": 1e-2}  # of those whose declared lr is larger than that of others
SIZES = (1, 2, 3, 8, 64, 1000)
NETWORKS = ("adam", "momentum", "lion", "lamb", "clip", "shampoo", "radam", "adagrad")

PROBLEMS: dict[str, Callable[..., Objective]] = {
    "2-D": partial(make, "objective", "rosenbrock"),
    "100-D": partial(make, "objective", "rosenbrock", dim=100),
    "MLP": lambda **fields: network(**fields),
    "noisy": lambda **fields: make("objective", "gaussian_noise", inner=make("objective", "rosenbrock", **fields)),
    "remembers": lambda **fields: network(batch_norm=True, **fields),
}


def network(**fields: Any) -> Objective:
    """On the digits, in float64 unless it is said."""
    made: Objective = make(
        "objective", "mlp", **{"dataset": make("dataset", "digits"), "hidden": [20], "dtype": "float64", **fields}
    )
    return made


def optimizer_of(name: str, rows: Array) -> Any:
    """With an lr for every run."""
    made = link = make("optimizer", name, runs=len(rows))
    while link is not None:
        if "lr" in vars(link):
            link.lr = SCALE * LESS.get(name, 1) * link.lr * (1 + rows % 64 / 64)
        link = getattr(link, "inner", None)
    return made


def finals(objective: Objective, name: str, rows: Array, blocks: Any, steps: int = STEPS) -> Array:
    """The params (runs, size) where these runs end."""
    engine = Engine(objective, optimizer_of(name, rows), rows % 64, steps, 1, keep=True, compiled=blocks)
    list(engine.advance())
    engine.finish(test=False)
    if not engine.trace.finals:  # all diverged
        return np.full((len(rows), 1), np.nan)
    return np.concatenate([p.reshape(len(p), -1) for p in engine.trace.finals.values()], axis=1)


def compare(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A row for each optimizer: the largest relative difference on each problem."""
    from harness.running.compiled import Programs

    made = {name: problem() for name, problem in PROBLEMS.items()}
    for name in names:
        row = []
        for problem, objective in made.items():
            one = finals(objective, name, np.arange(3), None)
            other = finals(objective, name, np.arange(3), Programs().of(problem))
            finite = np.isfinite(one).all(axis=1)  # runs that diverge show nothing
            far = np.abs(other - one)[finite] / np.abs(one[finite]).max(axis=1, keepdims=True, initial=0)
            row.append(f"{far.max():.0e}" if finite.any() else "diverged")
        yield name, row


def theorem(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A row for each optimizer: exact, or the sizes of populations that were not."""
    from harness.running.compiled import Programs, block

    for name in names:
        row = []
        for dim, dtype in ((2, "float64"), (2, "float32"), (100, "float64"), (100, "float32")):
            objective = make("objective", "rosenbrock", dim=dim, dtype=dtype)
            row.append(exact(objective, name, SIZES, Programs().of(f"{dim} {dtype}"), block))
        if name in NETWORKS:
            row.append(exact(network(dtype="float32"), name, SIZES[:4], Programs().of("MLP"), block))
        yield name, row


def exact(objective: Objective, name: str, sizes: Sequence[int], blocks: Any, threads: Any) -> str:
    """What is not exact, or a digest that another process shall find, too."""
    everybody = np.arange(max(sizes))
    whole, order = finals(objective, name, everybody, blocks), np.random.default_rng(0).permutation(everybody)
    wrong = [str(n) for n in sizes if not same(finals(objective, name, everybody[:n], blocks), whole[:n])]
    wrong += [] if same(finals(objective, name, order, blocks), whole[order]) else ["places"]
    before, threads.cores = threads.cores, lambda: 1
    try:
        wrong += [] if same(finals(objective, name, everybody, blocks), whole) else ["threads"]
    finally:
        threads.cores = before
    return ", ".join(wrong) or hashlib.sha256(whole.tobytes()).hexdigest()[:8]


def same(one: Array, other: Array) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def bits(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """A row for each optimizer: whether the bits are NumPy's."""
    from harness.running.compiled import Programs

    for name in names:
        row = []
        for dim in (2, 100):
            objective = make("objective", "rosenbrock", dim=dim)
            one, other = (finals(objective, name, np.arange(32), b, 200) for b in (None, Programs().of(str(dim))))
            finite = np.isfinite(one).all(axis=1)  # runs that diverge show nothing
            row.append("diverged" if not finite.any() else "equal" if same(one, other) else "other bits")
        yield name, row


WORK = {
    "compare": (compare, list(PROBLEMS)),
    "theorem": (theorem, ["2-D", "2-D float32", "100-D", "100-D float32", "MLP float32"]),
    "bits": (bits, ["2-D", "100-D"]),
}


def main(what: str, *names: str) -> None:
    if what not in WORK or not set(names) <= set(options("optimizer")):
        sys.exit(f"{__doc__}")
    work, columns = WORK[what]
    os.environ.setdefault("COLUMNS", "120")
    Jax(bits="numpy" if what == "bits" else "own").prepare()
    chosen = names or tuple(name for name in options("optimizer") if not name.startswith("variant/"))
    table, found = Table("optimizer", *columns, box=None), []
    with threadpool_limits(1), np.errstate(all="ignore"):
        for name, row in work(chosen):
            print(name, *row, flush=True)
            found.append(row)
            table.add_row(name, *row)
    Console().print(table)
    if what == "bits":
        counts = [sum(cell == "equal" for cell in column) for column in zip(*found, strict=True)]
        print("equal:", ", ".join(f"{n} of {len(chosen)} in {c}" for n, c in zip(counts, columns, strict=True)))
    if what == "theorem" and os.environ.get("AGAIN") is None:
        again = subprocess.run(
            [sys.executable, "-m", "tests.engines", what, *chosen[:8]], env={**os.environ, "AGAIN": "1"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        lines = [" ".join((name, *row)) for name, row in zip(chosen[:8], found[:8], strict=True)]
        same_lines = lines == again.stdout.splitlines()[: len(lines)]
        print("another process:", "the same" if same_lines else "OTHER BITS")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["compare"]))
