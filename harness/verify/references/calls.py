"""Calls of other libraries as data: the same words build the reference and stand in the record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module, metadata
from typing import Any, Final, Literal

from harness.verify.references.terms import Term

BY_HAND: Final = "by hand"


class _Place:
    """Where something goes that a call is given when it is made."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


PARAMS = _Place("params")
PROBLEM = _Place("problem")


@dataclass(frozen=True)
class Call:
    """A class or function with its arguments, some of them calls again, and what kind of optimizer it makes.

    An argument may be a term of our fields: then the call is a form, which `at` fills in.
    """

    kind: Literal["torch", "optax", "keras", "scipy", "by hand"]
    target: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def library(self) -> str:
        """The package, or "by hand"."""
        return BY_HAND if self.kind == BY_HAND else self.target.partition(".")[0]

    def __str__(self) -> str:
        return self._written(self.target.rpartition(".")[2], str)

    @property
    def code(self) -> str:
        """As Python, with the packages in front: `torch.optim.SGD(params, lr=0.1)`."""
        return self._written(self.target, lambda call: call.code)

    def _written(self, name: str, inner: "Callable[[Call], str]") -> str:
        shown = [_shown(value, inner) for value in self.args]
        shown += [f"{key}={_shown(value, inner)}" for key, value in self.options.items()]
        return f"{name}({', '.join(shown)})"

    @property
    def fields(self) -> tuple[str, ...]:
        """Our fields that it is made of, by name; none where all its numbers are told."""
        return tuple(dict.fromkeys(name for v in (*self.args, *self.options.values()) for name in _fields(v)))

    def at(self, fields: Mapping[str, Any]) -> "Call":
        """The call with these numbers of ours in it. Raises KeyError where one is missing, ValueError where the
        library cannot take one."""
        options = {key: _filled(value, fields) for key, value in self.options.items()}
        return replace(self, args=tuple(_filled(value, fields) for value in self.args), options=options)

    def made(self, given: Any = None) -> Any:
        """What the call returns. Raises ModuleNotFoundError where the package isn't installed, ValueError where the
        thing is another package's: pytorch_optimizer.Adam is torch's.
        """
        module, _, name = self.target.rpartition(".")
        found = getattr(import_module(module), name)
        home = found.__module__.partition(".")[0]
        if home != module.partition(".")[0]:
            raise ValueError(f"{self.target} is made in {home}, and proves nothing of its own")
        options = {key: _built(value, given) for key, value in self.options.items()}
        return found(*(_built(value, given) for value in self.args), **options)


def _built(value: Any, given: Any) -> Any:
    if isinstance(value, Call):
        return value.made(given)
    if isinstance(value, (list, tuple)):
        return type(value)(_built(item, given) for item in value)
    return given if isinstance(value, _Place) else value


def _shown(value: Any, inner: Callable[[Call], str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown(item, inner) for item in value)}]"
    return inner(value) if isinstance(value, Call) else repr(value)


def _fields(value: Any) -> tuple[str, ...]:
    if isinstance(value, Term):
        return value.names
    if isinstance(value, Call):
        return value.fields
    inside = value if isinstance(value, (list, tuple)) else ()
    return tuple(name for item in inside for name in _fields(item))


def _filled(value: Any, fields: Mapping[str, Any]) -> Any:
    if isinstance(value, (Term, Call)):
        return value.at(fields)
    return type(value)(_filled(item, fields) for item in value) if isinstance(value, (list, tuple)) else value


def torch(name: str, **options: Any) -> Call:
    """An optimizer of torch.optim."""
    return Call("torch", f"torch.optim.{name}", (PARAMS,), options)


def po(name: str, *args: Any, **options: Any) -> Call:
    """An optimizer of pytorch_optimizer; one that wraps another is given its call in place of the parameters."""
    return Call("torch", f"pytorch_optimizer.{name}", args or (PARAMS,), options)


def package(target: str, *args: Any, **options: Any) -> Call:
    """An optimizer of torch's kind from another package, such as its authors'."""
    return Call("torch", target, args or (PARAMS,), options)


def optax(name: str, *args: Any, **options: Any) -> Call:
    """A transformation, a schedule or a wrapper of optax; `contrib.` goes before the names that live there."""
    return Call("optax", f"optax.{name}", args, options)


def keras(name: str, **options: Any) -> Call:
    """An optimizer of keras.optimizers, in float64."""
    return Call("keras", f"keras.optimizers.{name}", (), options)


def scipy(**options: Any) -> Call:
    """scipy.optimize.minimize: its iterates, from a single call."""
    return Call("scipy", "scipy.optimize.minimize", (), options)


def by_hand(function: Any, **options: Any) -> Call:
    """A loop in NumPy, written from the paper: see harness.verify.references.walks."""
    return Call(BY_HAND, f"{function.__module__}.{function.__name__}", (PROBLEM,), options)


@cache
def version(library: str) -> str | None:
    """The installed version of the package, or none."""
    distributions = metadata.packages_distributions().get(library)
    return metadata.version(distributions[0]) if distributions else None
