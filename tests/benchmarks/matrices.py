"""What matrix methods gain from a population: python -m tests.benchmarks.matrices [RUNS]

A few steps on the digits, 64 runs at once against 64 runs one after the other, interleaved; and their updates alone.
"""

import statistics
import sys
import time

import numpy as np
from threadpoolctl import threadpool_limits

from harness import make
from harness.running.engine import Engine

NAMES = ("adam", "muon", "shampoo", "soap")
STEPS, ROUNDS, SAMPLE = 10, 5, 8


def main(runs: int = 64) -> None:
    objective = make("objective", "mlp", dataset=make("dataset", "digits"))

    def train(name: str, seeds: range) -> float:
        population = Engine(objective, make("optimizer", name, runs=len(seeds)), np.array(seeds), STEPS, 1)
        begun = time.perf_counter()
        for _ in population.advance():
            pass
        return time.perf_counter() - begun

    def update(name: str, seeds: range) -> float:
        optimizer, params = make("optimizer", name, runs=len(seeds)), objective.init(np.array(seeds))
        grads = {key: p + 1 for key, p in params.items()}
        begun = time.perf_counter()
        for _ in range(STEPS):
            optimizer.update(params, grads)
        return time.perf_counter() - begun

    with threadpool_limits(1):
        for work in (train, update):
            for name in NAMES:
                work(name, range(2))  # warm
                shares = []
                for _ in range(ROUNDS):
                    together = work(name, range(runs))
                    alone = sum(work(name, range(k, k + 1)) for k in range(SAMPLE))
                    shares.append(together / (alone * runs / SAMPLE))
                told = f"{statistics.median(shares):.2f} [{min(shares):.2f}, {max(shares):.2f}]"
                print(f"{work.__name__:7} {name:8} {runs} runs at once cost {told} of {runs} single runs")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
