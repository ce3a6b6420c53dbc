"""What rises first, and what is made of others."""

from typing import Any

from harness.schedules import (
    Chain,
    Chebyshev,
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    Join,
    Linear,
    Polynomial,
    Trapezoid,
    Warmup,
)
from harness.verify.references.factors import Case, optax, po, torch, transformers

FIRST = "its first update has factor 0 and does nothing"
LATE = "it leaves min_lr in the optimizer for the first update and is one update late from then on"

ZERO_LINEAR = Warmup(60, Linear(60), share=1 / 6, first=0)
ZERO_COSINE = Warmup(60, Cosine(60), share=1 / 6, first=0)
TRAINING: dict[str, Any] = {"num_warmup_steps": 10, "num_training_steps": 60}
OPTAX_COSINE = optax(
    "warmup_cosine_decay_schedule", init_value=0.0, peak_value=1.0, warmup_steps=10, decay_steps=60, end_value=0.1
)
WARMUP = [
    Case(
        "warmup", Warmup(60, Cosine(60), share=1 / 6, start=0.1, first=0),
        torch("SequentialLR", schedulers=[
            torch("LinearLR", start_factor=0.1, total_iters=10), torch("CosineAnnealingLR", T_max=50),
        ], milestones=[10]), 60, note="first=0, start=0.1, cosine",
    ),
    Case(
        "warmup", Warmup(60, Cosine(60, end=0.1), share=1 / 6),
        OPTAX_COSINE,
        80, note="cosine", why=FIRST, apart=range(10),
    ),
    Case(
        "variant/warmup_from_zero", Warmup(60, Cosine(60, end=0.1), share=1 / 6, first=0),
        OPTAX_COSINE,
        80, note="cosine",
    ),
    Case(
        "variant/warmup_from_zero", ZERO_COSINE,
        transformers("get_cosine_schedule_with_warmup", **TRAINING), 60, note="cosine",
    ),
    Case(
        "warmup", Warmup(30, Constant(), share=10, start=0.1, first=0, unit="steps"),
        optax("warmup_constant_schedule", init_value=0.1, peak_value=1.0, warmup_steps=10), 30,
        note="first=0, start=0.1, constant",
    ),
    Case(
        "warmup",
        Warmup(60, Exponential(20, rate=0.5), share=10, start=0.1, first=0, stretch=False, unit="steps"),
        optax(
            "warmup_exponential_decay_schedule", init_value=0.1, peak_value=1.0, warmup_steps=10, transition_steps=20,
            decay_rate=0.5,
        ), 60, note="first=0, start=0.1, exponential",
    ),
    Case(
        "variant/warmup_constant",
        Warmup(30, Constant(), share=12, start=1 / 3, shape="constant", unit="steps"),
        torch("ConstantLR", factor=1 / 3, total_iters=12), 30,
    ),
    Case(
        "variant/warmup_from_zero", ZERO_LINEAR,
        po("LinearScheduler", t_max=60, max_lr=1.0, warmup_steps=10), 60, note="linear", why=LATE, apart=range(1, 60),
    ),
    Case(
        "variant/warmup_from_zero", ZERO_LINEAR,
        po("LinearScheduler", "returned", t_max=60, max_lr=1.0, warmup_steps=10), 60,
        note="linear, what step() returns",
    ),
    Case(
        "variant/warmup_from_zero", ZERO_COSINE,
        po("CosineScheduler", "returned", t_max=60, max_lr=1.0, warmup_steps=10), 60,
        note="cosine, what step() returns",
    ),
    Case(
        "variant/warmup_from_zero", ZERO_LINEAR,
        transformers("get_linear_schedule_with_warmup", **TRAINING), 80, note="linear",
    ),
    Case(
        "variant/warmup_from_zero", Warmup(60, Polynomial(60, power=1.7, end=0.1), share=1 / 6, first=0),
        transformers(
            "get_polynomial_decay_schedule_with_warmup", **TRAINING, lr_end=0.1, power=1.7,
        ), 80, note="polynomial",
    ),
    Case(
        "inverse_sqrt", InverseSqrt(100, rise=10, unit="steps"),
        transformers("get_inverse_sqrt_schedule", num_warmup_steps=10), 100,
        why="step numbers start at 0 there, at 1 in the paper", apart=range(100),
    ),
    Case(
        "variant/inverse_sqrt_from_zero", InverseSqrt(100, rise=10, first=0, unit="steps"),
        transformers("get_inverse_sqrt_schedule", num_warmup_steps=10), 100,
    ),
]  # fmt: skip

