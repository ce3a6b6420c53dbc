"""AdaBelief, Yogi, PAdam and diffGrad beside other libraries."""

from harness.verify.references.calls import optax, po
from harness.verify.references.cases import Case

CASES = [
    Case("adabelief", {"lr": 0.02}, optax("adabelief", learning_rate=0.02)),
    Case("adabelief", {"lr": 0.02}, po("AdaBelief", lr=0.02)),
    Case("yogi", {"lr": 0.02}, optax("yogi", learning_rate=0.02), differs="optax starts m at 1e-6, too"),
    Case("variant/yogi_optax", {"lr": 0.02}, optax("yogi", learning_rate=0.02)),
    Case("variant/yogi_optax", {"lr": 0.02}, po("Yogi", lr=0.02)),
    Case("padam", {"lr": 0.02, "partial": 0.25}, po("PAdam", lr=0.02, partial=0.25)),
    Case(
        "diffgrad",
        {"lr": 0.02},
        po("DiffGrad", lr=0.02),
        tolerance=1e-8,
        why_tolerance="it adds 1e-15 to v before the root",
    ),
]
