"""Sums over all of a run, or of a run's tensor, shaped to broadcast against it."""

import numpy as np

from harness.fields import Array


def total(a: Array) -> Array:
    """The sum of each run's numbers."""
    added: Array = np.sum(a, axis=tuple(range(1, a.ndim)), keepdims=True)
    return added


def dot(a: Array, b: Array) -> Array:
    """The inner product of each run."""
    return total(a * b)


def norm(a: Array) -> Array:
    """The Euclidean norm of each run."""
    length: Array = np.sqrt(total(a * a))
    return length
