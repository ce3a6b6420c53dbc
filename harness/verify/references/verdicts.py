"""How far our steps are from a reference's, and what that means for a case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from objectives.arrays import Array

Points = Mapping[str, Array]
"""For each problem by its name, what `kept` makes of a walk."""


@dataclass(frozen=True)
class Verdict:
    """What was found of a case."""

    case: Case
    state: Literal["agrees", "differs", "wrong"]
    difference: float  # as a share of how far the reference moves
    text: str  # the reason, where it doesn't agree


def judge(case: Case, ours: Points, theirs: Points) -> Verdict:
    """Compare where we go with where the reference goes."""
    gaps = {problem.name: gap(problem, ours[problem.name], theirs[problem.name]) for problem in case.problems}
    where = max(gaps, key=gaps.__getitem__)
    largest = gaps[where]
    close = largest <= case.tolerance
    if case.differs and not close:
        return Verdict(case, "differs", largest, case.differs)
    if case.differs:
        return Verdict(case, "wrong", largest, f"agrees, and should differ: {case.differs}")
    return Verdict(case, "agrees" if close else "wrong", largest, "" if close else f"differs on {where}")


def gap(problem: Problem, ours: Array, theirs: Array) -> float:
    """The largest difference between two `kept` walks, as a share of the reference's farthest way from the start.

    Raises ValueError where the reference diverges or stays where it is: then there is nothing to compare with.
    """
    moved = float(np.abs(theirs[:, 0] - problem.start).max())
    if not (np.isfinite(theirs).all() and moved > 0):
        raise ValueError(f"the reference {'diverges' if moved else 'stays at the start'} on {problem.name}")
    largest = float(np.abs(ours[:, : theirs.shape[1]] - theirs).max())
    return largest / moved if np.isfinite(largest) else np.inf


def sensitivity(case: Case) -> float:
    """How far the reference gets from itself when it starts one rounding away. Above the case's tolerance, its steps
    are chaotic, and prove nothing."""
    worst = 0.0
    for problem in case.problems:
        signs = (-1.0) ** np.arange(problem.start.size)
        beside = replace(problem, start=problem.start * (1 + 1e-15 * signs))
        worst = max(worst, gap(problem, case.reference_points(beside), case.reference_points(problem)))
    return worst
