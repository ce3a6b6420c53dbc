"""AMSGrad, AdamW and AdaMax beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.fields import Array
from harness.verify.references.calls import by_hand, optax, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem


def keras_adamax(problem: Problem, *, lr: float) -> Iterator[Array]:
    """With eps beside the norm, and what never had a gradient stays."""
    x, m, u = problem.start.copy(), np.zeros_like(problem.start), np.zeros_like(problem.start)
    for step in count():
        _, g = problem.ask(x, step)
        m = 0.9 * m + 0.1 * g
        u = np.maximum(0.999 * u, np.abs(g))
        x = x - lr / (1 - 0.9 ** (step + 1)) * m / (u + 1e-7)
        yield x


CASES = [
    Case("adamw", {"lr": 0.05, "weight_decay": 0.1}, torch("AdamW", lr=0.05, weight_decay=0.1)),
    Case("variant/adamw_optax", {"lr": 0.05}, optax("adamw", learning_rate=0.05)),
    Case(
        "amsgrad",
        {"lr": 0.05},
        torch("Adam", lr=0.05, amsgrad=True),
        differs="the paper corrects nothing for the start at 0",
    ),
    Case("variant/amsgrad_torch", {"lr": 0.05}, torch("Adam", lr=0.05, amsgrad=True)),
    Case("variant/amsgrad_optax", {"lr": 0.05}, optax("amsgrad", learning_rate=0.05)),
    Case("adamax", {"lr": 0.05}, torch("Adamax", lr=0.05), differs="the paper has no eps"),
    Case("variant/adamax_keras", {"lr": 0.05}, by_hand(keras_adamax, lr=0.05)),
    Case("variant/adamax_torch", {"lr": 0.05}, torch("Adamax", lr=0.05)),
    Case("variant/adamax_torch", {"lr": 0.05}, optax("adamax", learning_rate=0.05)),
]
