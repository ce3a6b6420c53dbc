"""`harness.verify.objective(obj)`: whether an objective keeps its contract, and in words what is wrong where not."""

import copy
from collections.abc import Iterator

import numpy as np

from harness.errors import UserError
from harness.running.contract import probe
from objectives import curvature
from objectives.arrays import Array, Params
from objectives.base import Objective

SEEDS = np.array([3, 0, 5, 1], dtype=np.int64)
ROWS = ([2], [1, 3])  # runs that are asked for without their neighbours
STEP = 3
CLOSE = {"float64": 1e-5, "float32": 3e-2}  # how far a gradient may be from differences, relative


def objective(obj: Objective, noisy: bool = False) -> None:
    """Check an objective of yours: shapes and names, gradients against differences of the loss, that nothing is changed
    in place, that the same seed meets the same numbers, and that a run does not depend on its neighbours.
    `noisy` gradients are not compared with the loss. What it says of itself must hold, too: that it is deterministic,
    that its curvature is exact.

    A UserError says in one line what is wrong; nothing is said of what is well.
    """
    if not isinstance(obj, Objective):
        raise UserError(f"{obj!r} is no Objective: derive its class from objectives.Objective")
    if wrong := fault(obj, noisy):
        raise UserError(wrong)


def fault(obj: Objective, noisy: bool = False) -> str:
    """The first thing that is wrong with it, or nothing; a UserError where shapes do not fit."""
    with np.errstate(all="ignore"):
        try:
            probe(_fresh(obj))
        except ValueError as error:
            if "read-only" not in str(error):  # which _changes says in words
                raise
        for check in (
            _repeats,
            _alone,
            _changes,
            _neighbours,
            _deterministic,
            *(() if noisy else (_slopes, _curvature)),
        ):
            for wrong in check(obj):
                return f"{type(obj).__name__}.{wrong}"
    return ""


def _fresh(obj: Objective) -> Objective:
    """A copy, so that nothing is remembered from one question to the next."""
    return copy.deepcopy(obj)


def _begun(obj: Objective, seeds: Array) -> tuple[Objective, Params]:
    made = _fresh(obj)
    params = {key: np.asarray(p, order=made.order) for key, p in made.init(seeds).items()}
    return made, params


def _asked(obj: Objective, seeds: Array = SEEDS) -> tuple[Params, Array, Params]:
    made, params = _begun(obj, seeds)
    return params, *made.loss_and_grads(params, STEP, seeds)


def _repeats(obj: Objective) -> Iterator[str]:
    (start, loss, grads), (again, more, slopes) = _asked(obj), _asked(obj)
    if not all(np.array_equal(p, again[key], equal_nan=True) for key, p in start.items()):
        yield "init: the same seeds start elsewhere when asked again; draw from objectives.random"
    elif not np.array_equal(loss, more, equal_nan=True) or not all(
        np.array_equal(g, slopes[key], equal_nan=True) for key, g in grads.items()
    ):
        yield "loss_and_grads: the same seeds and step give other numbers; draw from objectives.random"


def _alone(obj: Objective) -> Iterator[str]:
    made, params = _begun(obj, SEEDS)
    slopes, (_, _, grads) = made.grads(params, STEP, SEEDS), _asked(obj, SEEDS)
    for key, g in grads.items():
        if not np.array_equal(slopes[key], g, equal_nan=True):
            yield f"grads: the gradient of {key} is not bit for bit that of loss_and_grads"
            return


def _changes(obj: Objective) -> Iterator[str]:
    made, params = _begun(obj, SEEDS)
    before = {key: p.copy() for key, p in params.items()}
    loss, grads = made.loss_and_grads(params, STEP, SEEDS)
    for method, call in (("loss_and_grads", None), *((f"evaluate({split!r})", split) for split in made.splits)):
        if call is not None:
            made.evaluate(params, call)
        for key, p in params.items():
            if not np.array_equal(p, before[key], equal_nan=True):
                yield f"{method} changes params[{key!r}]; work on a copy"
                return
    dtype = next(iter(params.values())).dtype
    for what, array in (("the loss", loss), *((f"the gradient of {key}", g) for key, g in grads.items())):
        if array.dtype != dtype:
            yield f"loss_and_grads: {what} is {array.dtype}, the params are {dtype}"
            return
    for key, g in grads.items():
        if any(np.shares_memory(g, p) for p in params.values()):
            yield f"loss_and_grads: the gradient of {key} shares its memory with params; return a copy"


