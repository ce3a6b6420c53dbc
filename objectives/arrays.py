"""Array functions that give a number the same bits in any company."""

from typing import Any

import numpy as np

from objectives.base import Array


def power(base: Any, exponent: Any) -> Array:
    """Base ** exponent, elementwise, by one routine whatever the shapes.

    NumPy squares, takes the root or the reciprocal where an exponent of 2, 0.5 or -1 is the same for all elements, and
    calls pow() where it is an array: they differ in the last bit, and so would a run alone and the same run in company.
    It has another pow() for reversed views. Here both operands are laid out in full, forwards.

    >>> x = np.array([[0.3], [0.7]])
    >>> (power(x, 0.5) == power(x, np.array([[0.5], [0.5]]))).all()
    np.True_
    """
    shape = np.broadcast_shapes(np.shape(base), np.shape(exponent))
    dtype = np.result_type(base, exponent, 1.0)
    like = base if np.ndim(base) == len(shape) else exponent
    order = "F" if isinstance(like, np.ndarray) and like.flags.fnc else "C"
    operands = [np.array(np.broadcast_to(a, shape or (1,)), dtype=dtype, order=order) for a in (base, exponent)]  # type: ignore[call-overload]
    found: Array = np.power(*operands).reshape(shape)
    return found


def ratio(a: Any, b: Any) -> Array:
    """The quotient a / b, and a where b is 0: what has been 0 all the time has no size to be measured by, and moves
    nothing.

    No other quotient is touched: adding False to a number leaves it as it is (np.where takes twice as long).

    >>> ratio(np.array([0.0, 1.0]), np.array([0.0, 4.0]))
    array([0.  , 0.25])
    """
    found: Array = a / (b + (b == 0))
    return found
