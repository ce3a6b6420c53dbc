"""Whether both engines do the same with classes that are not ours: under tracing, numbers drawn by np.random and
attributes that a method changes freeze without an error.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.optimizers.base import Optimizer
from harness.running.compiled.links import links
from harness.running.compiled.watching import nested, strange, watched
from harness.running.engine import Engine
from objectives.base import Objective

RUNS, STEPS = 3, 8  # two calls of so many steps
CLOSE = {"float64": 1e-8, "float32": 1e-3}  # relative: rounding, after so many steps

Blocks = Callable[..., Any]


def disagreement(objective: Objective, optimizer: Optimizer, blocks: Blocks) -> str:
    """What a class of somebody's own does otherwise when it is compiled, or nothing."""
    theirs = strange((*nested(objective), *links(optimizer)))
    if not theirs:
        return ""
    name = ", ".join(theirs)
    seeds = np.arange(RUNS) if objective.varies_with_seed else np.zeros(RUNS, np.int64)
    optimizer = copy.deepcopy(optimizer)
    optimizer.select(np.zeros(RUNS, np.int64))
    ends = []
    for compiled in (None, blocks):
        engine = Engine(copy.deepcopy(objective), optimizer, seeds, 2 * STEPS, records=2, keep=True, compiled=compiled)
        (block,) = engine._blocks
        seen = [watched(block.objective, block.optimizer) for _ in engine.advance()]
        engine.finish(test=False)
        if compiled is None and (changed := [name for name in seen[-1] if seen[-1][name] != seen[-2].get(name)]):
            return f"{changed[0]} changes from step to step, which a program cannot follow"
        ends.append(engine.trace)
    one, other = ends
    dtype = str(block.dtype)
    for curve, values in one.curves.items():
        if not _near(values, other.curves[curve], dtype):
            return f"{name} shows another {curve} when it is compiled"
    for param, p in one.finals.items():
        if not _near(p, other.finals[param], dtype):
            return f"{name} ends at another {param} when it is compiled"
    return ""


def _near(one: Any, other: Any, dtype: str) -> bool:
    close = CLOSE[dtype]
    scale = np.nanmax(np.abs(one), initial=0.0)
    return bool(np.allclose(one, other, rtol=close, atol=close * scale, equal_nan=True))
