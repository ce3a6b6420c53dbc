"""Each schedule of ours and what it is in other libraries. Times are in steps wherever the other library's are."""

from typing import Any

from harness.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    ExpRange,
    Linear,
    MultiStep,
    OneCycle,
    PiecewiseConstant,
    PiecewiseInterpolated,
    Polynomial,
    Rex,
    Step,
    Triangular,
    Triangular2,
)
from harness.verify.references.composed import CHEBYSHEV, COMBINED, TRAPEZOID, WARMUP
from harness.verify.references.factors import Case, optax, po, torch

MIN = "it leaves min_lr in the optimizer for the first update"
WHOLE = "its phases end at int(share length), ours at share length - 1 as in torch"

DECAY = [
    Case("constant", Constant(), torch("ConstantLR", factor=1.0, total_iters=5), 20),
    Case("constant", Constant(), optax("constant_schedule", value=1.0), 20),
    Case("linear", Linear(40, end=0.1), torch("LinearLR", start_factor=1.0, end_factor=0.1, total_iters=40), 60),
    Case(
        "linear", Linear(40, end=0.1),
        optax("linear_schedule", init_value=1.0, end_value=0.1, transition_steps=40), 60,
    ),
    Case("linear", Linear(40, start=1 / 3, end=1), torch("LinearLR", total_iters=40), 60, note="rising"),
    Case("polynomial", Polynomial(40, power=1.7), torch("PolynomialLR", total_iters=40, power=1.7), 60),
    Case(
        "polynomial", Polynomial(40, power=1.7, end=0.1),
        optax("polynomial_schedule", init_value=1.0, end_value=0.1, power=1.7, transition_steps=40), 60,
    ),
    Case("exponential", Exponential(100, rate=0.93, unit="steps"), torch("ExponentialLR", gamma=0.93), 100),
    Case(
        "exponential", Exponential(40, rate=0.3),
        optax("exponential_decay", init_value=1.0, transition_steps=40, decay_rate=0.3), 100,
    ),
    Case(
        "cosine", Cosine(40, end=0.1), torch("CosineAnnealingLR", T_max=40, eta_min=0.1), 60,
        why="it rises again after T_max, ours stays at the end", apart=range(41, 60),
    ),
    Case("cosine", Cosine(40, end=0.1), optax("cosine_decay_schedule", init_value=1.0, decay_steps=40, alpha=0.1), 60),
    Case("rex", Rex(40, end=0.1), po("REXScheduler", total_steps=40, min_lr=0.1), 60, why=MIN, apart=range(1)),
]  # fmt: skip

PIECES = [
    Case("step", Step(60, every=15, rate=0.5, unit="steps"), torch("StepLR", step_size=15, gamma=0.5), 60),
    Case(
        "step", Step(60, every=1 / 4, rate=0.5),
        optax("exponential_decay", init_value=1.0, transition_steps=15, decay_rate=0.5, staircase=True), 60,
    ),
    Case(
        "multistep", MultiStep(60, [0.25, 0.5, 0.5, 0.75], rate=0.3),
        torch("MultiStepLR", milestones=[15, 30, 30, 45], gamma=0.3), 60,
    ),
    Case(
        "multistep", MultiStep(60, [0.25, 0.5, 0.5, 0.75], rate=0.3),
        optax("piecewise_constant_schedule", init_value=1.0, boundaries_and_scales={15: 0.3, 30: 0.09, 45: 0.3}), 60,
    ),
    Case(
        "piecewise_constant", PiecewiseConstant(60, [0.25, 0.75], [0.2, 1.0, 0.05]),
        optax("piecewise_constant_schedule", init_value=0.2, boundaries_and_scales={15: 5.0, 45: 0.05}), 60,
    ),
    *(
        Case(
            "piecewise_interpolated", PiecewiseInterpolated(40, [0, 0.25, 0.75], [0.2, 1.0, 0.1], shape),
            optax(
                "piecewise_interpolate_schedule", interpolate_type=shape, init_value=0.2,
                boundaries_and_scales={10: 5.0, 30: 0.1},
            ), 60, note=shape,
        )
        for shape in ("linear", "cosine")
    ),
    Case(
        "piecewise_interpolated", PiecewiseInterpolated(80, [0, 40, 80], [1.0, 0.1, 1.0], "cosine", "steps"),
        torch("CosineAnnealingLR", T_max=40, eta_min=0.1), 80, note="a cosine that rises again",
    ),
]  # fmt: skip

