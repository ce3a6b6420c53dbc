"""AdaBound, AMSBound, AdaMod, ADOPT and StableAdamW beside other libraries."""

from harness.verify.references.calls import optax, po
from harness.verify.references.cases import Case

ROOT = "it adds 1e-15 to v before the root"

CASES = [
    Case("adabound", {"lr": 0.01}, po("AdaBound", lr=0.01), tolerance=1e-8, why_tolerance=ROOT),
    Case("amsbound", {"lr": 0.01}, po("AdaBound", lr=0.01, ams_bound=True), tolerance=1e-8, why_tolerance=ROOT),
    Case("adamod", {"lr": 0.05, "beta2": 0.99, "beta3": 0.9999}, po("AdaMod", lr=0.05)),
    Case("adopt", {"lr": 0.01}, optax("contrib.adopt", learning_rate=0.01)),
    Case("adopt", {"lr": 0.01}, po("ADOPT", lr=0.01), differs="clips at t^(1/4), one step ahead of the paper"),
    Case("stableadamw", {"lr": 0.01, "eps": 1e-8}, po("StableAdamW", lr=0.01, kahan_sum=False, weight_decay=0.01)),
]
