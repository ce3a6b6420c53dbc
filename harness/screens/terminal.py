"""Where our screens are drawn: a terminal, a pipe, or something that goes away while we work."""

import sys
from collections.abc import Iterable
from typing import IO, Any, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from harness.screens.streams import reader_left, silenced
from harness.text.visible import visible

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

    def done(self) -> None:
        """Everything is printed: a disk that was full meanwhile is an error."""
        if self.patient.error is not None:
            raise self.patient.error

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
