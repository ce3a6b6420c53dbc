"""Gradients at a second point, beside loops of their own."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from objectives.arrays import Array


def sam(problem: Problem, *, lr: float, rho: float, adaptive: bool) -> Iterator[Array]:
    """Algorithm 1 of both papers, on SGD."""
    x = problem.start
    for step in count():
        size = np.abs(x) if adaptive else 1.0
        slope = size * problem.ask(x, step)[1]
        highest = x + rho * size * slope / (np.sum(slope**2) ** 0.5 + 1e-12)
        x = x - lr * problem.ask(highest, step)[1]
        yield x


def extragradient(problem: Problem, *, lr: float) -> Iterator[Array]:
    """There and back, and the step from there."""
    x = problem.start
    for step in count():
        there = x - lr * problem.ask(x, step)[1]
        x = x - lr * problem.ask(there, step)[1]
        yield x


SGD = {"inner": "sgd", "inner.lr": 0.05}

CASES = [
    Case("sam", {"rho": 0.3, **SGD}, by_hand(sam, lr=0.05, rho=0.3, adaptive=False)),
    Case("variant/asam", {"rho": 0.3, **SGD}, by_hand(sam, lr=0.05, rho=0.3, adaptive=True)),
    Case("extragradient", {"lr": 0.05}, by_hand(extragradient, lr=0.05)),
]
