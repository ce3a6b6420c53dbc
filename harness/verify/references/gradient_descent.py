"""Gradient descent with a global learning rate, beside other libraries."""

from harness.verify.references.calls import optax, torch
from harness.verify.references.cases import Case

CASES = [
    Case("sgd", {"lr": 0.05}, torch("SGD", lr=0.05)),
    Case("sgd", {"lr": 0.05}, optax("sgd", learning_rate=0.05)),
    Case("momentum", {"lr": 0.02, "momentum": 0.8}, torch("SGD", lr=0.02, momentum=0.8)),
    Case("momentum", {"lr": 0.02, "momentum": 0.8}, optax("sgd", learning_rate=0.02, momentum=0.8)),
]
