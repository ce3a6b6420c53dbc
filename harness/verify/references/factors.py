"""Schedules of other libraries: how they are called, read, and compared with ours."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

import numpy as np

from harness.schedules import Schedule

TOLERANCE = 1e-10  # of factors around 1, in float64


@dataclass(frozen=True)
class Reference:
    """A schedule of another library: a class or function with its arguments, some of them references again.

    `reads`: what is taken for the value of step k. "lr" and "momentum": what the optimizer holds in update k + 1;
    "returned": what step() returns when it is called for the (k + 1)th time; "list": item k of what is returned;
    "function": the function's value at k. Factor 1 is the value `unit`; torch's optimizers begin with lr=1.
    """

    target: str
    arguments: dict[str, Any] = field(default_factory=dict)
    reads: Literal["lr", "momentum", "returned", "list", "function"] = "lr"
    unit: float = 1.0

    @property
    def library(self) -> str:
        return self.target.partition(".")[0]

    def __str__(self) -> str:
        name = self.target.rpartition(".")[2]
        shown = ", ".join(f"{key}={_shown(value)}" for key, value in self.arguments.items())
        return f"{name}({shown})" if self.reads == "lr" else f"{name}({shown}), {self.reads}"

    def factors(self, steps: int) -> list[float]:
        """The factors of the steps, in float64. Raises ModuleNotFoundError where the library isn't installed."""
        if self.reads == "function":
            import_module("jax").config.update("jax_enable_x64", True)
            schedule = self._made()
            values = [float(schedule(k)) for k in range(steps)]
        elif self.reads == "list":
            values = [float(value) for value in self._made()][:steps]
        else:
            values = self._driven(steps)
        return [value / self.unit for value in values]

    def _made(self, **given: Any) -> Any:
        module, _, name = self.target.rpartition(".")
        return getattr(import_module(module), name)(**given, **_built(self.arguments, given))

    def _driven(self, steps: int) -> list[float]:
        """What a scheduler of torch's kind makes of an optimizer."""
        torch = import_module("torch")
        weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
        scheduler = self._made(optimizer=optimizer)
        values = []
        for k in range(steps):
            held: float = optimizer.param_groups[0]["momentum" if self.reads == "momentum" else "lr"]
            optimizer.step()
            if self.reads == "returned":
                held = scheduler.step()
            elif k + 1 < steps:
                scheduler.step()
            values.append(float(held))
        return values


def _built(value: Any, given: dict[str, Any]) -> Any:
    if isinstance(value, Reference):
        return value._made(**given)
    if isinstance(value, list):
        return [_built(item, given) for item in value]
    return {key: _built(item, given) for key, item in value.items()} if isinstance(value, dict) else value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value) if isinstance(value, Reference) else repr(value)


def torch(name: str, reads: Any = "lr", unit: float = 1.0, **arguments: Any) -> Reference:
    return Reference(f"torch.optim.lr_scheduler.{name}", arguments, reads, unit)


def optax(name: str, **arguments: Any) -> Reference:
    return Reference(f"optax.{name}", arguments, "function")


def po(name: str, reads: Any = "lr", unit: float = 1.0, **arguments: Any) -> Reference:
    return Reference(f"pytorch_optimizer.lr_scheduler.{name}", arguments, reads, unit)


def transformers(name: str, **arguments: Any) -> Reference:
    return Reference(f"transformers.optimization.{name}", arguments)


@dataclass(frozen=True)
class Case:
    """One of our schedules with its numbers, and the reference that it must equal for so many steps.

    With `why`, the two differ by design in the steps `apart`, and must be equal in all others.
    """

    name: str  # of the config whose class it is
    ours: Schedule
    reference: Reference
    steps: int
    note: str = ""  # what else tells the row from others of that name
    why: str = ""
    apart: range = range(0)

    @property
    def row(self) -> str:
        return f"{self.name}, {self.note}" if self.note else self.name


@dataclass(frozen=True)
class Verdict:
    """How far a case is from its reference."""

    state: Literal["agrees", "differs", "wrong"]
    difference: float
    text: str


def judge(case: Case, theirs: Sequence[float]) -> Verdict:
    """Compare our factors with those of the reference."""
    ours = np.array([float(np.asarray(case.ours(k))) for k in range(case.steps)])
    if len(theirs) != case.steps:
        return Verdict("wrong", np.inf, f"{len(theirs)} reference factors for {case.steps} steps")
    gaps = np.abs(ours - np.asarray(theirs))
    gaps[np.isnan(gaps)] = np.inf
    apart = np.isin(np.arange(case.steps), case.apart)
    largest = float(gaps.max())
    if bad := np.flatnonzero((gaps > TOLERANCE) & ~apart).tolist():
        return Verdict("wrong", largest, f"differs by {gaps[bad].max():.1e}, first at step {bad[0]}")
    if not case.why:
        return Verdict("agrees", largest, "")
    if same := np.flatnonzero((gaps <= TOLERANCE) & apart).tolist():
        return Verdict("wrong", largest, f"agrees at step {same[0]}, where it should differ: {case.why}")
    return Verdict("differs", largest, case.why)
