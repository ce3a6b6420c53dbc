"""Randomness by (seed, stream, step): counter-based, so that nobody's numbers depend on who else draws."""

from collections.abc import Callable
from zlib import crc32

import numpy as np

from objectives.base import Array, Seeds


def generator(seed: int, stream: str, counter: int = 0) -> np.random.Generator:
    """The generator of a seed's stream ("start", "noise", ...), at a place far from every other counter's.

    >>> float(generator(0, "start").uniform()) == float(generator(0, "start").uniform())
    True
    """
    key = np.array([seed, crc32(stream.encode())], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, 0, counter], dtype=np.uint64)))


class Draws:
    """What each run draws at each step, made for `chunk` steps at once: draw(generator) -> (chunk, ...)."""

    def __init__(self, stream: str, chunk: int, draw: Callable[[np.random.Generator], Array]) -> None:
        self.stream, self.chunk, self.draw = stream, chunk, draw
        self._made: tuple[int, Seeds] | None = None

    def at(self, step: int, seeds: Seeds) -> Array:
        """The draws (runs, ...) of this step."""
        counter, offset = divmod(step, self.chunk)
        if self._made is None or self._made[0] != counter or not np.array_equal(self._made[1], seeds):
            unique, self._place = np.unique(seeds, return_inverse=True)
            self._table = np.stack([self.draw(generator(int(s), self.stream, counter)) for s in unique])
            self._made = counter, np.array(seeds)
        drawn: Array = self._table[self._place, offset]
        return drawn
