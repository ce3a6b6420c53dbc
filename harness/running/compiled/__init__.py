"""The second engine: the same texts of rules and objectives, written down by arrays that NumPy's own functions are led
to (NEP 13, NEP 18), compiled by XLA and run in blocks of a fixed number of runs. Importing it starts jax.
"""

from harness.running.compiled.starting import demand_device  # isort: split

from harness.engines import Jax
from harness.running.compiled.agreement import disagreement
from harness.running.compiled.programs import Programs

__all__ = ["Programs", "begun", "disagreement"]


def begun(backend: Jax) -> Programs:
    """Where programs will be kept; a UserError where its device is not there."""
    demand_device(backend.device)
    return Programs(backend.device)
