"""What arrays hold, and array functions that give a number the same bits in any company."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Params = dict[str, Array]  # name -> (runs, ...)
Seeds = NDArray[Any]  # one integer per run


def power(base: Any, exponent: Any) -> Array:
    """Base ** exponent, elementwise, by one routine whatever the shapes.

    NumPy squares, takes the root or the reciprocal where an exponent of 2, 0.5 or -1 is the same for all elements, and
    calls pow() where it is an array: they differ in the last bit, and so would a run alone and the same run in company.
    It has another pow() for reversed views. Here both operands are laid out in full, forwards.

    >>> x = np.array([[0.3], [0.7]])
    >>> (power(x, 0.5) == power(x, np.array([[0.5], [0.5]]))).all()
    np.True_
    """
    if _alike(base, exponent) or traced(base) or traced(exponent):
        found: Array = np.power(base, exponent)
        return found
    shape = np.broadcast(base, exponent).shape
    like = base if np.ndim(base) == len(shape) else exponent
    order: Any = "F" if isinstance(like, np.ndarray) and like.flags.fnc else "C"
    dtype = np.result_type(base, exponent, 1.0)
    full: list[Array] = [np.empty(shape or (1,), dtype, order) for _ in range(2)]
    full[0][...], full[1][...] = base, exponent
    found = np.power(*full)  # not in place: there a single number takes the other way
    return found if shape else found.reshape(())


def _alike(base: Any, exponent: Any) -> bool:
    """Whether both are floats, in full and forwards, already."""
    if not (isinstance(base, np.ndarray) and isinstance(exponent, np.ndarray) and base.ndim):
        return False
    if base.shape != exponent.shape or base.dtype != exponent.dtype or base.dtype.kind not in "fc":
        return False
    one, other = base.flags, exponent.flags
    return (one.c_contiguous and other.c_contiguous) or (one.f_contiguous and other.f_contiguous)


def traced(a: Any) -> bool:
    """Whether an array is none of NumPy's, but writes down for another engine what happens to it (objectives.tracing):
    then there is no memory to lay out, and no cache to keep to."""
    return not isinstance(a, (np.ndarray, np.generic)) and hasattr(a, "__array_function__")


def by_run(a: Array) -> Array:
    """The same with each run contiguous, so that its sums round alike beside any other runs."""
    return a if traced(a) else np.ascontiguousarray(a)


def laid_out(a: Array, order: Any) -> Array:
    """The same in this memory order."""
    return a if traced(a) else np.asarray(a, order=order)


def ratio(a: Any, b: Any) -> Array:
    """The quotient a / b, and a where b is 0: what has been 0 all the time has no size to be measured by, and moves
    nothing.

    No other quotient is touched: adding False to a number leaves it as it is, and costs what is saved where nothing is
    0, which is nearly always.

    >>> ratio(np.array([0.0, 1.0]), np.array([0.0, 4.0]))
    array([0.  , 0.25])
    """
    zero = b == 0
    found: Array = a / b if isinstance(zero, np.ndarray) and not zero.any() else a / (b + zero)
    return found
