"""The table of references: which config of ours is held against which call of which library."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from harness.configs import advice, building, places
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer
from harness.optimizers.oracle import Kind
from harness.schedules import Schedule
from harness.verify.references.calls import Call
from harness.verify.references.problems import PROBLEMS, Problem, kept
from harness.verify.references.walks import Evaluated, ours, theirs
from objectives import fields
from objectives.arrays import Array

TOLERANCE = 1e-10  # as a share of how far the reference moves


@dataclass(frozen=True, eq=False)  # a case is itself: it can be a key
class Case:
    """A config of ours with some fields set, and the call that takes the same steps, or others by design.

    optimizer      name in conf/optimizer: "adam", "variant/adam_book"
    options        our fields: {"lr": 0.1, "inner": "adam", "inner.lr": 0.1}; "inner" names a config
    reference      what we are held against: see harness.verify.references.calls; a form of our fields (lr=our.lr)
                   gives the code for any numbers of ours, too: harness.verify.code
    differs        why the steps differ by design; empty where they must agree
    tolerance      with `why_tolerance` where it isn't the one for elementwise rules
    evaluated      how the reference tells the point to evaluate; without it only the params are compared
    schedule       of our lr, and of the lr that a torch optimizer holds (optax: in its call)
    schedules      of our other numbers, which the reference moves by itself
    transposed     the reference sees matrices as (out, in), ours are (in, out)
    closure        the reference wants to know losses elsewhere
    hessian        what it is given in the place of a Hessian: numbers of a kind, every so many updates
    problems       with `why_problems` where they aren't those of all
    told           what its code does not say: how to evaluate, what an update is given
    """

    optimizer: str
    options: Mapping[str, Any]
    reference: Call
    differs: str = ""
    tolerance: float = TOLERANCE
    why_tolerance: str = ""
    evaluated: Evaluated | None = None
    schedule: Schedule | None = None
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    transposed: bool = False
    closure: bool = False
    hessian: tuple[Kind, int] | None = None
    problems: tuple[Problem, ...] = PROBLEMS
    why_problems: str = ""
    told: str = ""
    form: Call | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.reference.fields:
            object.__setattr__(self, "form", self.reference)
            object.__setattr__(self, "reference", self.reference.at(self.options))
        if (self.tolerance != TOLERANCE) != bool(self.why_tolerance):
            raise ValueError(f"{self}: a tolerance of its own and its reason go together")
        if (self.problems != PROBLEMS) != bool(self.why_problems):
            raise ValueError(f"{self}: problems of its own and their reason go together")

    def __str__(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        told = [f"{self.optimizer}({options})", f"{self.reference.library} {self.reference}"]
        told += [f"lr by {self.schedule!r}"] if self.schedule else []
        told += [f"{name} by {schedule!r}" for name, schedule in self.schedules.items()]
        told += [f"on {', '.join(p.name for p in self.problems)}"] if self.problems != PROBLEMS else []
        told += [word for word in ("evaluated", "transposed", "closure", "hessian") if getattr(self, word)]
        return " | ".join(told)

    @property
    def row(self) -> str:
        """Its row in the matrix: the config, and what it wraps."""
        inner = self.options.get("inner")
        return f"{self.optimizer}, {inner}" if inner else self.optimizer

    def reference_points(self, problem: Problem) -> Array:
        """Where the reference goes: see `kept`."""
        how = self.evaluated, self.schedule, self.transposed, self.closure, self.hessian
        walk = theirs(self.reference, problem, *how)
        return kept(walk, problem)

    def our_points(self, problem: Problem, source: Composer, trusted: tuple[str, ...] = ()) -> Array:
        """Where our optimizer goes."""
        return kept(ours(self.built(source, trusted), problem), problem)

    def built(self, source: Composer, trusted: tuple[str, ...] = ()) -> Optimizer:
        """Our optimizer, with the options and the schedule."""
        node = self.node(source)

        def extra(cls: type, path: str) -> dict[str, Any]:
            known = fields.numbers(cls) if issubclass(cls, Optimizer) else {}
            moved = {"lr": self.schedule, **self.schedules} if self.schedule else self.schedules
            found = {name: schedule for name, schedule in moved.items() if name in known}
            return {"schedules": found} if found else {}

        made: Optimizer = building.build(node, "optimizer", trusted, extra)
        return made

    def node(self, source: Composer) -> dict[str, Any]:
        """The config of our optimizer, with the options."""
        wrapped = {key: name for key, name in self.options.items() if key.rpartition(".")[2] == "inner"}
        groups = [f"optimizer@optimizer.{key}={name}" for key, name in wrapped.items()]
        node: dict[str, Any] = source.compose(parse(f"optimizer={self.optimizer}", *groups)).config["optimizer"]
        for key, value in self.options.items():
            if key not in wrapped:
                write(node, key, value)
        return node


def write(node: dict[str, Any], key: str, value: Any) -> None:
    """Set a field that is there: `inner.lr`."""
    path = tuple(key.split("."))
    if not places.has(node, key) or path[-1] in ABOUT:
        raise UserError(advice.unknown(key, [k for k in places.innermost(node, key) if k not in ABOUT]))
    places.put(node, path, value)


def families() -> Iterator[tuple[str, list[Case]]]:
    """Every module here that lists cases of optimizers, and the list."""
    for module in sorted(found.name for found in iter_modules([str(Path(__file__).parent)])):
        if cases := listed(import_module(f"{__package__}.{module}")):
            yield module, cases


def listed(module: ModuleType) -> list[Case]:
    """The cases of optimizers in the module's CASES."""
    return [case for case in getattr(module, "CASES", ()) if isinstance(case, Case)]
