"""Gradients against the complex step, or differences where complex numbers do not pass."""

import warnings

import numpy as np

from harness.verify.sampling import observe
from objectives.arrays import Array
from objectives.functions.analytic import Analytic

TINY = 1e-30  # the complex step: no difference is taken, so it may be as small as one likes
STEPS = (
    1e-2,
    1e-3,
    1e-4,
    1e-5,
    1e-6,
)  # of differences, relative; the best is taken, as kinks and rounding want different ones
PASSES = 1e-5  # where both ways agree like this, complex numbers pass
EXACT, CLOSE = 1e-10, 1e-6  # how far a gradient may be from the complex step, and from differences


def gradient_errors(objective: Analytic, x: Array) -> tuple[float, float]:
    """The largest error of the gradient at x (points, dim), relative to the component or a thousandth of the largest
    one: among the components that the complex step can tell, and among the others, by fourth-order differences.
    """
    gradient = observe(objective, x)[1]
    scale = np.abs(gradient) + 1e-3 * np.abs(gradient).max(axis=1, keepdims=True) + 1e-100
    exact, close = _complex_steps(objective, x), _differences(objective, x)
    distances = np.abs(close - gradient) / scale
    differ = np.take_along_axis(close, np.argmin(distances, axis=0)[None], axis=0)[0]
    passes = (np.abs(exact - close) / scale <= PASSES).any(axis=0)
    by_complex, by_differences = np.abs(exact - gradient) / scale, np.abs(differ - gradient) / scale
    return _largest(by_complex[passes]), _largest(by_differences[~passes])


def _complex_steps(objective: Analytic, x: Array) -> Array:
    """The derivatives (points, dim) from the imaginary part; nan where the function refuses complex numbers."""
    found = np.full_like(x, np.nan)
    for i in range(objective.dim):
        z = x.astype(np.complex128, order="F")
        z[:, i] += 1j * TINY
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                value = observe(objective, z)[0]
        except (TypeError, np.exceptions.ComplexWarning):
            return found
        found[:, i] = value.imag / TINY
    return found


def _differences(objective: Analytic, x: Array) -> Array:
    """Fourth-order central differences (steps, points, dim)."""
    found = np.empty((len(STEPS), *x.shape))
    for k, step in enumerate(STEPS):
        for i in range(objective.dim):
            h = step * np.maximum(1, np.abs(x[:, i]))
            slopes = []
            for times in (1, 2):
                up, down = x.copy(), x.copy()
                up[:, i] += times * h
                down[:, i] -= times * h
                slopes.append((observe(objective, up)[0] - observe(objective, down)[0]) / (up[:, i] - down[:, i]))
            found[k, :, i] = (4 * slopes[0] - slopes[1]) / 3
    return found


def hessian(objective: Analytic, point: Array) -> Array:
    """Central differences of the gradient at a point (dim,): (dim, dim), symmetric."""
    h = 1e-5 * np.maximum(np.abs(point), 1e-3)
    up, down = (observe(objective, point + sign * np.diag(h))[1] for sign in (1, -1))
    found = (up - down) / (2 * h[:, None])
    return (found + found.T) / 2


def _largest(errors: Array) -> float:
    """The largest; nan counts as infinite, and of none it is 0."""
    return float(np.where(np.isnan(errors), np.inf, errors).max(initial=0))
