"""Randomness by (seed, stream, step): counter-based, so that nobody's numbers depend on who else draws."""

from collections.abc import Callable
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


class Draws:
    """What each run draws at each step, made for `chunk` steps at once: draw(generator) -> (chunk, ...)."""

    def __init__(self, stream: str, chunk: int, draw: Callable[[np.random.Generator], Array]) -> None:
        self.stream, self.chunk, self.draw = stream, chunk, draw
        self._made: dict[bytes, tuple[int, Array, Array]] = {}  # by seeds: the counter, each run's row, the draws

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
        made, place, drawn = self._made.get(key, (-1, seeds, seeds))
        if made != counter:
            if len(self._made) > BLOCKS:
                self._made.clear()
            unique, place = np.unique(seeds, return_inverse=True)
            drawn = np.stack([self.draw(generator(int(seed), self.stream, counter)) for seed in unique])
            self._made[key] = counter, place, drawn
        return place, drawn


def with_replacement(examples: int, batch_size: int) -> Draws:
    """Minibatches: row numbers (runs, batch_size), each drawn from all examples, as in Deep Learning from Scratch."""
    return Draws("minibatch", CHUNK, lambda rng: rng.integers(examples, size=(CHUNK, batch_size)))


def epochs(examples: int, batch_size: int) -> Draws:
    """Minibatches without replacement: row numbers (runs, batch_size). Every epoch is a new permutation per seed, its
    incomplete last batch dropped."""
    steps = examples // batch_size
    return Draws("minibatch", steps, lambda rng: rng.permutation(examples)[: steps * batch_size].reshape(steps, -1))
