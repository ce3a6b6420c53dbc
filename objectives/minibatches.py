"""Which training examples a seed meets at a step."""

from objectives.random import Draws

CHUNK = 64  # steps that are drawn at once with replacement


def with_replacement(examples: int, batch_size: int) -> Draws:
    """Row numbers (runs, batch_size), each drawn from all examples, as in Deep Learning from Scratch."""
    return Draws("minibatch", CHUNK, lambda rng: rng.integers(examples, size=(CHUNK, batch_size)))


def epochs(examples: int, batch_size: int) -> Draws:
    """Row numbers (runs, batch_size): every epoch is a new permutation per seed, its incomplete last batch dropped."""
    steps = examples // batch_size
    return Draws("minibatch", steps, lambda rng: rng.permutation(examples)[: steps * batch_size].reshape(steps, -1))
