"""Updates of whole matrices, beside other libraries."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from harness.verify.references.calls import by_hand, optax, po, torch
from harness.verify.references.cases import Case
from harness.verify.references.problems import RECTANGLES, SQUARES, Problem
from objectives.arrays import Array


def muon(problem: Problem, *, lr: float, momentum: float, decay: float, nesterov: bool, rms: bool) -> Iterator[Array]:
    """Jordan's iteration as polynomials of singular values: x -> 3.4445 x - 4.7750 x^3 + 2.0315 x^5, 5 times; AdamW
    with 0.1 lr, beta 0.8 and 0.9 and eps 0.01 for vectors."""
    params = problem.tensors(problem.start)
    m, v = ({name: np.zeros(p.shape) for name, p in params.items()} for _ in range(2))
    for t in count(1):
        for name, g in problem.tensors(problem.ask(problem.vector(params), t - 1)[1]).items():
            params[name] = params[name] * (1 - lr * decay)
            if g.ndim < 2:
                m[name], v[name] = 0.8 * m[name] + 0.2 * g, 0.9 * v[name] + 0.1 * g**2
                step = 0.1 * m[name] / (1 - 0.8**t) / ((v[name] / (1 - 0.9**t)) ** 0.5 + 0.01)
            else:
                m[name] = momentum * m[name] + g
                left, values, right = np.linalg.svd(g + momentum * m[name] if nesterov else m[name], False)
                values = values / max(np.sum(values**2) ** 0.5, 1e-7)
                for _ in range(5):
                    values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
                inputs, outputs = g.shape
                factor = 0.2 * max(g.shape) ** 0.5 if rms else max(1.0, outputs / inputs) ** 0.5
                step = factor * (left * values) @ right
            params[name] = params[name] - lr * step
        yield problem.vector(params)


def shampoo(
    problem: Problem, *, lr: float, eps: float, momentum: float, interval: int, early: bool = True
) -> Iterator[Array]:
    """Algorithm 1 by singular values, with eps I from the start; the powers are those of every interval-th update, and
    `early` of those where the older would make the squared norm exceed the largest rank of a gradient."""
    params = problem.tensors(problem.start)
    sums = {name: [eps * np.eye(n) for n in p.shape] for name, p in params.items()}
    powers: dict[str, list[Array]] = {}
    v = {name: np.zeros(p.shape) for name, p in params.items()}
    for step in count():
        for name, g in problem.tensors(problem.ask(problem.vector(params), step)[1]).items():
            for k, total in enumerate(sums[name]):
                unfolded = np.moveaxis(g, k, 0).reshape(g.shape[k], -1)
                total += unfolded @ unfolded.T
            most = min(g.shape) if g.ndim > 1 else 1
            if step % interval == 0 or (early and np.sum(_through(g, powers[name]) ** 2) > most):
                roots = [np.linalg.svd(total) for total in sums[name]]
                powers[name] = [(u * s ** (-1 / (2 * g.ndim))) @ right for u, s, right in roots]
            v[name] = momentum * v[name] + _through(g, powers[name])
            params[name] = params[name] - lr * v[name]
        yield problem.vector(params)


def _through(g: Array, powers: list[Array]) -> Array:
    return powers[0] @ g @ powers[1] if g.ndim > 1 else powers[0] @ g


VECTORS = {"vector_lr": 0.1, "beta1": 0.8, "beta2": 0.9, "eps": 0.01}
MUON = {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.1}
SHAMPOO = {"lr": 0.1, "eps": 0.1, "momentum": 0.7}

SQUARE: dict[str, Any] = {
    "problems": (SQUARES,),
    "why_problems": "of other matrices some eigenvectors are anybody's choice, and with them the steps",
}
SOAP: dict[str, Any] = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "shampoo_beta": 0.7, "eps": 0.01, "weight_decay": 0.1}


def soap(problem: Problem, *, interval: int) -> Iterator[Array]:
    """Algorithm 3, with the numbers of SOAP; the first gradient only makes the bases. Matrices are turned by einsum,
    and bases made orthogonal column by column, as Gram and Schmidt do."""
    params = problem.tensors(problem.start)
    zeros = {name: np.zeros(p.shape) for name, p in params.items()}
    m, v = dict(zeros), dict(zeros)
    factors: dict[str, list[Array]] = {}
    bases: dict[str, list[Array]] = {}
    for t in count():
        for name, g in problem.tensors(problem.ask(problem.vector(params), t)[1]).items():
            if t:
                m[name] = 0.8 * m[name] + 0.2 * g
                v[name] = 0.9 * v[name] + 0.1 * _seen(g, bases.get(name)) ** 2
                step = _seen(m[name], bases.get(name)) / (v[name] ** 0.5 + 0.01)
                step = _seen(step, [basis.T for basis in bases[name]] if g.ndim > 1 else None)
                params[name] = params[name] - 0.05 * (1 - 0.9**t) ** 0.5 / (1 - 0.8**t) * step
                params[name] = params[name] * (1 - 0.05 * 0.1)
            if g.ndim < 2:
                continue
            before = factors.get(name, [np.zeros((n, n)) for n in g.shape])
            factors[name] = [0.7 * old + 0.3 * new for old, new in zip(before, (g @ g.T, g.T @ g), strict=True)]
            if not t:
                bases[name] = [np.linalg.eigh(factor)[1] for factor in factors[name]]
            elif t % interval == 0:
                for axis, (factor, basis) in enumerate(zip(factors[name], bases[name], strict=True)):
                    order = np.argsort(-np.einsum("ik,ij,jk->k", basis, factor, basis))
                    v[name] = np.take(v[name], order, axis=axis)
                    bases[name][axis] = _orthogonal(factor @ basis[:, order])
        yield problem.vector(params)


def _seen(a: Array, bases: list[Array] | None) -> Array:
    return a if bases is None else np.einsum("ij,ik,jl->kl", a, *bases)


def _orthogonal(a: Array) -> Array:
    columns: list[Array] = []
    for column in a.T:
        for _ in range(2):  # again for what rounding left
            column = column - sum((other * (other @ column) for other in columns), np.zeros(len(column)))
        columns.append(column / np.sum(column**2) ** 0.5)
    return np.stack(columns, axis=1)


PO_SOAP = {
    "lr": 0.05,
    "betas": (0.8, 0.9),
    "shampoo_beta": 0.7,
    "eps": 0.01,
    "weight_decay": 0.1,
    "weight_decouple": True,
}

CASES = [
    Case("soap", {**SOAP, "interval": 10}, by_hand(soap, interval=10), **SQUARE),
    Case("soap", {**SOAP, "interval": 999}, po("SOAP", precondition_frequency=999, **PO_SOAP), **SQUARE),
    Case(
        "soap", {**SOAP, "interval": 10}, po("SOAP", precondition_frequency=10, **PO_SOAP),
        tolerance=1e-5, why_tolerance="it renews its bases in float32", **SQUARE,
    ),
    *(
        Case(
            "muon", {**MUON, **VECTORS, "nesterov": nesterov, "scaling": "rms" if rms else "spectral"},
            by_hand(muon, lr=0.05, momentum=0.8, decay=0.1, nesterov=nesterov, rms=rms),
        )
        for nesterov, rms in ((True, False), (False, True))
    ),
    Case(
        "variant/muon_rms", {**MUON, **VECTORS},
        by_hand(muon, lr=0.05, momentum=0.8, decay=0.1, nesterov=True, rms=True),
    ),
    Case(
        "muon", MUON, optax("contrib.muon", learning_rate=0.05, beta=0.8, weight_decay=0.1),
        differs="it corrects its averages for their start before it mixes them, and moves vectors by NAdamW",
    ),
    Case(
        "muon", {**MUON, **VECTORS, "scaling": "rms"},
        torch("Muon", lr=0.05, momentum=0.8, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"),
        transposed=True, problems=(RECTANGLES,), why_problems="it takes matrices only",
        differs="its momentum is an average, whose norm doesn't matter, and its Newton-Schulz runs in bfloat16",
    ),
    Case("shampoo", {**SHAMPOO, "momentum": 0.0, "interval": 1}, po("Shampoo", lr=0.1, matrix_eps=0.1)),
    Case("shampoo", {**SHAMPOO, "interval": 1}, by_hand(shampoo, lr=0.1, eps=0.1, momentum=0.7, interval=1)),
    Case("shampoo", {**SHAMPOO, "interval": 4}, by_hand(shampoo, lr=0.1, eps=0.1, momentum=0.7, interval=4)),
    Case(
        "shampoo", {**SHAMPOO, "interval": 4, "early": False},
        by_hand(shampoo, lr=0.1, eps=0.1, momentum=0.7, interval=4, early=False),
    ),
]  # fmt: skip
