"""The objective behind a folder as a function of its two parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.configs import trust
from harness.configs.building import build
from harness.configs.settings import ABOUT
from harness.results.files import Results
from objectives.arrays import Array, Params
from objectives.base import Objective


@dataclass(frozen=True)
class Landscape:
    """An objective of two parameters."""

    objective: Objective

    @property
    def minima(self) -> Array:
        """Those that are known, (k, 2)."""
        found: Array = np.asarray(getattr(self.objective, "minima", np.zeros((0, 2))))
        return found

    def loss(self, points: Array) -> Array:
        """At points (n, 2): (n,)."""
        params: Params = {}
        start = self.objective.init(np.zeros(len(points), dtype=np.int64))
        taken = 0
        for name, p in start.items():
            size = p[0].size
            params[name] = np.asarray(points[:, taken : taken + size], dtype=p.dtype).reshape(p.shape)
            taken += size
        split = next(split for split in ("validation", "train") if split in self.objective.splits)
        with np.errstate(all="ignore"):
            return self.objective.evaluate(params, split)["loss"]

    def height(self, points: Array) -> Array:
        """What contours are drawn of: the logarithm of the gap to the lowest loss, where that is known."""
        loss = np.asarray(self.loss(points), dtype=np.float64)
        if self.objective.lowest is None:
            return loss
        with np.errstate(all="ignore"):
            return np.log10(np.maximum(loss - self.objective.lowest, 1e-12))

    def box(self, paths: Sequence[Array]) -> Array:
        """What is shown, ((left, right), (low, high)): the starts, the minima and, as far again as these are apart,
        where the paths went."""
        known = np.concatenate([self.minima, *(path[:1] for path in paths)])
        centre, reach = (known.max(0) + known.min(0)) / 2, max(float(np.ptp(known, axis=0).max()), 1e-3)
        seen = np.concatenate([known, *paths])
        seen = seen[(np.abs(seen - centre) <= 1.5 * reach).all(axis=1)]
        low, high = seen.min(axis=0), seen.max(axis=0)
        margin = 0.12 * np.maximum(high - low, reach / 3)
        return np.stack([low - margin, high + margin], axis=1)


def landscape(results: Results, trusted: tuple[str, ...] = ()) -> Landscape:
    """Of the first cell's objective, which is built from the folder's config: a stranger's class needs trust."""
    config = results.config
    config = config["cells"][0]["config"] if "cells" in config and "objective" not in config else config
    node = {key: value for key, value in config["objective"].items() if key not in ABOUT}
    trust.check({"objective": node}, trusted)
    return Landscape(build(node, "objective", trusted))
