"""Which of jax's functions answers for which of NumPy's, where the names alone don't tell."""

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as special

REDUCTIONS: dict[str, Any] = {
    "add": jnp.sum, "multiply": jnp.prod, "maximum": jnp.max, "minimum": jnp.min, "logical_and": jnp.all,
    "logical_or": jnp.any,
}  # fmt: skip
ACCUMULATIONS: dict[str, Any] = {"add": jnp.cumsum, "multiply": jnp.cumprod}
OF_SCIPY: dict[str, Any] = {
    "ndtr": special.ndtr, "expit": special.expit, "xlogy": special.xlogy, "erf": special.erf, "erfc": special.erfc,
    "gammaln": special.gammaln, "log_ndtr": special.log_ndtr, "log_expit": jax.nn.log_sigmoid,
}  # fmt: skip
WITHOUT_MEANING = ("order", "subok", "like", "casting", "copy")  # for arrays whose memory is XLA's to lay out
VIEWS = {
    "atleast_1d", "atleast_2d", "atleast_3d", "array_split", "broadcast_arrays", "broadcast_to", "diagonal", "dsplit",
    "expand_dims", "flip", "fliplr", "flipud", "hsplit", "imag", "matrix_transpose", "moveaxis", "permute_dims",
    "ravel", "real", "reshape", "rollaxis", "rot90", "split", "squeeze", "swapaxes", "transpose", "unstack", "vsplit",
}  # fmt: skip
"""What shares its memory with what it was given, where NumPy computes it: here it can't be written to."""
STABLE = {"kind"}  # how sorts are called stable; jax's always are


def ufunc(name: str) -> Any:
    """The function of a ufunc of NumPy's or scipy's."""
    return OF_SCIPY[name] if name in OF_SCIPY else _named(jnp, name)


def function(of: Any) -> Any:
    """The function of one of NumPy's."""
    return _named(jnp.linalg if of.__module__ == "numpy.linalg" else jnp, of.__name__)


def _named(module: Any, name: str) -> Any:
    found = getattr(module, name, None)
    if found is None:
        raise TypeError(f"jax has no {name}")
    return found
