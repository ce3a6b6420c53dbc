"""The parts of a network: activations with their derivatives, and losses with their gradients."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from objectives.arrays import Array
from objectives.fields import Called, Count, StaticNonNegative

EPS = 1e-5  # in the root of batch normalisation
ZEROS = 1 << 16  # kept, to compare activations with


class Activation(NamedTuple):
    """value(z) = a, and with_slope(z) = a, da/dz; both may write over z."""

    value: Callable[[Array], Array]
    with_slope: Callable[[Array], tuple[Array, Array]]


@cache
def _zeros(dtype: np.dtype[Any]) -> Array:
    return np.zeros(ZEROS, dtype)


def _relu(z: Array) -> Array:
    # beside a scalar, or a row that is broadcast, NumPy's loop takes about twice as long
    zeros = _zeros(z.dtype)[: z.size].reshape(z.shape) if z.size <= ZEROS else np.zeros(z.shape[-1], z.dtype)
    return np.maximum(z, zeros, out=z)


def _relu_with_slope(z: Array) -> tuple[Array, Array]:
    a = _relu(z)
    return a, a > 0


def _tanh(z: Array) -> Array:
    return np.tanh(z, out=z)


def _tanh_with_slope(z: Array) -> tuple[Array, Array]:
    a = _tanh(z)
    slope = a * a
    return a, np.subtract(1, slope, out=slope)


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """1 / (1 + exp(-z)) without overflow."""
    found = np.multiply(z, 0.5, out=out)
    np.tanh(found, out=found)
    found += 1
    found *= 0.5
    return found


def _sigmoid(z: Array) -> Array:
    return sigmoid(z, out=z)


def _sigmoid_with_slope(z: Array) -> tuple[Array, Array]:
    a = _sigmoid(z)
    slope = 1 - a
    return a, np.multiply(a, slope, out=slope)


def _normal_cdf(z: Array) -> Array:
    from scipy.special import ndtr

    return np.asarray(ndtr(z))


def _gelu(z: Array) -> Array:
    z *= _normal_cdf(z)
    return z


def _gelu_with_slope(z: Array) -> tuple[Array, Array]:
    cdf = _normal_cdf(z)
    slope = cdf + z * np.exp(-0.5 * z * z) * (1 / math.sqrt(2 * math.pi))
    z *= cdf
    return z, slope


ActivationName = Literal["relu", "tanh", "sigmoid", "gelu"]
LossName = Literal["cross_entropy", "mse"]
Init = Annotated[Literal["he", "xavier"] | StaticNonNegative, Called("he, xavier or a standard deviation")]
Widths = Annotated[Sequence[Count], Called("a list of layer widths")]

ACTIVATIONS: dict[ActivationName, Activation] = {
    "relu": Activation(_relu, _relu_with_slope),
    "tanh": Activation(_tanh, _tanh_with_slope),
    "sigmoid": Activation(_sigmoid, _sigmoid_with_slope),
    "gelu": Activation(_gelu, _gelu_with_slope),  # Hendrycks & Gimpel 2016, the exact form
}


def _highest(outputs: Array) -> Array:
    """The maximum over the last, short axis, which NumPy reduces slowly."""
    highest: Array = np.maximum.reduce(np.ascontiguousarray(outputs.swapaxes(-1, -2)), axis=-2)
    return highest[..., None]


def cross_entropy(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Softmax cross-entropy per example (..., n) of outputs (..., n, classes), which are written over, against one-hot
    targets, and its gradient.
    """
    outputs -= _highest(outputs)
    exp = np.exp(outputs)
    total = np.add.reduce(exp, axis=-1, keepdims=True)
    outputs *= targets
    losses = np.log(total[..., 0]) - np.add.reduce(outputs, axis=-1)
    exp /= total
    exp -= targets
    return losses, exp


def cross_entropy_of(outputs: Array, labels: Array) -> Array:
    """The same losses, for the targets of labels (n,), without the gradient."""
    outputs -= _highest(outputs)
    starts = np.arange(0, outputs.size, outputs.shape[-1]).reshape(outputs.shape[:-1])
    chosen = outputs.reshape(-1).take(starts + labels)
    if not np.isfinite(np.min(outputs)):  # as a sum over all classes has it, in which 0 times infinity is nan
        chosen = np.sum(outputs * (labels[:, None] == np.arange(outputs.shape[-1])), axis=-1)
    np.exp(outputs, out=outputs)
    found: Array = np.log(np.add.reduce(outputs, axis=-1)) - chosen
    return found


def mean_squared_error(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """The mean over outputs of (outputs - targets)^2 per example (..., n), and its gradient; outputs are written
    over.
    """
    outputs -= targets
    losses = np.mean(outputs * outputs, axis=-1)
    outputs *= 2 / outputs.shape[-1]
    return losses, outputs


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
    value = away * scale[:, None]
    value += shift[:, None]
    return Normalised(value, away, deviation, mean[:, 0], variance[:, 0] * (n / max(n - 1, 1)))


def through_normalisation(delta: Array, made: Normalised, scale: Array) -> Array:
    """The gradient at the inputs from that at the outputs."""
    inner = delta * scale[:, None]
    inner -= np.mean(inner, axis=1, keepdims=True) + made.away * np.mean(inner * made.away, axis=1, keepdims=True)
    inner /= made.deviation
    return inner
