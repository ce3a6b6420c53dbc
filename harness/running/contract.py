"""Whether an objective keeps its contract: asked once, before anything runs, and answered in words."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.errors import UserError
from harness.running.failures import FAILURES, told
from objectives.arrays import Array, Params
from objectives.base import Objective, Split


def probe(objective: Objective) -> tuple[Array, Params]:
    """Loss (2,) and gradients that the seeds 0 and 1 meet at their start; a UserError where they don't fit."""
    name, seeds = type(objective).__name__, np.array([0, 1], dtype=np.int64)
    with np.errstate(all="ignore"):
        params = objective.init(seeds)
        if not (isinstance(params, dict) and params and all(_floats(p, 2) for p in params.values())):
            raise UserError(f"{name}.init must return a dict of float arrays whose axis 0 has one row per seed")
        _demand_dtype(f"{name}.init", params)
        params = {key: np.array(p, order=objective.order) for key, p in params.items()}
        for p in params.values():
            p.flags.writeable = False  # as in the engine
        loss, grads = objective.loss_and_grads(dict(params), 0, seeds)
        _demand_loss(f"{name}.loss_and_grads", loss)
        if not isinstance(grads, dict) or {k: np.shape(g) for k, g in grads.items()} != {
            k: p.shape for k, p in params.items()
        }:
            wanted = ", ".join(f"{key} {p.shape}" for key, p in params.items())
            raise UserError(f"{name}.loss_and_grads must return gradients named and shaped as the params: {wanted}")
        if not {"train", "validation"} & set(objective.splits):
            raise UserError(f"{name}.splits must have validation or train; got {objective.splits!r}")
        for split in objective.splits:
            metrics = objective.evaluate(dict(params), split)
            if not (isinstance(metrics, dict) and "loss" in metrics):
                raise UserError(f"{name}.evaluate must return a dict of metrics with at least a loss; got {metrics!r}")
            for metric, values in metrics.items():
                _demand_loss(f"{name}.evaluate's {metric}", values)
    return loss, grads


def at_origin(objective: Objective) -> bool:
    """Whether the loss is at its lowest, but for rounding, where all parameters are 0: whatever pulls them there finds
    the minimum without looking for it. Where it raises there, it is not."""
    lowest = objective.lowest
    if lowest is None:
        return False
    objective, start = started(objective, [0])
    zeros = {name: np.zeros_like(p) for name, p in start.items()}
    try:
        with np.errstate(all="ignore"):
            begun, there = (float(objective.loss_and_grads(p, 0, np.array([0]))[0][0]) for p in (start, zeros))
    except FAILURES as error:
        told(error)
        return False
    eps = np.finfo(np.result_type(*start.values())).eps
    return bool(there - lowest <= eps * max(abs(begun), abs(lowest)))


def fresh(objective: Objective) -> Objective:
    """The objective, or a copy of one that remembers, so that it forgets what it is asked now."""
    return copy.deepcopy(objective) if objective.remembers else objective


def started(objective: Objective, seeds: Sequence[int]) -> tuple[Objective, Params]:
    """An objective that may be asked, and its params at the start of these seeds."""
    objective = fresh(objective)
    start = objective.init(np.array(seeds, dtype=np.int64))
    return objective, {key: np.asarray(p, order=objective.order) for key, p in start.items()}


def lost(objective: Objective, seeds: Sequence[int]) -> dict[int, str]:
    """The seeds at whose start the loss or a gradient is nan, or the loss infinite, which no training can leave, each
    with what is so: "the loss is nan"."""
    found: dict[int, str] = {}
    with np.errstate(all="ignore"):
        objective, params = started(objective, seeds)
        loss, grads = objective.loss_and_grads(params, 0, np.array(seeds, dtype=np.int64))
        far = np.isinf(loss)
        if far.any():  # a record shows it, or the run goes on
            split: Split = "validation" if "validation" in objective.splits else "train"
            far &= np.isinf(objective.evaluate(params, split)["loss"])
    for row, seed in enumerate(seeds):
        said = {"the loss": loss[row], **{f"the gradient of {name}": g[row] for name, g in grads.items()}}
        for what, numbers in said.items():
            if np.isnan(numbers).any():
                found.setdefault(seed, f"{what} is nan")
        if far[row]:
            found.setdefault(seed, "the loss is infinite")
    return found


def _floats(value: Any, runs: int) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 0 and len(value) == runs


def _demand_dtype(what: str, params: Params) -> None:
    """One dtype, that of the whole run, in which eps and squares are numbers: as `update` has it."""
    (key, first), *others = params.items()
    if first.dtype.itemsize < 4:
        raise UserError(f"{what}: {key} is {first.dtype}, in which eps and squares are lost; start in float32")
    for other, p in others:
        if p.dtype != first.dtype:
            raise UserError(f"{what}: params must share one dtype; {key} is {first.dtype}, {other} {p.dtype}")


def _demand_loss(what: str, value: Any) -> None:
    if np.shape(value) != (2,):
        raise UserError(f"{what} must have one number per run, the shape (runs,); for 2 runs got {np.shape(value)}")
