"""What asks us to stop: Ctrl-C, SIGTERM, and the terminal that goes. Each is noted, and met where nothing is lost."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ASKING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


NOTED: list[list[int]] = []  # what `noted` has given out, while somebody looks at it


@contextmanager
def noted() -> Iterator[list[int]]:
    """The signals that came, for the next record to stop at. However often one comes, it asks for the same."""
    came: list[int] = []
    NOTED.append(came)
    try:
        with _met(lambda number, _: came.append(number)):
            yield came
    finally:
        NOTED.remove(came)


def note_interrupt() -> bool:
    """Note a Ctrl-C that came as KeyboardInterrupt, for code of the user's may have put another handler in the place of
    ours; whether anybody looks at it."""
    for came in NOTED:
        came.append(signal.SIGINT)
    return bool(NOTED)


@contextmanager
def leaving() -> Iterator[None]:
    """While nothing runs that a record could save, a signal that is noted ends what is being prepared at once. What
    others' code makes of it while it cleans up, half done as they are (omegaconf's flags), is still an interrupt."""

    def leave(number: int, frame: FrameType | None) -> None:
        handler = before[number]
        if callable(handler):
            handler(number, frame)
            raise KeyboardInterrupt
        signal.signal(number, handler)
        signal.raise_signal(number)

    with _met(leave) as before:
        try:
            yield
        except Exception as error:
            if _came_of_an_interrupt(error):
                raise KeyboardInterrupt from error
            raise


def _came_of_an_interrupt(error: BaseException | None) -> bool:
    """Whether it was raised while an interrupt was on its way."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


@contextmanager
def waiting() -> Iterator[None]:
    """A signal waits until the files are written, and then does what it did before."""
    held: list[tuple[int, FrameType | None]] = []
    with _met(lambda number, frame: held.append((number, frame))) as before:
        yield
    for number, frame in held:
        handler = before[number]
        if callable(handler):
            handler(number, frame)
        else:
            signal.raise_signal(number)


@contextmanager
def _met(handler: Any) -> Iterator[dict[int, Any]]:
    """What is ignored stays so: nohup's SIGHUP. Signals arrive in the main thread only."""
    here = threading.current_thread() is threading.main_thread()
    numbers = [number for number in ASKING if here and signal.getsignal(number) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield before
    finally:
        for number, was in before.items():
            signal.signal(number, was)
