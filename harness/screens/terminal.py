"""Where our screens are drawn: a terminal, a pipe, or something that goes away while we work."""

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from harness.screens.numbers import BARS
from harness.screens.streams import reader_left, silenced
from harness.text.visible import say, visible

WIDE = 120  # columns, as far as screens spread
PLAIN = str.maketrans(f"{BARS}±·×…", "_.-=+*%#~|x.")  # one for one, so that columns stay below each other
VARIABLES = ("LC_ALL", "LC_CTYPE", "LANG")  # the first that is set says what a terminal can show


def console() -> "Terminal":
    """Colours and boxes on a terminal and in a notebook, plain text elsewhere."""
    made = Terminal(sys.stdout)
    if made.is_jupyter:
        return made
    if not made.is_terminal:
        return Terminal(sys.stdout, width=WIDE, color_system=None)
    return made if made.width <= WIDE else Terminal(sys.stdout, width=WIDE)


def redraws(out: Console) -> bool:
    """Whether what was drawn can be drawn anew: on a terminal itself, whatever FORCE_COLOR says of a pipe, and in a
    notebook that has widgets."""
    if out.is_jupyter:
        return importlib.util.find_spec("ipywidgets") is not None
    return out.is_terminal and not out.is_dumb_terminal and out.file.isatty()


@contextmanager
def waiting(out: Console | None, what: str) -> Iterator[None]:
    """Say what takes its time until something can be shown: it goes again, and never into a pipe's output."""
    if out is None:
        yield
    elif redraws(out):
        with out.status(f"[dim]{what} ...", spinner="line"):
            yield
    else:
        if sys.stderr.isatty():
            say(f"{what} ...")
        yield


class Terminal(Console):
    """A console that shows what it is told and obeys none of it, and that may lose its reader."""

    def __init__(self, file: IO[str], **settings: Any) -> None:
        self.patient = Patient(getattr(file, "rich_proxied_file", file))
        self._plain = not _has_blocks(self.patient)
        super().__init__(highlight=False, file=cast("IO[str]", self.patient), **settings)

    def done(self) -> None:
        """Everything is printed: a disk that was full meanwhile is an error."""
        if self.patient.error is not None:
            raise self.patient.error

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(self._shown(segment.text), segment.style)

    @property
    def encoding(self) -> str:
        """By which rich chooses its boxes and bars."""
        return "ascii" if self._plain else super().encoding

    def _shown(self, text: str) -> str:
        if not self._plain:
            return visible(text)
        return visible(text).translate(PLAIN).encode("ascii", "replace").decode()


class Patient:
    """A file that takes everything: when its reader has left, nobody reads on, and a run goes on to its end."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.error: OSError | None = None  # but for a reader that left, which is no error

    def write(self, text: str) -> int:
        return self._tried("write", text) or len(text)

    def flush(self) -> None:
        self._tried("flush")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def _tried(self, method: str, *args: str) -> Any:
        try:
            return getattr(self._file, method)(*args)
        except (OSError, ValueError) as error:  # ValueError: somebody closed it
            self.error = error if isinstance(error, OSError) and not reader_left(error) else None
            self._file = silenced(self._file)
            return None


def _has_blocks(file: Any) -> bool:
    """Whether it takes the blocks that curves are drawn with. Python writes UTF-8 under LC_ALL=C, which asks for
    ASCII."""
    asked = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    if asked in ("C", "POSIX") and not {"PYTHONUTF8", "PYTHONIOENCODING"} & os.environ.keys():
        return False
    try:
        BARS.encode(getattr(file, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
