"""The objective behind a folder as a function of its two parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.configs import places, trust
from harness.configs.building import build, demand
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.results.files import Results
from objectives.arrays import Array, Params
from objectives.base import Objective

MOST = 100  # parameters whose Hessian is made


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

    def grid(self, box: Array, columns: int, rows: int) -> tuple[Array, Array, Array]:
        """Of a box: x (columns,), y (rows,) and the height there (rows, columns)."""
        (left, right), (low, high) = box
        x, y = np.linspace(left, right, columns), np.linspace(low, high, rows)
        points = np.stack([axis.ravel() for axis in np.meshgrid(x, y)], axis=1)
        return x, y, self.height(points).reshape(rows, columns)


def lacks(results: Results) -> str:
    """Why a folder has no paths on contours; "" if it has."""
    if not any(cell["runs"] for cell in results.cells):
        return "no run ended"
    if "path" not in results.curves:
        return "the objective has more parameters than two"
    if len(results.answer) > 1:
        return "several problems; a folder with one shows the paths"
    return "the objective is of a data set" if any(cell.get("dataset") for cell in results.cells) else ""


def distrust(results: Results, trusted: tuple[str, ...] = ()) -> str:
    """Why the objective is not built again: the user has to trust a class, or it would read data, or is large; "" if
    nothing speaks against it."""
    node = _node(results)
    for path, value in places.leaves(node):
        if path[-1] == "_target_" and str(value).startswith("objectives.data."):
            return f"objective.{places.dotted(path[:-1])}: it reads data, which a picture does not"
        if path[-1] == "dim" and not (isinstance(value, int) and value <= MOST):
            return f"objective.{places.dotted(path)}={value}: at most {MOST} are drawn"
    try:
        trust.check({"objective": node}, trusted)
    except UserError as error:
        return str(error)
    return ""


def landscape(results: Results, trusted: tuple[str, ...] = ()) -> Landscape:
    """Of the first cell's objective; a stranger's class needs trust."""
    if why := distrust(results, trusted):
        raise UserError(f"{results.folder}: {why}")
    return Landscape(demand(build(_node(results), "objective", trusted), Objective, "objective"))


def sharpest(results: Results, trusted: tuple[str, ...] = ()) -> float | None:
    """The largest curvature at a known minimum of the first cell's objective: gradient descent leaves it again with a
    learning rate above 2 / this. None where no minimum is known, it has many parameters, or nobody trusts it."""
    if any(cell.get("dataset") for cell in results.cells) or "_target_" not in _node(results):
        return None
    if distrust(results, trusted):
        return None
    objective = landscape(results, trusted).objective
    minima = np.asarray(getattr(objective, "minima", ()))
    if not minima.size or minima.shape[1] > MOST:
        return None
    dim = minima.shape[1]
    (name,) = objective.init(np.zeros(1, dtype=np.int64))
    at = {name: np.repeat(minima[:1], dim, axis=0)}
    with np.errstate(all="ignore"):
        H = objective.hvp(at, {name: np.eye(dim)}, 0, np.zeros(dim, dtype=np.int64))[name]
    return float(np.linalg.eigvalsh((H + H.T) / 2)[-1]) if np.isfinite(H).all() else None


def _node(results: Results) -> dict[str, Any]:
    """Of the first cell's objective, what it is built from."""
    config = results.config
    config = dict(config["cells"][0]["config"]) if "objective" not in config else config
    return {key: value for key, value in config["objective"].items() if key not in ABOUT}
