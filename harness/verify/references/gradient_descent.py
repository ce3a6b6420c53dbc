"""Gradient descent with a global learning rate, beside other libraries."""

from harness.schedules import Linear
from harness.verify.references.calls import Call, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.terms import our, positive

FALLING = Linear(length=200, end=0.1)
INSIDE = "lr acts inside the velocity, as in the book; theirs acts on the velocity, which a changing lr tells apart"
SOME = positive(our.momentum)
TORCH = {"lr": 0.02, "momentum": 0.8}


def falling(lr: float) -> Call:
    """The values of FALLING, as optax has them."""
    return optax("linear_schedule", init_value=lr, end_value=0.1 * lr, transition_steps=200)


CASES = [
    Case("sgd", {"lr": 0.05}, torch("SGD", lr=our.lr)),
    Case("sgd", {"lr": 0.05}, torch("SGD", lr=0.05), schedule=FALLING),
    Case("sgd", {"lr": 0.05}, optax("sgd", learning_rate=our.lr)),
    Case("sgd", {"lr": 0.05}, keras("SGD", learning_rate=our.lr)),
    Case("momentum", TORCH, keras("SGD", learning_rate=our.lr, momentum=our.momentum)),
    Case("nesterov", TORCH, keras("SGD", learning_rate=our.lr, momentum=SOME, nesterov=True)),
    Case(
        "sgdw", {**TORCH, "weight_decay": 0.1},
        keras("SGD", learning_rate=our.lr, momentum=our.momentum, weight_decay=our.weight_decay),
    ),
    Case("sgd", {"lr": 0.05}, po("SGDW", lr=our.lr, momentum=0.0)),
    Case("momentum", {"lr": 0.02, "momentum": 0.8}, torch("SGD", lr=our.lr, momentum=our.momentum)),
    Case("momentum", {"lr": 0.02, "momentum": 0.8}, optax("sgd", learning_rate=our.lr, momentum=our.momentum)),
    Case("momentum", {"lr": 0.02, "momentum": 0.8}, po("SGDW", lr=our.lr, momentum=our.momentum)),
    Case(
        "momentum", {"lr": 0.02, "momentum": 0.8}, torch("SGD", lr=0.02, momentum=0.8),
        schedule=FALLING, differs=INSIDE,
    ),
    *(
        Case("torch_sgd", {**TORCH, **options}, torch("SGD", **TORCH, **options), schedule=FALLING)
        for options in (
            {}, {"dampening": 0.6}, {"weight_decay": 0.1}, {"nesterov": True}, {"nesterov": True, "weight_decay": 0.1},
        )
    ),
    Case(
        "torch_sgd", {**TORCH, "dampening": 0.6, "weight_decay": 0.1},
        torch("SGD", lr=our.lr, momentum=SOME, dampening=our.dampening, weight_decay=our.weight_decay),
        schedule=FALLING,
    ),
    Case(
        "torch_sgd", {**TORCH, "weight_decay": 0.3, "nesterov": True},
        torch("SGD", lr=our.lr, momentum=SOME, weight_decay=our.weight_decay, nesterov=True), schedule=FALLING,
    ),
    Case("variant/momentum_torch", {}, torch("SGD", lr=0.001, momentum=0.9), schedule=FALLING),
    Case("variant/momentum_ema", {}, torch("SGD", lr=0.1, momentum=0.9, dampening=0.9)),
    Case("nesterov", TORCH, torch("SGD", lr=our.lr, momentum=SOME, nesterov=True)),
    Case("nesterov", TORCH, optax("sgd", learning_rate=our.lr, momentum=our.momentum, nesterov=True)),
    Case("nesterov", TORCH, po("SGDW", lr=our.lr, momentum=SOME, nesterov=True)),
    Case(
        "sgdw", {**TORCH, "weight_decay": 0.1},
        optax(
            "chain", optax("trace", our.momentum), optax("add_decayed_weights", our.weight_decay),
            optax("scale", -our.lr),
        ),
    ),
    Case(
        "sgdw", {**TORCH, "weight_decay": 0.1},
        po("SGDW", lr=our.lr, momentum=our.momentum, weight_decay=our.weight_decay), schedule=FALLING,
    ),
]  # fmt: skip
