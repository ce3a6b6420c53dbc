"""Sums over all of a run, or of a run's tensor, shaped to broadcast against it; and what all runs agree on."""

import numpy as np

from objectives.arrays import Array

SAFE = {4: 2.0**50, 8: 2.0**498, 16: 2.0**498}  # by bytes: the sum of 2^27 squares of it is far from the dtype's end


def total(a: Array) -> Array:
    """The sum of each run's numbers."""
    added: Array = np.sum(a, axis=tuple(range(1, a.ndim)), keepdims=True)
    return added


def dot(a: Array, b: Array) -> Array:
    """The inner product of each run."""
    return total(a * b)


def norm(a: Array) -> Array:
    """The Euclidean norm of each run, also where squares leave the dtype (those of 2e19 leave float32): beyond `safe`
    and below 1 / safe it is the norm of numbers times a power of two. No other bits change.

    >>> norm(np.array([[3e25, 4e25], [3e-25, 4e-25], [3, 4]], np.float32)).tolist()
    [[4.999999665719613e+25], [5.000000097707407e-25], [5.0]]
    """
    safe = a.dtype.type(SAFE[a.dtype.itemsize])
    largest = np.max(np.abs(a), axis=tuple(range(1, a.ndim)), keepdims=True, initial=0)
    if unanimous((largest <= safe) & (largest >= 1 / safe)):  # then the power is 1
        plain: Array = np.sqrt(total(a * a))
        return plain
    shrunk = np.where(largest > safe, 1 / (safe * safe), np.where(largest < 1 / safe, safe * safe, safe / safe))
    scaled = a * shrunk
    length: Array = np.sqrt(total(scaled * scaled)) / shrunk
    return length


def unanimous(where: Array) -> bool:
    """Whether it holds for all runs, as far as is known: then nothing need be chosen run by run, which takes several
    times as long as arithmetic."""
    return isinstance(where, np.ndarray) and bool(where.all())
