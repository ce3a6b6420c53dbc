"""AdaBelief, Yogi, PAdam and diffGrad beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def yogi(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float, start: float) -> Iterator[Array]:
    """Algorithm 2 of the paper from v = start, with Adam's corrections."""
    x, m, v = problem.start.copy(), np.zeros_like(problem.start), np.full_like(problem.start, start)
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        m = beta1 * m + (1 - beta1) * g
        v = v - (1 - beta2) * np.sign(v - g**2) * g**2
        x = x - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
        yield x


OTHER = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01}
OPTAX = {"learning_rate": our.lr, "b1": our.beta1, "b2": our.beta2, "eps": our.eps}

CASES = [
    Case("yogi", {"lr": 0.02}, by_hand(yogi, lr=0.02, beta1=0.9, beta2=0.999, eps=1e-3, start=1e-6)),
    Case(
        "yogi",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01, "initial_accumulator": 0.1},
        by_hand(yogi, lr=0.02, beta1=0.8, beta2=0.99, eps=0.01, start=0.1),
    ),
    Case(
        "adabelief",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 1e-8},
        po("AdaBelief", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps),
    ),
    Case("adabelief", {"lr": 0.02}, optax("adabelief", learning_rate=0.02)),
    Case("adabelief", OTHER, optax("adabelief", **OPTAX, eps_root=our.eps)),
    Case("adabelief", {"lr": 0.02}, po("AdaBelief", lr=0.02)),
    Case("yogi", {"lr": 0.02}, optax("yogi", learning_rate=0.02), differs="optax starts m at 1e-6, too"),
    Case("variant/yogi_optax", {"lr": 0.02}, optax("yogi", learning_rate=0.02)),
    Case("variant/yogi_optax", OTHER, optax("yogi", **OPTAX)),
    Case("variant/yogi_optax", {"lr": 0.02}, po("Yogi", lr=0.02)),
    Case("padam", {"lr": 0.02, "partial": 0.25}, po("PAdam", lr=0.02, partial=0.25)),
    Case(
        "padam",
        {**OTHER, "partial": 0.2},
        po("PAdam", lr=our.lr, betas=(our.beta1, our.beta2), partial=our.partial, eps=our.eps),
    ),
    Case("variant/yogi_optax", OTHER, po("Yogi", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps)),
    Case(
        "diffgrad",
        {"lr": 0.02},
        po("DiffGrad", lr=0.02),
        tolerance=1e-8,
        why_tolerance="it adds 1e-15 to v before the root",
    ),
]
