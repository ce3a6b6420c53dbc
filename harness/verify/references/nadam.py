"""NAdam, NAdamW and RAdam beside other libraries."""

from harness.verify.references.calls import optax, po, torch
from harness.verify.references.cases import Case

SINGLE = "torch keeps the product of mu in float32"
LATER = "the paper trusts v from a length of 4 on, libraries from 5"

CASES = [
    Case("nadam", {"lr": 0.02}, torch("NAdam", lr=0.02), tolerance=1e-8, why_tolerance=SINGLE),
    Case(
        "nadam",
        {"lr": 0.02},
        optax("adam", learning_rate=0.02, nesterov=True),
        differs="optax holds the look-ahead at beta1",
    ),
    Case("variant/nadam_optax", {"lr": 0.02}, optax("adam", learning_rate=0.02, nesterov=True)),
    Case(
        "variant/nadam_keras",
        {"lr": 0.02},
        torch("NAdam", lr=0.02, momentum_decay=1.0, eps=1e-7),
        tolerance=1e-8,
        why_tolerance=SINGLE,
    ),
    Case(
        "nadamw",
        {"lr": 0.02, "weight_decay": 0.1},
        torch("NAdam", lr=0.02, weight_decay=0.1, decoupled_weight_decay=True),
        tolerance=1e-8,
        why_tolerance=SINGLE,
    ),
    Case("variant/nadamw_optax", {"lr": 0.02}, optax("adamw", learning_rate=0.02, nesterov=True)),
    Case("radam", {"lr": 0.02}, torch("RAdam", lr=0.02), differs=LATER),
    Case("variant/radam_torch", {"lr": 0.02}, torch("RAdam", lr=0.02)),
    Case("radam", {"lr": 0.02}, optax("radam", learning_rate=0.02), differs=LATER),
    Case("variant/radam_optax", {"lr": 0.02}, optax("radam", learning_rate=0.02)),
    Case("variant/radam_torch", {"lr": 0.02}, po("RAdam", lr=0.02, degenerated_to_sgd=True)),
]
