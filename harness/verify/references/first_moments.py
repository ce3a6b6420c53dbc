"""QHAdam, LaProp, Adan and the AdEMAMix pair beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.schedules import Constant, HalfLife, Warmup
from harness.verify.references.calls import by_hand, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def adan(problem: Problem, *, lr: float, weight_decay: float) -> Iterator[Array]:
    """Algorithm 1 with the authors' corrections and betas."""
    x, m, d, n = (problem.start.copy(), *(np.zeros_like(problem.start) for _ in range(3)))
    before = None
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        change = np.zeros_like(g) if before is None else g - before
        m, d = 0.98 * m + 0.02 * g, 0.92 * d + 0.08 * change
        n, before = 0.99 * n + 0.01 * (g + 0.92 * change) ** 2, g
        ahead = m / (1 - 0.98**t) + 0.92 * d / (1 - 0.92**t)
        x = (x - lr * ahead / (np.sqrt(n / (1 - 0.99**t)) + 1e-8)) / (1 + lr * weight_decay)
        yield x


def laprop(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Algorithm 1, eps beside the corrected root."""
    x, m, v = (problem.start.copy(), *(np.zeros_like(problem.start) for _ in range(2)))
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        v = beta2 * v + (1 - beta2) * g**2
        m = beta1 * m + (1 - beta1) * g / (np.sqrt(v / (1 - beta2**t)) + eps)
        x = x - lr * m / (1 - beta1**t)
        yield x


def simplified_ademamix(problem: Problem, *, lr: float, beta1: float, alpha: float) -> Iterator[Array]:
    """Algorithm 2: a sum of gradients, and alpha times the newest."""
    x, m, v = (problem.start.copy(), *(np.zeros_like(problem.start) for _ in range(2)))
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        m, v = beta1 * m + g, 0.95 * v + 0.05 * g**2
        x = x - lr * (m + alpha * g) / (np.sqrt(v / (1 - 0.95**t)) + 1e-8)
        yield x


CASES = [
    Case("adan", {"lr": 0.02, "weight_decay": 0.0}, by_hand(adan, lr=0.02, weight_decay=0.0)),
    Case(
        "simplified_ademamix",
        {"lr": 0.002, "beta1": 0.9, "alpha": 3.0},
        by_hand(simplified_ademamix, lr=0.002, beta1=0.9, alpha=3.0),
    ),
    Case(
        "simplified_ademamix",
        {"lr": 0.002, "beta1": 0.9, "beta2": 0.99, "alpha": 3.0, "eps": 0.01, "weight_decay": 0.1},
        optax(
            "contrib.simplified_ademamix",
            learning_rate=our.lr,
            b1=our.beta1,
            b2=our.beta2,
            alpha=our.alpha,
            eps=our.eps,
            weight_decay=our.weight_decay,
        ),
    ),
    Case(
        "ademamix",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "beta3": 0.995, "alpha": 2.0, "eps": 0.01, "weight_decay": 0.1},
        optax(
            "contrib.ademamix",
            learning_rate=our.lr,
            b1=our.beta1,
            b2=our.beta2,
            b3=our.beta3,
            alpha=our.alpha,
            eps=our.eps,
            weight_decay=our.weight_decay,
        ),
    ),
    *(
        Case(
            "ademamix",
            {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "beta3": 0.995, "alpha": 2.0, "eps": 0.01},
            po("AdEMAMix", lr=0.02, betas=(0.8, 0.99, 0.995), alpha=2.0, eps=0.01, t_alpha_beta3=updates),
            schedules={
                "beta3": HalfLife(updates, start=0.8, end=0.995),
                "alpha": Warmup(updates, then=Constant(), share=1.0),
            },
        )
        for updates in (50, 300)
    ),
    Case(
        "laprop",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01},
        by_hand(laprop, lr=0.02, beta1=0.8, beta2=0.99, eps=0.01),
    ),
    Case(
        "qhadam",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "nu1": 0.6, "nu2": 0.9, "eps": 0.01},
        po("QHAdam", lr=0.02, betas=(0.8, 0.99), nus=(0.6, 0.9), eps=0.01),
        tolerance=1e-6,
        why_tolerance="it keeps the weights of its averages in float32",
    ),
    Case(
        "qhadam",
        {"lr": 0.02, "beta1": 0.9, "nu2": 0.8},
        po("QHAdam", lr=0.02, nus=(0.7, 0.8)),
        tolerance=1e-6,
        why_tolerance="it keeps the weights of its averages in float32",
    ),
    Case(
        "laprop",
        {"lr": 0.02},
        po("LaProp", lr=0.02, foreach=False),
        tolerance=1e-7,
        why_tolerance="it adds 1e-15 to v before the root",
    ),
    Case("adan", {"lr": 0.02}, po("Adan", lr=0.02, weight_decay=0.02)),
    Case(
        "adan",
        {"lr": 0.02, "beta1": 0.9, "beta2": 0.8, "beta3": 0.95, "eps": 0.01, "weight_decay": 0.1},
        po(
            "Adan",
            lr=our.lr,
            betas=(our.beta1, our.beta2, our.beta3),
            eps=our.eps,
            weight_decay=our.weight_decay,
        ),
    ),
    Case(
        "adan",
        {"lr": 0.02, "weight_decay": 0.0},
        optax("adan", learning_rate=0.02),
        differs="optax takes 0.08, not 0.92, of the change (a bug), and has eps in the root",
    ),
    Case("ademamix", {"lr": 0.02}, optax("contrib.ademamix", learning_rate=0.02)),
    Case("ademamix", {"lr": 0.02}, po("AdEMAMix", lr=0.02)),
    Case(
        "ademamix",
        {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "beta3": 0.995, "alpha": 2.0, "eps": 0.01},
        po(
            "AdEMAMix",
            lr=our.lr,
            betas=(our.beta1, our.beta2, our.beta3),
            alpha=our.alpha,
            eps=our.eps,
        ),
    ),
    Case("simplified_ademamix", {"lr": 0.002}, optax("contrib.simplified_ademamix", learning_rate=0.002)),
    Case(
        "simplified_ademamix",
        {"lr": 0.002},
        po("SimplifiedAdEMAMix", lr=0.002, alpha=0.0),
        differs="averages m where the paper sums",
    ),
]
