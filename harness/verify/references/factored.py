"""Second moments by rows and columns, beside other libraries."""

from harness.verify.references.calls import optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING

ADAFACTOR = {"lr": 0.1, "decay_rate": 0.7, "eps2": 0.01, "clip": 1.2, "weight_decay": 0.01}
CAME = {
    "lr": 0.02,
    "beta1": 0.8,
    "beta2": 0.99,
    "beta3": 0.995,
    "eps1": 1e-3,
    "eps2": 1e-4,
    "clip": 0.8,
    "weight_decay": 0.1,
}
FLOAT32 = "optax keeps the decay rate in float32"

CASES = [
    Case("sm3", {"lr": 0.1, "eps": 1e-8}, optax("sm3", learning_rate=0.1)),
    Case("sm3", {"lr": 0.1, "momentum": 0.7, "eps": 0.01}, po("SM3", lr=0.1, momentum=0.7, eps=0.01)),
    Case(
        "adafactor", ADAFACTOR,
        torch("Adafactor", lr=0.1, beta2_decay=-0.7, eps=(1e-30, 0.01), d=1.2, weight_decay=0.01),
    ),
    Case(
        "adafactor", {"lr": 0.02, "eps1": 1e-3, "relative": False},
        optax("adafactor", learning_rate=0.02, min_dim_size_to_factor=1, eps=1e-3),
        tolerance=1e-6, why_tolerance=FLOAT32,
    ),
    Case(
        "adafactor", {"lr": 0.02, "eps1": 1e-3, "relative": False, "min_side": 4},
        optax("adafactor", learning_rate=0.02, min_dim_size_to_factor=4, eps=1e-3),
        tolerance=1e-6, why_tolerance=FLOAT32,
    ),
    Case(
        "variant/adafactor_optax", {"lr": 0.02, "eps1": 1e-3}, optax("adafactor", learning_rate=0.02, eps=1e-3),
        tolerance=1e-6, why_tolerance=FLOAT32,
    ),
    Case(
        "came", CAME,
        po(
            "CAME", lr=0.02, betas=(0.8, 0.99, 0.995), eps1=1e-3, eps2=1e-4, clip_threshold=0.8, weight_decay=0.1,
            weight_decouple=True,
        ),
        schedule=FALLING,
    ),
]  # fmt: skip
