"""Randomness by (seed, stream, step): counter-based, so that nobody's numbers depend on who else draws."""

from collections.abc import Callable
from typing import NamedTuple
from zlib import crc32

import numpy as np

from objectives.arrays import Array, Seeds
from objectives.tracing import TRACER

CHUNK = 64  # steps whose examples are drawn at once with replacement
BLOCKS = 64  # how many different blocks of runs are remembered


def generator(seed: int, stream: str, counter: int = 0) -> np.random.Generator:
    """The generator of a seed's stream ("start", "noise", ...), at a place far from every other counter's.

    >>> float(generator(0, "start").uniform()) == float(generator(0, "start").uniform())
    True
    """
    key = np.array([seed, crc32(stream.encode())], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, 0, counter], dtype=np.uint64)))


class Made(NamedTuple):
    """What the seeds of a block have drawn at a counter."""

    counter: int
    unique: Seeds
    place: Array  # of each run, its row in `drawn`
    drawn: Array


class Draws:
    """What each run draws at each step, made for `chunk` steps at once: draw(generator) -> (chunk, ...)."""

    def __init__(self, stream: str, chunk: int, draw: Callable[[np.random.Generator], Array]) -> None:
        self.stream, self.chunk, self.draw = stream, chunk, draw
        self._made: dict[bytes, Made] = {}  # by seeds

    def at(self, step: int, seeds: Seeds) -> Array:
        """The draws (runs, ...) of this step."""
        tracer = TRACER.get()
        return self.drawn(step, seeds) if tracer is None else tracer.drawn(self, step, seeds)

    def drawn(self, step: int, seeds: Seeds) -> Array:
        """The same, whoever asks."""
        place, drawn = self._chunk(step // self.chunk, seeds)
        some: Array = drawn[place, step % self.chunk]
        return some

    def between(self, start: int, stop: int, seeds: Seeds) -> Array:
        """The draws (stop - start, runs, ...) of these steps."""
        found = []
        for counter in range(start // self.chunk, -(-stop // self.chunk)):
            first = counter * self.chunk
            place, drawn = self._chunk(counter, seeds)
            some = drawn[:, max(start - first, 0) : min(stop - first, self.chunk)]
            found.append(np.swapaxes(some[place], 0, 1))
        return np.concatenate(found)

    def _chunk(self, counter: int, seeds: Seeds) -> tuple[Array, Array]:
        """Each run's place among the seeds, and what these draw in a chunk of steps (seeds, chunk, ...)."""
        key = np.ascontiguousarray(seeds).tobytes()
        made = self._made.get(key)
        if made is None or made.counter != counter:
            made = self._part(counter, seeds) or self._anew(counter, key, seeds)
        return made.place, made.drawn

    def _anew(self, counter: int, key: bytes, seeds: Seeds) -> Made:
        if len(self._made) > BLOCKS:
            self._made.clear()
        unique, place = np.unique(seeds, return_inverse=True)
        drawn = np.stack([self.draw(generator(int(seed), self.stream, counter)) for seed in unique])
        self._made[key] = made = Made(counter, unique, place, drawn)
        return made

    def _part(self, counter: int, seeds: Seeds) -> Made | None:
        """Of some runs of a block that has been drawn, as those that still search along a line."""
        for made in list(self._made.values()):  # other threads may draw
            if made.counter == counter and np.isin(seeds, made.unique).all():
                return made._replace(place=np.searchsorted(made.unique, seeds))
        return None


def with_replacement(examples: int, batch_size: int) -> Draws:
    """Minibatches: row numbers (runs, batch_size), each drawn from all examples, as in Deep Learning from Scratch."""
    return Draws("minibatch", CHUNK, lambda rng: rng.integers(examples, size=(CHUNK, batch_size)))


def epochs(examples: int, batch_size: int) -> Draws:
    """Minibatches without replacement: row numbers (runs, batch_size). Every epoch is a new permutation per seed, its
    incomplete last batch dropped."""
    steps = examples // batch_size
    return Draws("minibatch", steps, lambda rng: rng.permutation(examples)[: steps * batch_size].reshape(steps, -1))
