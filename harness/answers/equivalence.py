"""Whether two cells are as good as equal: their median difference lies within a margin."""

import numpy as np

from harness.answers.eprocess import below
from harness.answers.paired import difference, effects, holm
from harness.answers.scale import beyond
from objectives.arrays import Array


def equivalent(first: Array, second: Array, bound: float, level: float, sequential: bool, tested: Array) -> Array:
    """For each column of values (replicates, pairs), of which some are tested, whether the second differs from the
    first by less than the bound; that any is called so which is not has at most the probability `level`.

    The interval of the median, simultaneous over the pairs, must lie within the bound (two one-sided tests: Schuirmann
    1987); sequential: both e-processes must refuse that the median is at a bound or beyond it, by Holm's correction.

    >>> one = np.zeros((12, 2))
    >>> equivalent(one, one + [0.01, 0.03], 0.02, 0.05, False, np.ones(2, dtype=bool)).tolist()
    [True, False]
    """
    up, down = apart(first, second)
    if sequential:
        p = np.maximum(below(up, bound), below(down, bound))
        found = np.zeros(len(p), dtype=bool)
        found[tested] = holm(p[tested]) <= level
    else:
        each = 1 - level / max(int(tested.sum()), 1)
        sides = zip(effects(up, each), effects(down, each), strict=True)
        found = np.array([one.level is not None and max(one.high, two.high) < bound for one, two in sides])
    return np.where(tested, found, ((up < bound) & (down < bound)).all(axis=0))


def apart(first: Array, second: Array) -> tuple[Array, Array]:
    """How far the second lies above the first, and below it: where both are infinite, or did not reach the
    target in time, nobody knows, and it is infinite both ways."""
    unknown = (first == second) & beyond(first)
    up, down = difference(first, second), difference(second, first)
    return np.where(unknown, np.inf, up), np.where(unknown, np.inf, down)
