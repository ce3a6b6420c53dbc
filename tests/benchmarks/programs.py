"""Whole programs that people write today: `python -m tests.benchmarks.programs book|optax|torch TRIALS`, and Optuna's
asks and tells alone: `optuna STUDIES TRIALS SAMPLER BATCH`. They import nothing of ours.

Each trial is Adam with an lr from Optuna, on 2-D Rosenbrock from 5 starts; its value is the median of the last losses.
"""

import sys
import warnings
from collections.abc import Callable

import numpy as np
import optuna

from tests.benchmarks import peers

SEEDS, STEPS = 5, 1000


def starts() -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.concatenate([[[-1.2, 1.0]], rng.uniform(-2, 2, (SEEDS - 1, 2))])


def best(trials: int, ends: Callable[[float], np.ndarray]) -> float:
    """The least value of a study: ends(lr) -> (seeds, 2)."""

    def value(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", 1e-4, 1, log=True)
        return float(np.median([peers.rosenbrock(x) for x in ends(lr)]))

    made = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    made.optimize(value, n_trials=trials)
    return made.best_value


def book(trials: int, steps: int = STEPS) -> float:
    return best(trials, lambda lr: np.array([peers.book_run(start, lr, steps) for start in starts()]))


def optax(trials: int, steps: int = STEPS) -> float:
    """Compiled once."""
    jax, compiled, points = peers.jax_in_float64(), peers.optax_runs(steps), starts()
    return best(trials, lambda lr: np.asarray(compiled(points, jax.numpy.full(SEEDS, lr))))


def torch(trials: int, steps: int = STEPS) -> float:
    return best(trials, lambda lr: np.array([peers.torch_run(start, lr, steps) for start in starts()]))


def asks_and_tells(studies: int, trials: int, sampler: str, batch: int) -> None:
    """In memory, in batches, with values that depend on the point."""
    space = {"lr": optuna.distributions.FloatDistribution(1e-5, 1, log=True)}
    for k in range(studies):
        made = optuna.create_study(sampler=getattr(optuna.samplers, sampler)(seed=k))
        for start in range(0, trials, batch):
            asked = [made.ask(space) for _ in range(min(batch, trials - start))]
            for trial in asked:
                made.tell(trial, abs(np.log(trial.params["lr"]) + 3))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if sys.argv[1] == "optuna":
        asks_and_tells(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        print({"book": book, "optax": optax, "torch": torch}[sys.argv[1]](int(sys.argv[2])))
