"""Sums of all gradients, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def ftrl(problem: Problem, *, lr: float, beta: float, l1: float, l2: float) -> Iterator[Array]:
    """For each coordinate, the minimizer of <all gradients, x> + l1 |x| + l2 x^2 / 2 + half of the sum of all
    strengths times (x - where they were added)^2, found as the best of its three candidates."""
    x, total, n = problem.start, np.zeros(problem.start.size), np.zeros(problem.start.size)
    centres: list[tuple[Array, Array]] = []
    before = np.zeros(problem.start.size)
    for step in count():
        g = problem.ask(x, step)[1]
        total, n = total + g, n + g**2
        strength = (beta + n**0.5) / lr
        centres.append((strength - before, x))
        before = strength
        pull = sum(s * c for s, c in centres) - total
        whole = strength + l2
        x = np.where(pull > l1, (pull - l1) / whole, np.where(pull < -l1, (pull + l1) / whole, 0.0))
        yield x


TOLD = {"lr": 0.5, "beta": 0.5, "l1": 0.05, "l2": 0.02}

CASES = [
    Case(
        "madgrad", {"lr": 0.02}, optax("contrib.madgrad", learning_rate=0.02),
        tolerance=1e-7, why_tolerance="optax takes the root of t in float32",
    ),
    Case(
        "madgrad", {"lr": 0.02, "momentum": 0.8, "eps": 1e-3},
        po("MADGRAD", lr=our.lr, momentum=our.momentum, eps=our.eps),
        schedule=FALLING,
    ),
    Case("ftrl", TOLD, by_hand(ftrl, **TOLD)),
    Case(
        "ftrl", TOLD, po("FTRL", lr=0.5, beta=0.5, lambda_1=0.05, lambda_2=0.02),
        differs="its proximal term of strength beta / lr is around 0, not around the start",
    ),
    Case(
        "variant/ftrl_from_zero", TOLD,
        keras(
            "Ftrl", learning_rate=our.lr, initial_accumulator_value=0.0, l1_regularization_strength=our.l1,
            l2_regularization_strength=our.l2 / 2, beta=our.beta,
        ),
    ),
    Case("variant/ftrl_from_zero", TOLD, po("FTRL", lr=our.lr, beta=our.beta, lambda_1=our.l1, lambda_2=our.l2)),
]  # fmt: skip
