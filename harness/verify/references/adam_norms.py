"""AMSGrad, AdamW and AdaMax beside other libraries."""

from harness.verify.references.calls import optax, po, torch
from harness.verify.references.cases import Case

CASES = [
    Case("adamw", {"lr": 0.05, "weight_decay": 0.1}, torch("AdamW", lr=0.05, weight_decay=0.1)),
    Case("variant/adamw_optax", {"lr": 0.05}, optax("adamw", learning_rate=0.05)),
    Case("adamw", {"lr": 0.05, "weight_decay": 0.1}, po("AdamW", lr=0.05, weight_decay=0.1)),
    Case(
        "amsgrad",
        {"lr": 0.05},
        torch("Adam", lr=0.05, amsgrad=True),
        differs="the paper corrects nothing for the start at 0",
    ),
    Case("variant/amsgrad_torch", {"lr": 0.05}, torch("Adam", lr=0.05, amsgrad=True)),
    Case("variant/amsgrad_optax", {"lr": 0.05}, optax("amsgrad", learning_rate=0.05)),
    Case("adamax", {"lr": 0.05}, torch("Adamax", lr=0.05), differs="the paper has no eps"),
    Case("variant/adamax_torch", {"lr": 0.05}, torch("Adamax", lr=0.05)),
    Case("variant/adamax_torch", {"lr": 0.05}, optax("adamax", learning_rate=0.05)),
]
