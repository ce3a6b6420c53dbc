"""Steps by signs, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
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
    Case("signsgd", {"lr": 0.01}, optax("sign_sgd", learning_rate=our.lr)),
    Case("signsgd", {"lr": 0.01}, po("SignSGD", lr=our.lr, momentum=0.0), schedule=FALLING),
    Case("signum", {"lr": 0.01}, optax("signum", learning_rate=0.01, beta=0.9)),
    Case("signum", {"lr": 0.01, "momentum": 0.7}, optax("signum", learning_rate=our.lr, beta=our.momentum)),
    Case(
        "signum", {"lr": 0.01, "momentum": 0.7}, po("SignSGD", lr=our.lr, momentum=our.momentum), schedule=FALLING,
    ),
    Case(
        "tiger", {**DECAYED, "beta": 0.8}, po("Tiger", lr=our.lr, weight_decay=our.weight_decay, beta=our.beta),
        schedule=FALLING,
    ),
    Case("lion", {"lr": 0.01}, optax("lion", learning_rate=0.01, weight_decay=0.0)),
    Case(
        "lion", {**DECAYED, "beta1": 0.7, "beta2": 0.9},
        po("Lion", lr=our.lr, weight_decay=our.weight_decay, betas=(our.beta1, our.beta2)), schedule=FALLING,
    ),
    Case(
        "lion", {**DECAYED, "beta1": 0.7, "beta2": 0.9},
        optax("lion", learning_rate=our.lr, b1=our.beta1, b2=our.beta2, weight_decay=our.weight_decay),
    ),
    Case(
        "tiger", {**DECAYED, "beta": 0.8},
        optax(
            "chain", optax("ema", our.beta, debias=False), optax("scale_by_sign"),
            optax("add_decayed_weights", our.weight_decay), optax("scale", -our.lr),
        ),
    ),
    Case(
        "lion", {**DECAYED, "beta1": 0.7, "beta2": 0.9},
        keras("Lion", learning_rate=our.lr, beta_1=our.beta1, beta_2=our.beta2, weight_decay=our.weight_decay),
    ),
    Case("variant/lion_optax", {"lr": 0.01}, optax("lion", learning_rate=0.01)),
    Case("variant/rprop_torch", {}, torch("Rprop", lr=0.01)),
    Case(
        "rprop", {"lr": 0.05, "eta_minus": 0.6, "eta_plus": 1.3, "step_min": 0.02, "step_max": 0.5},
        torch("Rprop", lr=our.lr, etas=(our.eta_minus, our.eta_plus), step_sizes=(our.step_min, our.step_max)),
    ),
    Case("rprop", {"lr": 0.05}, by_hand(rprop, lr=0.05)),
    Case(
        "rprop", {"lr": 0.05}, optax("rprop", learning_rate=0.05),
        differs="optax applies the update of the step before: it is one step late (a bug)",
    ),
]  # fmt: skip
