"""Points at which a function is looked at, and its values there."""

from dataclasses import dataclass

import numpy as np

from objectives.arrays import Array
from objectives.functions.analytic import Analytic, bounds
from objectives.random import generator


@dataclass(frozen=True)
class Region:
    """A box (low, high), each (dim,), and whether the function ends there or goes on."""

    low: Array
    high: Array
    ends: bool

    def uniform(self, count: int, stream: str) -> Array:
        """Random points (count, dim), the same for the same stream."""
        return generator(0, stream).uniform(self.low, self.high, (count, len(self.low)))

    def widened(self, factor: float) -> "Region":
        """A box with the same centre, so many times as wide; no end is left."""
        middle, half = (self.high + self.low) / 2, (self.high - self.low) / 2 * factor
        return Region(middle - half, middle + half, False)

    def holds(self, x: Array) -> Array:
        """Which of the points (count, dim) lie inside, (count,)."""
        inside: Array = np.all((x >= self.low) & (x <= self.high), axis=1)
        return inside


def region(objective: Analytic) -> Region:
    """The domain, or where there is none the start box."""
    ends = objective.domain is not None
    return Region(*bounds(objective.domain or objective.start_box, objective.dim), ends)


def observe(objective: Analytic, x: Array) -> tuple[Array, Array]:
    """Value (count,) and gradient (count, dim) as the engine computes them: runs contiguous, a lone run as two."""
    twice = np.repeat(x, 2, axis=0) if len(x) == 1 else x
    value, gradient = objective.value_and_gradient(np.asarray(twice, order="F"))
    return value[: len(x)], gradient[: len(x)]


def near_minima(objective: Analytic, count: int, radius: float) -> Array:
    """Random points (minima * count, dim) around every stated minimum, at `radius` start boxes, inside the domain."""
    box, minima = region(objective), objective.minima
    away = generator(0, f"near {radius}").standard_normal((count, len(minima), objective.dim))
    points = (minima + radius * (box.high - box.low) * away).reshape(-1, objective.dim)
    return np.clip(points, box.low, box.high) if box.ends else points


def ridge(objective: Analytic, one: Array, other: Array) -> float:
    """How far the function rises above both ends on the way from one point (dim,) to the other."""
    way = np.linspace(0, 1, 41)[:, None]
    value = observe(objective, one + way * (other - one))[0]
    return float(np.max(value) - max(value[0], value[-1]))
