"""AMSGrad, AdamW and AdaMax beside other libraries."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def adamax(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Algorithm 2, element by element where the norm is 0; eps, which is keras's, beside the norm."""
    x, m, u = problem.start.copy(), np.zeros_like(problem.start), np.zeros_like(problem.start)
    for t in count(1):
        _, g = problem.ask(x, t - 1)
        m = beta1 * m + (1 - beta1) * g
        u = np.maximum(beta2 * u, np.abs(g))
        step = [0.0 if size == 0 else lr / (1 - beta1**t) * mean / size for mean, size in zip(m, u + eps, strict=True)]
        x = x - np.array(step)
        yield x


def amsgrad(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float) -> Iterator[Array]:
    """Algorithm 2 of the paper: nothing is corrected."""
    x, m, v, top = (problem.start.copy(), *(np.zeros_like(problem.start) for _ in range(3)))
    for step in count():
        _, g = problem.ask(x, step)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        top = np.maximum(top, v)
        x = x - lr * m / (np.sqrt(top) + eps)
        yield x


OTHER = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01}
TORCH: dict[str, Any] = {"lr": our.lr, "betas": (our.beta1, our.beta2), "eps": our.eps}
OPTAX = {"learning_rate": our.lr, "b1": our.beta1, "b2": our.beta2, "eps": our.eps}

CASES = [
    Case("adamax", {"lr": 0.05}, by_hand(adamax, lr=0.05, beta1=0.9, beta2=0.999, eps=0.0)),
    Case("adamax", {**OTHER, "eps_outside": True}, by_hand(adamax, **OTHER)),
    Case("adamax", OTHER, torch("Adamax", **TORCH)),
    Case("adamax", OTHER, optax("adamax", **OPTAX)),
    Case("amsgrad", {"lr": 0.02}, by_hand(amsgrad, lr=0.02, beta1=0.9, beta2=0.999, eps=1e-8)),
    Case("amsgrad", OTHER, by_hand(amsgrad, **OTHER)),
    Case("adamw", {**OTHER, "weight_decay": 0.1}, torch("AdamW", **TORCH, weight_decay=our.weight_decay)),
    Case("adamw", {**OTHER, "weight_decay": 0.1}, optax("adamw", **OPTAX, weight_decay=our.weight_decay)),
    Case("adamw", {"lr": 0.05, "weight_decay": 0.1}, torch("AdamW", lr=0.05, weight_decay=0.1)),
    Case("variant/adamw_optax", {"lr": 0.05}, optax("adamw", learning_rate=0.05)),
    Case(
        "amsgrad",
        {"lr": 0.05},
        torch("Adam", lr=0.05, amsgrad=True),
        differs="the paper corrects nothing for the start at 0",
    ),
    Case("variant/amsgrad_torch", {"lr": 0.05}, torch("Adam", lr=0.05, amsgrad=True)),
    Case("variant/amsgrad_torch", OTHER, torch("Adam", **TORCH, amsgrad=True)),
    Case("variant/amsgrad_optax", OTHER, optax("amsgrad", **OPTAX)),
    Case("variant/amsgrad_optax", {"lr": 0.05}, optax("amsgrad", learning_rate=0.05)),
    Case("adamax", {"lr": 0.05}, torch("Adamax", lr=0.05), differs="the paper has no eps"),
    Case("variant/adamax_keras", {"lr": 0.05}, by_hand(adamax, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-7)),
    Case(
        "variant/adamax_keras",
        OTHER,
        keras("Adamax", learning_rate=our.lr, beta_1=our.beta1, beta_2=our.beta2, epsilon=our.eps),
    ),
    Case("variant/adamax_torch", {"lr": 0.05}, torch("Adamax", lr=0.05)),
    Case("variant/adamax_torch", {"lr": 0.05}, optax("adamax", learning_rate=0.05)),
]
