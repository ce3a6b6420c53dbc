"""The streams that a command prints to: closed, without a reader, on a full disk; and what others print there."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EIO
from types import TracebackType
from typing import IO, Any

from harness.text.visible import say, visible

SHELL = 128  # a shell gives 128 + n for what signal n ended
INTERRUPTED = SHELL + signal.SIGINT


def entered(main: Callable[[], int]) -> int:
    """Run a command as a program of its own; the exit code."""
    if not (sys.stdout and sys.stderr):
        opened()
    sys.excepthook = _traceback
    return main()


def kept(command: Callable[[], int]) -> int:
    """Run what prints; the exit code. A reader that leaves is no error, a disk that is full is one line."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        with _warnings():
            code = command()
        if sys.stdout and not sys.stdout.closed:  # by the code that ran
            sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except OSError as error:  # of what is printed: files have their own lines
        return unprinted(error)


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


@contextmanager
def _warnings() -> Iterator[None]:
    """Warnings may quote what a file says."""
    plain = warnings.formatwarning

    def shown(*args: Any, **kwargs: Any) -> str:
        return visible(plain(*args, **kwargs))

    warnings.formatwarning = shown
    try:
        yield
    finally:
        warnings.formatwarning = plain


def _traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    print(visible("".join(traceback.format_exception(kind, error, trace))), end="", file=sys.stderr)
