"""Where the seconds of a run or sweep go: parts that add up to the whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Literal

Part = Literal[
    "starting", "composing", "building", "asking", "gradient", "rule", "compiled", "records", "stepping", "writing",
    "drawing", "the rest",
]  # fmt: skip
ABOUT: dict[Part, str] = {
    "starting": "importing what it needs",
    "composing": "cells and their configs",
    "building": "objectives, optimizers, data sets; checking them",
    "asking": "Optuna: its asks, tells, prunings and studies",
    "gradient": "training: what the objective computes for a step",
    "rule": "training: what the optimizer makes of it",
    "compiled": "training: gradient and rule as one program, compiling included",
    "records": "training: looking at the runs, validation and test",
    "stepping": "training: all between these",
    "writing": "files, and reading them back",
    "drawing": "the screen",
    "the rest": "",
}


class Clock:
    """Charges every second to the innermost part at work. It tells one thread's time."""

    def __init__(self) -> None:
        self.on = False  # whether anybody wants to know
        self.seconds: dict[Part, float] = dict.fromkeys(ABOUT, 0.0)
        self._inside: list[Part] = ["the rest"]
        self._last = perf_counter()

    def charge(self) -> None:
        """Charge what has passed."""
        now = perf_counter()
        self.seconds[self._inside[-1]] += now - self._last
        self._last = now

    @contextmanager
    def part(self, name: Part) -> Iterator[None]:
        """What is done inside is of this part, but for parts in it."""
        self.charge()
        self._inside.append(name)
        try:
            yield
        finally:
            self.charge()
            self._inside.pop()

    def listen(self, thing: Any, name: Part, *methods: str) -> None:
        """From now on, an object's calls of these methods are of this part."""
        for method in methods:
            setattr(thing, method, self._timed(name, getattr(thing, method)))

    def rows(self) -> list[dict[str, Any]]:
        """A row for each part that took time: part, seconds, share."""
        self.charge()
        whole = sum(self.seconds.values())
        return [
            {"part": part, "seconds": round(seconds, 6), "share": round(seconds / whole, 6)}
            for part, seconds in self.seconds.items()
            if seconds
        ]

    def _timed(self, name: Part, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self.charge()
            self._inside.append(name)
            try:
                return call(*given, **named)
            finally:
                self.charge()
                self._inside.pop()

        return timed
