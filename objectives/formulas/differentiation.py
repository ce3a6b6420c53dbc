"""Who differentiates a plain function of NumPy arrays: the autograd package, or jax."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from objectives.arrays import Array, Params

F = Callable[[dict[str, Any]], Any]
Differentiated = Callable[[Params, tuple[int, ...]], tuple[Array, Params]]
NONE = "Function needs the package autograd, or jax: pip install -e '.[autograd]', or pip install -e '.[jax]'"


def differentiated(f: F) -> tuple[Differentiated, str]:
    """The function `(params, shape of the loss) -> loss, gradients of its sum`, and who works them out beside NumPy:
    jax's version, or nothing for autograd. A ValueError where neither is installed.
    """
    try:
        from autograd import make_vjp
    except ModuleNotFoundError:
        try:
            return _by_jax(f), f"jax {version('jax')}"
        except PackageNotFoundError:
            raise ValueError(NONE) from None
    return _by_autograd(f, make_vjp(f)), ""


def demand_shape(f: F, loss: Any, shape: tuple[int, ...]) -> None:
    """A ValueError where f's loss has another one."""
    if np.shape(loss) != shape:
        wanted = f"one loss per run, the shape {shape}" if shape else "one number"
        raise ValueError(f"Function: {_name(f)} must return {wanted}; got the shape {np.shape(loss)}")


def _by_autograd(f: F, vjp: Callable[[Any], Any]) -> Differentiated:
    def found(params: Params, shape: tuple[int, ...]) -> tuple[Array, Params]:
        try:
            pull, loss = vjp(params)
        except TypeError as error:
            if "ArrayBox" not in str(error):
                raise
            raise _not_followed(f, "autograd") from error
        demand_shape(f, loss, shape)
        return loss, pull(np.ones(shape, _dtype(params)))

    return found


def _by_jax(f: F) -> Differentiated:
    made: list[Callable[[Params, Array], Params]] = []

    def found(params: Params, shape: tuple[int, ...]) -> tuple[Array, Params]:
        from objectives import xla  # only now: NumPy's bits are asked for before jax starts

        loss = f(dict(params))  # first with NumPy's arrays: what fails below is jax's
        demand_shape(f, loss, shape)
        if not made:
            made.append(xla.gradients(f))
        try:
            return loss, made[0](params, np.asarray(loss, _dtype(params)))
        except (TypeError, AttributeError) as error:
            raise _not_followed(f, f"jax ({str(error).splitlines()[0]})") from error

    return found


def _not_followed(f: F, who: str) -> ValueError:
    return ValueError(f"Function: {_name(f)} uses what {who} cannot follow; use NumPy's functions only")


def _name(f: F) -> str:
    return getattr(f, "__name__", "f")


def _dtype(params: Params) -> Any:
    return next(iter(params.values())).dtype
