"""Schedules that only fall, each by one formula."""

from dataclasses import dataclass

import numpy as np

from harness.schedules.base import Schedule, Timed, Unit
from objectives.arrays import Array, power
from objectives.fields import NonNegative, Number, Positive


@dataclass(frozen=True)
class Constant(Schedule):
    """Always 1.

    >>> Constant()(57)
    1.0
    """

    def __call__(self, step: Number) -> Number:
        return 1.0


@dataclass(frozen=True)
class Linear(Schedule):
    """A straight line from `start` to `end`, and `end` from then on.

    From 1 to 0 it is what the last iterate of SGD wants in theory and often in practice (Defazio, Cutkosky, Mehta &
    Mishchenko 2023, arXiv 2310.07831).

    >>> [float(Linear(length=4)(k)) for k in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    length: Positive
    start: NonNegative = 1.0
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        return self.start + (self.end - self.start) * np.minimum(step / self.length, 1)


@dataclass(frozen=True)
class Polynomial(Schedule):
    """end + (1 - end) (1 - step/length)^power, and `end` from then on (the "poly" policy of Caffe and of Chen et al.
    2016, arXiv 1606.00915, there with power 0.9).

    >>> [float(Polynomial(length=4, power=2)(k)) for k in range(5)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0]
    """

    length: Positive
    power: Positive = 2.0
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        left: Array = power(1 - np.minimum(step / self.length, 1), self.power)
        return self.end + (1 - self.end) * left


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from 1 to `end` (Loshchilov & Hutter 2017, equation 5, without restarts).

    It stays at `end` afterwards (torch's CosineAnnealingLR rises again).

    >>> [round(float(Cosine(length=4)(k)), 4) for k in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """

    length: Positive
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        return self.end + (1 - self.end) * (1 + np.cos(np.pi * np.minimum(step / self.length, 1))) / 2


@dataclass(frozen=True)
class Exponential(Timed):
    """rate^(step/length): a fixed share is lost at every step, and `rate` is left when the run ends.

    With unit=steps, rate^step: `rate` is the factor of one step, torch's gamma.

    >>> [round(float(Exponential(length=2, rate=0.01)(k)), 4) for k in range(3)]
    [1.0, 0.1, 0.01]
    >>> [round(float(Exponential(length=2, rate=0.9, unit="steps")(k)), 4) for k in range(3)]
    [1.0, 0.9, 0.81]
    """

    rate: Positive = 0.01
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        factor: Number = power(self.rate, step / self.steps_per_unit)
        return factor


@dataclass(frozen=True)
class InverseTime(Timed):
    """(1 + rate step/length)^-power: the steps of stochastic approximation (Robbins & Monro 1951), whose sum is
    infinite and, for power > 1/2, the sum of their squares isn't. At the end (1 + rate)^-power is left.

    With unit=steps, (1 + rate step)^-power, where `rate=1` gives t^-power, t = step + 1: power 1 and lr = 1/mu give
    the 1/(mu t) of strongly convex objectives (Nemirovski, Juditsky, Lan & Shapiro 2009, section 2.1), power 1/2 that
    of convex ones (Zinkevich 2003).

    >>> [float(InverseTime(length=8, rate=8)(k)) for k in (0, 1, 3, 8)] == [1, 1/2, 1/4, 1/9]
    True
    >>> [float(InverseTime(length=16, rate=1, power=0.5, unit="steps")(k)) for k in (0, 3, 15)]
    [1.0, 0.5, 0.25]
    """

    rate: NonNegative = 9.0
    power: NonNegative = 1.0
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        factor: Number = power(1 + self.rate * step / self.steps_per_unit, -np.asarray(self.power))
        return factor


@dataclass(frozen=True)
class Rex(Schedule):
    """Reflected exponential: end + (1 - end) (1 - z) / (1/2 + (1 - z)/2), z = step/length (Chen, Wolfe & Kyrillidis
    2021, arXiv 2107.04197). Above the straight line all the way, steepest at the end.

    >>> [round(float(Rex(length=4)(k)), 4) for k in range(6)]
    [1.0, 0.8571, 0.6667, 0.4, 0.0, 0.0]
    """

    length: Positive
    end: NonNegative = 0.0

    def __call__(self, step: Number) -> Number:
        left = 1 - np.minimum(step / self.length, 1)
        return self.end + (1 - self.end) * left / (0.5 + left / 2)
