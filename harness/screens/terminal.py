"""Where our screens are drawn: a terminal, a pipe, or something that goes away while we work."""

import os
import sys
from collections.abc import Iterable
from errno import EIO
from typing import IO, Any, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from harness.text.visible import say, visible

WIDE = 120  # columns, as far as screens spread


def console() -> "Terminal":
    """Colours and boxes on a terminal, plain text elsewhere."""
    made = Terminal(sys.stdout)
    if not made.is_terminal:
        return Terminal(sys.stdout, width=WIDE, color_system=None)
    return made if made.width <= WIDE else Terminal(sys.stdout, width=WIDE)


class Terminal(Console):
    """A console that shows what it is told and obeys none of it, and that may lose its reader."""

    def __init__(self, file: IO[str], **settings: Any) -> None:
        self.patient = Patient(getattr(file, "rich_proxied_file", file))
        super().__init__(highlight=False, file=cast("IO[str]", self.patient), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


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


def reader_left(error: OSError) -> bool:
    """A pipe nobody reads, as in `... | head`, or a terminal that was closed."""
    return isinstance(error, BrokenPipeError) or error.errno == EIO


def unprinted(error: OSError) -> int:
    """What was printed is not wanted, or found no room: nothing more is, and the exit code says which."""
    silenced(sys.stdout)
    if reader_left(error):  # `... | head`
        return 0
    say(str(error))
    return 1


def silenced(file: IO[str]) -> IO[str]:
    """Nothing more is written there, not even what is still in its buffer."""
    nowhere = open(os.devnull, "w")  # noqa: SIM115
    try:
        os.dup2(nowhere.fileno(), file.fileno())
    except (OSError, ValueError):  # no file of the system's
        return nowhere
    return file


def opened() -> None:
    """A command that was started without standard streams, as by `>&-`, gets some that go nowhere."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
