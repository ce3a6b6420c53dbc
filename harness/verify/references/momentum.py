"""Velocities of other kinds, beside other libraries."""

from collections.abc import Iterator
from itertools import count

from harness.verify.references.calls import by_hand, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def optimistic(problem: Problem, *, lr: float, optimism: float) -> Iterator[Array]:
    """The last change of the gradient, added once more."""
    x, gradients = problem.start, []
    for step in count():
        gradients.append(problem.ask(x, step)[1])
        x = x - lr * ((1 + optimism) * gradients[-1] - optimism * gradients[-2 if step else -1])
        yield x


def accsgd(problem: Problem, *, lr: float, kappa: float, xi: float) -> Iterator[Array]:
    """Algorithm 1: alpha = 1 - 0.49 xi / kappa."""
    w = slow = problem.start
    alpha = 1 - 0.7**2 * xi / kappa
    share = 0.7 / (0.7 + 1 - alpha)
    for step in count():
        g = problem.ask(w, step)[1]
        slow = alpha * slow + (1 - alpha) * (w - kappa * lr / 0.7 * g)
        w = share * (w - lr * g) + (1 - share) * slow
        yield w


BETAS = {"beta1": 0.1, "beta2": 0.8, "beta3": 0.95}
LONG = {"kappa": 20.0, "xi": 4.0}

CASES = [
    Case(
        "qhm", {"lr": 0.05, "momentum": 0.8, "nu": 0.6}, po("QHM", lr=our.lr, momentum=our.momentum, nu=our.nu),
        schedule=FALLING,
    ),
    Case(
        "qhm", {"lr": 0.1, "momentum": 0.9, "nu": 1.0},
        optax("chain", optax("ema", our.momentum, debias=False), optax("scale", -our.lr)),
    ),
    Case("aggmo", {"lr": 0.02}, po("AggMo", lr=0.02, betas=(0.0, 0.9, 0.99))),
    Case(
        "aggmo", {"lr": 0.02, **BETAS}, po("AggMo", lr=our.lr, betas=(our.beta1, our.beta2, our.beta3)),
        schedule=FALLING,
    ),
    Case("pnm", {"lr": 0.05}, po("PNM", lr=0.05)),
    Case(
        "pnm", {"lr": 0.05, "beta1": 0.8, "beta0": 0.6, "weight_decay": 0.1},
        po("PNM", lr=our.lr, betas=(our.beta1, our.beta0), weight_decay=our.weight_decay), schedule=FALLING,
    ),
    Case("accsgd", {"lr": 0.01, **LONG}, po("AccSGD", lr=our.lr, kappa=our.kappa, xi=our.xi)),
    Case("accsgd", {"lr": 0.01, **LONG}, by_hand(accsgd, lr=0.01, **LONG)),
    Case("optimistic", {"lr": 0.05}, optax("optimistic_gradient_descent", learning_rate=0.05)),
    Case(
        "optimistic", {"lr": 0.05, "optimism": 0.6},
        optax("optimistic_gradient_descent", learning_rate=our.lr, alpha=1.0, beta=our.optimism),
    ),
    Case("optimistic", {"lr": 0.05, "optimism": 0.6}, by_hand(optimistic, lr=0.05, optimism=0.6)),
]  # fmt: skip
