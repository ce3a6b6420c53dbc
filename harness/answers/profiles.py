"""How fast targets are reached that are fixed for each problem in absolute terms, never against the best solver: a
competitor added changes nobody's score (empirical runtime distributions, Hansen et al. 2021, arXiv 1603.08785; not
Dolan and More's profiles, whose ratios are to the best).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from objectives.arrays import Array

RUNGS = 8  # targets of a problem


def targets(starts: Sequence[float], minimum: float | None) -> Array:
    """The losses to reach, the easiest first: with a known minimum a tenth of the gap at the start, a hundredth, down
    to 1e-8 of it; else a half, a quarter, down to 1/256 of the loss at the start. The start is the first finite one
    that lies above; without one there are no targets.

    >>> targets([100.0], 0.0)[:3].tolist(), targets([8.0], None)[:3].tolist(), targets([np.inf, -1.0], None).tolist()
    ([10.0, 1.0, 0.1], [4.0, 2.0, 1.0], [])
    """
    base, lowest = (2.0, 0.0) if minimum is None else (10.0, minimum)
    gap = next((start - lowest for start in starts if np.isfinite(start) and start > lowest), None)
    return np.zeros(0) if gap is None else lowest + gap / base ** np.arange(1, RUNGS + 1)


def reached(best: Array, lost: Array, goals: Array) -> float:
    """The share of (run, target) reached, from the best loss of each run (runs,); what diverged reaches none.

    >>> reached(np.array([0.5, 0.05]), np.array([False, False]), np.array([1.0, 0.1]))
    0.75
    """
    there = (best[:, None] <= goals) & ~lost[:, None]
    return float(there.mean()) if there.size else float("nan")


def spent(losses: Array, costs: Array, lost: Array, goals: Array) -> Array:
    """What each run had spent at its first record at or below each target (runs, targets), from its losses and costs
    (runs, records); infinite where it was not reached, or the run diverged.

    >>> losses, costs = np.array([[9.0, 2.0, 0.5]]), np.array([[0.0, 10.0, 20.0]])
    >>> spent(losses, costs, np.array([False]), np.array([3.0, 1.0, 0.1])).tolist()
    [[10.0, 20.0, inf]]
    """
    there = losses[:, :, None] <= goals  # (runs, records, targets)
    first = np.take_along_axis(costs, np.argmax(there, axis=1), axis=1)
    return np.where(there.any(axis=1) & ~lost[:, None], first, np.inf)


@dataclass(frozen=True)
class Profile:
    """What one cell spent on the targets of each problem: name -> (runs, targets)."""

    problems: Mapping[str, Array]

    def at(self, budgets: Array) -> Array:
        """The share of (problem, target, run) that was reached with each budget at most; problems count alike.

        >>> Profile({"a": np.array([[1.0, np.inf]]), "b": np.array([[1.0, 5.0]])}).at(np.array([0, 1, 9])).tolist()
        [0.0, 0.5, 0.75]
        """
        per_problem = [(cost.ravel() <= np.asarray(budgets)[:, None]).mean(axis=1) for cost in self.problems.values()]
        shares: Array = np.mean(per_problem, axis=0)
        return shares
