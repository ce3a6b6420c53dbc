"""NAdam, NAdamW and RAdam beside other libraries."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import at_least, our
from objectives.arrays import Array

SINGLE = "torch keeps the product of mu in float32"


def radam(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Algorithm 2 of the paper: v is trusted from a length of 4 on."""
    x, m, v = (problem.start.copy(), *(np.zeros_like(problem.start) for _ in range(2)))
    most = 2 / (1 - beta2) - 1
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        step = lr * m / (1 - beta1**t)
        length = most - 2 * t * beta2**t / (1 - beta2**t)
        if length > 4:
            r = ((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) ** 0.5
            step = step * r / (np.sqrt(v / (1 - beta2**t)) + eps)
        x = x - step
        yield x


OTHER = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01}
OPTAX: dict[str, Any] = {"learning_rate": our.lr, "b1": our.beta1, "b2": our.beta2, "eps": our.eps}
LATER = "the paper trusts v from a length of 4 on, libraries from 5"

CASES = [
    Case("radam", {"lr": 0.02}, by_hand(radam, lr=0.02, beta1=0.9, beta2=0.999, eps=1e-8)),
    Case("radam", OTHER, by_hand(radam, **OTHER)),
    Case("nadam", {"lr": 0.02}, torch("NAdam", lr=0.02), tolerance=1e-8, why_tolerance=SINGLE),
    Case(
        "nadam",
        {"lr": 0.02},
        optax("adam", learning_rate=0.02, nesterov=True),
        differs="optax holds the look-ahead at beta1",
    ),
    Case("variant/nadam_optax", {"lr": 0.02}, optax("adam", learning_rate=0.02, nesterov=True)),
    Case("variant/nadam_optax", OTHER, optax("adam", **OPTAX, nesterov=True)),
    Case(
        "variant/nadamw_optax",
        {**OTHER, "weight_decay": 0.1},
        optax("adamw", **OPTAX, weight_decay=our.weight_decay, nesterov=True),
    ),
    Case(
        "variant/nadam_keras",
        OTHER,
        keras("Nadam", learning_rate=our.lr, beta_1=our.beta1, beta_2=our.beta2, epsilon=our.eps),
    ),
    Case("variant/radam_torch", OTHER, torch("RAdam", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps)),
    Case("radam", {**OTHER, "threshold": 4.0}, optax("radam", **OPTAX, threshold=at_least(our.threshold, 4))),
    Case("radam", {**OTHER, "threshold": 7.5}, optax("radam", **OPTAX, threshold=at_least(our.threshold, 4))),
    Case(
        "variant/nadam_keras",
        {"lr": 0.02},
        torch("NAdam", lr=0.02, momentum_decay=1.0, eps=1e-7),
        tolerance=1e-8,
        why_tolerance=SINGLE,
    ),
    Case(
        "nadamw",
        {"lr": 0.02, "weight_decay": 0.1},
        torch("NAdam", lr=0.02, weight_decay=0.1, decoupled_weight_decay=True),
        tolerance=1e-8,
        why_tolerance=SINGLE,
    ),
    Case("variant/nadamw_optax", {"lr": 0.02}, optax("adamw", learning_rate=0.02, nesterov=True)),
    Case("radam", {"lr": 0.02}, torch("RAdam", lr=0.02), differs=LATER),
    Case("variant/radam_torch", {"lr": 0.02}, torch("RAdam", lr=0.02)),
    Case("radam", {"lr": 0.02}, optax("radam", learning_rate=0.02), differs=LATER),
    Case("variant/radam_optax", {"lr": 0.02}, optax("radam", learning_rate=0.02)),
    Case("variant/radam_torch", {"lr": 0.02}, po("RAdam", lr=0.02, degenerated_to_sgd=True)),
]
