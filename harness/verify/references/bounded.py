"""AdaBound, AMSBound, AdaMod, ADOPT and StableAdamW beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def adopt(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Algorithm 2 of the paper, with its clipping."""
    x, m = problem.start.copy(), np.zeros_like(problem.start)
    v = problem.ask(x, 0)[1] ** 2
    yield x
    for t in count(1):
        _, g = problem.ask(x, t)
        m = beta1 * m + (1 - beta1) * np.clip(g / np.maximum(np.sqrt(v), eps), -(t**0.25), t**0.25)
        x = x - lr * m
        v = beta2 * v + (1 - beta2) * g**2
        yield x


ROOT = "it adds 1e-15 to v before the root"

CASES = [
    Case("adopt", {"lr": 0.01}, by_hand(adopt, lr=0.01, beta1=0.9, beta2=0.9999, eps=1e-6)),
    Case(
        "adopt",
        {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "eps": 0.1},
        by_hand(adopt, lr=0.01, beta1=0.8, beta2=0.99, eps=0.1),
    ),
    Case("adabound", {"lr": 0.01}, po("AdaBound", lr=0.01), tolerance=1e-8, why_tolerance=ROOT),
    Case("amsbound", {"lr": 0.01}, po("AdaBound", lr=0.01, ams_bound=True), tolerance=1e-8, why_tolerance=ROOT),
    Case("adamod", {"lr": 0.05, "beta2": 0.99, "beta3": 0.9999}, po("AdaMod", lr=0.05)),
    Case(
        "adamod",
        {"lr": 0.05, "beta1": 0.8, "beta2": 0.99, "beta3": 0.999, "eps": 0.01},
        po("AdaMod", lr=our.lr, betas=(our.beta1, our.beta2, our.beta3), eps=our.eps),
    ),
    Case(
        "stableadamw",
        {"lr": 0.01, "beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1},
        po(
            "StableAdamW",
            lr=our.lr,
            betas=(our.beta1, our.beta2),
            eps=our.eps,
            weight_decay=our.weight_decay,
            kahan_sum=False,
        ),
    ),
    Case("adopt", {"lr": 0.01}, optax("contrib.adopt", learning_rate=0.01)),
    Case(
        "adopt",
        {"lr": 0.01, "beta1": 0.8, "beta2": 0.99, "eps": 0.1},
        optax("contrib.adopt", learning_rate=our.lr, b1=our.beta1, b2=our.beta2, eps=our.eps),
    ),
    Case("adopt", {"lr": 0.01}, po("ADOPT", lr=0.01), differs="clips at t^(1/4), one step ahead of the paper"),
    Case("stableadamw", {"lr": 0.01, "eps": 1e-8}, po("StableAdamW", lr=0.01, kahan_sum=False, weight_decay=0.01)),
]
