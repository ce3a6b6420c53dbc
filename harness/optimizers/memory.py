"""The memory of an optimizer and how a rule is led over it: in pieces that fit the cache, each written back once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import numpy as np

from harness.optimizers.layout import Layout
from objectives.arrays import Array

BLOCK = 1 << 18  # bytes: the temporaries of a rule stay in the cache
SMALL = 4  # parameters of a run up to which numbers are spread over them: then no operation broadcasts

Sees = Literal["elements", "tensors", "run"]
Shape = Callable[[tuple[int, ...], Any], tuple[int, ...]]
New = tuple[Array, tuple[Array, ...]]
Rule = Callable[[Array, Array, Any, Any], New]


@dataclass(frozen=True)
class Slot:
    """How far one number of a slot reaches, and where it starts: at a number, or at a copy of the parameters.

    `per` may also be a function of a tensor's shape and of the optimizer that gives the shape of the memory for it
    (for rules that see whole runs, the "tensor" is the run): Shampoo's factors, Adafactor's rows, a history. A constant
    slot is never written again, whatever the rule returns for it.
    """

    per: Literal["element", "tensor", "run"] | Shape
    start: float | Literal["params"] = 0.0
    constant: bool = False


Element = Annotated[Array, Slot("element")]
Iterate = Annotated[Array, Slot("element", start="params")]
Origin = Annotated[Array, Slot("element", start="params", constant=True)]
PerTensor = Annotated[Array, Slot("tensor")]
PerRun = Annotated[Array, Slot("run")]


class NoSlots(NamedTuple):
    """The memory of a rule that has none."""


@cache
def kinds(slots: Any) -> tuple[Slot, ...]:
    """What each slot of the NamedTuple is, in order."""
    annotations = get_type_hints(slots, include_extras=True)
    return tuple(annotations[name].__metadata__[0] for name in slots._fields)


class Piece(NamedTuple):
    """A part of the buffer that the rule is given at once, as the rule sees it."""

    columns: slice
    shape: tuple[int, ...]
    slots: tuple[Array, ...]  # views


class Band(NamedTuple):
    """All pieces of the same runs."""

    rows: slice
    pieces: list[Piece]


class Memory:
    """The slots of a population whose parameters lie in a buffer p (runs, size), and their way through a rule."""

    def __init__(self, p: Array, plan: Layout, sees: Sees, slots: Any, owner: Any = None, whole: bool = False) -> None:
        """`whole`: never cut into pieces, nor numbers spread, as another engine wants it."""
        self.uncut = whole
        self.plan, self.sees, self.type = plan, sees, slots
        self.order: Literal["C", "F"] = "F" if p.flags.f_contiguous and not p.flags.c_contiguous else "C"
        self.dtype = p.dtype
        self._constant = [kind.constant for kind in kinds(slots)]
        self._written = [kind.per != "run" and not kind.constant for kind in kinds(slots)]  # piece by piece
        self.small = not whole and sees == "elements" and plan.size <= SMALL and p.nbytes <= BLOCK
        widths = {"element": plan.size, "tensor": len(plan.names), "run": plan.size if self.small else 1}
        self.slots: list[Array] = []
        self._shapes: list[list[tuple[int, ...]]] = []  # of each slot, for each tensor, where a function gives them
        for kind in kinds(slots):
            if (kind.per == "tensor" and sees != "tensors") or (callable(kind.per) and sees == "elements"):
                raise TypeError(f"a slot per tensor needs a rule that sees tensors, not {sees}")
            shapes = [] if isinstance(kind.per, str) else [kind.per(shape, owner) for shape in self._tensors()]
            if isinstance(kind.per, str):
                slot = np.empty((len(p), widths[kind.per]), p.dtype, order=self.order)
            elif sees == "run":
                slot = np.empty((len(p), *shapes[0]), p.dtype)
            else:
                slot = np.empty((len(p), sum(map(prod, shapes))), p.dtype)
            slot[...] = p if kind.start == "params" else kind.start
            self.slots.append(slot)
            self._shapes.append(shapes)
        self._cut(len(p))

    def _tensors(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of what the rule sees at once."""
        return self.plan.shapes if self.sees == "tensors" else ((self.plan.size,),)

    def each(self, f: Callable[..., Array], *arrays: Array) -> Array:
        """What f makes of every tensor (runs, *shape) of arrays (runs, size), together again."""
        out = np.empty_like(arrays[0])
        for shape, columns in zip(self.plan.shapes, self.plan.columns, strict=True):
            whole = (len(out), *shape)
            found = f(*(a[:, columns].reshape(whole) for a in arrays))
            out[:, columns] = np.broadcast_to(found, whole).reshape(len(out), -1)
        return out

    def select(self, rows: Array) -> None:
        """Keep these runs only."""
        orders = ["C" if shapes else self.order for shapes in self._shapes]
        self.slots = [np.asarray(slot[rows], order=order) for slot, order in zip(self.slots, orders, strict=True)]
        self._cut(len(rows))

    def bundle(self) -> Any:
        """All slots, as a rule is given them."""
        return self.type(*self.slots)

    def spread(self, value: Any) -> Array:
        """A number, or one per run, as an array that broadcasts against (runs, size).

        Rules never meet Python floats: `x**57` of a float and of an array differ in the last bit.
        """
        shape = (self.runs, self.plan.size) if self.small else (1, 1)
        if np.ndim(value) == 0:
            return np.full(shape, value, self.dtype, order=self.order)
        told = value if hasattr(value, "astype") else np.asarray(value)
        column: Array = told.astype(self.dtype, copy=False).reshape(-1, 1)
        if self.small:
            return np.array(np.broadcast_to(column, shape), order=self.order)
        return column

    def apply(self, rule: Rule, p: Array, g: Array, h: Any) -> None:
        """Write what the rule returns into p and the slots."""
        if self._whole:
            slots = self.slots
            new, fresh = rule(p, g, self.type(*slots), h)
            given = (p, g, *slots)
            kept = []
            for slot, old, constant in zip(fresh, slots, self._constant, strict=True):
                kept.append(old if constant else self._kept(slot, old, given))
            self.slots = kept
            p[...] = new
            return
        for rows, pieces in self._bands:
            told: dict[int, Any] = {}  # the hyperparameters as they broadcast against pieces of so many axes
            for columns, shape, views in pieces:
                axes = len(shape)
                if axes not in told:
                    told[axes] = h._make([_per_run(v, rows, axes) if hasattr(v, "ndim") else v for v in h])
                here = p[rows, columns].reshape(shape)
                given = (here, *views)
                new, fresh = rule(here, g[rows, columns].reshape(shape), self.type(*views), told[axes])
                slots = [_own(slot, given) for slot in fresh]
                here[...] = new
                for view, slot, written in zip(views, slots, self._written, strict=True):
                    if written:
                        view[...] = slot
            # numbers per run come last: every piece of the run must see the old one
            for view, slot, kind in zip(pieces[-1].slots, slots, kinds(self.type), strict=True):
                if kind.per == "run":
                    view[...] = slot

    def _kept(self, slot: Array, old: Array, given: tuple[Array, ...]) -> Array:
        """The array itself as the new slot where it can be, in place of a copy into the old one."""
        if slot.shape == old.shape and slot.dtype == old.dtype:
            return _own(slot, given)
        return np.broadcast_to(slot, old.shape).astype(old.dtype, order=self.order if old.ndim == 2 else "C")

    def _cut(self, runs: int) -> None:
        """Cut the buffer into pieces, along its contiguous axis first."""
        self.runs, size, block = runs, self.plan.size, max(1, BLOCK // self.dtype.itemsize)
        height = max(1, min(runs, block if self.order == "F" else round(block / size)))
        width = max(1, block // height) if self.order == "F" or size > 1.5 * block else size
        fits = self.uncut or (height == runs and width >= size)
        self._whole = self.sees == "run" or (self.sees == "elements" and fits)
        self._bands = []
        if self.sees == "tensors":
            tensors = enumerate(zip(self.plan.shapes, self.plan.columns, strict=True))
            everything = slice(0, runs)
            pieces = [self._piece(everything, columns, (runs, *shape), k) for k, (shape, columns) in tensors]
            self._bands = [Band(everything, pieces)]
        elif not self._whole:
            for rows in (slice(i, min(i + height, runs)) for i in range(0, runs, height)):
                high = (rows.stop - rows.start,) if rows.stop - rows.start > 1 else ()  # a single run is a vector
                cuts = [slice(j, min(j + width, size)) for j in range(0, size, width)]
                self._bands.append(Band(rows, [self._piece(rows, c, (*high, c.stop - c.start)) for c in cuts]))

    def _piece(self, rows: slice, columns: slice, shape: tuple[int, ...], tensor: int = 0) -> Piece:
        views = []
        for slot, kind, shapes in zip(self.slots, kinds(self.type), self._shapes, strict=True):
            if shapes:
                start = sum(map(prod, shapes[:tensor]))
                views.append(slot[:, start : start + prod(shapes[tensor])].reshape(len(slot), *shapes[tensor]))
            elif kind.per == "element":
                views.append(slot[rows, columns].reshape(shape))
            else:
                views.append(_per_run(slot[:, tensor : tensor + 1] if kind.per == "tensor" else slot, rows, len(shape)))
        return Piece(columns, shape, tuple(views))


def _own(value: Array, given: tuple[Array, ...]) -> Array:
    """The array, or a copy of it if somebody else may hold its memory: a rule may hand back what it was given."""
    if value.base is not None:
        return value.copy()
    for other in given:
        if value is other:
            return value.copy()
    return value


def _per_run(a: Array, rows: slice, axes: int) -> Array:
    """One number per run, or one for all, as it broadcasts against a piece of so many axes."""
    a = a if len(a) == 1 else a[rows]
    return a if axes == 2 else a.reshape(len(a), *(1,) * (axes - 1))
