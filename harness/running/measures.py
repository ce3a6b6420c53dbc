"""What records can show of the training itself, beside the metrics of an objective: `measure=[gradient_norm]`.

To add one: a function of what is `Seen`, its name in MEASURES and in harness.configs.settings.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from harness.optimizers.norms import norm
from objectives.arrays import Array, ratio


@dataclass(frozen=True)
class Seen:
    """The params that are held at a record and those held one update before (runs, size), and the gradient at the
    former, on what the seeds meet next: its computation is not counted as the optimizer's."""

    held: Array
    before: Array
    gradient: Callable[[], Array]


def gradient_norm(seen: Seen) -> Array:
    """The Euclidean norm of the gradient (runs,)."""
    return norm(seen.gradient())[:, 0]


def update_ratio(seen: Seen) -> Array:
    """The length of the last update over the length of the params (runs,), which is 0 before the first update; about
    1e-3 is said to be healthy for networks."""
    moved: Array = np.asarray(seen.held - seen.before)
    return ratio(norm(moved), norm(seen.held))[:, 0]


MEASURES: dict[str, Callable[[Seen], Array]] = {"gradient_norm": gradient_norm, "update_ratio": update_ratio}
LESS_IS_BETTER = {"gradient_norm"}
