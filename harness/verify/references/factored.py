"""Second moments by rows and columns, beside other libraries."""

from harness.verify.references.calls import optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.terms import our

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
    Case(
        "sm3", {"lr": 0.1, "momentum": 0.7, "eps": 0.01},
        optax("chain", optax("scale_by_sm3", b1=our.momentum, b2=1.0, eps=our.eps), optax("scale", -our.lr)),
    ),
    Case("sm3", {"lr": 0.1, "momentum": 0.7, "eps": 0.01}, po("SM3", lr=our.lr, momentum=our.momentum, eps=our.eps)),
    Case(
        "adafactor", ADAFACTOR,
        torch(
            "Adafactor", lr=our.lr, beta2_decay=-our.decay_rate, eps=(1e-30, our.eps2), d=our.clip,
            weight_decay=our.weight_decay,
        ),
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
            "CAME", lr=our.lr, betas=(our.beta1, our.beta2, our.beta3), eps1=our.eps1, eps2=our.eps2,
            clip_threshold=our.clip, weight_decay=our.weight_decay, weight_decouple=True,
        ),
        schedule=FALLING,
    ),
]  # fmt: skip