PHASES: dict[str, Any] = {"num_warmup_steps": 10, "num_stable_steps": 25, "num_decay_steps": 15}
TRAPEZOID = [
    Case(
        "trapezoid", Trapezoid(50, rise=0.2, fall=0.3), po("get_wsd_schedule", **PHASES), 70,
        why=FIRST, apart=range(10),
    ),
    *(
        Case(
            "variant/trapezoid_from_zero", Trapezoid(50, rise=0.2, fall=0.3, tail=tail, first=0),
            make("get_wsd_schedule", **PHASES | {name: tail.replace("sqrt", "1-sqrt")}), 70, note=f"{tail} tail",
        )
        for make, name in ((po, "cooldown_type"), (transformers, "decay_type"))
        for tail in ("sqrt", "linear", "cosine")
    ),
    Case(
        "variant/trapezoid_from_zero", Trapezoid(50, rise=0.2, fall=0.3, tail="cosine", first=0, end=0.1),
        po("get_wsd_schedule", **PHASES, cooldown_type="cosine", min_lr_ratio=0.1), 70, note="cosine tail to 0.1",
    ),
    Case(
        "variant/trapezoid_from_zero", Trapezoid(50, rise=0.2, fall=0.3, first=0, end=0.1),
        po("get_wsd_schedule", **PHASES, min_lr_ratio=0.1), 70, note="sqrt tail to 0.1",
        why="its tail heads for 0 and jumps up to min_lr_ratio", apart=range(36, 50),
    ),
    Case(
        "variant/trapezoid_from_zero", Trapezoid(50, rise=0.2, fall=0.3, first=0, end=0.1),
        transformers("get_wsd_schedule", **PHASES, decay_type="1-sqrt", min_lr_ratio=0.1), 70, note="sqrt tail to 0.1",
        why="it also starts at min_lr_ratio", apart=range(10),
    ),
    Case(
        "join",
        Join(70, Trapezoid(50, 0.2, 0.3, first=0), Linear(20, start=0.1, end=0.1), at=50, stretch=False, unit="steps"),
        po("get_wsd_schedule", **PHASES, min_lr_ratio=0.1), 70, note="a tail that heads for 0, then 0.1",
    ),
    Case(
        "warmup",
        Warmup(50, Trapezoid(50, 0, fall=15, end=0.1, unit="steps"), share=10, start=0.1, first=0, unit="steps"),
        transformers("get_wsd_schedule", **PHASES, decay_type="1-sqrt", min_lr_ratio=0.1), 70,
        note="first=0, start=0.1, trapezoid",
    ),
]  # fmt: skip

COMBINED = [
    Case(
        "join",
        Join(60, Linear(20, end=0.5), Exponential(60, rate=0.9, unit="steps"), at=20, stretch=False, unit="steps"),
        torch("SequentialLR", schedulers=[
            torch("LinearLR", start_factor=1.0, end_factor=0.5, total_iters=20), torch("ExponentialLR", gamma=0.9),
        ], milestones=[20]), 60,
    ),
    Case(
        "join",
        Join(60, Linear(20, end=0.5), Exponential(60, rate=0.9, unit="steps"), at=20, stretch=False, unit="steps"),
        optax("join_schedules", schedules=[
            optax("linear_schedule", init_value=1.0, end_value=0.5, transition_steps=20),
            optax("exponential_decay", init_value=1.0, transition_steps=1, decay_rate=0.9),
        ], boundaries=[20]), 60,
    ),
    Case(
        "chain", Chain(Linear(20, end=0.5), Exponential(60, rate=0.9, unit="steps")),
        torch("ChainedScheduler", schedulers=[
            torch("LinearLR", start_factor=1.0, end_factor=0.5, total_iters=20), torch("ExponentialLR", gamma=0.9),
        ]), 60,
    ),
]  # fmt: skip

CHEBYSHEV = [
    Case(
        "chebyshev", Chebyshev(64), po("chebyshev.get_chebyshev_perm_steps", "list", 20.0, num_epochs=64), 64,
        note="its list of steps",
    ),
    Case(
        "chebyshev", Chebyshev(64), po("get_chebyshev_schedule", "lr", 20.0, num_epochs=64), 64,
        why="it makes the first step three times and so is two updates late", apart=range(1, 64),
    ),
]  # fmt: skip
