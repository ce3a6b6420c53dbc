"""Schedules that a theorem asks for."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import numpy as np

from harness.schedules.base import Period, Time, Timed, TwoSteps, Unit
from harness.schedules.cycles import growing_cycles
from objectives.arrays import Array, power
from objectives.fields import NonNegative, Number, Range

Ratio = Annotated[Number, Range(0, 1, open_low=True)]


@dataclass(frozen=True)
class InverseSqrt(Timed):
    """min(t/w, sqrt(w/t)): up to 1 at step w, the `rise`, then down as 1/sqrt(t) ("Noam", Vaswani et al. 2017, arXiv
    1706.03762, equation 3, without its d^-0.5 w^-0.5).

    `first` is the number t of the first step: 1 in the paper, 0 in transformers, where the first update does nothing.

    >>> [round(float(InverseSqrt(length=40, rise=0.1)(k)), 4) for k in (0, 1, 3, 15)]
    [0.25, 0.5, 1.0, 0.5]
    """

    rise: Time = 0.1
    first: Literal[1, 0] = 1
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        w = np.maximum(self.whole_steps(self.rise), 1)
        t = step + self.first
        return np.minimum(t / w, np.sqrt(w / np.maximum(t, 1)))


@dataclass(frozen=True)
class Chebyshev(Timed):
    """The fractal Chebyshev schedule (Agarwal, Goel & Zhang 2021, arXiv 2103.01338), as shares of its longest
    step.

    Gradient descent on a quadratic with curvatures from m to M wants the steps 1/((M + m)/2 - (M - m)/2 cos(theta)),
    theta = (k - 1/2) pi/T for k = 1..T; in the fractal order of the paper the long ones, which alone diverge, are
    mended by short ones at once. `ratio` is m/M, so that lr stands for 1/m and the shortest step is about lr ratio.
    After a `period`, T steps, it starts again.

    >>> steps = [float(Chebyshev(length=4, ratio=0.1)(k)) for k in range(5)]
    >>> [round(factor, 4) for factor in steps]
    [0.7449, 0.1035, 0.2647, 0.1385, 0.7449]
    >>> left = [np.prod([1 - step / 0.1 * curvature for step in steps[:4]]) for curvature in (0.1, 0.5, 1)]
    >>> [round(float(abs(share)), 4) for share in left]  # four equal steps 2/(m + M) leave 0.45
    [0.1449, 0.1308, 0.1449]
    """

    ratio: Ratio = 0.05
    period: TwoSteps = 1.0
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        T = np.maximum(self.whole_steps(self.period), 1)
        k = _fractal(np.mod(step, T), T)
        theta = (k + 0.5) * np.pi / T
        return self.ratio / ((1 + self.ratio) / 2 - (1 - self.ratio) / 2 * np.cos(theta))


@cache
def fractal_order(T: int) -> tuple[int, ...]:
    """The order of T steps: 0, then again and again each number followed by its mirror image.

    Where T is no power of two, that of the next one, without the numbers that don't exist.

    >>> fractal_order(8)
    (0, 7, 3, 4, 1, 6, 2, 5)
    """
    order = [0]
    while len(order) < T:
        order = [k for j in order for k in (j, 2 * len(order) - 1 - j)]
    return tuple(k for k in order if k < T)


def _fractal(step: Number, T: Array) -> Array:
    """The place of a step in the order of T, elementwise."""
    place: Array = np.vectorize(lambda now, T: float(fractal_order(int(T))[int(now)]))(step, T)
    return place


@dataclass(frozen=True)
class DoublingHorizon(Timed):
    """The doubling trick: what is right for a known number of steps, made right for any (Shalev-Shwartz 2012, Online
    learning and online convex optimization, section 2.3.1).

    Horizons that double, the first of them `horizon`; in number m the factor is 2^(-m power): power 1/2
    for convex objectives, 1 for strongly convex ones (Hazan & Kale 2014, Beyond the regret minimization barrier,
    algorithm 1). The defaults make four horizons in a run.

    >>> [round(float(DoublingHorizon(length=15)(k)), 4) for k in (0, 1, 2, 3, 6, 7)]
    [1.0, 0.7071, 0.7071, 0.5, 0.5, 0.3536]
    """

    horizon: Period = 1 / 15
    power: NonNegative = 0.5
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        over, _ = growing_cycles(step, np.maximum(self.whole_steps(self.horizon), 1), 2.0)
        factor: Number = power(2.0, -over * self.power)
        return factor
