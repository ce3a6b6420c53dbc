"""The second engine: the same texts of rules and objectives, written down by arrays that NumPy's own functions are led
to (NEP 13, NEP 18), compiled by XLA and run in blocks of a fixed number of runs."""

from typing import Any

from harness.optimizers.base import Optimizer
from objectives.base import Objective


def empty() -> Any:
    """Where programs will be kept. Only from here on is jax imported."""
    from harness.running.compiled.cache import keep_compiled
    from harness.running.compiled.programs import Programs

    keep_compiled()
    return Programs()


def refused(objective: Objective, optimizer: Optimizer, blocks: Any) -> str:
    """Why these two run on NumPy after all, or nothing."""
    from harness.running.compiled.agreement import disagreement

    return disagreement(objective, optimizer, blocks)
