"""Learning rates of whole tensors, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import by_hand, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.gradient_descent import FALLING
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our
from objectives.arrays import Array


def lars(problem: Problem, lr: float, momentum: float, weight_decay: float, trust: float) -> Iterator[Array]:
    """You et al. 2017, algorithm 1; a tensor or a gradient of zeros has ratio 1."""
    params = problem.tensors(problem.start)
    v = {name: np.zeros(p.shape) for name, p in params.items()}
    for step in count():
        grads = problem.tensors(problem.ask(problem.vector(params), step)[1])
        for name, w in params.items():
            length, slope = np.sum(w**2) ** 0.5, np.sum(grads[name] ** 2) ** 0.5
            ratio = trust * length / (slope + weight_decay * length) if length > 0 and slope > 0 else 1.0
            v[name] = momentum * v[name] + lr * ratio * (grads[name] + weight_decay * w)
            params[name] = w - v[name]
        yield problem.vector(params)


def lamb(problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float, decay: float) -> Iterator[Array]:
    """Algorithm 2, tensor by tensor."""
    params = problem.tensors(problem.start)
    m, v = ({name: np.zeros(p.shape) for name, p in params.items()} for _ in range(2))
    for t in count(1):
        for name, g in problem.tensors(problem.ask(problem.vector(params), t - 1)[1]).items():
            m[name], v[name] = beta1 * m[name] + (1 - beta1) * g, beta2 * v[name] + (1 - beta2) * g**2
            u = m[name] / (1 - beta1**t) / ((v[name] / (1 - beta2**t)) ** 0.5 + eps) + decay * params[name]
            length, size = np.sum(params[name] ** 2) ** 0.5, np.sum(u**2) ** 0.5
            params[name] = params[name] - lr * (length / size if length > 0 and size > 0 else 1.0) * u
        yield problem.vector(params)


def lamb_late(
    problem: Problem, *, lr: float, beta1: float, beta2: float, eps: float, longest: float
) -> Iterator[Array]:
    """As pytorch_optimizer writes Lamb without adam_debias, here without decay: lr / (1 - beta1^t) after the ratio."""
    params = problem.tensors(problem.start)
    m, v = ({name: np.zeros(p.shape) for name, p in params.items()} for _ in range(2))
    for t in count(1):
        for name, g in problem.tensors(problem.ask(problem.vector(params), t - 1)[1]).items():
            m[name], v[name] = beta1 * m[name] + (1 - beta1) * g, beta2 * v[name] + (1 - beta2) * g**2
            u = m[name] / (v[name] ** 0.5 + eps)
            length, size = min(np.sum(params[name] ** 2) ** 0.5, longest), np.sum(u**2) ** 0.5
            stretch = length / size if length > 0 and size > 0 else 1.0
            params[name] = params[name] - lr / (1 - beta1**t) * stretch * u
        yield problem.vector(params)


PLAIN = {"lr": 0.3, "momentum": 0.8, "weight_decay": 0.0, "trust": 0.01}
DECAYED = {**PLAIN, "weight_decay": 0.05}
LAMB = {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01, "weight_decay": 0.1}
OPTAX = {
    "learning_rate": our.lr, "b1": our.beta1, "b2": our.beta2, "eps": our.eps, "weight_decay": our.weight_decay,
}  # fmt: skip
NOVOGRAD = {"lr": 0.02, "beta1": 0.8, "beta2": 0.9, "eps": 0.01, "weight_decay": 0.1}

CASES = [
    Case("lars", DECAYED, by_hand(lars, **DECAYED)),
    Case("lars", PLAIN, optax("lars", learning_rate=our.lr, momentum=our.momentum, trust_coefficient=our.trust)),
    Case(
        "lars", DECAYED,
        optax("lars", learning_rate=0.3, momentum=0.8, trust_coefficient=0.01, weight_decay=0.05),
        differs="it takes the norm of gradient and decay together, the paper the sum of their norms",
    ),
    Case(
        "lars", {**DECAYED, "lr": 0.02}, po("LARS", lr=0.02, momentum=0.8, trust_coefficient=0.01, weight_decay=0.05),
        differs="it leaves vectors without trust ratio and decay",
    ),
    Case(
        "lamb", LAMB, optax("lamb", **OPTAX),
    ),
    Case(
        "variant/lamb_clamped", {**LAMB, "eps": 1e-12},
        po("Lamb", lr=0.02, betas=(0.8, 0.99), eps=1e-12, weight_decay=0.1, weight_decouple=False, adam_debias=True),
    ),
    *(
        Case(
            "variant/lamb_late", {**LAMB, "weight_decay": 0.0, "longest": longest},
            by_hand(lamb_late, lr=0.02, beta1=0.8, beta2=0.99, eps=0.01, longest=longest),
        )
        for longest in (0.5, 10.0)
    ),
    Case(
        "variant/lamb_late", {**LAMB, "eps": 1e-15, "weight_decay": 0.0},
        po("Lamb", lr=0.02, betas=(0.8, 0.99), eps=1e-15, weight_decay=0.0),
    ),
    Case(
        "lamb", {**LAMB, "weight_decay": 0.0},
        keras("Lamb", learning_rate=our.lr, beta_1=our.beta1, beta_2=our.beta2, epsilon=our.eps),
    ),
    Case("lamb", LAMB, by_hand(lamb, lr=0.02, beta1=0.8, beta2=0.99, eps=0.01, decay=0.1)),
    Case(
        "lamb", LAMB, po("Lamb", lr=0.02, betas=(0.8, 0.99), eps=0.01, weight_decay=0.1),
        differs="it corrects only m, takes lengths of at most 10, and decays outside the ratio",
    ),
    Case(
        "novograd", NOVOGRAD,
        optax("novograd", **OPTAX),
    ),
    Case(
        "novograd", {**NOVOGRAD, "averaging": True, "weight_decay": 0.0},
        po("NovoGrad", lr=our.lr, betas=(our.beta1, our.beta2), eps=our.eps, grad_averaging=True),
    ),
    *(
        Case(
            "adamp", {"lr": 0.02, "weight_decay": 0.1, "eps": 1e-15, "delta": delta, "decay_ratio": 0.3},
            po("AdamP", lr=0.02, weight_decay=0.1, eps=1e-15, delta=delta, wd_ratio=0.3, weight_decouple=True),
            transposed=True,
        )
        for delta in (0.3, 1.0)
    ),
    Case(
        "adamp", {"lr": 0.02, "beta1": 0.8, "beta2": 0.99, "eps": 0.01, "delta": 0.0},
        torch("AdamW", lr=0.02, betas=(0.8, 0.99), eps=0.01, weight_decay=0.0),
    ),
    Case("fromage", {"lr": 0.02}, po("Fromage", lr=our.lr), schedule=FALLING),
    Case("variant/fromage_optax", {"lr": 0.02}, optax("fromage", learning_rate=0.02)),
    Case("fromage", {"lr": 0.02, "min_norm": 0.3}, optax("fromage", learning_rate=our.lr, min_norm=our.min_norm)),
]  # fmt: skip
