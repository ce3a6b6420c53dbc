"""What optimizers are compared on: a quadratic, Rosenbrock's valley, and random gradients with zeros and spikes; for
those that cannot be compared there, a few updates of the former, or square matrices.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from harness.optimizers.oracle import Kind
from objectives.arrays import Array

STEPS = 200
KEPT = (1, 2, 3, 5, 10, 20, 50, 100, 200)  # the numbers of the updates after which the params are compared


@dataclass(frozen=True)
class Problem:
    """Tensors of these shapes, one after the other in the vector x, and a loss with gradient for every update.

    `ask(x, step)` gives them for update step + 1, in float64. Losses are above 0, the least there can be.
    `curvature(x, v, step)` is the Hessian times v, `draw(kind, step)` what all draw at that update.
    """

    name: str
    shapes: dict[str, tuple[int, ...]]
    start: Array
    ask: Callable[[Array, int], tuple[float, Array]]
    curvature: Callable[[Array, Array, int], Array]
    steps: int = STEPS

    @property
    def kept(self) -> tuple[int, ...]:
        """The numbers of the updates after which the params are compared."""
        return tuple(k for k in KEPT if k <= self.steps)

    def draw(self, kind: Kind, step: int) -> Array:
        """Normal numbers or signs."""
        rng = np.random.default_rng([step, 2305, 14342])
        size = self.start.size
        return rng.normal(size=size) if kind == "normal" else 2.0 * rng.integers(0, 2, size) - 1

    def tensors(self, x: Array) -> dict[str, Array]:
        """Copies of the tensors in x."""
        ends = np.cumsum([prod(shape) for shape in self.shapes.values()])
        parts = np.split(x, ends[:-1])
        return {
            name: part.reshape(shape).copy() for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def vector(self, tensors: dict[str, Array]) -> Array:
        """The tensors one after the other."""
        return np.concatenate([np.reshape(tensors[name], -1) for name in self.shapes])


def _quadratic() -> Problem:
    """Six curvatures along axes that are not those of the parameters, with the minimum some 10 away: near a minimum
    steps of a constant length are chaotic, and rounding grows to 1e-3 within 100 updates of RMSProp."""
    mirror = np.eye(6) - np.outer(np.arange(1, 7), np.arange(1, 7)) * 2 / 91
    hessian = mirror @ np.diag(np.geomspace(0.2, 1.8, 6)) @ mirror
    lowest = np.array([0.31, -0.72, 1.13, 0.07, -1.41, 0.53])

    def ask(x: Array, step: int) -> tuple[float, Array]:
        slope = hessian @ (x - lowest)
        return float((x - lowest) @ slope / 2), slope

    def curvature(x: Array, v: Array, step: int) -> Array:
        return hessian @ v

    return Problem("quadratic", {"x": (6,)}, np.array([-10.3, 8.6, 9.7, -8.9, 12.2, -9.4]), ask, curvature)


def _rosenbrock() -> Problem:
    """Rosenbrock's function divided by 100, so that the learning rates of the quadratic suit it."""

    def ask(x: Array, step: int) -> tuple[float, Array]:
        away, bend = 1 - x[0], x[1] - x[0] * x[0]
        slope = np.array([-2 * away - 400 * x[0] * bend, 200 * bend])
        return float(away * away + 100 * bend * bend) / 100, slope / 100

    def curvature(x: Array, v: Array, step: int) -> Array:
        hessian = np.array([[2 - 400 * (x[1] - 3 * x[0] * x[0]), -400 * x[0]], [-400 * x[0], 200.0]])
        return hessian @ v / 100

    return Problem("rosenbrock", {"x": (2,)}, np.array([-1.2, 1.0]), ask, curvature)


def _gradients() -> Problem:
    """The same gradients whatever the params are. In the first tensor, some never come, some come late, one update
    has none at all, three are spikes, and from update 121 on all are 1,000 times smaller. Biases start at 0. The
    curvature, which has nothing to do with them, is another at every update."""
    shapes = {"W1": (7, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)}
    rng = np.random.default_rng(20151222)
    sizes = {name: prod(shape) for name, shape in shapes.items()}
    start = [0.5 * rng.normal(size=size) if name[0] == "W" else np.zeros(size) for name, size in sizes.items()]
    rows = rng.normal(size=(STEPS, sum(sizes.values()))) * rng.choice([0.1, 1.0, 3.0], size=(1, sum(sizes.values())))
    rows[:, :3] = 0
    rows[:9, 3:6] = 0
    rows[59] = 0
    rows[60:80, 6:9] = 0
    rows[30, 10:20] *= 100
    rows[31] *= -20
    rows[90] *= 50
    rows[120:] *= 1e-3
    losses = (1 + 0.3 * rng.random(STEPS)) * np.exp(-np.arange(STEPS) / 80)

    def ask(x: Array, step: int) -> tuple[float, Array]:
        return float(losses[step]), rows[step].copy()

    def curvature(x: Array, v: Array, step: int) -> Array:
        product: Array = (rows[step - 7] ** 2 - 0.1) * v + 0.1 * np.roll(v, step)
        return product

    return Problem("gradients", shapes, np.concatenate(start), ask, curvature)


def _random(name: str, shapes: dict[str, tuple[int, ...]]) -> Problem:
    """Gradients of full rank, whatever the params are. Those of squares have products with themselves whose eigenvalues
    are all above 0; of a matrix that isn't square, some are 0, their eigenvectors are anybody's choice, and with them
    the steps."""
    rng = np.random.default_rng(20240917)
    size = sum(prod(shape) for shape in shapes.values())
    start, rows = rng.normal(size=size), rng.normal(size=(STEPS, size)) + np.linspace(-1, 1, size)

    def ask(x: Array, step: int) -> tuple[float, Array]:
        return 1.0, rows[step].copy()

    def curvature(x: Array, v: Array, step: int) -> Array:
        return v

    return Problem(name, shapes, start, ask, curvature)


QUADRATIC, ROSENBROCK, GRADIENTS = _quadratic(), _rosenbrock(), _gradients()
SQUARES = _random("squares", {"W1": (4, 4), "b1": (4,), "W2": (3, 3)})
RECTANGLES = _random("rectangles", {"W1": (7, 5), "W2": (3, 6)})
PROBLEMS = (QUADRATIC, ROSENBROCK, GRADIENTS)


def first(steps: int, problem: Problem) -> Problem:
    """The first updates only."""
    return replace(problem, name=f"{problem.name} {steps}", steps=steps)


Walk = Iterator[tuple[Array, Array | None]]
"""After every update: the params held and the point to evaluate, if it is told."""


def kept(walk: Walk, problem: Problem) -> Array:
    """Of a walk over a problem, the params after the updates to compare, and the points to evaluate if told.

    Shape (updates, 1 or 2, size).
    """
    points = []
    for _ in range(problem.steps):
        held, evaluated = next(walk)
        points.append(np.stack([held] if evaluated is None else [held, evaluated]))
    return np.array([points[k - 1] for k in problem.kept])
