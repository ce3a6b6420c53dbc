"""MNIST-1D: ten shapes drawn along a line, a small problem on which networks still differ."""

import numpy as np

from objectives.arrays import Array
from objectives.data.cache import cached
from objectives.data.dataset import Dataset, split_before
from objectives.fields import Count, SplitNumber, StaticFraction, checked
from objectives.random import generator

EXAMPLES, TESTS, STRETCHED, LENGTH = 5000, 1000, 72, 40
SHAPES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)


@checked
def mnist1d(validation: StaticFraction = 0.2, train_size: Count | None = None, split: SplitNumber = 0) -> Dataset:
    """5,000 shapes of 10 kinds in 40 points: stretched, moved round, sheared, in correlated noise (Greydanus &
    Kobak 2020, arXiv 2011.14439, with its default numbers, but draws of our own); 1,000 of them test.
    """
    arrays = cached("mnist1d", ("x", "y"), _made)
    return split_before(arrays["x"], arrays["y"], len(SHAPES), TESTS, validation, train_size, split=split)


def _made() -> dict[str, Array]:
    rng = generator(0, "mnist1d")
    y = np.arange(EXAMPLES) % len(SHAPES)
    x = np.stack([_example(rng, SHAPES[label]) for label in y])
    order = rng.permutation(EXAMPLES)
    x = x[order]
    return {"x": (x - x.mean()) / x.std(), "y": y[order]}


def _example(rng: np.random.Generator, shape: tuple[float, ...]) -> Array:
    """Padded, stretched to one length, scaled, moved round, noise where there is no shape, sheared and sampled."""
    from scipy.ndimage import gaussian_filter

    drawn = np.array(shape, dtype=np.float64)
    drawn = (drawn - drawn[0]) / drawn.std() / 6
    x = _sampled(np.concatenate([drawn + 1e-8, np.zeros(rng.integers(36, 61))]), STRETCHED)
    x *= 1 + 0.4 * (rng.random() - 0.5)
    x = np.roll(x, rng.integers(48))
    x = np.where(x != 0, x, gaussian_filter(0.25 * rng.standard_normal(STRETCHED), 2))
    x += 0.02 * rng.standard_normal(STRETCHED)
    x -= 0.75 * (rng.random() - 0.5) * np.linspace(-0.5, 0.5, STRETCHED)
    return _sampled(x, LENGTH)


def _sampled(x: Array, length: int) -> Array:
    """The curve at that many points, by straight lines."""
    found: Array = np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(x)), x)
    return found
