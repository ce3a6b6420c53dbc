"""An array that writes down what is done to it: NumPy's dispatch leads `np.f(array)` to jax (NEP 13 and NEP 18).

Assignment in place becomes a value of its own: a basic index, a reshape or a transposition is a view, as in NumPy, that
reads from and writes to its base.
"""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from objectives.tracing import TRACER
from objectives.xla.functions import (
    ACCUMULATIONS,
    REDUCTIONS,
    STABLE,
    VIEWS,
    WITHOUT_MEANING,
    function,
    ufunc,
)

LARGE = 1 << 12  # elements from which an array of NumPy's is an argument of the program, not written in its text


class Flags:
    """What a text may ask about the memory of an array, and may write: nothing follows from it."""

    c_contiguous = True
    f_contiguous = False
    fnc = False
    writeable = True


class Traced(NDArrayOperatorsMixin):
    """A value of jax's, or a view of another array that is read and written through functions of its base's value."""

    def __init__(
        self,
        value: Any,
        base: "Traced | None" = None,
        read: Callable[[Any], Any] | None = None,
        write: Callable[[Any, Any], Any] | None = None,
        locked: bool = False,
    ) -> None:
        self._value, self.base, self._read, self._write, self._locked = value, base, read, write, locked
        self.flags = Flags()

    @property
    def value(self) -> Any:
        """What it holds now."""
        if self.base is None:
            return self._value
        assert self._read is not None
        return self._read(self.base.value)

    def put(self, new: Any) -> None:
        """Write to all of it."""
        if self._locked:
            raise TypeError("it writes through a view that one of NumPy's functions has made; use an index or a method")
        if self.base is None:
            self._value = jnp.broadcast_to(new, self._value.shape).astype(self._value.dtype)
        else:
            assert self._write is not None
            self.base.put(self._write(self.base.value, new))

    def _view(self, read: Callable[[Any], Any], write: Callable[[Any, Any], Any]) -> "Traced":
        return Traced(None, self, read, write)

    # NumPy's protocols

    def __array_ufunc__(self, of: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        options = {name: bare(value) for name, value in options.items() if name not in WITHOUT_MEANING}
        given = [bare(value) for value in inputs]
        if method == "__call__":
            where, dtype = options.pop("where", True), options.pop("dtype", None)
            found = ufunc(of.__name__)(*given)
            found = found if dtype is None else found.astype(dtype)
            if where is not True:
                found = jnp.where(where, found, bare(out[0]))
        elif method == "reduce":
            options.setdefault("axis", 0)
            found = REDUCTIONS[of.__name__](*given, **options)
        elif method == "accumulate":
            options.setdefault("axis", 0)
            found = ACCUMULATIONS[of.__name__](*given, **options)
        else:
            raise TypeError(f"jax has no {of.__name__}.{method}")
        return clad(found) if out is None else _written(out[0], found)

    def __array_function__(self, of: Any, types: Any, args: Any, options: dict[str, Any]) -> Any:
        name, out, given_order = of.__name__, options.get("out"), options.get("order", "C")
        options = {key: value for key, value in options.items() if key not in (*WITHOUT_MEANING, *STABLE, "out")}
        if name == "copyto":
            args[0].put(jnp.where(bare(options.get("where", True)), bare(args[1]), args[0].value))
            return None
        if name in ("shape", "ndim", "size"):
            return getattr(args[0], name)
        if name == "empty_like":  # XLA has no memory that holds anything
            of = np.zeros_like
        if name in ("ravel", "reshape"):
            _demand_order(given_order)
        found = function(of)(*map(bare, args), **{key: bare(value) for key, value in options.items()})
        return clad(found, name in VIEWS) if out is None else _written(out, found)

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise TypeError("an array that is only written down cannot become one of NumPy's")

    # what arrays know and can do

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: np.dtype(self.value.dtype))
    itemsize = property(lambda self: self.dtype.itemsize)
    real = property(lambda self: Traced(self.value.real, locked=True))
    imag = property(lambda self: Traced(self.value.imag, locked=True))
    flat = property(lambda self: self.reshape(-1))

    @property
    def T(self) -> "Traced":  # noqa: N802 - NumPy's name
        return self._view(lambda a: a.T, lambda a, new: jnp.broadcast_to(new, tuple(reversed(a.shape))).T)

    def swapaxes(self, i: int, j: int) -> "Traced":
        return self._view(
            lambda a: a.swapaxes(i, j), lambda a, new: jnp.broadcast_to(new, a.swapaxes(i, j).shape).swapaxes(i, j)
        )

    def reshape(self, *shape: Any, order: str = "C") -> "Traced":
        _demand_order(order)
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        return self._view(
            lambda a: a.reshape(wanted),
            lambda a, new: jnp.broadcast_to(new, a.reshape(wanted).shape).reshape(a.shape),
        )

    def ravel(self, order: str = "C") -> "Traced":
        return self.reshape(-1, order=order)

    def copy(self, order: str = "C") -> "Traced":
        return Traced(self.value)

    def astype(self, dtype: Any, order: str = "K", copy: bool = True) -> "Traced":
        return self if not copy and np.dtype(dtype) == self.dtype else Traced(self.value.astype(dtype))

    def fill(self, number: Any) -> None:
        self.put(bare(number))

    def rows_of(self, data: Any) -> "Traced":
        """The rows of an array that this one counts: objectives.tracing.rows_of."""
        return Traced(jnp.asarray(bare(data))[self.value])

    def __len__(self) -> int:
        return int(self.shape[0])

    def __iter__(self) -> Iterator["Traced"]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, index: Any) -> "Traced":
        if _basic(index):
            return self._view(lambda a: a[index], lambda a, new: a.at[index].set(new))
        return Traced(self.value[bare(index)])

    def __setitem__(self, index: Any, new: Any) -> None:
        if _basic(index):
            self[index].put(bare(new))
        else:
            self.put(self.value.at[bare(index)].set(bare(new)))

    # jax says what is wrong with a decision that depends on a number which is not known yet

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __index__(self) -> int:
        return int(self.value.__index__())


