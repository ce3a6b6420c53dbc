"""How many gradients L-BFGS needs, beside scipy's L-BFGS-B: a row of the table, without a clock

On Rosenbrock's function in 2 and 10 dimensions and on the functions of Moré, Garbow & Hillstrom 1981, from the
published start until no coordinate of the gradient is above 1e-8.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from harness import make
from harness.configs import trust
from harness.configs.compose import Composer, composer
from harness.optimizers.layout import Layout
from harness.running.counting import Counter
from objectives.arrays import Array
from objectives.functions.analytic import Analytic
from tests.support import build, names, node

TOLERANCE, MOST = 1e-8, 2_000


class Counted(NamedTuple):
    """Gradients until it is there; none if it never gets there, and why, if it says so."""

    gradients: int | None
    reason: str = ""


def ours(objective: Analytic, most: int = MOST, **options: Any) -> Counted:
    """A population of one run, computed twice as the engine does."""
    start = objective.init(np.array([0, 0]))
    layout = Layout.of(start)
    optimizer, oracle = make("optimizer", "lbfgs", runs=2, **options), Counter(objective, layout, np.array([0, 0]))
    p = np.array(start["x"], order="F")
    with np.errstate(all="ignore"):
        for step in range(most):
            loss, g = oracle.begin(p, layout.views(p), np.empty_like(p), step)
            if np.abs(g).max() <= TOLERANCE:
                return Counted(int(oracle.asked[0]))
            if oracle.asked[0] >= most:
                break
            optimizer.advance(p, g, layout, loss, oracle)
    return Counted(None, f"not after {most:,} gradients")


def scipys(objective: Analytic, most: int = MOST) -> Counted:
    """L-BFGS-B without bounds."""

    def f(x: Array) -> tuple[float, Array]:
        value, slope = objective.value_and_gradient(np.array([x, x], order="F"))
        return float(value[0]), np.array(slope[0])

    options = {"gtol": TOLERANCE, "ftol": 0, "maxcor": 10, "maxfun": most, "maxiter": most}
    with np.errstate(all="ignore"):
        found = minimize(f, objective.init(np.array([0]))["x"][0], jac=True, method="L-BFGS-B", options=options)
    there = np.abs(found.jac).max() <= TOLERANCE
    return Counted(found.nfev) if there else Counted(None, found.message.strip().lower())


def problems(source: Composer) -> Iterator[tuple[str, Analytic]]:
    """By their names, with the dimension."""
    for dim in (2, 10):
        yield f"rosenbrock {dim}", build(source, "objective", "rosenbrock", dim=dim)
    for name in names("objective"):
        cls = trust.locate(node(source, "objective", name)["_target_"])
        if name != "rosenbrock" and issubclass(cls, Analytic) and "Garbow" in cls.source:
            made = build(source, "objective", name)
            yield f"{name} {made.dim}", made


def totals() -> tuple[int, int]:
    """Gradients that we and scipy take, over the problems that both solve."""
    with composer() as source:
        both = [(ours(problem), scipys(problem)) for _, problem in problems(source)]
    solved = [(we.gradients, they.gradients) for we, they in both if we.gradients and they.gradients]
    return sum(we for we, _ in solved), sum(they for _, they in solved)
