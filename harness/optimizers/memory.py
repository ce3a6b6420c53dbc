"""The memory of an optimizer and how a rule is led over it: in pieces that fit the cache, each written back once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints

import numpy as np

from harness.fields import Array
from harness.layout import Layout

BLOCK = 1 << 15  # elements: the temporaries of a rule stay in the cache
SMALL = 8  # parameters of a run up to which numbers are spread over them, so that no operation broadcasts

Sees = Literal["elements", "tensors", "run"]
New = tuple[Array, tuple[Array, ...]]
Rule = Callable[[Array, Array, Any, Any], New]


@dataclass(frozen=True)
class Slot:
    """How far one number of a slot reaches, and where it starts: at a number, or at a copy of the parameters."""

    per: Literal["element", "tensor", "run"]
    start: float | Literal["params"] = 0.0


Element = Annotated[Array, Slot("element")]
Iterate = Annotated[Array, Slot("element", start="params")]
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
    """A part of the buffer that the rule is given at once."""

    rows: slice
    columns: slice
    shape: tuple[int, ...]  # as the rule sees it
    tensor: int = 0


class Memory:
    """The slots of a population whose parameters lie in a buffer p (runs, size), and their way through a rule."""

    def __init__(self, p: Array, plan: Layout, sees: Sees, slots: Any) -> None:
        self.plan, self.sees, self.type = plan, sees, slots
        self.order: Literal["C", "F"] = "F" if p.flags.f_contiguous and not p.flags.c_contiguous else "C"
        self.dtype = p.dtype
        self.small = sees == "elements" and plan.size <= SMALL
        widths = {"element": plan.size, "tensor": len(plan.names), "run": plan.size if self.small else 1}
        self.slots: list[Array] = []
        for kind in kinds(slots):
            slot = np.empty((len(p), widths[kind.per]), p.dtype, order=self.order)
            slot[...] = p if kind.start == "params" else kind.start
            self.slots.append(slot)
        self._cut(len(p))

    def select(self, rows: Array) -> None:
        """Keep these runs only."""
        self.slots = [np.asarray(slot[rows], order=self.order) for slot in self.slots]
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
        column = np.asarray(value, dtype=self.dtype).reshape(-1, 1)
        if self.small:
            return np.array(np.broadcast_to(column, shape), order=self.order)
        return column

    def apply(self, rule: Rule, p: Array, g: Array, h: Any) -> None:
        """Write what the rule returns into p and the slots."""
        if self._whole:
            new, slots = rule(p, g, self.bundle(), h)
            given = (p, g, *self.slots)
            self.slots = [self._kept(slot, old, given) for slot, old in zip(slots, self.slots, strict=True)]
            p[...] = new
            return
        late: list[tuple[Array, Array]] = []
        for piece in self._pieces:
            late += self._apply_to(piece, rule, p, g, h)
        for view, slot in late:
            view[...] = slot

    def _kept(self, slot: Array, old: Array, given: tuple[Array, ...]) -> Array:
        """The array itself as the new slot, unless somebody else holds it too."""
        if slot.base is None and slot.shape == old.shape and not any(slot is other for other in given):
            return slot
        return np.array(np.broadcast_to(slot, old.shape), order=self.order)

    def _apply_to(self, piece: Piece, rule: Rule, p: Array, g: Array, h: Any) -> list[tuple[Array, Array]]:
        """Apply the rule to one piece; return the per-run slots, whose old numbers the run's next piece still needs."""
        rows, columns, shape, tensor = piece

        def per_run(a: Array) -> Array:
            a = a if len(a) == 1 else a[rows]
            return a if len(shape) == 2 else a.reshape(len(a), *(1,) * (len(shape) - 1))

        views = []
        for slot, kind in zip(self.slots, kinds(self.type), strict=True):
            if kind.per == "element":
                views.append(slot[rows, columns].reshape(shape))
            else:
                views.append(per_run(slot[:, tensor : tensor + 1] if kind.per == "tensor" else slot))
        here = p[rows, columns].reshape(shape)
        now = h._make(per_run(value) if isinstance(value, np.ndarray) else value for value in h)
        new, slots = rule(here, g[rows, columns].reshape(shape), self.type(*views), now)
        late = []
        given = (here, *views)
        fresh = [slot if not any(slot is view for view in given) else slot.copy() for slot in slots]
        for view, slot, kind in zip(views, fresh, kinds(self.type), strict=True):
            if kind.per == "run":
                late.append((view, slot))
            else:
                view[...] = slot
        here[...] = new
        return late

    def _cut(self, runs: int) -> None:
        """Cut the buffer into pieces, along its contiguous axis first."""
        self.runs, size = runs, self.plan.size
        if self.sees == "tensors":
            tensors = zip(self.plan.shapes, self.plan.columns, strict=True)
            self._pieces = [
                Piece(slice(0, runs), columns, (runs, *shape), k) for k, (shape, columns) in enumerate(tensors)
            ]
        else:
            height = min(runs, BLOCK) if self.order == "F" else max(1, BLOCK // size)
            width = max(1, BLOCK // height)
            if self.sees == "run":
                height, width = runs, size
            self._pieces = [
                Piece(slice(i, i + high), slice(j, j + wide), (high, wide))
                for i in range(0, runs, height)
                for j in range(0, size, width)
                for high, wide in [(min(height, runs - i), min(width, size - j))]
            ]
        self._whole = len(self._pieces) == 1 and self.sees != "tensors"
