"""The functions of Moré, Garbow & Hillstrom 1981 beside the values printed there."""

import numpy as np
import pytest

from harness.configs.compose import Composer
from tests.support import build


@pytest.mark.parametrize(
    ("name", "printed"),
    [("jennrich_sampson", 124.362), ("bard", 8.21487e-3), ("gaussian_fit", 1.12793e-8), ("meyer", 87.9458),
     ("kowalik_osborne", 3.07505e-4), ("brown_dennis", 85822.2), ("osborne_1", 5.46489e-5), ("watson", 2.28767e-3),
     ("penalty_1", 2.24997e-5), ("penalty_2", 9.37629e-6)],
)  # fmt: skip
def test_minima_are_the_printed_ones(source: Composer, name: str, printed: float) -> None:
    assert build(source, "objective", name).minimum == pytest.approx(printed, rel=6e-6)  # six digits are printed


@pytest.mark.parametrize(("dim", "printed"), [(4, 2.24997e-5), (10, 7.08765e-5)])
def test_the_penalty_in_both_printed_dimensions(source: Composer, dim: int, printed: float) -> None:
    assert build(source, "objective", "penalty_1", dim=dim).minimum == pytest.approx(printed, rel=1e-5)


def test_residuals_and_their_jacobian_agree(source: Composer) -> None:
    """Central differences: an error of about 1e-9 for residuals of size 1."""
    for name in ("gulf", "watson", "penalty_2", "chebyquad", "broyden_banded", "biggs_exp6"):
        objective = build(source, "objective", name)
        x = objective.init(np.array([1, 2]))["x"]
        _, J = objective.residuals(x)
        for k in range(objective.dim):
            h = 1e-6 * np.maximum(1, np.abs(x[:, k]))
            step = np.zeros_like(x)
            step[:, k] = h
            slope = (objective.residuals(x + step)[0] - objective.residuals(x - step)[0]) / (2 * h[:, None])
            np.testing.assert_allclose(J[:, :, k], slope, rtol=1e-5, atol=1e-6 * np.abs(J).max())


def test_starts_that_depend_on_the_dimension(source: Composer) -> None:
    starts = {
        "variably_dimensioned": [0.75, 0.5, 0.25, 0.0], "trigonometric": [0.25] * 4, "penalty_1": [1, 2, 3, 4],
        "chebyquad": [0.2, 0.4, 0.6, 0.8], "discrete_boundary_value": [-0.16, -0.24, -0.24, -0.16],
    }  # fmt: skip
    for name, start in starts.items():
        objective = build(source, "objective", name, dim=4)
        np.testing.assert_allclose(objective.init(np.array([0]))["x"][0], start, rtol=1e-15)
