"""Adam and its relatives, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING, falling
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array

EARLY = "eps is added before the correction of v"
OTHER = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01}


def book(problem: Problem, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Adam as in Deep Learning from Scratch, common/optimizer.py: lr_t sqrt(v) + eps."""
    x, m, v = problem.start, np.zeros(problem.start.size), np.zeros(problem.start.size)
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        lr_t = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        x = x - lr_t * m / (np.sqrt(v) + eps)
        yield x


CASES = [
    Case("adam", {"lr": 0.05}, torch("Adam", lr=0.05)),
    Case("adam", OTHER, torch("Adam", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps)),
    Case("adam", {"lr": 0.05}, torch("Adam", lr=0.05), schedule=FALLING),
    Case("adam", {"lr": 0.05}, optax("adam", learning_rate=0.05)),
    Case("adam", OTHER, optax("adam", learning_rate=our.lr, b1=our.beta1, b2=our.beta2, eps=our.eps)),
    Case(
        "adam", {"lr": 0.05}, optax("adam", learning_rate=falling(0.05)),
        schedule=FALLING, tolerance=1e-6, why_tolerance="optax computes its schedules in float32",
    ),
    Case("variant/adam_book", {"lr": 0.05}, torch("Adam", lr=0.05, eps=1e-7), differs=EARLY),
    Case("variant/adam_book", {"lr": 0.05}, optax("adam", learning_rate=0.05, eps=1e-7), differs=EARLY),
    Case("variant/adam_book", {"lr": 0.05}, by_hand(book, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-7)),
    Case("variant/adam_book", OTHER, by_hand(book, **OTHER)),
    Case("variant/adam_book", {"lr": 0.05}, keras("Adam", learning_rate=0.05)),
    Case(
        "variant/adam_book", OTHER,
        keras("Adam", learning_rate=our.lr, beta_1=our.beta1, beta_2=our.beta2, epsilon=our.eps),
    ),
    Case("adam", {"lr": 0.05}, keras("Adam", learning_rate=0.05, epsilon=1e-8), differs=EARLY),
]  # fmt: skip
