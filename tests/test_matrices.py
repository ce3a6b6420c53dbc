"""Updates of whole matrices."""

import numpy as np

from harness.optimizers.matrices import Shampoo
from objectives.arrays import Params


def two_updates(optimizer: Shampoo, params: Params) -> None:
    """By the same gradient twice, and by two that are orthogonal."""
    for second in (0, 1):
        b = np.array([[1.0, 0.0], np.eye(2)[second]])
        optimizer.update(params, {"b": b, "W": b[:, :, None] * b[:, None, :]})


def test_shampoo_renews_early_the_powers_of_a_run_whose_step_they_would_make_too_long() -> None:
    """The second gradient of run 1 has a direction that its powers have not seen: they would multiply it by 1e4."""
    params = {"b": np.zeros((2, 2)), "W": np.zeros((2, 2, 2))}
    optimizer = Shampoo(lr=1.0, eps=1e-8, momentum=0.0, interval=100, runs=2)
    two_updates(optimizer, params)
    np.testing.assert_allclose(params["b"], [[-2, 0], [-1, -1]], atol=1e-6)
    np.testing.assert_allclose(params["W"], [[[-2, 0], [0, 0]], [[-1, 0], [0, -1]]], atol=1e-6)


def test_without_early_renewals_shampoos_old_powers_hold() -> None:
    params = {"b": np.zeros((2, 2))}
    optimizer = Shampoo(lr=1.0, eps=1e-8, momentum=0.0, interval=100, early=False, runs=2)
    for second in (0, 1):
        optimizer.update(params, {"b": np.array([[1.0, 0.0], np.eye(2)[second]])})
    np.testing.assert_allclose(params["b"], [[-2, 0], [-1, -1e4]], rtol=1e-6)
