"""The parts of a network: activations with their derivatives, and losses with their gradients."""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np

from objectives.arrays import Array
from objectives.fields import Called, Count, StaticNonNegative

EPS = 1e-5  # in the root of batch normalisation


class Activation(NamedTuple):
    """value(z) = a, and slope(z, a) = da/dz."""

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def _relu(z: Array) -> Array:
    return np.maximum(z, np.zeros(z.shape[-1], z.dtype))  # NumPy's loop with a scalar 0 is twice as slow


def _sigmoid(z: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * z))  # no overflow, unlike 1 / (1 + exp(-z))


def _normal_cdf(z: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _gelu_slope(z: Array, a: Array) -> Array:
    return _normal_cdf(z) + z * np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))


ActivationName = Literal["relu", "tanh", "sigmoid", "gelu"]
LossName = Literal["cross_entropy", "mse"]
Init = Annotated[Literal["he", "xavier"] | StaticNonNegative, Called("he, xavier or a standard deviation")]
Widths = Annotated[Sequence[Count], Called("a list of layer widths")]

ACTIVATIONS: dict[ActivationName, Activation] = {
    "relu": Activation(_relu, lambda z, a: z > 0),
    "tanh": Activation(np.tanh, lambda z, a: 1 - a * a),
    "sigmoid": Activation(_sigmoid, lambda z, a: a * (1 - a)),
    "gelu": Activation(lambda z: z * _normal_cdf(z), _gelu_slope),  # Hendrycks & Gimpel 2016, the exact form
}


def cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Softmax cross-entropy per example (..., n) of outputs (..., n, classes) against one-hot targets, and its
    gradient.
    """
    shifted = outputs - np.max(outputs, axis=-1, keepdims=True)
    exp = np.exp(shifted)
    total = np.sum(exp, axis=-1, keepdims=True)
    losses = np.log(total[..., 0]) - np.sum(shifted * targets, axis=-1)
    return losses, exp / total - targets


def mean_squared_error(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """The mean over outputs of (outputs - targets)^2 per example (..., n), and its gradient."""
    error = outputs - targets
    return np.mean(error * error, axis=-1), error * (2 / outputs.shape[-1])


Loss = Callable[[Array, Array], tuple[Array, Array]]
LOSSES: dict[LossName, Loss] = {
    "cross_entropy": cross_entropy,
    "mse": mean_squared_error,
}


class Normalised(NamedTuple):
    """A layer's outputs after batch normalisation, and what its gradient and the running statistics need."""

    value: Array
    away: Array  # the inputs with mean 0 and variance 1
    deviation: Array  # (runs, 1, width)
    mean: Array  # (runs, width)
    variance: Array  # (runs, width), unbiased


def normalised(z: Array, scale: Array, shift: Array) -> Normalised:
    """Batch normalisation of z (runs, n, width) by the biased variance (Ioffe & Szegedy 2015, algorithm 1)."""
    n = z.shape[1]
    mean = np.mean(z, axis=1, keepdims=True)
    away = z - mean
    variance = np.mean(away * away, axis=1, keepdims=True)
    deviation = np.sqrt(variance + EPS)
    away /= deviation
    value = away * scale[:, None] + shift[:, None]
    return Normalised(value, away, deviation, mean[:, 0], variance[:, 0] * (n / max(n - 1, 1)))


def through_normalisation(delta: Array, made: Normalised, scale: Array) -> Array:
    """The gradient at the inputs from that at the outputs."""
    inner = delta * scale[:, None]
    inner -= np.mean(inner, axis=1, keepdims=True) + made.away * np.mean(inner * made.away, axis=1, keepdims=True)
    inner /= made.deviation
    return inner
