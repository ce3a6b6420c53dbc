"""Schedules: pure functions step -> factor on a hyperparameter. Steps count from 0.

Every schedule that changes with time is told the `length` of the run in steps (the configs fill in `steps`). Every
other time is a share of it, so that a schedule keeps its shape when the run gets longer; with `unit=steps` it is told
in steps, and then a rate per time is a rate per step.

Each family is imported when one of its names is asked for.
"""

from typing import TYPE_CHECKING

from harness.late import late

if TYPE_CHECKING:
    from harness.schedules.base import Schedule
    from harness.schedules.combine import Chain, Join, Warmup
    from harness.schedules.cycles import CosineRestarts, ExpRange, Triangular, Triangular2
    from harness.schedules.decay import Constant, Cosine, Exponential, InverseTime, Linear, Polynomial, Rex
    from harness.schedules.phases import HalfLife, OneCycle, Trapezoid
    from harness.schedules.pieces import MultiStep, PiecewiseConstant, PiecewiseInterpolated, Step
    from harness.schedules.theory import Chebyshev, DoublingHorizon, InverseSqrt

HOMES = {
    "harness.schedules.base": ("Schedule",),
    "harness.schedules.combine": ("Chain", "Join", "Warmup"),
    "harness.schedules.cycles": ("CosineRestarts", "ExpRange", "Triangular", "Triangular2"),
    "harness.schedules.decay": ("Constant", "Cosine", "Exponential", "InverseTime", "Linear", "Polynomial", "Rex"),
    "harness.schedules.phases": ("HalfLife", "OneCycle", "Trapezoid"),
    "harness.schedules.pieces": ("MultiStep", "PiecewiseConstant", "PiecewiseInterpolated", "Step"),
    "harness.schedules.theory": ("Chebyshev", "DoublingHorizon", "InverseSqrt"),
}

__all__ = [
    "Chain",
    "Chebyshev",
    "Constant",
    "Cosine",
    "CosineRestarts",
    "DoublingHorizon",
    "ExpRange",
    "Exponential",
    "HalfLife",
    "InverseSqrt",
    "InverseTime",
    "Join",
    "Linear",
    "MultiStep",
    "OneCycle",
    "PiecewiseConstant",
    "PiecewiseInterpolated",
    "Polynomial",
    "Rex",
    "Schedule",
    "Step",
    "Trapezoid",
    "Triangular",
    "Triangular2",
    "Warmup",
]

if not TYPE_CHECKING:  # which would take any name for one of ours
    __getattr__ = late(__name__, HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
