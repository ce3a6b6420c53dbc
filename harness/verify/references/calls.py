"""Calls of other libraries as data: the same words build the reference and stand in the record."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

OURS = "by hand"


class _Params:
    """Where the parameters go in a call of torch's kind."""

    def __repr__(self) -> str:
        return "params"


PARAMS = _Params()


@dataclass(frozen=True)
class Call:
    """A class or function of a package with its arguments, some of them calls again; a function without arguments of
    its own is handed over as it is by `Call(..., called=False)`."""

    target: str
    args: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    called: bool = True

    @property
    def library(self) -> str:
        """The package, or "by hand"."""
        package = self.target.partition(".")[0]
        return OURS if package == "harness" else package

    def __str__(self) -> str:
        name = self.target.rpartition(".")[2]
        shown = [*map(_shown, self.args), *(f"{key}={_shown(value)}" for key, value in self.options.items())]
        return f"{name}({', '.join(shown)})" if self.called else name

    def made(self, params: Any = None) -> Any:
        """What the call returns. Raises ModuleNotFoundError where the package isn't installed."""
        module, _, name = self.target.rpartition(".")
        found = getattr(import_module(module), name)
        if not self.called:
            return found
        options = {key: _built(value, params) for key, value in self.options.items()}
        return found(*(_built(value, params) for value in self.args), **options)


def _built(value: Any, params: Any) -> Any:
    if isinstance(value, Call):
        return value.made(params)
    if isinstance(value, (list, tuple)):
        return type(value)(_built(item, params) for item in value)
    return params if value is PARAMS else value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value) if isinstance(value, Call) else repr(value)


def torch(name: str, **options: Any) -> Call:
    """An optimizer of torch.optim."""
    return Call(f"torch.optim.{name}", (PARAMS,), options)


def po(name: str, *args: Any, **options: Any) -> Call:
    """An optimizer of pytorch_optimizer; one that wraps another is given its call in place of the parameters."""
    return Call(f"pytorch_optimizer.{name}", args or (PARAMS,), options)


def package(target: str, *args: Any, **options: Any) -> Call:
    """An optimizer of torch's kind from another package, such as its authors'."""
    return Call(target, args or (PARAMS,), options)


def optax(name: str, *args: Any, **options: Any) -> Call:
    """A transformation, a schedule or a wrapper of optax; `contrib.` goes before the names that live there."""
    return Call(f"optax.{name}", args, options)


def by_hand(function: Any, **options: Any) -> Call:
    """A loop in NumPy, written from the paper: see harness.verify.references.walks."""
    return Call(f"{function.__module__}.{function.__name__}", (PARAMS,), options)
