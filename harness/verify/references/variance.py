"""A second gradient on the same minibatch, beside other libraries and loops of their own."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from objectives.arrays import Array


def storm(problem: Problem, *, lr: float, a: float) -> Iterator[Array]:
    """Equation 2: d + the newest gradient - (1 - a) times the old params' one."""
    x, d = problem.start, problem.ask(problem.start, 0)[1]
    for step in count(1):
        before, x = x, x - lr * d
        yield x
        d = problem.ask(x, step)[1] + (1 - a) * (d - problem.ask(before, step)[1])


def mars(problem: Problem, *, eps_hat: bool, exact: bool = True) -> Iterator[Array]:
    """Algorithm 1, with the numbers of MARS."""
    x = before = problem.start
    last = np.zeros(x.size)
    m = v = np.zeros(x.size)
    for t in count(1):
        g = problem.ask(x, t - 1)[1]
        old, last = problem.ask(before, t - 1)[1] if exact else last, g
        parts = problem.tensors(g + 0.3 * 0.8 / 0.2 * (g - old))
        c = problem.vector({name: part / max(1.0, np.sum(part**2) ** 0.5) for name, part in parts.items()})
        m, v = 0.8 * m + 0.2 * c, 0.9 * v + 0.1 * c**2
        first, second = m / (1 - 0.8**t), (v / (1 - 0.9**t)) ** 0.5
        root = second + (0.1 / (1 - 0.9**t) ** 0.5 if eps_hat else 0.1)
        before, x = x, x - 0.05 * (first / root + 0.1 * x)
        yield x


MARS = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "gamma": 0.3, "eps": 0.1, "weight_decay": 0.1}

CASES = [
    Case("storm", {"lr": 0.05, "a": 0.3}, by_hand(storm, lr=0.05, a=0.3)),
    Case("mars", {**MARS, "eps_hat": False}, by_hand(mars, eps_hat=False)),
    Case("mars", {**MARS, "eps_hat": True}, by_hand(mars, eps_hat=True)),
    Case("mars_approx", {**MARS, "eps_hat": False}, by_hand(mars, eps_hat=False, exact=False)),
    Case(
        "mars_approx", {**MARS, "eps_hat": True},
        po("MARS", lr=0.05, betas=(0.8, 0.9), gamma=0.3, eps=0.1, weight_decay=0.1, optimize_1d=True),
    ),
]  # fmt: skip
