"""Optimizers made of an optimizer, beside other libraries."""

from collections.abc import Iterator
from itertools import count

import numpy as np

from harness.verify.references.calls import Call, by_hand, keras, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from harness.verify.references.terms import our, positive, whole
from harness.verify.references.walks import in_state
from objectives.arrays import Array


def cautious(problem: Problem, *, lr: float, decay: float, scaling: str) -> Iterator[Array]:
    """Algorithm 1 on Adam, with decoupled decay."""
    params = problem.tensors(problem.start)
    m, v = ({name: np.zeros(p.shape) for name, p in params.items()} for _ in range(2))
    for t in count(1):
        for name, g in problem.tensors(problem.ask(problem.vector(params), t - 1)[1]).items():
            m[name], v[name] = 0.9 * m[name] + 0.1 * g, 0.999 * v[name] + 0.001 * g**2
            u = m[name] / (1 - 0.9**t) / ((v[name] / (1 - 0.999**t)) ** 0.5 + 1e-8)
            kept = u * g > 0
            scale = kept.size / (kept.sum() + 1) if scaling == "count" else 1 / max(kept.mean(), 1e-3)
            params[name] = params[name] - decay * params[name] - lr * scale * kept * u
        yield problem.vector(params)


def ema(problem: Problem, *, lr: float, decay: float) -> Iterator[tuple[Array, Array]]:
    """SGD, and the average, which starts at the first iterate."""
    x, average = problem.start, None
    for step in count():
        x = x - lr * problem.ask(x, step)[1]
        average = x if average is None else decay * average + (1 - decay) * x
        yield x, average


def inside(name: str, **options: float) -> dict[str, float | str]:
    """The options of a wrapped optimizer."""
    return {"inner": name, **{f"inner.{key}": value for key, value in options.items()}}


def chain(*transformations: Call) -> Call:
    """The transformations one after the other."""
    return optax("chain", *transformations)


SGD = optax("sgd", learning_rate=0.05)
OUR_SGD = optax("sgd", learning_rate=our.inner.lr)
OUR_ADAM = optax(
    "adam", learning_rate=our.inner.lr, b1=our.inner.beta1, b2=our.inner.beta2, eps=our.inner.eps
)  # fmt: skip
SOME_ADAM = {"lr": 0.05, "beta1": 0.8, "beta2": 0.99, "eps": 0.01}
FAST = inside("momentum", lr=0.02, momentum=0.8)
GROKFAST = {"weight_decay": 0.1, "eps": 1e-15, "normalize_lr": False}

CASES = [
    Case(
        "clip", {"max_norm": 0.7, **inside("sgd", lr=0.05)},
        chain(optax("clip_by_global_norm", our.max_norm), OUR_SGD),
    ),
    Case(
        "clip", {"max_norm": 0.7, **inside("sgd", lr=0.05)},
        keras("SGD", learning_rate=our.inner.lr, global_clipnorm=our.max_norm),
    ),
    Case(
        "clip_value", {"max_value": 0.7, **inside("sgd", lr=0.05)},
        keras("SGD", learning_rate=our.inner.lr, clipvalue=our.max_value),
    ),
    Case(
        "clip", {"max_norm": 0.7, **inside("adam", **SOME_ADAM)},
        chain(optax("clip_by_global_norm", our.max_norm), OUR_ADAM),
    ),
    Case("clip_value", {"max_value": 0.7, **inside("sgd", lr=0.05)}, chain(optax("clip", our.max_value), OUR_SGD)),
    Case(
        "clip_value", {"max_value": 0.7, **inside("adam", **SOME_ADAM)},
        chain(optax("clip", our.max_value), OUR_ADAM),
    ),
    Case("centralize", inside("sgd", lr=0.05), chain(optax("centralize"), SGD), transposed=True),
    Case(
        "centralize", inside("sgd", lr=0.05), chain(optax("centralize"), SGD),
        differs="it takes the last axis for the inputs, as torch stores weights: (out, in)",
    ),
    Case(
        "weight_decay", {"weight_decay": 0.01, **inside("momentum", lr=0.02, momentum=0.8)},
        po(
            "SGDW", lr=positive(our.inner.lr), momentum=our.inner.momentum,
            weight_decay=our.weight_decay / our.inner.lr,
        ),
    ),
    Case(
        "weight_decay", {"weight_decay": 0.01, **inside("adam", **SOME_ADAM)},
        torch(
            "AdamW", lr=positive(our.inner.lr), betas=(our.inner.beta1, our.inner.beta2), eps=our.inner.eps,
            weight_decay=our.weight_decay / our.inner.lr,
        ),
    ),
    Case(
        "grokfast_ema", {"alpha": 0.9, "lamb": 1.5, **inside("adamw", lr=0.02, weight_decay=0.1, eps=1e-15)},
        po("GrokFastAdamW", lr=0.02, betas=(0.9, 0.999), grokfast_alpha=0.9, grokfast_lamb=1.5, **GROKFAST),
    ),
    Case("cautious", inside("adam", lr=0.02), by_hand(cautious, lr=0.02, decay=0.0, scaling="count")),
    Case("cautious", inside("lion", lr=0.01), po("Lion", lr=0.01, cautious=True)),
    Case(
        "cautious", inside("lion", lr=0.01, beta1=0.7, beta2=0.9),
        po("Lion", lr=our.inner.lr, betas=(our.inner.beta1, our.inner.beta2), weight_decay=0.0, cautious=True),
    ),
    Case("variant/cautious_timm", inside("adam", lr=0.02), by_hand(cautious, lr=0.02, decay=0.0, scaling="mean")),
    *(
        Case(
            "plateau", {**ours, **inside("sgd", lr=0.05)},
            chain(SGD, optax("contrib.reduce_on_plateau", **theirs)),
        )
        for ours, theirs in (
            (
                {"factor": 0.6, "patience": 10.0, "threshold": 0.6, "cooldown": 10.0},
                {"factor": 0.6, "patience": 10, "rtol": 0.6, "cooldown": 10},
            ),
            (
                {"factor": 0.6, "patience": 1.0, "threshold": 0.2, "window": 10.0, "min_factor": 0.15},
                {"factor": 0.6, "patience": 1, "rtol": 0.2, "accumulation_size": 10, "min_scale": 0.15},
            ),
        )
    ),
    Case(
        "plateau",
        {
            "factor": 0.6, "patience": 3.0, "threshold": 0.3, "cooldown": 5.0, "window": 4.0, "min_factor": 0.15,
            **inside("sgd", lr=0.05),
        },
        chain(
            OUR_SGD,
            optax(
                "contrib.reduce_on_plateau", factor=our.factor, patience=whole(our.patience), rtol=our.threshold,
                cooldown=whole(our.cooldown), accumulation_size=whole(our.window), min_scale=our.min_factor,
            ),
        ),
        told="it is told the loss: update(grads, state, params, value=loss)",
    ),
    Case(
        "lookahead", {"k": 7.0, "alpha": 0.6, **FAST},
        po(
            "Lookahead", torch("SGD", lr=our.inner.lr, momentum=our.inner.momentum), k=whole(our.k), alpha=our.alpha,
        ),
        evaluated=in_state("slow_params"), told="the point to evaluate: optimizer.state[p][\"slow_params\"]",
    ),
    Case("ema", {"decay": 0.9, **inside("sgd", lr=0.05)}, by_hand(ema, lr=0.05, decay=0.9)),
]  # fmt: skip
