"""Schedules: pure functions step -> factor on a hyperparameter. Steps count from 0.

Every schedule that changes with time is told the `length` of the run in steps (the configs fill in `steps`). Every
other time is a share of it, so that a schedule keeps its shape when the run gets longer; with `unit=steps` it is told
in steps, and then a rate per time is a rate per step.
"""

from harness.schedules.base import Schedule
from harness.schedules.combine import Chain, Join, Warmup
from harness.schedules.cycles import CosineRestarts, ExpRange, Triangular, Triangular2
from harness.schedules.decay import Constant, Cosine, Exponential, InverseTime, Linear, Polynomial, Rex
from harness.schedules.phases import HalfLife, OneCycle, Trapezoid
from harness.schedules.pieces import MultiStep, PiecewiseConstant, PiecewiseInterpolated, Step
from harness.schedules.theory import Chebyshev, DoublingHorizon, InverseSqrt

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
