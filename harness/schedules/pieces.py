"""Schedules in pieces: stairs, and lists of times and factors."""

from dataclasses import dataclass

import numpy as np

from harness.schedules.base import Period, Shape, Timed, Times, Unit, between, check_rising
from objectives.arrays import power
from objectives.fields import NonNegatives, Number, Positive


@dataclass(frozen=True)
class Step(Timed):
    """Times `rate` whenever another `every` has passed; the new value holds from that step on.

    >>> [round(float(Step(length=6, every=1/3)(k)), 4) for k in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    >>> [round(float(Step(length=6, every=2, unit="steps")(k)), 4) for k in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """

    every: Period = 1 / 3
    rate: Positive = 0.1
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        period = np.maximum(self.whole_steps(self.every), 1)
        return power(self.rate, np.floor(step / period))


@dataclass(frozen=True)
class MultiStep(Timed):
    """Times `rate` at each of the milestones; a milestone named twice counts twice.

    Milestones 1/2 and 3/4 are those of He et al. 2016 (arXiv 1512.03385, section 4.2).

    >>> [round(float(MultiStep(length=8, milestones=[0.5, 0.75])(k)), 4) for k in range(8)]
    [1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """

    milestones: Times = (0.5, 0.75)
    rate: Positive = 0.1
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        passed = sum((step >= self.whole_steps(m)).astype(np.float64) for m in self.milestones)
        return power(self.rate, passed)


@dataclass(frozen=True)
class PiecewiseConstant(Timed):
    """One of `values`: the first before the first boundary, the next from that step on (Keras: from the step after).

    optax.piecewise_constant_schedule is told the ratios of neighbouring values instead.

    >>> [float(PiecewiseConstant(length=4, boundaries=[0.25, 0.75], values=[0.5, 1, 0.1])(k)) for k in range(5)]
    [0.5, 1.0, 1.0, 0.1, 0.1]
    """

    boundaries: Times = (0.5, 0.75)
    values: NonNegatives = (1.0, 0.1, 0.01)
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_rising(self, "boundaries", self.boundaries)
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                f"PiecewiseConstant.values must be one more than the {len(self.boundaries)} boundaries; "
                f"got {self.values!r}"
            )

    def __call__(self, step: Number) -> Number:
        passed = sum((np.asarray(step >= self.whole_steps(b), np.intp) for b in self.boundaries), np.intp(0))
        factor: Number = np.asarray(self.values, np.float64)[passed]
        return factor


@dataclass(frozen=True)
class PiecewiseInterpolated(Timed):
    """Through `values` at `times`, on straight lines or half cosines; constant before the first and after the last.

    >>> schedule = PiecewiseInterpolated(length=8, times=[0, 0.5, 1], values=[0, 1, 0.5])
    >>> [float(schedule(k)) for k in (0, 1, 4, 6, 8, 9)]
    [0.0, 0.25, 1.0, 0.75, 0.5, 0.5]
    """

    times: Times = (0.0, 0.3, 1.0)
    values: NonNegatives = (0.1, 1.0, 0.0)
    shape: Shape = "linear"
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_rising(self, "times", self.times)
        if len(self.times) < 2 or len(self.values) != len(self.times):
            raise ValueError(
                f"PiecewiseInterpolated needs two or more times and a value for each; "
                f"got times={self.times!r}, values={self.values!r}"
            )

    def __call__(self, step: Number) -> Number:
        times, values = np.asarray(self.times, np.float64), np.asarray(self.values, np.float64)
        now = step / self.steps_per_unit
        k = np.clip(np.searchsorted(times, now, side="right") - 1, 0, len(times) - 2)
        share = np.clip((now - times[k]) / (times[k + 1] - times[k]), 0, 1)
        return between(values[k], values[k + 1], share, self.shape)
