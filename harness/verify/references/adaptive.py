"""Learning rates from squares of gradients, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def adagrad(problem: Problem, lr: float, eps: float) -> Iterator[Array]:
    """Duchi et al. 2011, figure 1, with eps outside the root."""
    x, total = problem.start, np.zeros(problem.start.size)
    for step in count():
        _, g = problem.ask(x, step)
        total = total + g**2
        x = x - lr / (total**0.5 + eps) * g
        yield x


INSIDE = "eps is inside the root"
WITH_MOMENTUM = {"learning_rate": our.lr, "decay": our.rho, "momentum": our.momentum, "eps": our.eps}

CASES = [
    Case("adagrad", {"lr": 0.1}, torch("Adagrad", lr=0.1, eps=1e-7)),
    Case(
        "adagrad", {"lr": 0.1, "eps": 0.01, "initial_accumulator": 0.3},
        torch("Adagrad", lr=our.lr, eps=our.eps, initial_accumulator_value=our.initial_accumulator),
    ),
    Case("adagrad", {"lr": 0.1, "eps": 0.01}, by_hand(adagrad, lr=0.1, eps=0.01)),
    Case(
        "adagrad", {"lr": 0.1}, optax("adagrad", learning_rate=0.1, initial_accumulator_value=0.0, eps=1e-7),
        differs=INSIDE,
    ),
    Case("variant/adagrad_torch", {"lr": 0.1}, torch("Adagrad", lr=0.1), schedule=FALLING),
    Case("variant/adagrad_optax", {"lr": 0.1}, optax("adagrad", learning_rate=0.1)),
    Case(
        "variant/adagrad_optax", {"lr": 0.1, "initial_accumulator": 0.3, "eps": 0.02},
        optax("adagrad", learning_rate=our.lr, initial_accumulator_value=our.initial_accumulator, eps=our.eps),
    ),
    Case(
        "adadelta", {"rho": 0.9, "lr": 0.5, "eps": 1e-4}, torch("Adadelta", rho=our.rho, lr=our.lr, eps=our.eps),
        schedule=FALLING,
    ),
    Case("adadelta", {"rho": 0.95}, optax("adadelta", rho=0.95, learning_rate=1.0)),
    Case(
        "adadelta", {"rho": 0.95, "lr": 0.9, "eps": 1e-6},
        optax("adadelta", learning_rate=our.lr, rho=our.rho, eps=our.eps),
    ),
    Case(
        "adadelta", {"rho": 0.95, "lr": 0.9, "eps": 1e-6},
        keras("Adadelta", learning_rate=our.lr, rho=our.rho, epsilon=our.eps),
    ),
    Case(
        "variant/adagrad_optax", {"lr": 0.1, "initial_accumulator": 0.3, "eps": 0.02},
        keras(
            "Adagrad", learning_rate=our.lr, initial_accumulator_value=our.initial_accumulator, epsilon=our.eps,
        ),
    ),
    Case(
        "variant/rmsprop_optax", {"lr": 0.01, "rho": 0.99, "eps": 0.01},
        keras("RMSprop", learning_rate=our.lr, rho=our.rho, epsilon=our.eps),
    ),
    Case(
        "rmsprop_momentum", {"lr": 0.003, "rho": 0.99, "momentum": 0.8, "eps": 0.01},
        keras("RMSprop", learning_rate=our.lr, rho=our.rho, momentum=our.momentum, epsilon=our.eps, centered=True),
    ),
    Case(
        "rmsprop_momentum", {"lr": 0.003, "rho": 0.99, "momentum": 0.8, "eps": 0.01, "centered": False},
        keras("RMSprop", learning_rate=our.lr, rho=our.rho, momentum=our.momentum, epsilon=our.eps),
    ),
    Case("variant/adadelta_torch", {}, torch("Adadelta")),
    Case("variant/adadelta_torch", {}, po("AdaDelta")),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99}, torch("RMSprop", lr=0.01, alpha=0.99)),
    Case("variant/rmsprop_torch", {}, torch("RMSprop"), schedule=FALLING),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99, "eps": 0.01}, torch("RMSprop", lr=our.lr, alpha=our.rho, eps=our.eps)),
    Case(
        "rmsprop", {"lr": 0.01, "rho": 0.99, "eps": 0.01},
        optax("rmsprop", learning_rate=our.lr, decay=our.rho, eps=our.eps, eps_in_sqrt=False),
    ),
    Case("rmsprop", {"lr": 0.01, "rho": 0.99}, optax("rmsprop", learning_rate=0.01, decay=0.99), differs=INSIDE),
    Case("variant/rmsprop_optax", {"lr": 0.01, "rho": 0.99}, optax("rmsprop", learning_rate=0.01, decay=0.99)),
    Case(
        "variant/rmsprop_optax", {"lr": 0.01, "rho": 0.99, "eps": 0.01},
        optax("rmsprop", learning_rate=our.lr, decay=our.rho, eps=our.eps),
    ),
    Case(
        "rmsprop_momentum", {"lr": 0.003, "rho": 0.99, "momentum": 0.8, "eps": 0.01},
        optax("rmsprop", **WITH_MOMENTUM, centered=True),
    ),
    Case(
        "rmsprop_momentum", {"lr": 0.003, "rho": 0.99, "momentum": 0.8, "eps": 0.01, "centered": False},
        optax("rmsprop", **WITH_MOMENTUM),
    ),
    Case(
        "variant/rmsprop_centered", {"lr": 0.003, "rho": 0.97, "momentum": 0.8, "eps": 0.01},
        torch("RMSprop", lr=our.lr, alpha=our.rho, momentum=our.momentum, eps=our.eps, centered=True),
    ),
    Case(
        "variant/rmsprop_centered", {"lr": 0.003, "momentum": 0.8, "eps": 0.01},
        torch("RMSprop", lr=0.003, momentum=0.8, eps=0.01, centered=True),
    ),
    Case(
        "variant/rmsprop_centered", {"lr": 0.003, "rho": 0.97, "momentum": 0.8, "eps": 0.01, "centered": False},
        torch("RMSprop", lr=our.lr, alpha=our.rho, momentum=our.momentum, eps=our.eps),
    ),
    Case(
        "variant/rmsprop_centered", {"lr": 0.003, "momentum": 0.8, "eps": 0.01},
        torch("RMSprop", lr=0.003, momentum=0.8, eps=0.01, centered=True), schedule=FALLING,
        differs="lr acts inside the velocity, as in Graves 2013; torch's acts on it, which a changing lr tells apart",
    ),
]  # fmt: skip
