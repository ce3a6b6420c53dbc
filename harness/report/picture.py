"""What a picture is, and all there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from harness.configs.advice import nearest
from harness.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from harness.results.files import Results


@dataclass(frozen=True)
class Picture:
    """A picture of a finished folder: `lacks` says why a folder has none, "" if it has; `draw` takes options by
    keyword, with their choices in `options`."""

    about: str
    lacks: Callable[["Results"], str]
    draw: Callable[..., "Figure"]
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()


@cache
def pictures() -> dict[str, Picture]:
    """Every picture by its name, which is that of its module."""
    from harness.report import pictures as package

    names = sorted(module.name for module in iter_modules(package.__path__))
    return {name: import_module(f"{package.__name__}.{name}").PICTURE for name in names}


def drawn(name: str, results: "Results", **options: Any) -> "Figure":
    """The picture of that name; a UserError where there is none, or the folder has no such."""
    known = pictures()
    if name not in known:
        raise UserError(f"{name}: no such picture{nearest(name, known)}; choices: {', '.join(known)}")
    picture = known[name]
    if why := picture.lacks(results):
        raise UserError(f"{results.folder}: no {name}: {why}")
    choices = dict(picture.options)
    for option, value in options.items():
        if option not in choices:
            told = f"choices: {', '.join(choices)}" if choices else "it has none"
            raise UserError(f"{option}: no option of {name}{nearest(option, choices)}; {told}")
        if value not in choices[option]:
            raise UserError(f"{option}={value}: choices: {', '.join(choices[option])}")
    from harness.report.style import styled

    with styled():
        return picture.draw(results, **options)
