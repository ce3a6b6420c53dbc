"""Learning rates of whole tensors, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.fields import Array
from harness.verify.references.calls import by_hand, optax, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem


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


PLAIN = {"lr": 0.3, "momentum": 0.8, "weight_decay": 0.0, "trust": 0.01}
DECAYED = {**PLAIN, "weight_decay": 0.05}

CASES = [
    Case("lars", DECAYED, by_hand(lars, **DECAYED)),
    Case("lars", PLAIN, optax("lars", learning_rate=0.3, momentum=0.8, trust_coefficient=0.01)),
    Case(
        "lars", DECAYED,
        optax("lars", learning_rate=0.3, momentum=0.8, trust_coefficient=0.01, weight_decay=0.05),
        differs="it takes the norm of gradient and decay together, the paper the sum of their norms",
    ),
    Case(
        "lars", {**DECAYED, "lr": 0.02}, po("LARS", lr=0.02, momentum=0.8, trust_coefficient=0.01, weight_decay=0.05),
        differs="it leaves vectors without trust ratio and decay",
    ),
]  # fmt: skip