def _method(name: str) -> Any:
    def method(self: Traced, *args: Any, **options: Any) -> Any:
        given = {key: bare(value) for key, value in options.items() if key not in (*WITHOUT_MEANING, "out")}
        found = getattr(jnp, name)(self.value, *map(bare, args), **given)
        return clad(found, name in VIEWS) if options.get("out") is None else _written(options["out"], found)

    return method


for _name in (
    "sum", "mean", "max", "min", "any", "all", "prod", "cumsum", "cumprod", "argmax", "argmin", "argsort", "squeeze",
    "transpose", "clip", "take", "dot", "repeat", "var", "std", "conj", "round", "nonzero", "diagonal", "trace",
):  # fmt: skip
    setattr(Traced, _name, _method(_name))


def bare(x: Any) -> Any:
    """What jax takes for it: values in place of what holds them, in tuples and lists, too."""
    if isinstance(x, Traced):
        return x.value
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(bare, x))
    if type(x) in (list, tuple):
        return type(x)(bare(item) for item in x)
    if isinstance(x, np.ndarray):
        if x.dtype == object:
            raise TypeError("jax has no arrays of objects")
        tracer: Any = TRACER.get()
        return tracer.constant(x) if x.size > LARGE and tracer is not None else x
    return x


def clad(x: Any, locked: bool = False) -> Any:
    """What a text gets back: values in what holds them, in tuples and lists, too."""
    if isinstance(x, jax.Array):
        return Traced(x, locked=locked)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return tuple(clad(item, locked) for item in x)
    return type(x)(clad(item, locked) for item in x) if type(x) in (list, tuple) else x


def bare_tree(tree: Any) -> Any:
    """A state of nested tuples with values in place of what holds them."""
    return jax.tree.map(bare, tree, is_leaf=lambda x: isinstance(x, Traced))


def clad_tree(tree: Any) -> Any:
    """The way back."""
    return jax.tree.map(Traced, tree)


def _demand_order(order: str) -> None:
    if order != "C":
        raise TypeError(f"it reads an array in the memory order {order}, and here there is none")


def _basic(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (slice, int, np.integer)) for part in parts)


def _written(out: Any, found: Any) -> Any:
    if not isinstance(out, Traced):
        raise TypeError("out= is an array of NumPy's, into which nothing can be written down")
    out.put(found)
    return out
