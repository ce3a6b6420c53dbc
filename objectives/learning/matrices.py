"""Random matrices whose singular values are known."""

from collections.abc import Sequence

import numpy as np

from objectives.arrays import Array


def with_singular_values(values: Sequence[float], rows: int, columns: int, rng: np.random.Generator) -> Array:
    """P diag(values) Q^T (rows, columns), P and Q with orthonormal columns drawn uniformly."""
    left, right = (_orthonormal(size, len(values), rng) for size in (rows, columns))
    found: Array = left * np.asarray(values, np.float64) @ right.T
    return found


def _orthonormal(rows: int, columns: int, rng: np.random.Generator) -> Array:
    """Uniform on such matrices: QR with a positive diagonal of R (Mezzadri 2007, arXiv math-ph/0609050)."""
    q, r = np.linalg.qr(rng.standard_normal((rows, columns)))
    found: Array = q * np.sign(np.diag(r))
    return found
