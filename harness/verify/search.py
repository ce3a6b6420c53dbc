"""Is anything lower than the stated minimum? A multi-start search, seeded."""

from dataclasses import dataclass

import numpy as np

from harness.verify.sampling import Region, near_minima, observe, ridge
from objectives.arrays import Array
from objectives.functions.analytic import Analytic
from objectives.random import generator

SAMPLE = 4096  # random points that are looked at
RADII = (1e-6, 1e-4, 1e-2, 0.1)  # of the points near a minimum, in start boxes
STEPS = 200  # of a local search, at most


@dataclass(frozen=True)
class Found:
    """What a search saw in its box, the lowest first: points (seen, dim), values (seen,); and where its descents
    ended, (ends, dim).
    """

    points: Array
    values: Array
    ends: Array

    @property
    def lowest(self) -> float:
        return float(self.values[0])


def searched(objective: Analytic, box: Region, starts: int) -> Found:
    """Ends of local searches in the box: half from the lowest of many random points, half from random ones, one from
    the published start and two from beside each minimum. Where the function ends at the box, so do the searches.
    """
    sample = box.uniform(SAMPLE, "sample")
    value = observe(objective, sample)[0]
    best = sample[np.argsort(value)[: starts // 2]]
    published = np.resize(objective.published_start, objective.dim)[None]
    near = [near_minima(objective, 50, radius) for radius in RADII]
    beside = [points[: len(objective.minima)] for points in near[-2:]]
    first = np.concatenate([best, sample[: starts - len(best)], published, *beside])
    ends = np.array([_descended(objective, box, point) for point in first])
    seen = np.concatenate([ends, best, *near, objective.minima])
    inside = box.holds(seen) if box.ends else np.isfinite(seen).all(axis=1)
    values = observe(objective, seen)[0]
    order = np.argsort(np.where(inside, values, np.inf), kind="stable")[: max(1, np.count_nonzero(inside))]
    return Found(seen[order], values[order], ends)


def _descended(objective: Analytic, box: Region, start: Array) -> Array:
    """Where L-BFGS-B ends from there, or the start, if it ends higher or nowhere."""
    from scipy.optimize import minimize

    def value_and_gradient(x: Array) -> tuple[float, Array]:
        value, gradient = observe(objective, x[None])
        return float(value[0]), gradient[0].astype(np.float64)

    limits = list(zip(box.low, box.high, strict=True)) if box.ends else None
    found = minimize(
        value_and_gradient, start, jac=True, method="L-BFGS-B", bounds=limits,
        options={"maxiter": STEPS, "ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    end: Array = found.x if found.fun <= value_and_gradient(start)[0] else start
    return end


def unlisted(objective: Analytic, found: Found) -> Array | None:
    """A point (dim,) as low as the minimum behind a ridge from every minimum that is listed."""
    minima = objective.minima
    room = max(1.0, abs(objective.minimum))
    for point in found.points[found.values <= objective.minimum + 1e-10 * room]:
        far = np.abs(minima - point).max(axis=1) > 1e-2 * max(1.0, np.abs(point).max())
        if far.all() and all(ridge(objective, point, known) > 1e-6 * room for known in minima):
            return np.asarray(point)
    return None


def several_minima(objective: Analytic, box: Region, found: Found) -> bool:
    """Whether descents ended in two different hollows."""
    width = box.high - box.low
    hollows: list[Array] = []
    for end in [*objective.minima, *found.ends]:
        apart = all((np.abs(end - other) > 1e-3 * width).any() for other in hollows)
        if apart and _is_hollow(objective, box, end):
            hollows.append(end)
    return len(hollows) > 1


def _is_hollow(objective: Analytic, box: Region, point: Array) -> bool:
    """Whether the function rises around a point, and hardly falls."""
    around = point + 1e-5 * (box.high - box.low) * generator(0, "around").standard_normal((200, objective.dim))
    values = observe(objective, np.clip(around, box.low, box.high) if box.ends else around)[0]
    here = observe(objective, point[None])[0][0]
    rise = float(np.max(values) - here)
    return rise > 1e-9 * max(1.0, abs(here)) and float(here - np.min(values)) < 1e-2 * rise


def outside(objective: Analytic, box: Region) -> list[float]:
    """The lowest values that are found in boxes 3, 30 and 300 times as wide."""
    lowest = []
    for factor in (3, 30, 300):
        wide = box.widened(factor)
        sample = wide.uniform(SAMPLE, f"outside {factor}")
        value = observe(objective, sample)[0]
        best = sample[np.argsort(value)[:3]]
        ends = np.array([_descended(objective, wide, point) for point in best])
        reached = observe(objective, np.concatenate([ends, best]))[0]
        lowest.append(float(np.min(reached[np.isfinite(reached)], initial=np.inf)))
    return lowest
