"""The minimum of a small convex function, to rounding."""

from collections.abc import Callable

import numpy as np

from objectives.arrays import Array

STEPS = 100
NEAR = 1e-8  # the squared decrement below which full steps converge, and comparing values would only compare rounding
DONE = 1e-24


def minimise(value: Callable[[Array], float], slopes: Callable[[Array], tuple[Array, Array]], start: Array) -> Array:
    """The minimiser of a strictly convex function by damped Newton steps (Boyd & Vandenberghe 2004, algorithm 9.5).

    `slopes` gives the gradient and the Hessian. The value at the result exceeds the minimum by about DONE / 2.
    """
    x = start
    for _ in range(STEPS):
        gradient, hessian = slopes(x)
        step = np.linalg.solve(hessian, -gradient)
        decrement, length = float(-gradient @ step), 1.0
        if decrement > NEAR:
            now = value(x)
            while value(x + length * step) > now - length * decrement / 4:
                length /= 2
        x = x + length * step
        if decrement <= DONE:
            return x
    raise ArithmeticError(f"no minimum in {STEPS} Newton steps; the squared decrement is still {decrement}")


def demand_unique(objective: object, l2: float) -> None:
    """Without a penalty a classifier may have many minima, or none that is finite."""
    if not l2:
        raise ValueError(f"{type(objective).__name__} has a unique minimum for l2 above 0; got {l2!r}")
