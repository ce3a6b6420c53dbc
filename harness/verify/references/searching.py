"""Steps whose length is found on the way, beside other libraries."""

from collections.abc import Iterator
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np

from harness.verify.references.calls import by_hand, optax, po, scipy, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import QUADRATIC, ROSENBROCK, Problem, first
from harness.verify.references.terms import at_most, our
from objectives.arrays import Array


def lbfgs(
    problem: Problem, *, lr: float, history: int, c1: float, c2: float | None, shrink: float = 0.5
) -> Iterator[Array]:
    """The BFGS update of a dense inverse Hessian by the last pairs; MINPACK-2's line search as scipy has it in Python,
    or halving where there is no c2."""
    x, pairs = problem.start, list[tuple[Array, Array]]()
    for step in count():
        loss, g = problem.ask(x, step)
        d = -_inverse(pairs[-history:], len(x)) @ g
        t = lr if pairs else lr / np.sum(d**2) ** 0.5
        if c2 is None:
            while problem.ask(x + t * d, step)[0] > loss + c1 * t * (g @ d):
                t *= shrink
        else:
            t = _searched(problem, x, d, t, c1, c2, step)
        new = x + t * d
        y = problem.ask(new, step)[1] - g
        if (new - x) @ y > 1e-15 * abs((new - x) @ g):
            pairs.append((new - x, y))
        x = new
        yield x


def _inverse(pairs: list[tuple[Array, Array]], size: int) -> Array:
    H = np.eye(size)
    if pairs:
        s, y = pairs[-1]
        H = H * (s @ y) / (y @ y)
    for s, y in pairs:
        V = np.eye(size) - np.outer(s, y) / (s @ y)
        H = V @ H @ V.T + np.outer(s, s) / (s @ y)
    return H


def _searched(problem: Problem, x: Array, d: Array, t: float, c1: float, c2: float, step: int) -> float:
    search: Any = import_module("scipy.optimize._dcsrch").DCSRCH(
        lambda t: problem.ask(x + t * d, step)[0], lambda t: problem.ask(x + t * d, step)[1] @ d, c1, c2, 0.1, 0.0, 1e10
    )
    loss, g = problem.ask(x, step)
    found = search(t, loss, g @ d)[0]
    return 0.0 if found is None else float(found)


def adgd(problem: Problem, *, lr: float) -> Iterator[Array]:
    """Algorithm 1."""
    x, (_, g) = problem.start, problem.ask(problem.start, 0)
    growth = np.inf
    for step in count(1):
        before, old = x, g
        x = x - lr * g
        yield x
        g = problem.ask(x, step)[1]
        shown = np.sum((x - before) ** 2) ** 0.5 / (2 * np.sum((g - old) ** 2) ** 0.5)
        last, lr = lr, min((1 + growth) ** 0.5 * lr, shown)
        growth = lr / last


SMOOTH: dict[str, Any] = {
    "problems": (QUADRATIC, ROSENBROCK),
    "why_problems": "a search needs a loss that belongs to its gradient",
}
BEFORE_CHAOS: dict[str, Any] = {
    "problems": (first(20, QUADRATIC), first(20, ROSENBROCK)),
    "why_problems": "later, rounding in differences of gradients grows into other steps",
}
FIRST_TEN = {**BEFORE_CHAOS, "problems": (first(10, QUADRATIC), first(10, ROSENBROCK))}
ARMIJO = {"lr": 1.3, "c1": 0.3, "shrink": 0.7, "grow": 1.3}
WOLFE = {"lr": 0.5, "history": 3, "c1": 0.4, "c2": 0.5}

CASES = [
    Case("adgd", {"lr": 0.01}, by_hand(adgd, lr=0.01), **BEFORE_CHAOS),
    Case(
        "adgd", {"lr": 0.01}, po("ASGD", lr=0.01), **BEFORE_CHAOS,
        differs="it takes differences of norms for norms of differences",
    ),
    Case(
        "armijo", ARMIJO,
        optax(
            "chain", optax("scale", -1.0),
            optax(
                "scale_by_backtracking_linesearch", max_backtracking_steps=30, slope_rtol=our.c1,
                decrease_factor=our.shrink, increase_factor=our.grow, max_learning_rate=at_most(our.lr, our.grow),
            ),
        ),
        closure=True, **SMOOTH,
        told="it asks for losses: update(grads, state, params, value=loss, grad=grads, value_fn=loss_of_params)",
    ),
    Case(
        "lbfgs", {},
        scipy(method="L-BFGS-B", options={"maxcor": 10, "gtol": 0, "ftol": 0}), **SMOOTH,
    ),
    Case("lbfgs", WOLFE, by_hand(lbfgs, lr=0.5, history=3, c1=0.4, c2=0.5), **SMOOTH),
    Case(
        "lbfgs", {"history": 3},
        torch("LBFGS", lr=1, max_iter=1, max_eval=30, history_size=3, line_search_fn="strong_wolfe"),
        closure=True, **BEFORE_CHAOS, differs="another line search, minFunc's, and another first step",
    ),
    Case(
        "variant/lbfgs_armijo", {"lr": 0.9, "history": 4, "c1": 0.1},
        by_hand(lbfgs, lr=0.9, history=4, c1=0.1, c2=None), **FIRST_TEN,
    ),
]  # fmt: skip
