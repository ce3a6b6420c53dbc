"""The Hessian times a direction, from gradients."""

from collections.abc import Callable

import numpy as np

from objectives.arrays import Array, Params

Slope = Callable[[Params], Params]


def complex_step(slope: Slope, params: Params, v: Params) -> Params:
    """By an imaginary step of the gradient (Squire & Trapp 1998): no difference is taken, so nothing cancels, and the
    step is so short that its square is lost in rounding."""
    h = _reach(params, v, 2.0**-60 if _dtype(params) == np.float64 else 2.0**-30)
    return {name: g.imag / h(g) for name, g in slope({n: p + 1j * h(p) * v[n] for n, p in params.items()}).items()}


def difference(slope: Slope, params: Params, v: Params) -> Params:
    """By a central difference, as far to both sides as rounding and curvature balance: the cube root of eps."""
    size = np.sqrt(sum(np.sum(p * p, axis=tuple(range(1, p.ndim))) for p in params.values()))
    h = _reach(params, v, np.cbrt(np.finfo(_dtype(params)).eps) * (1 + size))
    up, down = (slope({n: p + sign * h(p) * v[n] for n, p in params.items()}) for sign in (1, -1))
    return {name: (g - down[name]) / (2 * h(g)) for name, g in up.items()}


def _dtype(params: Params) -> np.dtype[np.floating]:
    return next(iter(params.values())).dtype


def _reach(params: Params, v: Params, length: Array | float) -> Callable[[Array], Array]:
    """How far to go for a step of this length in all, shaped to broadcast against a tensor."""
    size = np.sqrt(sum(np.sum(d * d, axis=tuple(range(1, d.ndim))) for d in v.values()))
    factor = (length / np.where(size > 0, size, 1)).astype(_dtype(params))
    return lambda tensor: factor.reshape(-1, *(1,) * (tensor.ndim - 1))
