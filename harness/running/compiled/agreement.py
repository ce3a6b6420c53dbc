"""Whether both engines do the same with classes that are not ours: under tracing, numbers drawn by np.random and
attributes that a method changes freeze without an error.
"""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.optimizers.base import Optimizer
from harness.running.compiled.links import links
from harness.running.engine import Engine
from objectives.base import Objective
from objectives.wrappers.around import Around

RUNS, STEPS = 3, 8  # two calls of so many steps
CLOSE = {"float64": 1e-8, "float32": 1e-3}  # relative: rounding, after so many steps
OURS = ("harness.", "objectives.")

Blocks = Callable[..., Any]


def disagreement(objective: Objective, optimizer: Optimizer, blocks: Blocks) -> str:
    """What a class of somebody's own does otherwise when it is compiled, or nothing. Of ours, tests have looked."""
    strange = [made for made in (*_nested(objective), *links(optimizer)) if not type(made).__module__.startswith(OURS)]
    if not strange:
        return ""
    name = ", ".join(dict.fromkeys(type(made).__name__ for made in strange))
    seeds = np.arange(RUNS) if objective.varies_with_seed else np.zeros(RUNS, np.int64)
    optimizer = copy.deepcopy(optimizer)
    optimizer.select(np.zeros(RUNS, np.int64))
    ends = []
    for compiled in (None, blocks):
        watched = copy.deepcopy(objective)
        engine = Engine(watched, optimizer, seeds, 2 * STEPS, records=2, keep=True, compiled=compiled)
        seen = [_plain(watched) for _ in engine.advance()]
        engine.finish(test=False)
        if changed := [name for name, value in seen[1].items() if seen[-1].get(name) != value]:
            return f"{changed[0]} changes from step to step, which a program cannot follow"
        ends.append(engine.trace)
    one, other = ends
    for curve, values in one.curves.items():
        if not _near(values, other.curves[curve]):
            return f"{name} shows another {curve} when it is compiled"
    for param, p in one.finals.items():
        if other.finals[param].dtype != p.dtype:
            return f"{name} leaves {param} in {other.finals[param].dtype} when it is compiled, not in {p.dtype}"
        if not _near(p, other.finals[param]):
            return f"{name} ends at another {param} when it is compiled"
    return ""


def _near(one: Any, other: Any) -> bool:
    close = CLOSE.get(str(one.dtype), CLOSE["float32"])
    scale = np.nanmax(np.abs(one), initial=0.0)
    return bool(np.allclose(one, other, rtol=close, atol=close * scale, equal_nan=True))


def _nested(objective: Objective) -> list[Objective]:
    return [objective, *(_nested(objective.inner) if isinstance(objective, Around) else [])]


def _plain(objective: Objective) -> dict[str, Any]:
    """The attributes that are plain values: what a method would count or keep. What is remembered is carried along."""
    return {
        f"{type(part).__name__}.{name}": value
        for part in _nested(objective)
        for name, value in vars(part).items()
        if isinstance(value, (bool, int, float, str))
    }
