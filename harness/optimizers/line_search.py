"""How far to go in a direction: each run by its own decisions, all of them at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from harness.optimizers.norms import dot, unanimous
from objectives.arrays import Array, ratio
from objectives.tracing import every, repeat

MOST = 20  # points that a search tries
FARTHEST = 1e10

Evaluate = Callable[[Array, Array], tuple[Array, Array]]


class Found(NamedTuple):
    """Where a search ended: for runs that found nothing the start of it."""

    p: Array
    loss: Array  # (runs, 1), as all that follows
    g: Array
    step: Array  # the last one tried
    good: Array


class End(NamedTuple):
    """A point of the line: how far it is, the loss, the slope along the direction."""

    t: Array
    f: Array
    d: Array


def backtracking(evaluate: Evaluate, start: Found, direction: Array, shrink: Array, c1: Array, most: int) -> Found:
    """Shorter and shorter steps, from `start.step` on, until the loss falls by c1 of what the slope promises
    (Armijo 1966)."""
    slope = dot(start.g, direction)

    def step(now: tuple[Array, Found]) -> tuple[Array, Found]:
        searching, found = now
        p = start.p + found.step * direction
        loss, g = evaluate(p, searching)
        good = searching & (loss <= start.loss + c1 * found.step * slope)
        found, searching = _taken(found, Found(p, loss, g, found.step, good), good), searching & ~good
        return searching, found._replace(step=np.where(searching, shrink * found.step, found.step))

    begun = slope < 0, start._replace(good=np.zeros_like(slope, dtype=bool))
    found: Found = repeat(lambda now: now[0], step, begun, most)[1]
    return found


class Bracket(NamedTuple):
    """Where a minimum of the line is looked for."""

    t: Array  # the step to try next
    best: End
    other: End
    closed: Array  # whether one lies between the two
    low: Array
    high: Array
    width: Array
    width_before: Array


def strong_wolfe(evaluate: Evaluate, start: Found, direction: Array, c1: Array, c2: Array) -> Found:
    """A step after which the loss has fallen by c1 of what the slope promised, and the slope along the direction is at
    most c2 of it: the safeguarded interpolation of Moré & Thuente 1994, with the constants of MINPACK-2's dcsrch.
    """
    slope = dot(start.g, direction)
    zero, no = np.zeros_like(slope), np.zeros_like(slope, dtype=bool)
    end = End(zero, start.loss, slope)
    bracket = Bracket(start.step, end, end, no, zero, 5 * start.step, zero + FARTHEST, zero + 2 * FARTHEST)

    def step(now: tuple[Array, Array, Bracket, Found]) -> tuple[Array, Array, Bracket, Found]:
        searching, easy, at, found = now
        p = start.p + at.t * direction
        loss, g = evaluate(p, searching)
        here = End(at.t, loss, dot(g, direction))
        known = np.isfinite(here.f) & np.isfinite(here.d)
        enough = here.f <= start.loss + c1 * here.t * slope
        easy = easy & ~(enough & (here.d >= 0))
        beyond = (here.t >= FARTHEST) & enough & (here.d <= c1 * slope)
        ended = (at.closed & _stuck(at)) | beyond | (enough & (np.abs(here.d) <= -c2 * slope))
        good = searching & known & ended & (here.f <= start.loss)
        found, searching = _taken(found, Found(p, loss, g, here.t, good), good), searching & ~(known & ended)
        # where the loss fell too little, what guides is the loss minus the line of sufficient decrease
        tilt = np.where(easy & (here.f <= at.best.f) & ~enough, c1 * slope, 0)
        at = every(np.any(searching), lambda: _narrowed(at, here, tilt, known), at)
        return searching, easy, at, found

    begun = slope < 0, ~no, bracket, start._replace(good=no)
    found: Found = repeat(lambda now: now[0], step, begun, MOST)[-1]
    return found


def _narrowed(at: Bracket, here: End, tilt: Array, known: Array) -> Bracket:
    """The bracket after a point, whose loss and slope may be unknown."""
    ends, t, closed = _interpolated(
        _tilted(at.best, tilt), _tilted(at.other, tilt), _tilted(here, tilt), at.closed, at.low, at.high
    )
    was = at.best, at.other
    best, other = (_where(known, _tilted(new, -tilt), old) for new, old in zip(ends, was, strict=True))
    closed = np.where(known, closed, at.closed)
    span = np.abs(other.t - best.t)
    t = np.where(closed & (span >= 0.66 * at.width_before), best.t + 0.5 * (other.t - best.t), t)
    shrunk = known & closed
    width, width_before = np.where(shrunk, span, at.width), np.where(shrunk, at.width, at.width_before)
    low = np.where(closed, np.minimum(best.t, other.t), t + 1.1 * (t - best.t))
    high = np.where(closed, np.maximum(best.t, other.t), t + 4 * (t - best.t))
    made = Bracket(np.clip(t, 0, FARTHEST), best, other, closed, low, high, width, width_before)
    t = np.where(closed & _stuck(made), best.t, made.t)
    return made._replace(t=np.where(known, t, best.t + 0.1 * (here.t - best.t)))


def _stuck(at: Bracket) -> Array:
    """Whether the step to try lies at an end, or the ends lie close together."""
    found: Array = (at.t <= at.low) | (at.t >= at.high) | (at.high - at.low <= 0.1 * at.high)
    return found


def _interpolated(
    x: End, y: End, here: End, bracketed: Array, low: Array, high: Array
) -> tuple[tuple[End, End], Array, Array]:
    """The new ends of the interval, the step to try next, and whether a minimum lies between the ends: the four cases
    of Moré & Thuente 1994, section 4 (MINPACK-2's dcstep)."""
    t, f, d = here
    away = t - x.t
    opposite = np.sign(x.d) * d < 0
    # 1: the loss is higher, a minimum lies before it
    theta, gamma = _cubic(x, here)
    gamma = np.where(away < 0, -gamma, gamma)
    cubic = x.t + ratio((gamma - x.d) + theta, ((gamma - x.d) + gamma) + d) * away
    parabola = x.t + ratio(x.d, ratio(x.f - f, away) + x.d) / 2 * away
    first = np.where(np.abs(cubic - x.t) <= np.abs(parabola - x.t), cubic, cubic + (parabola - cubic) / 2)
    # 2: the slope has changed sign, a minimum lies between
    gamma = np.where(away > 0, -np.abs(gamma), np.abs(gamma))
    cubic = t + ratio((gamma - d) + theta, ((gamma - d) + gamma) + x.d) * -away
    secant = t + ratio(d, d - x.d) * -away
    second = np.where(np.abs(cubic - t) > np.abs(secant - t), cubic, secant)
    # 3: the slope has the same sign and is flatter
    r = ratio((gamma - d) + theta, (gamma + (x.d - d)) + gamma)
    cubic = np.where((r < 0) & (gamma != 0), t - r * away, np.where(away > 0, high, low))
    nearer = np.abs(cubic - t) < np.abs(secant - t)
    inside = np.where(nearer, cubic, secant)
    bound = t + 0.66 * (y.t - t)
    inside = np.where(away > 0, np.minimum(bound, inside), np.maximum(bound, inside))
    third = np.where(bracketed, inside, np.clip(np.where(nearer, secant, cubic), low, high))
    # 4: the slope has the same sign and is not flatter
    theta, gamma = _cubic(y, here)
    gamma = np.where(t > y.t, -gamma, gamma)
    cubic = t + ratio((gamma - d) + theta, ((gamma - d) + gamma) + y.d) * (y.t - t)
    fourth = np.where(bracketed, cubic, np.where(away > 0, high, low))

    higher, flatter = f > x.f, np.abs(d) < np.abs(x.d)
    new = np.where(higher, first, np.where(opposite, second, np.where(flatter, third, fourth)))
    ends = _where(higher, x, here), _where(higher, here, _where(opposite, x, y))
    return ends, new, bracketed | higher | opposite


def _cubic(a: End, b: End) -> tuple[Array, Array]:
    """Theta and gamma of the cubic through both values and slopes."""
    theta = 3 * ratio(a.f - b.f, b.t - a.t) + a.d + b.d
    s = np.maximum(np.abs(theta), np.maximum(np.abs(a.d), np.abs(b.d)))
    scale = np.where(s > 0, s, 1)
    return theta, s * np.sqrt(np.maximum((theta / scale) ** 2 - (a.d / scale) * (b.d / scale), 0))


def _tilted(end: End, tilt: Array) -> End:
    return End(end.t, end.f - end.t * tilt, end.d - tilt)


def _where(condition: Array, a: End, b: End) -> End:
    return End(*(np.where(condition, one, other) for one, other in zip(a, b, strict=True)))


def _taken(found: Found, new: Found, where: Array) -> Found:
    """What was found, with the new where it holds."""
    if unanimous(where):
        return new
    p, loss, g, step = (np.where(where, n, old) for n, old in zip(new[:4], found[:4], strict=True))
    return Found(p, loss, g, step, found.good | new.good)
