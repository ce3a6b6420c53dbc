"""What an analytic function says of itself, checked: each check returns what is wrong, in words."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.verify.derivatives import hessian
from harness.verify.sampling import Region, observe
from harness.verify.search import Found, outside, searched, several_minima, unlisted
from objectives.arrays import Array
from objectives.functions.analytic import Analytic

ROUNDING = 1e-11  # of a value, relative to the minimum or to 1
PLACE = 1e-9  # how exact a minimiser must be, relative
PUBLISHED = 1e-6  # how exact a value in print is, relative
NARROW, FLAT = 1e3, 1e-6  # the condition number of an ill-conditioned minimum, and its inverse for a singular one


def room(objective: Analytic) -> float:
    """How far a value may be from the minimum."""
    return ROUNDING * max(1.0, abs(objective.minimum))


def at_minima(objective: Analytic, box: Region) -> tuple[float, float, list[str]]:
    """The largest distance of the values at the minima from the minimum, and the largest slope that is left there:
    the gradient, or on an edge what of it points out of the domain.
    """
    wrong = []
    minima = objective.minima
    if not len(minima):
        return 0.0, 0.0, []
    values, gradient = observe(objective, minima)
    errors = np.abs(values - objective.minimum)
    typical = float(np.median(np.abs(observe(objective, box.uniform(100, "typical"))[1]).max(axis=1)))
    slopes = np.where(on_edge(minima, box) & (gradient * (2 * minima - box.low - box.high) <= 0), 0, gradient)
    for point, value, error, slope in zip(minima, values, errors, slopes, strict=True):
        if box.ends and not box.holds(point[None]).all():
            wrong.append(f"the minimum at {shown(point)} is outside the domain")
        if not error <= room(objective):
            wrong.append(f"at {shown(point)} the value is {value:.12g}, not the minimum {objective.minimum:.12g}")
        if not objective.smooth(point[None])[0]:
            continue
        allowed = PLACE * np.abs(hessian(objective, point)) @ np.abs(point) + 1e-12 * (1 + typical)
        if not (np.abs(slope) <= allowed).all():
            wrong.append(f"at the minimum {shown(point)} the gradient is {shown(slope)}, not 0")
    return float(errors.max()), float(np.abs(slopes).max()), wrong


def on_edge(points: Array, box: Region) -> Array:
    """Which coordinates (points, dim) lie on an end of the domain."""
    edge: Array = (points <= box.low) | (points >= box.high) if box.ends else np.zeros(points.shape, dtype=bool)
    return edge


def not_lower(objective: Analytic, found: Found) -> list[str]:
    """Nothing that was found is lower than the minimum, or as low without being listed."""
    wrong = []
    if objective.minimum - found.lowest > room(objective):
        wrong.append(
            f"{found.lowest:.12g} at {shown(found.points[0])} is lower than the minimum {objective.minimum:.12g}"
        )
    point = unlisted(objective, found) if len(objective.minima) else None
    if point is not None:
        wrong.append(f"{shown(point)} is as low as the minimum, and not among the minima")
    return wrong


def published(objective: Analytic) -> tuple[float, list[str]]:
    """The value at the published start, and whether it is the published one."""
    start = np.resize(objective.published_start, objective.dim)[None]
    value, stated = float(observe(objective, start)[0][0]), objective.published_value
    if not np.isfinite(value):
        return value, [f"at the published start the value is {value}"]
    if stated is not None and not abs(value - stated) <= PUBLISHED * abs(stated):
        return value, [f"at the published start the value is {value:.9g}, not {stated:.9g}"]
    return value, []


def alone(objective: Analytic) -> list[str]:
    """A run's value and gradient do not depend on its neighbours, bit for bit, and keep the run's dtype."""
    wrong = []
    for dtype in ("float32", "float64"):
        copy = replace(objective, start=None, dtype=dtype)
        x = copy.init(np.arange(9))["x"]
        together = observe(copy, x)
        if {part.dtype for part in together} != {x.dtype}:
            wrong.append(f"in {dtype} value and gradient are {' and '.join(str(part.dtype) for part in together)}")
        for rows in ([0], [4], [7, 1], [2, 3, 8], [8, 7, 6, 5, 4, 3, 2, 1]):
            parts = zip(observe(copy, x[rows]), together, strict=True)
            if not all(np.array_equal(part, whole[rows], equal_nan=True) for part, whole in parts):
                wrong.append(f"in {dtype} the runs {rows} differ when they run by themselves")
                break
    return wrong


def properties(objective: Analytic, box: Region, found: Found) -> Iterator[str]:
    """What is wrong with the properties that a computation can check; plateaus and jumps are taken on trust."""
    stated = objective.properties
    if "convex" in stated and not _convex(objective, box):
        yield "it is not convex: a chord lies below the function"
    if "separable" in stated and not _separable(objective, box):
        yield "it is not separable: a mixed difference is not 0"
    if "multimodal" in stated and not any(several_minima(objective, box, f) for f in _more(objective, box, found)):
        yield "no second minimum was found, but it is said to be multimodal"
    if ("non-smooth" in stated) != (type(objective).smooth is not Analytic.smooth):
        yield "non-smooth is what a function with a `smooth` of its own says, and no other"
    if ("minimum at infinity" in stated) != (len(objective.minima) == 0):
        yield "minimum at infinity is what a function without minima says, and no other"
    if ("edge minimum" in stated) != bool(on_edge(objective.minima, box).any()):
        yield "edge minimum is what a function with a minimum on the end of its domain says, and no other"
    yield from _curvature(objective)
    yield from _elsewhere(objective, box)


def _more(objective: Analytic, box: Region, found: Found) -> Iterator[Found]:
    yield found
    yield searched(objective, box, 50)


def _convex(objective: Analytic, box: Region) -> bool:
    one, other = box.uniform(1000, "one end"), box.uniform(1000, "other end")
    low, high, middle = (observe(objective, x)[0] for x in (one, other, (one + other) / 2))
    return bool((middle <= (low + high) / 2 + 1e-12 * (np.abs(low) + np.abs(high) + 1)).all())


def _separable(objective: Analytic, box: Region) -> bool:
    """f(x + a + b) - f(x + a) - f(x + b) + f(x) = 0 for steps a and b along two coordinates."""
    x, moved = box.uniform(200, "from"), box.uniform(200, "to")
    total = 0.0
    for i in range(objective.dim - 1):
        corners = []
        for first, second in ((1, 1), (1, 0), (0, 1), (0, 0)):
            corner = x.copy()
            corner[:, i] = moved[:, i] if first else x[:, i]
            corner[:, i + 1] = moved[:, i + 1] if second else x[:, i + 1]
            corners.append(observe(objective, corner)[0])
        mixed = np.abs(corners[0] - corners[1] - corners[2] + corners[3])
        total = max(total, float(np.max(mixed / (1 + np.abs(corners).max(axis=0)))))
    return total < 1e-10


def _curvature(objective: Analytic) -> Iterator[str]:
    minima = objective.minima
    smooth = objective.smooth(minima)
    flats = [np.abs(np.linalg.eigvalsh(hessian(objective, point))) for point in minima[smooth]]
    for what, limit in (("ill-conditioned", 1 / NARROW), ("singular minimum", FLAT)):
        if what in objective.properties and not any(sizes.min() <= limit * sizes.max() for sizes in flats):
            yield f"{what}: at the minima no curvature is {limit:g} of the largest, or less"


def _elsewhere(objective: Analytic, box: Region) -> Iterator[str]:
    """What lies outside the domain, or beyond the start box."""
    lowest = outside(objective, box)
    steps = -np.diff([objective.minimum, *lowest])
    lower, falls = min(lowest) < objective.minimum - room(objective), bool((steps > room(objective)).all())
    if "unbounded below" in objective.properties:
        if not falls:
            yield f"unbounded below: the lowest values further and further out are {shown(np.array(lowest))}"
    elif lower != ("lower outside" in objective.properties):
        yield (
            f"outside the box a value of {min(lowest):.9g} was found, the minimum is {objective.minimum:.9g}: "
            f"{'say' if lower else 'do not say'} lower outside"
        )


def shown(point: Array) -> str:
    """Numbers as people read them."""
    return f"({', '.join(f'{number:.6g}' for number in point)})"