CYCLIC: dict[str, Any] = {
    "base_lr": 0.2, "max_lr": 1.0, "step_size_up": 8, "step_size_down": 12, "cycle_momentum": False,
}  # fmt: skip
PO_RESTARTS: dict[str, Any] = {"first_cycle_steps": 10, "cycle_mult": 2.0, "max_lr": 1.0, "min_lr": 0.0, "gamma": 0.5}
CYCLES = [
    Case(
        "cosine_restarts", CosineRestarts(150, period=10, end=0.1, unit="steps"),
        torch("CosineAnnealingWarmRestarts", T_0=10, T_mult=2, eta_min=0.1), 150,
    ),
    Case(
        "cosine_restarts", CosineRestarts(70, end=0.1),
        optax("sgdr_schedule", cosine_kwargs=[
            {"init_value": 1.0, "peak_value": 1.0, "warmup_steps": 0, "decay_steps": steps, "end_value": 0.1}
            for steps in (10, 20, 40)
        ]), 70,
    ),
    Case(
        "cosine_restarts", CosineRestarts(150, period=10, rate=0.5, unit="steps"),
        po("CosineAnnealingWarmupRestarts", **PO_RESTARTS), 150,
        note="each half as high", why=MIN, apart=range(1),
    ),
    Case(
        "cosine_restarts", CosineRestarts(60, period=10, growth=1, unit="steps"),
        torch("CosineAnnealingWarmRestarts", T_0=10), 60, note="all as long",
    ),
    Case("triangular", Triangular(100, 0.2, period=20, rise=0.4, unit="steps"), torch("CyclicLR", **CYCLIC), 100),
    Case(
        "triangular2", Triangular2(100, 0.2, period=20, rise=0.4, unit="steps"),
        torch("CyclicLR", **CYCLIC, mode="triangular2"), 100,
    ),
    Case(
        "exp_range", ExpRange(100, 0.2, period=20, rise=0.4, rate=0.97, unit="steps"),
        torch("CyclicLR", **CYCLIC, mode="exp_range", gamma=0.97), 100,
    ),
]  # fmt: skip

ONE_CYCLE = [
    Case("one_cycle", OneCycle(60), torch("OneCycleLR", max_lr=1.0, total_steps=60), 60),
    Case(
        "one_cycle", OneCycle(60, rise=0.25, back=0.5, phases=3, shape="linear"),
        torch("OneCycleLR", max_lr=1.0, total_steps=60, pct_start=0.25, anneal_strategy="linear", three_phase=True), 60,
        note="three phases, linear",
    ),
    Case(
        "variant/one_cycle_momentum", OneCycle(60, start=1, peak=0.85 / 0.95, end=1),
        torch("OneCycleLR", "momentum", 0.95, max_lr=1.0, total_steps=60), 60,
    ),
    Case(
        "one_cycle", OneCycle(57), optax("cosine_onecycle_schedule", transition_steps=57, peak_value=1.0), 57,
        why=WHOLE, apart=range(1, 57),
    ),
    Case(
        "variant/one_cycle_optax", OneCycle(57, phase_end="optax"),
        optax("cosine_onecycle_schedule", transition_steps=57, peak_value=1.0), 80,
    ),
    Case(
        "variant/one_cycle_linear_optax", OneCycle(57, back=0.85, phases=3, shape="linear", phase_end="optax"),
        optax("linear_onecycle_schedule", transition_steps=57, peak_value=1.0), 80,
    ),
]  # fmt: skip

CASES = [*DECAY, *PIECES, *CYCLES, *ONE_CYCLE, *WARMUP, *TRAPEZOID, *COMBINED, *CHEBYSHEV]
