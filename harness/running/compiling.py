"""Which populations are compiled, and why others run on NumPy after all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.engines import Jax
from harness.optimizers.base import Optimizer
from harness.running.engine import Engine
from harness.running.failures import FAILURES, told
from objectives.base import Objective


@dataclass(frozen=True)
class Asked:
    """A population that is to be compiled: its kind, by which it is looked at once, its problem's hash, and what makes
    its engine."""

    kind: str
    problem: str
    objective: Objective
    optimizer: Optimizer
    made: Callable[..., Engine]


class Compiling:
    """The programs of a process, and the kinds of populations that were looked at."""

    def __init__(self) -> None:
        self._programs: dict[Jax, Any] = {}  # of harness.running.compiled, once an engine wants them
        self._untraced: dict[str, str] = {}  # kind -> why it runs on NumPy, or nothing

    def engine(self, backend: Jax, asked: Asked) -> Engine | None:
        """The engine that compiles, if the texts of this population can be followed."""
        from harness.running import compiled

        kind, objective, optimizer = asked.kind, asked.objective, asked.optimizer
        if self._untraced.get(kind):
            return None
        if backend not in self._programs:
            self._programs[backend] = compiled.begun(backend)
        blocks = self._programs[backend].of(asked.problem)
        try:
            engine = asked.made(compiled=blocks)
            if kind not in self._untraced:
                self._untraced[kind] = compiled.disagreement(objective, optimizer, blocks)
        except FAILURES as error:
            name = f"{type(optimizer).__name__} on {type(objective).__name__}"
            self._untraced[kind] = f"{name}: {told(error).splitlines()[0]}"
        return None if self._untraced[kind] else engine

    def reasons(self) -> list[str]:
        """Why some run on NumPy, each reason once."""
        return [why for why in dict.fromkeys(self._untraced.values()) if why]
