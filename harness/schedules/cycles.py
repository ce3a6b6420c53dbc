"""Schedules that go round: warm restarts and cyclical rates."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from harness.schedules.base import Period, Timed, Unit
from objectives.arrays import Array, power
from objectives.fields import Inside, NonNegative, Number, Positive, Range

Growth = Annotated[Number, Range(1)]


def growing_cycles(step: Number, first: Number, growth: Number) -> tuple[Array, Array]:
    """Of cycles that last `first` steps, then each `growth` times as long: how many are over, and which share of
    the present one lies behind."""
    ratio = np.where(np.equal(growth, 1), 2, growth)
    alike = step / first
    over = np.where(np.equal(growth, 1), alike, np.log(alike * (ratio - 1) + 1) / np.log(ratio))
    cycle = np.floor(over + 1e-9)  # the logarithm at the first step of a cycle may be rounded down
    begin = first * np.where(np.equal(growth, 1), cycle, (power(ratio, cycle) - 1) / (ratio - 1))
    return cycle, np.maximum(step - begin, 0) / (first * power(growth, cycle))


@dataclass(frozen=True)
class CosineRestarts(Timed):
    """Stochastic gradient descent with warm restarts (Loshchilov & Hutter 2017, arXiv 1608.03983, equation 5).

    Half cosines from 1 to `end`; the first lasts one `period` (T_0), each later one `growth` (T_mult) times
    as long as the one before, and starts `rate` times as high. `end` itself is never reached: a restart comes first.
    The defaults make three cycles in a run.

    >>> [round(float(CosineRestarts(length=14)(k)), 4) for k in (0, 1, 2, 4, 6, 10, 14)]
    [1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 1.0]
    """

    period: Period = 1 / 7
    growth: Growth = 2.0
    rate: Positive = 1.0
    end: NonNegative = 0.0
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        first = np.maximum(self.whole_steps(self.period), 1)
        cycle, share = growing_cycles(step, first, self.growth)
        peak = power(self.rate, cycle)
        factor: Number = self.end + (peak - self.end) * (1 + np.cos(np.pi * share)) / 2
        return factor


@dataclass(frozen=True)
class Cyclic(Timed):
    """A triangle between `base` and 1, again and again: `period` is how long a cycle takes, `rise` the share
    of the cycle that goes up (Smith 2017, arXiv 1506.01186)."""

    base: NonNegative = 0.25
    period: Period = 0.25
    rise: Inside = 0.5

    def __call__(self, step: Number) -> Number:
        over = step / self.steps(self.period)
        cycle = np.floor(over)
        here = over - cycle
        triangle = np.minimum(here / self.rise, (1 - here) / (1 - self.rise))
        return self.base + (1 - self.base) * triangle * self.height(cycle, step)

    @abstractmethod
    def height(self, cycle: Array, step: Number) -> Number:
        """By how much the triangle is lowered, in cycle 0, 1, 2, ..."""


@dataclass(frozen=True)
class Triangular(Cyclic):
    """Cyclical rates, all cycles alike (Smith 2017).

    >>> [round(float(Triangular(length=8, period=0.5, base=0.2)(k)), 4) for k in range(6)]
    [0.2, 0.6, 1.0, 0.6, 0.2, 0.6]
    """

    unit: Unit = "run"

    def height(self, cycle: Array, step: Number) -> Number:
        return 1.0


@dataclass(frozen=True)
class Triangular2(Cyclic):
    """Cyclical rates, each cycle half as high above `base` as the one before (Smith 2017).

    >>> [float(Triangular2(length=8, period=0.5, base=0)(k)) for k in (2, 6, 10)]
    [1.0, 0.5, 0.25]
    """

    unit: Unit = "run"

    def height(self, cycle: Array, step: Number) -> Number:
        height: Number = power(0.5, cycle)
        return height


@dataclass(frozen=True)
class ExpRange(Cyclic):
    """Cyclical rates, lowered towards `base` by rate^(step/length); with unit=steps by rate^step, as in
    the paper (Smith 2017), whose gamma `rate` is then.

    >>> [round(float(ExpRange(length=8, period=0.5, base=0)(k)), 4) for k in (2, 6)]  # 0.1^(2/8), 0.1^(6/8)
    [0.5623, 0.1778]
    >>> [round(float(ExpRange(length=8, period=4, base=0, rate=0.9, unit="steps")(k)), 4) for k in (2, 6)]
    [0.81, 0.5314]
    """

    rate: Positive = 0.1
    unit: Unit = "run"

    def height(self, cycle: Array, step: Number) -> Number:
        height: Number = power(self.rate, step / self.steps_per_unit)
        return height
