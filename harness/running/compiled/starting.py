"""Jax is started, in the one way there is, and has the device that is asked for; else a UserError."""

from harness.errors import UserError

try:
    from objectives.xla import jax
except RuntimeError as error:
    raise UserError(f"engine=jax: {error}") from None


def demand_device(name: str) -> None:
    """A UserError where there is none."""
    try:
        jax.devices(name)
    except RuntimeError:
        raise UserError(f"engine.device={name}: jax finds no such device here; use engine.device=cpu") from None
