"""The loops that people write today: `python -m tests.benchmarks.loops book|optax|torch TRIALS`, or
`optuna STUDIES TRIALS SAMPLER BATCH` for asks and tells alone. They import nothing of ours."""

import sys
import warnings
from typing import Any

import numpy as np
import optuna

SEEDS, STEPS, FEW = 5, 1000, 4


def starts() -> Any:
    rng = np.random.default_rng(0)
    return np.concatenate([[[-1.2, 1.0]], rng.uniform(-2, 2, (SEEDS - 1, 2))])


def study(trials: int, value: Any) -> None:
    made = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    made.optimize(lambda trial: value(trial.suggest_float("lr", 1e-4, 1, log=True)), n_trials=trials)


def book(trials: int) -> None:
    """Deep Learning from Scratch, chapter 6."""

    def run(start: Any, lr: float) -> float:
        params, m, v = {"x": start.copy()}, {"x": np.zeros(2)}, {"x": np.zeros(2)}
        for t in range(1, STEPS + 1):
            x = params["x"]
            rise = x[1] - x[0] ** 2
            grads = {"x": np.array([-400 * x[0] * rise - 2 * (1 - x[0]), 200 * rise])}
            lr_t = lr * np.sqrt(1.0 - 0.999**t) / (1.0 - 0.9**t)
            for key in params:
                m[key] += 0.1 * (grads[key] - m[key])
                v[key] += 0.001 * (grads[key] ** 2 - v[key])
                params[key] -= lr_t * m[key] / (np.sqrt(v[key]) + 1e-7)
        x = params["x"]
        return float(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2)

    study(trials, lambda lr: float(np.median([run(start, lr) for start in starts()])))


def optax(trials: int) -> None:
    """Compiled once: a scan over the steps, a vmap over the seeds."""
    import jax
    import jax.numpy as jnp
    import optax as library

    jax.config.update("jax_enable_x64", True)

    def loss(x: Any) -> Any:
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    def run(start: Any, lr: Any) -> Any:
        optimizer = library.adam(lr)

        def step(carry: Any, _: Any) -> Any:
            x, state = carry
            updates, state = optimizer.update(jax.grad(loss)(x), state)
            return (library.apply_updates(x, updates), state), None

        (x, _), _ = jax.lax.scan(step, (start, optimizer.init(start)), None, length=STEPS)
        return loss(x)

    compiled = jax.jit(jax.vmap(run, in_axes=(0, None)))
    points = jnp.asarray(starts())
    study(trials, lambda lr: float(np.median(compiled(points, lr))))


def torch(trials: int) -> None:
    import torch as library

    library.set_num_threads(1)

    def run(start: Any, lr: float) -> float:
        x = library.tensor(start, dtype=library.float64, requires_grad=True)
        optimizer = library.optim.Adam([x], lr=lr)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
            loss.backward()
            optimizer.step()
        return float(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2)

    study(trials, lambda lr: float(np.median([run(start, lr) for start in starts()])))


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
        {"book": book, "optax": optax, "torch": torch}[sys.argv[1]](int(sys.argv[2]))
