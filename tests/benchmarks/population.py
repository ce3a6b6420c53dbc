"""`python -m tests.benchmarks.population`: a population against the loop of Deep Learning from Scratch.

The same work, both on one core, interleaved in one process; the median of the paired ratios is printed, because this
machine's absolute times mean nothing on another. The book's loop is timed on a few runs and scaled up: its time per
run is constant.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

import harness
from harness.running.engine import Engine

STEPS, ROUNDS, SAMPLE = 1000, 5, 4


def ours(dim: int, runs: int) -> float:
    optimizer = harness.make("optimizer", "adam", lr=0.01, runs=runs)
    population = Engine(harness.make("objective", "rosenbrock", dim=dim), optimizer, np.arange(runs), STEPS, 10)
    return timed(lambda: list(population.advance()))


def book(dim: int, runs: int) -> float:
    objective = harness.make("objective", "rosenbrock", dim=dim)
    starts = objective.init(np.arange(SAMPLE))["x"]
    return timed(lambda: [adam(start) for start in starts]) * runs / SAMPLE


def adam(x: np.ndarray) -> None:
    """One run as the book writes it: a dict of arrays, one update at a time."""
    params, m, v = {"x": x.copy()}, {"x": np.zeros_like(x)}, {"x": np.zeros_like(x)}
    for t in range(1, STEPS + 1):
        x = params["x"]
        g = np.zeros_like(x)
        rise = x[1:] - x[:-1] ** 2
        g[:-1] = -400 * x[:-1] * rise - 2 * (1 - x[:-1])
        g[1:] += 200 * rise
        lr_t = 0.01 * np.sqrt(1.0 - 0.999**t) / (1.0 - 0.9**t)
        for key in params:
            m[key] += 0.1 * (g - m[key])
            v[key] += 0.001 * (g**2 - v[key])
            params[key] -= lr_t * m[key] / (np.sqrt(v[key]) + 1e-7)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    with threadpool_limits(1):
        print(f"Adam on Rosenbrock, {STEPS} steps: the book's loop / one population (median of {ROUNDS}, range)")
        for dim, runs in [(2, 32), (2, 1024), (100, 32), (100, 1024)]:
            ratios = sorted(book(dim, runs) / ours(dim, runs) for _ in range(ROUNDS))
            middle, spread = statistics.median(ratios), f"[{ratios[0]:.1f}, {ratios[-1]:.1f}]"
            print(f"  dim {dim:>3}, {runs:>4} runs   {middle:7.1f} x   {spread}")


if __name__ == "__main__":
    main()
