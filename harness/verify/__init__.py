"""What the harness says of its parts, checked; and `objective(obj)`, which checks one of yours."""

from harness.verify.contract import objective

__all__ = ["objective"]
