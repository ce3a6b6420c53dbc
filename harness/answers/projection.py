"""How many more replicates would decide, if they went on like those that are there."""

from itertools import combinations
from math import log

from harness.answers.eprocess import evidence
from harness.answers.equivalence import apart
from harness.answers.verdict import Verdict
from objectives.arrays import Array

MOST = 1000  # replicates that a sweep may have


def more(values: Array, verdict: Verdict, margin: float | None = None) -> int | None:
    """The fewest further replicates after which the best of the unbeaten beats the others, or all of them are
    equivalent; None where that is not in sight. A guess: the shares of signs so far are those of a few replicates.
    """
    if not verdict.unbeaten:
        return None
    undecided = sum(pair.tested and not pair.decided for pair in verdict.pairs)
    needed = log(max(undecided, 1) / verdict.level)
    pairs = [verdict.pair(verdict.unbeaten[0], rival) for rival in verdict.unbeaten[1:]]
    ways = [[_until(pair.wins, pair.losses, verdict.replicates, needed) for pair in pairs]]
    if margin is not None:
        z, bound = verdict.scale.of(values), verdict.scale.bound(margin)
        signs = []
        for one, other in combinations(verdict.unbeaten, 2):
            inside = min(int((side < bound).sum()) for side in apart(z[:, one], z[:, other]))
            signs.append((inside, verdict.replicates - inside))
        ways.append([_until(*both, verdict.replicates, needed) if both[0] > both[1] else None for both in signs])
    ends = [max(known) for way in ways if len(known := [end for end in way if end is not None]) == len(way) > 0]
    return min(ends, default=None)


def _until(ups: int, downs: int, count: int, needed: float) -> int | None:
    """The fewest more whose signs, in these shares, are evidence enough.

    >>> _until(6, 0, 6, log(20)), _until(12, 2, 14, log(20)), _until(6, 6, 12, log(20))
    (1, 3, None)
    """
    for extra in range(1, MOST - count + 1):
        grown = 1 + extra / count
        if evidence(ups * grown, downs * grown) >= needed:
            return extra
    return None