def _neighbours(obj: Objective) -> Iterator[str]:
    params, loss, grads = _asked(obj)
    for rows in ROWS:
        twice = rows * 2 if len(rows) == 1 and obj.order == "F" else rows  # as the engine does with a lone run
        made, start = _begun(obj, SEEDS[twice])
        for key, p in start.items():
            if not np.array_equal(p, params[key][twice], equal_nan=True):
                yield f"init: {key} of seed {SEEDS[rows[0]]} depends on the other seeds"
                return
        own, slopes = made.loss_and_grads(start, STEP, SEEDS[twice])
        same = {"the loss": (own, loss[twice])} | {
            f"the gradient of {k}": (g, grads[k][twice]) for k, g in slopes.items()
        }
        for what, (alone, among) in same.items():
            if not np.array_equal(alone, among, equal_nan=True):
                yield f"loss_and_grads: {what} of seed {SEEDS[rows[0]]} depends on the other runs; axis 0 is the run"
                return


def _deterministic(obj: Objective) -> Iterator[str]:
    made, params = _begun(obj, SEEDS)
    one, other = (_fresh(made).loss_and_grads(params, STEP + k, SEEDS + k)[0] for k in (0, 1))
    if obj.deterministic and not np.allclose(one, other, rtol=1e-5, atol=0, equal_nan=True):
        yield "deterministic: at another step and seed, the loss of the same params is another"


def _curvature(obj: Objective) -> Iterator[str]:
    made, params = _begun(obj, SEEDS)
    rng = np.random.default_rng(1)
    v = {key: np.asarray(rng.standard_normal(p.shape), p.dtype, order=made.order) for key, p in params.items()}
    dtype = next(iter(params.values())).dtype

    def slope(there: Params) -> Params:
        return _fresh(made).loss_and_grads(there, STEP, SEEDS)[1]

    found, near = _fresh(made).hvp(params, v, STEP, SEEDS), curvature.difference(slope, params, v)
    off = {key: np.abs(h - near[key]).reshape(len(SEEDS), -1).max(axis=1) for key, h in found.items()}
    size = np.max([np.abs(h).reshape(len(SEEDS), -1).max(axis=1) for h in near.values()], axis=0)
    for key, error in off.items():
        if np.nanmin(error - 100 * CLOSE[str(dtype)] * (size + 1e-6)) > 0:
            yield (
                f"hvp: it is not how the gradient of {key} changes: along a direction it says "
                f"{found[key].flat[0]:.4g}, differences say {near[key].flat[0]:.4g} (complex_step={made.complex_step})"
            )
            return


def _slopes(obj: Objective) -> Iterator[str]:
    made, params = _begun(obj, SEEDS)
    rng = np.random.default_rng(0)
    params = {
        key: np.asarray(p + 0.01 * rng.standard_normal(p.shape), p.dtype, order=made.order) for key, p in params.items()
    }
    _, grads = _fresh(made).loss_and_grads(params, STEP, SEEDS)
    for key, p in params.items():
        h = (1e-6 if p.dtype == np.float64 else 1e-2) * np.maximum(1, np.abs(p)) / np.sqrt(p[0].size)
        direction = h * np.sign(rng.standard_normal(p.shape))
        sides = []
        for sign in (1, -1):
            moved = {**params, key: np.asarray(p + sign * direction, p.dtype, order=made.order)}
            sides.append(_fresh(made).loss_and_grads(moved, STEP, SEEDS)[0])
        rise = (sides[0] - sides[1]) / 2
        told = np.sum((grads[key] * direction).reshape(len(SEEDS), -1), axis=1)
        size = np.maximum(np.abs(told), 1e-3 * np.sum(np.abs(grads[key] * direction).reshape(len(SEEDS), -1), axis=1))
        off = np.abs(rise - told) / (size + 1e-12)
        finite = np.isfinite(off)
        if finite.any() and np.nanmin(np.where(finite, off, np.nan)) > CLOSE[str(p.dtype)]:
            run = int(np.flatnonzero(finite)[0])
            yield (
                f"loss_and_grads: the gradient of {key} is not the slope of the loss: along a small step the loss "
                f"rises by {rise[run]:.4g}, the gradient says {told[run]:.4g}"
            )
            return
