"""Which training examples a seed meets at a step."""

from objectives.random import Draws


def epochs(examples: int, batch_size: int) -> Draws:
    """Row numbers (runs, batch_size): every epoch is a new permutation per seed, its incomplete last batch dropped."""
    steps = examples // batch_size
    return Draws("minibatch", steps, lambda rng: rng.permutation(examples)[: steps * batch_size].reshape(steps, -1))
