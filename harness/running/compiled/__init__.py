"""The second engine: the same texts of rules and objectives, written down by arrays that NumPy's own functions are led
to (NEP 13, NEP 18), compiled by XLA and run in blocks of a fixed number of runs."""

from typing import Any

from harness.engines import Backend


def programs(backend: Backend) -> Any:
    """Where programs are kept. Only here is jax imported."""
    from harness.running.compiled.programs import Programs

    return Programs()
