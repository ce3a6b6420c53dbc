"""What a picture is, and all there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from harness.configs.advice import nearest
from harness.errors import UserError
from harness.report.style import FORMATS, encoded, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from harness.results.files import Results

ANY = ("",)  # of an option: what it takes, the picture says


@dataclass(frozen=True)
class Picture:
    """A picture of a finished folder: `lacks` says why a folder has none, "" if it has; `draw` takes options by
    keyword, with their choices in `options`. One that builds something of the folder's config has `distrust`, which
    says what the user has to trust for that, and its `draw` takes `trusted`."""

    about: str
    lacks: Callable[["Results"], str]
    draw: Callable[..., "Figure"]
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()
    distrust: Callable[["Results", tuple[str, ...]], str] | None = None
    formats: tuple[str, ...] = FORMATS
    encode: Callable[["Figure", str], bytes] = encoded

    def why_not(self, results: "Results", trusted: tuple[str, ...] = ()) -> str:
        """Why this folder has no such picture; "" if it has."""
        return self.lacks(results) or (self.distrust(results, trusted) if self.distrust else "")


@cache
def pictures() -> dict[str, Picture]:
    """Every picture by its name, which is that of its module."""
    from harness.report import pictures as package

    names = sorted(module.name for module in iter_modules(package.__path__))
    return {name: import_module(f"{package.__name__}.{name}").PICTURE for name in names}


def drawn(name: str, results: "Results", trusted: tuple[str, ...] = (), **options: Any) -> "Figure":
    """The picture of that name; a UserError where there is none, or the folder has no such."""
    picture = _known(name)
    choices = dict(picture.options)
    for option, value in options.items():
        if option not in choices:
            told = f"choices: {', '.join(choices)}" if choices else "it has none"
            raise UserError(f"{option}: no option of {name}{nearest(option, choices)}; {told}")
        if value not in choices[option] and choices[option] != ANY:
            raise UserError(f"{option}={value}: choices: {', '.join(choices[option])}")
    if why := picture.why_not(results, trusted):
        raise UserError(f"{results.folder}: no {name}: {why}")
    with styled():
        return picture.draw(results, **({"trusted": trusted} if picture.distrust else {}), **options)


def save(figure: "Figure", path: Path, name: str = "") -> None:
    """Write a figure as its file's name says, and as that picture is written; the same bytes for the same picture."""
    from harness.results.saving import save_file

    formats, encode = (_known(name).formats, _known(name).encode) if name else (FORMATS, encoded)
    kind = path.suffix.removeprefix(".")
    if kind not in formats:
        raise UserError(f"{path}: {name or 'a picture'} is written as {', '.join(f'.{one}' for one in formats)}")
    if not path.parent.is_dir():
        raise UserError(f"{path}: no such folder: {path.parent}")
    save_file(path, encode(figure, kind))


def _known(name: str) -> Picture:
    known = pictures()
    if name not in known:
        raise UserError(f"{name}: no such picture{nearest(name, known)}; choices: {', '.join(known)}")
    return known[name]
