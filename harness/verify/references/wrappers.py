"""Optimizers made of an optimizer, beside other libraries."""

from harness.verify.references.calls import optax
from harness.verify.references.cases import Case

CASES = [
    Case(
        "clip", {"max_norm": 0.7, "inner": "sgd", "inner.lr": 0.05},
        optax("chain", optax("clip_by_global_norm", 0.7), optax("sgd", learning_rate=0.05)),
    ),
    Case(
        "clip", {"max_norm": 0.7, "inner": "adam", "inner.lr": 0.05},
        optax("chain", optax("clip_by_global_norm", 0.7), optax("adam", learning_rate=0.05)),
    ),
]  # fmt: skip
