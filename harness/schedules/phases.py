"""Schedules in phases: up, along, down."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness.schedules.base import Shape, Time, Timed, TwoSteps, Unit, between, progress
from objectives.arrays import Array
from objectives.fields import Inside, NonNegative, Number


@dataclass(frozen=True)
class HalfLife(Timed):
    """The warm-up of a decay rate by half-lives (Pagliardini, Ablin & Grangier 2024, arXiv 2409.03137, the scheduler of
    beta3): from the rate `start` to `end` in the first `rise` of the run, so that the steps until half is forgotten,
    log(1/2) / log(rate), grow on a straight line. The factor is the rate over `end`, which must be the optimizer's.
    `first` is the number of the first step: the authors count from 1.

    >>> [round(0.9999 * float(HalfLife(length=4)(k)), 4) for k in range(5)]
    [0.9996, 0.9998, 0.9999, 0.9999, 0.9999]
    >>> round(0.9999 * float(HalfLife(length=4, first=0)(0)), 4)
    0.9
    """

    start: Inside = 0.9
    end: Inside = 0.9999
    rise: TwoSteps = 1.0
    first: Literal[1, 0] = 1
    unit: Unit = "run"

    def __call__(self, step: Number) -> Number:
        slow, fast = 1 / np.log(self.end), 1 / np.log(self.start)
        share = progress(step + self.first, 0.0, self.steps(self.rise))
        rate: Array = np.exp(1 / between(fast, slow, share, "linear"))
        return rate / self.end


@dataclass(frozen=True)
class OneCycle(Timed):
    """The 1cycle policy (Smith & Topin 2018, arXiv 1708.07120): from `start` to `peak` in the first `rise` of the
    run, then down to `end`. With `phases=3`, down to `start` at `back` and then to `end`, as in the paper.

    Libraries count the phases differently: "torch" (OneCycleLR) ends them at rise length - 1, back length - 2,
    length - 1, so that the last update of the run has `end`; "optax" (cosine_onecycle_schedule) at whole steps,
    rise length, back length, length, each rounded down. Momentum goes the other way: start=1, peak=0.85/0.95, end=1.

    >>> [round(float(OneCycle(length=10, rise=0.4)(k)), 4) for k in (0, 3, 6, 9, 10)]
    [0.04, 1.0, 0.5, 0.0, 0.0]
    >>> [round(float(OneCycle(length=10, rise=0.4, phase_end="optax")(k)), 4) for k in (0, 4, 7, 9, 10)]
    [0.04, 1.0, 0.5, 0.067, 0.0]
    """

    start: NonNegative = 0.04
    peak: NonNegative = 1.0
    end: NonNegative = 4e-6
    rise: Time = 0.3
    back: Time = 0.6
    phases: Literal[2, 3] = 2
    shape: Shape = "cosine"
    phase_end: Literal["torch", "optax"] = "torch"
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.phases == 3 and np.any(np.asarray(self.back) < self.rise):
            raise ValueError(f"OneCycle.back must be at least its rise, {self.rise}; got {self.back}")

    def __call__(self, step: Number) -> Number:
        begin: Number = 0.0
        factor = value = self.start
        for end, target in self._knots():
            here = between(value, target, progress(step, begin, end), self.shape)
            factor = np.where(step > begin, here, factor)
            begin, value = end, target
        return factor

    def _knots(self) -> list[tuple[Number, Number]]:
        """Where each phase ends, and at which factor."""
        if self.phase_end == "torch":
            up, back, last = self.steps(self.rise) - 1, self.steps(self.back) - 2, self.length - 1
        else:
            up, back, last = np.floor(self.steps(self.rise)), np.floor(self.steps(self.back)), np.floor(self.length)
        middle: list[tuple[Number, Number]] = [(back, self.start)] if self.phases == 3 else []
        return [(up, self.peak), *middle, (last, self.end)]


@dataclass(frozen=True)
class Trapezoid(Timed):
    """Warm-up, stable, decay (Hu et al. 2024, MiniCPM, arXiv 2404.06395): up to 1 in the first `rise` of the length,
    along, and down to `end` in the last `fall`.

    The tail is linear, a half cosine, or 1 - sqrt(x), x the share of the fall that lies behind (Haegele et al. 2024,
    arXiv 2405.18392). `first` is the number of the first step: with 0 the first update does nothing.

    >>> [round(float(Trapezoid(length=10, rise=0.2, fall=0.4)(k)), 4) for k in range(11)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.2929, 0.134, 0.0]
    """

    rise: Time = 0.1
    fall: Time = 0.2
    end: NonNegative = 0.0
    tail: Literal["sqrt", "linear", "cosine"] = "sqrt"
    first: Literal[1, 0] = 1
    unit: Unit = "run"

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.any(self.steps(self.rise) + self.steps(self.fall) > np.multiply(self.length, 1 + 1e-9)):
            raise ValueError(f"Trapezoid.rise and fall must fit into the run; got {self.rise} and {self.fall}")

    def __call__(self, step: Number) -> Number:
        rise, fall = self.whole_steps(self.rise), np.maximum(self.whole_steps(self.fall), 1)
        x: Array = progress(step, self.length - fall, self.length)
        shape: Shape = "cosine" if self.tail == "cosine" else "linear"
        down = between(1.0, self.end, np.sqrt(x) if self.tail == "sqrt" else x, shape)
        return np.where(step < rise, (step + self.first) / np.maximum(rise, 1), down)
