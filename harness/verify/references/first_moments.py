"""QHAdam, LaProp, Adan and the AdEMAMix pair beside other libraries."""

from harness.verify.references.calls import optax, po
from harness.verify.references.cases import Case

CASES = [
    Case(
        "qhadam",
        {"lr": 0.02, "beta1": 0.9, "nu2": 0.8},
        po("QHAdam", lr=0.02, nus=(0.7, 0.8)),
        tolerance=1e-6,
        why_tolerance="it keeps the weights of its averages in float32",
    ),
    Case(
        "laprop",
        {"lr": 0.02},
        po("LaProp", lr=0.02, foreach=False),
        tolerance=1e-7,
        why_tolerance="it adds 1e-15 to v before the root",
    ),
    Case("adan", {"lr": 0.02}, po("Adan", lr=0.02, weight_decay=0.02)),
    Case(
        "adan",
        {"lr": 0.02, "weight_decay": 0.0},
        optax("adan", learning_rate=0.02),
        differs="optax takes 0.08, not 0.92, of the change (a bug), and has eps in the root",
    ),
    Case("ademamix", {"lr": 0.02}, optax("contrib.ademamix", learning_rate=0.02)),
    Case("ademamix", {"lr": 0.02}, po("AdEMAMix", lr=0.02)),
    Case("simplified_ademamix", {"lr": 0.002}, optax("contrib.simplified_ademamix", learning_rate=0.002)),
    Case(
        "simplified_ademamix",
        {"lr": 0.002},
        po("SimplifiedAdEMAMix", lr=0.002, alpha=0.0),
        differs="averages m where the paper sums",
    ),
]
