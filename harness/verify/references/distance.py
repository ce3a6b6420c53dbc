"""Learning rates from distances, beside other libraries and the authors' package."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, optax, package
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def dog(problem: Problem, *, lr: float, r_eps: float, eps: float, averaging: float) -> Iterator[tuple[Array, Array]]:
    """The equation DoG, and the average: (1 + degree) / (t + degree) of the newest."""
    x = average = problem.start
    far, squares = r_eps * (1 + np.linalg.norm(x)), eps
    for t in count(1):
        g = problem.ask(x, t - 1)[1]
        far, squares = max(far, np.linalg.norm(x - problem.start)), squares + np.sum(g**2)
        x = x - lr * far / squares**0.5 * g
        share = (1 + averaging) / (t + averaging)
        average = (1 - share) * average + share * x
        yield x, average


TOLD = {"lr": 0.7, "r_eps": 0.01, "eps": 0.1}

CASES = [
    Case("dog", {**TOLD, "averaging": 3.0}, by_hand(dog, **TOLD, averaging=3.0)),
    Case("dog", {"r_eps": 1e-3}, optax("contrib.dog", init_step=("heuristic", 1e-3))),
    Case(
        "dog", TOLD, optax("contrib.dog", learning_rate=our.lr, init_step=("heuristic", our.r_eps), eps=our.eps),
        told="ours is evaluated at an average of the params, which it does not keep",
    ),
    Case("dog", TOLD, package("dog.DoG", lr=0.7, reps_rel=0.01, eps=0.1)),
    Case("dowg", {"lr": 0.3}, optax("contrib.dowg", learning_rate=0.3)),
    Case(
        "dowg", {"lr": 0.7, "d0": 0.2, "eps": 0.01},
        optax("contrib.dowg", learning_rate=our.lr, init_estim_sq_dist=our.d0**2, eps=our.eps),
    ),
    Case("cocob", {}, optax("contrib.cocob")),
    Case("cocob", {"alpha": 10.0, "eps": 0.3}, optax("contrib.cocob", alpha=our.alpha, eps=our.eps)),
]  # fmt: skip
