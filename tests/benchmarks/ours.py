"""Our side of the races, through the engine's own building blocks."""

from functools import partial
from typing import Any

import numpy as np

from harness import make
from harness.optimizers.layout import Layout
from harness.running.allocation import keep_memory
from harness.running.engine import Engine
from objectives.data import Dataset
from objectives.random import epochs, generator
from tests.benchmarks.measure import Contender, Disagreement, Outcome, clock
from tests.benchmarks.networks import Work, flat

BATCH = 128


def engine(
    objective: Any, name: str, runs: int, steps: int, first: int = 0, compiled: Any = None, **fields: Any
) -> Contender:
    """A population from its start to its end: the steps alone, as peers evaluate nothing. The record at the start,
    which costs what the record at the end does, is taken off."""
    keep_memory()  # as the command does
    optimizer, seeds = make("optimizer", name, runs=runs, **fields), np.arange(first, first + runs)

    def run() -> Outcome:
        made = Engine(objective, optimizer, seeds, steps, records=1, keep=True, compiled=compiled)
        begun = clock()
        advance = made.advance()
        next(advance)
        started = clock()
        for _ in advance:
            pass
        ended = clock()
        if made.trace.diverged.any():
            raise Disagreement(f"{made.trace.diverged.sum()} of {runs} runs of {name} diverged")
        made.finish(test=False)
        return Outcome((ended - started) - (started - begun), flat(made.trace.finals))

    return run


def jax_engine(*args: Any, **fields: Any) -> Contender:
    """The same by the jax engine. Its first run compiles; what feeds its programs, and brings back what they made, is
    timed."""
    from harness.running.compiled import Programs

    return engine(*args, compiled=Programs().of("benchmark"), **fields)


def both(*args: Any, **fields: Any) -> dict[str, Any]:
    """Of a race: both of our engines."""
    return {"numpy": engine(*args, **fields), "jax": partial(jax_engine, *args, **fields)}


def update(p: np.ndarray, g: np.ndarray, lr: float, steps: int) -> Contender:
    """The update alone, of a buffer (1, size), without what the first one makes."""
    keep_memory()

    def run() -> Outcome:
        optimizer, here, layout = make("optimizer", "adam", runs=len(p), lr=lr), p.copy(), Layout.of({"x": p})
        optimizer.advance(here, g, layout)
        begun = clock()
        for _ in range(steps):
            optimizer.advance(here, g, layout)
        return Outcome((clock() - begun) / steps, here)

    return run


def one_by_one(objective: Any, name: str, runs: int, steps: int, sample: int = 4) -> Contender:
    """The first runs, each alone, scaled up to all."""
    alone = [engine(objective, name, 1, steps, first=k) for k in range(min(sample, runs))]

    def run() -> Outcome:
        outcomes = [one() for one in alone]
        result = np.concatenate([outcome.result for outcome in outcomes if outcome.result is not None])
        return Outcome(sum(outcome.cost for outcome in outcomes) * runs / len(alone), result)

    return run


def examples(size: int = 1280, features: int = 784, classes: int = 10) -> Dataset:
    """Points in MNIST's shape, labelled by a linear map. Few, as the engine reads all of them in a record."""
    rng = generator(0, "benchmark")
    x = rng.standard_normal((size + 128, features))
    y = np.argmax(x @ rng.standard_normal((features, classes)), axis=1)
    rows = np.arange(len(x))
    return Dataset(x, y, classes, {"train": rows[:size], "validation": rows[size:], "test": rows[:0]})


def network(dataset: Dataset, hidden: list[int], runs: int, steps: int, lr: float) -> tuple[Any, Work]:
    """Our objective, and the same work in arrays for others."""
    objective = make("objective", "mlp", dataset=dataset, hidden=hidden, batch_size=BATCH)
    x, labels = dataset.split("train")
    drawn, seeds = epochs(len(x), BATCH), np.arange(runs)
    batches = np.stack([drawn.at(step, seeds) for step in range(steps)], axis=1)
    y = (labels[:, None] == np.arange(dataset.classes)).astype(np.float32)
    return objective, Work(x.astype(np.float32), y, batches, objective.init(seeds), lr)
