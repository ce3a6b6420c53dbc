"""Adam and its relatives, beside other libraries."""

from harness.verify.references.calls import optax, po, torch
from harness.verify.references.cases import Case

CASES = [
    Case("adam", {"lr": 0.05}, torch("Adam", lr=0.05)),
    Case("adam", {"lr": 0.05}, optax("adam", learning_rate=0.05)),
    Case("adam", {"lr": 0.05}, po("Adam", lr=0.05)),
    Case(
        "variant/adam_book",
        {"lr": 0.05},
        torch("Adam", lr=0.05, eps=1e-7),
        differs="eps is added before the correction of v",
    ),
]
