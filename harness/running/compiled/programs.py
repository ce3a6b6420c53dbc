"""Which program a population runs in: found again wherever nothing but numbers differs."""

from functools import partial
from typing import Any

from harness.optimizers.base import Optimizer
from harness.running.compiled.block import CompiledBlock
from harness.running.compiled.links import structure
from harness.running.compiled.program import Program
from objectives.base import Objective

ELEMENTS = 1 << 13  # parameters in a block of runs that are computed side by side
MOST = 128  # runs in a block


def block_of(objective: Objective, size: int) -> int:
    """How many runs a program takes: one network, or as many functions as fill the registers. It is part of the
    numbers, as XLA sums in another order for another number: with another rule the revision of engines changes."""
    return 1 if objective.order == "C" else min(MOST, 1 << max(0, (ELEMENTS // size).bit_length() - 1))


class Programs:
    """Those made so far: of a problem, which its hash names, an optimizer's formulas, and how far one call goes. With
    `whole`, as for any device but the processor, a population is one block, on whose size its numbers then depend."""

    def __init__(self, device: str = "cpu", whole: bool | None = None) -> None:
        self.device, self.whole = device, device != "cpu" if whole is None else whole
        self._made: dict[Any, Program] = {}

    def of(self, problem: str) -> "partial[CompiledBlock]":
        """What makes the blocks of an engine, for this problem."""
        return partial(CompiledBlock, partial(self._found, problem))

    def _found(
        self, problem: str, objective: Objective, optimizer: Optimizer, size: int, longest: int, budget: int | None
    ) -> Program:
        block = optimizer.runs or 1 if self.whole else block_of(objective, size)
        key = (problem, structure(optimizer), block, longest, budget)
        if key not in self._made:
            self._made[key] = Program(objective, optimizer, block, longest, budget, self.device)
        return self._made[key]
