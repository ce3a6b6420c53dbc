"""Which program a population runs in: found again wherever nothing but numbers differs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from harness.compiled.block import CompiledBlock
from harness.compiled.links import structure
from harness.compiled.program import Program
from harness.optimizers.base import Optimizer
from objectives.base import Objective

ELEMENTS = 1 << 13  # parameters in a block of runs that are computed side by side
MOST = 256  # runs in a block
FED = 1 << 24  # bytes of what a block is told in one call


def block_of(objective: Objective, size: int) -> int:
    """How many runs a program takes: one network, or as many functions as fill the registers. It is part of the
    numbers: XLA sums in another order for another number."""
    if objective.order == "C":
        return 1
    return min(MOST, 1 << max(0, (ELEMENTS // size).bit_length() - 1))


class Programs:
    """Those made so far."""

    def __init__(self, block: int | None = None) -> None:
        self.block = block
        self._made: dict[Any, Program] = {}

    def __call__(
        self, objective: Objective, optimizer: Optimizer, size: int, longest: int, budget: int | None
    ) -> Program:
        block = block_of(objective, size) if self.block is None else self.block
        key = (id(objective), structure(optimizer), block, longest, budget)
        if key not in self._made:
            self._made[key] = Program(objective, optimizer, block, longest, budget)
        return self._made[key]


def programs_for(block: int | None) -> Callable[..., CompiledBlock]:
    return partial(CompiledBlock, Programs(block))
