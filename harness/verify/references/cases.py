"""The table of references: which config of ours is held against which call of which library."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from harness.fields import Array
from harness.schedules import Schedule
from harness.verify import references
from harness.verify.references.calls import Call
from harness.verify.references.problems import Problem, kept
from harness.verify.references.walks import Evaluated, theirs

TOLERANCE = 1e-10  # as a share of how far the reference moves


@dataclass(frozen=True)
class Case:
    """A config of ours with some fields set, and the call that takes the same steps, or others by design.

    optimizer      name in conf/optimizer: "adam", "variant/adam_book"
    options        our fields: {"lr": 0.1, "inner": "adam", "inner.lr": 0.1}; "inner" names a config
    reference      what we are held against: see harness.verify.references.calls
    differs        why the steps differ by design; empty where they must agree
    tolerance      with `why_tolerance` where it isn't the one for elementwise rules
    evaluated      how the reference tells the point to evaluate; without it only the params are compared
    schedule       of our lr, and of the lr that a torch optimizer holds (optax: in its call)
    transposed     the reference sees matrices as (out, in), ours are (in, out)
    closure        a torch optimizer's step needs a closure
    """

    optimizer: str
    options: Mapping[str, Any]
    reference: Call
    differs: str = ""
    tolerance: float = TOLERANCE
    why_tolerance: str = ""
    evaluated: Evaluated | None = None
    schedule: Schedule | None = None
    transposed: bool = False
    closure: bool = False
    family: str = field(default="", compare=False)  # the module that lists it

    def __post_init__(self) -> None:
        if (self.tolerance != TOLERANCE) != bool(self.why_tolerance):
            raise ValueError(f"{self}: a tolerance of its own and its reason go together")

    def __str__(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{self.optimizer}({options}) | {self.reference.library} {self.reference}" + (
            f" | lr by {self.schedule!r}" if self.schedule else ""
        )

    def reference_points(self, problem: Problem) -> Array:
        """Where the reference goes: see `kept`."""
        walk = theirs(self.reference, problem, self.evaluated, self.schedule, self.transposed, self.closure)
        return kept(walk)


def families() -> Iterator[tuple[str, list[Case]]]:
    """Every module here that lists cases of optimizers, and the list."""
    for module in sorted(found.name for found in iter_modules(references.__path__)):
        listed = getattr(import_module(f"{references.__name__}.{module}"), "CASES", [])
        if cases := [case for case in listed if isinstance(case, Case)]:
            yield module, cases
