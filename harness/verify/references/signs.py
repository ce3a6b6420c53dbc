"""Steps by signs, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from objectives.arrays import Array


def rprop(problem: Problem, *, lr: float) -> Iterator[Array]:
    """iRprop- with the paper's numbers, coordinate by coordinate."""
    x, lengths, before = problem.start.copy(), [lr] * problem.start.size, [0.0] * problem.start.size
    for step in count():
        for k, slope in enumerate(problem.ask(x.copy(), step)[1]):
            if slope * before[k] > 0:
                lengths[k] = min(1.2 * lengths[k], 50.0)
            before[k] = slope if slope * before[k] >= 0 else 0.0
            if before[k] != slope:
                lengths[k] = max(0.5 * lengths[k], 1e-6)
            x[k] -= np.sign(before[k]) * lengths[k]
        yield x.copy()


DECAYED = {"lr": 0.01, "weight_decay": 0.3}

CASES = [
    Case("signsgd", {"lr": 0.01}, optax("sign_sgd", learning_rate=0.01)),
    Case("signsgd", {"lr": 0.01}, po("SignSGD", lr=0.01, momentum=0.0), schedule=FALLING),
    Case("signum", {"lr": 0.01}, optax("signum", learning_rate=0.01, beta=0.9)),
    Case("signum", {"lr": 0.01, "momentum": 0.7}, po("SignSGD", lr=0.01, momentum=0.7), schedule=FALLING),
    Case("tiger", {**DECAYED, "beta": 0.8}, po("Tiger", **DECAYED, beta=0.8), schedule=FALLING),
    Case("lion", {"lr": 0.01}, optax("lion", learning_rate=0.01, weight_decay=0.0)),
    Case(
        "lion", {**DECAYED, "beta1": 0.7, "beta2": 0.9}, po("Lion", **DECAYED, betas=(0.7, 0.9)), schedule=FALLING,
    ),
    Case("variant/lion_optax", {"lr": 0.01}, optax("lion", learning_rate=0.01)),
    Case("variant/rprop_torch", {}, torch("Rprop", lr=0.01)),
    Case(
        "rprop", {"lr": 0.05, "eta_minus": 0.6, "eta_plus": 1.3, "step_min": 0.02, "step_max": 0.5},
        torch("Rprop", lr=0.05, etas=(0.6, 1.3), step_sizes=(0.02, 0.5)),
    ),
    Case("rprop", {"lr": 0.05}, by_hand(rprop, lr=0.05)),
    Case(
        "rprop", {"lr": 0.05}, optax("rprop", learning_rate=0.05),
        differs="optax applies the update of the step before: it is one step late (a bug)",
    ),
]  # fmt: skip
