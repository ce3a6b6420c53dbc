"""An optimizer as its links: a wrapper, what it wraps, and so on; their numbers, and how they are handed to a trace."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.optimizers.base import Optimizer, Wrapper, hyperparameters
from harness.optimizers.layout import Layout
from harness.optimizers.memory import Memory
from objectives import fields
from objectives.arrays import Array
from objectives.xla import Traced


def links(optimizer: Optimizer) -> list[Optimizer]:
    """The optimizer and those inside it, the outermost first."""
    return [optimizer, *(links(optimizer.inner) if isinstance(optimizer, Wrapper) else [])]


def structure(optimizer: Optimizer) -> tuple[Any, ...]:
    """What decides which program an optimizer needs: all but its numbers."""
    return tuple(
        (type(link), tuple((n, getattr(link, n)) for n in fields.choices(type(link)) if n != "inner"), *link.schedules)
        for link in links(optimizer)
    )


def remember(optimizer: Optimizer, p: Array, layout: Layout) -> None:
    """Give every link the memory of its first update, if it has none: in one piece, for an array that is traced."""
    for link in links(optimizer):
        if link._memory is None:
            link._memory = Memory(p, layout, link.sees, link.Slots, link, whole=True)


def numbers(optimizer: Optimizer, rows: Array, dtype: Any) -> list[dict[str, Array]]:
    """Every link's numbers (len(rows), 1), whether they were searched or not: one program serves all of them."""
    return [
        {n: _column(getattr(link, n), rows, dtype) for n in fields.numbers(type(link))} for link in links(optimizer)
    ]


def scheduled(optimizer: Optimizer, start: int, stop: int, rows: Array, dtype: Any) -> list[dict[str, Array]]:
    """Every link's scheduled numbers in these steps, (stop - start, len(rows), 1), by the schedules' own words."""
    return [
        {
            name: np.stack([_column(getattr(link, name) * at(step), rows, dtype) for step in range(start, stop)])
            for name, at in link.schedules.items()
        }
        for link in links(optimizer)
    ]


def handed(
    optimizer: Optimizer, slots: Sequence[Sequence[Any]], numbers: Sequence[dict[str, Any]], t: Any
) -> Optimizer:
    """A copy whose slots and numbers are traced, before update t (1, 1), counted from 0."""
    outer = copy.copy(optimizer)
    for link, mine, given in zip(_copied(outer), slots, numbers, strict=True):
        assert link._memory is not None
        link.schedules = {}
        link._memory = copy.copy(link._memory)
        link._memory.slots = [Traced(slot) for slot in mine]  # type: ignore[misc]
        link._memory._cut(link._memory.runs)
        told = {name: Traced(value) for name, value in given.items()}
        told |= {name: getattr(link, name) for name in fields.choices(type(link)) if name != "inner"}
        tensors = link._memory.each if link.sees == "run" else None
        link._last = hyperparameters(type(link))(
            **told, t=Traced(t), loss=None, evaluate=None, hvp=None, draw=None, tensors=tensors
        )
    return outer


def _copied(outer: Optimizer) -> list[Optimizer]:
    """The links of a copy, each a copy itself."""
    if isinstance(outer, Wrapper):
        outer.inner = copy.copy(outer.inner)
        return [outer, *_copied(outer.inner)]
    return [outer]


def _column(number: Any, rows: Array, dtype: Any) -> Array:
    column = np.asarray(number, dtype).reshape(-1, 1)
    return np.ascontiguousarray(np.broadcast_to(column, (len(rows), 1)) if len(column) == 1 else column[rows])
