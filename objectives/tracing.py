"""What the texts of rules and objectives say to an engine that writes them down instead of running them.

Such an engine hands over arrays that record what happens to them. What no array can show, a decision for all runs, a
loop until the last run is done, random numbers, is said to the tracer. Without one NumPy does it at once.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol

import numpy as np

from objectives.arrays import Array, traced


class Tracer(Protocol):
    """Who writes down what is asked here: the same functions, for its own arrays."""

    def every(self, due: Array, then: Callable[[], Any], otherwise: Any) -> Any: ...

    def repeat(self, going: Callable[[Any], Array], step: Callable[[Any], Any], state: Any, most: int) -> Any: ...

    def drawn(self, draws: Any, step: Any, seeds: Any) -> Array: ...

    def pulled(self, f: Callable[[Any], Any], params: Any) -> tuple[Callable[[Any], Any], Any]: ...


TRACER: ContextVar[Tracer | None] = ContextVar("TRACER", default=None)


def every(due: Any, then: Callable[[], Any], otherwise: Any) -> Any:
    """then() where it is due: a bool that is the same for all runs."""
    tracer = TRACER.get()
    if tracer is not None:
        return tracer.every(due, then, otherwise)
    return then() if due.flat[0] else otherwise


def some(due: Array, f: Callable[..., Array], otherwise: Array, *arrays: Array) -> Array:
    """f(*arrays) for the runs that are due (runs,), and `otherwise` for the others; arrays have one row per run, or one
    for all. Nothing is worked out where no run is due, by NumPy for no other run either."""
    if traced(due):
        wide = due.reshape(-1, *(1,) * (otherwise.ndim - 1))
        return every(np.any(due), lambda: np.where(wide, f(*arrays), otherwise), otherwise)  # type: ignore[no-any-return]
    if due.all():
        return f(*arrays)
    found = otherwise
    if due.any():
        found = otherwise.copy()
        found[due] = f(*(a if len(a) == 1 else a[due] for a in arrays))
    return found


def repeat(going: Callable[[Any], Array], step: Callable[[Any], Any], state: Any, most: int) -> Any:
    """State = step(state) while any run is going(state), at most so often. A state is a tuple of arrays, or of such
    tuples; a step changes the state of the runs that go on, and of no other."""
    tracer = TRACER.get()
    if tracer is not None:
        return tracer.repeat(going, step, state, most)
    for _ in range(most):
        if not going(state).any():
            break
        state = step(state)
    return state


def rows_of(data: Array, index: Array, out: Array | None = None) -> Array:
    """data[index] of rows that are there, for an index that may be recorded: NumPy's own indexing takes no array but
    its own."""
    if traced(index):
        taken: Array = index.rows_of(data)  # type: ignore[attr-defined]
        return taken
    found: Array = data.take(index, axis=0, out=out, mode="clip")  # in half the time of data[index]
    return found
