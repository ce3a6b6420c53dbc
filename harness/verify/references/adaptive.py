"""Learning rates from squares of gradients, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.fields import Array
from harness.verify.references.calls import by_hand, optax, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem


def adagrad(problem: Problem, lr: float, eps: float) -> Iterator[Array]:
    """Duchi et al. 2011, figure 1, with eps outside the root."""
    x, total = problem.start, np.zeros(problem.start.size)
    for step in count():
        _, g = problem.ask(x, step)
        total = total + g**2
        x = x - lr / (total**0.5 + eps) * g
        yield x


INSIDE = "eps is inside the root"

CASES = [
    Case("adagrad", {"lr": 0.1}, torch("Adagrad", lr=0.1, eps=1e-7)),
    Case("adagrad", {"lr": 0.1, "eps": 0.01}, torch("Adagrad", lr=0.1, eps=0.01)),
    Case("adagrad", {"lr": 0.1, "eps": 0.01}, by_hand(adagrad, lr=0.1, eps=0.01)),
    Case(
        "adagrad", {"lr": 0.1}, optax("adagrad", learning_rate=0.1, initial_accumulator_value=0.0, eps=1e-7),
        differs=INSIDE,
    ),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99}, torch("RMSprop", lr=0.01, alpha=0.99)),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99, "eps": 0.01}, torch("RMSprop", lr=0.01, alpha=0.99, eps=0.01)),
    Case(
        "rmsprop", {"lr": 0.01, "rho": 0.99},
        optax("rmsprop", learning_rate=0.01, decay=0.99, eps=1e-8, eps_in_sqrt=False),
    ),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99}, optax("rmsprop", learning_rate=0.01, decay=0.99), differs=INSIDE),
]  # fmt: skip
