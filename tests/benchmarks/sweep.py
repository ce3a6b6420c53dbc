"""`python -m tests.benchmarks.sweep [tune] [scale] [peers]`: what a whole sweep costs, interleaved with its rivals.

tune   5 optimizers x 64 TPE trials x 5 seeds x 1000 steps on 2-D Rosenbrock, against Optuna's own asks and tells
scale  5,000 random and 1,000 TPE trials: time per thousand, memory, and where the time goes
peers  200 trials of Adam with a random lr x 5 seeds x 1000 steps, against the loops that people write with Optuna and
       the book's NumPy, optax or torch (those that are installed; torch is timed on a few trials and scaled up)
"""

import cProfile
import importlib.util
import pstats
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import loops

ROUNDS = 3
TUNE = ["optimizer=sgd,momentum,adagrad,rmsprop,adam", "objective=rosenbrock", "trials=64", "seeds=5", "steps=1000"]
PEERS = ["optimizer=adam", "objective=rosenbrock", "sampler=random", "trials=200", "batch=200", "seeds=5", "confirm=0",
         "optimizer.lr=tag(log,interval(1e-4,1))", "steps=1000"]  # fmt: skip


def process(*arguments: str) -> float:
    """Seconds that a whole process takes, interpreter and imports included."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        root = str(Path(__file__).parents[2])
        subprocess.run(
            [sys.executable, *arguments], check=True, capture_output=True, cwd=folder, env={"PYTHONPATH": root}
        )
        return time.perf_counter() - begun


def ours(*overrides: str) -> float:
    return process("-m", "harness", "-m", *overrides)


def optuna_alone(studies: int, trials: int, sampler: str, batch: int = 16) -> float:
    return process("-m", "tests.benchmarks.loops", "optuna", str(studies), str(trials), sampler, str(batch))


def tune() -> None:
    print("5 cells x 64 TPE trials x 5 seeds x 1000 steps: whole process, seconds")
    pairs = [(ours(*TUNE), optuna_alone(5, 64, "TPESampler")) for _ in range(ROUNDS)]
    for name, values in (("ours", [a for a, _ in pairs]), ("Optuna alone", [b for _, b in pairs]),
                         ("difference", [a - b for a, b in pairs])):  # fmt: skip
        print(f"  {name:14} {statistics.median(values):5.2f}   [{min(values):.2f}, {max(values):.2f}]")
    print(breakdown(TUNE))


def scale() -> None:
    print("5,000 random trials, batch 16: seconds and growth of memory per 1,000 trials")
    print(thousands(["optimizer=adam", "objective=rosenbrock", "sampler=random", "trials=5000", "seeds=5"]))
    print("1,000 TPE trials, batch 16: whole process, seconds")
    arguments = ["optimizer=adam", "objective=rosenbrock", "trials=1000", "seeds=5"]
    pairs = [(ours(*arguments), optuna_alone(1, 1000, "TPESampler")) for _ in range(3)]
    ratios = [a / b for a, b in pairs]
    print(f"  ours {pairs[0][0]:.1f}, Optuna alone {pairs[0][1]:.1f}; ratio {statistics.median(ratios):.2f} {ratios}")
    print(breakdown(arguments))


def thousands(overrides: list[str]) -> str:
    from harness.tuning.tuning import Tuner

    real, told, lines = Tuner._tell, [0], []
    state = {"time": time.perf_counter(), "memory": 0}

    def watching(self: Tuner, trained: object) -> None:
        real(self, trained)  # type: ignore[arg-type]
        told[0] = self._standings[0].trials
        if told[0] // 1000 > len(lines):
            now, memory = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            lines.append(f"  {told[0]:>6} trials   {now - state['time']:5.2f} s   {memory} MB at most")
            state.update(time=now)

    Tuner._tell = watching  # type: ignore[method-assign]
    try:
        inside(overrides)
    finally:
        Tuner._tell = real  # type: ignore[method-assign]
    return "\n".join(lines)


def inside(overrides: list[str]) -> None:
    import harness

    with tempfile.TemporaryDirectory() as folder:
        harness.sweep(*overrides, f"hydra.sweep.dir={folder}/sweep")


def breakdown(overrides: list[str]) -> str:
    """Where the time goes, by a profile, which itself slows Python down: shares, not seconds."""
    profile = cProfile.Profile()
    profile.runcall(inside, overrides)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    parts = {
        "compose": ("cells.py", "enumerated"), "check": ("plan.py", "check"), "ask": ("study.py", "ask"),
        "plan": ("plan.py", "plan"), "run": ("engine.py", "advance"), "compare": ("tuning.py", "_compare"),
        "tell": ("tuning.py", "_tell"), "round files": ("rounds.py", "save"), "files": ("results.py", "write"),
        "read back": ("results.py", "load"),
    }  # fmt: skip
    whole = max(value[3] for value in stats.values())
    found = {
        name: max((v[3] for k, v in stats.items() if k[0].endswith(f"/{file}") and k[2] == call), default=0.0)
        for name, (file, call) in parts.items()
    }
    return "  of it: " + "  ".join(f"{name} {share / whole:.0%}" for name, share in found.items())


def peers() -> None:
    rivals: dict[str, Callable[[], float]] = {"book": lambda: process("-m", "tests.benchmarks.loops", "book", "200")}
    if importlib.util.find_spec("optax"):
        rivals["optax"] = lambda: process("-m", "tests.benchmarks.loops", "optax", "200")
    if importlib.util.find_spec("torch"):
        few = loops.FEW
        rivals["torch"] = lambda: process("-m", "tests.benchmarks.loops", "torch", str(few)) * 200 / few
    print("200 trials x 5 seeds x 1000 steps of Adam, 2-D Rosenbrock: whole process")
    rounds = [{"ours": ours(*PEERS)} | {name: run() for name, run in rivals.items()} for _ in range(ROUNDS)]
    print(f"  ours {statistics.median(r['ours'] for r in rounds):.2f} s")
    for name in rivals:
        ratios = sorted(r[name] / r["ours"] for r in rounds)
        seconds = statistics.median(r[name] for r in rounds)
        middle = statistics.median(ratios)
        print(f"  {name:6} {seconds:7.2f} s   {middle:6.1f} x ours   [{ratios[0]:.1f}, {ratios[-1]:.1f}]")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ["tune", "scale", "peers"]:
        {"tune": tune, "scale": scale, "peers": peers}[wanted]()
