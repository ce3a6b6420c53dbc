"""Steps by Hutchinson's estimate of the Hessian's diagonal, beside other libraries."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from harness.optimizers.oracle import Kind
from harness.verify.references.calls import by_hand, po
from harness.verify.references.cases import Case
from harness.verify.references.problems import Problem
from objectives.arrays import Array


def sophia(problem: Problem, *, interval: int, probe: Kind) -> Iterator[Array]:
    """Algorithm 3, with the numbers of SOPHIA and gamma 0.5."""
    x = problem.start
    m = h = np.zeros(x.size)
    for step in count():
        m = 0.8 * m + 0.2 * problem.ask(x, step)[1]
        if step % interval == 0:
            z = problem.draw(probe, step)
            h = 0.9 * h + 0.1 * z * problem.curvature(x, z, step)
        x = x - 0.05 * 0.1 * x - 0.05 * np.clip(m / np.maximum(0.5 * h, 0.1), -1, 1)
        yield x


SOPHIA: dict[str, Any] = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "eps": 0.1, "weight_decay": 0.1}
ADAHESSIAN: dict[str, Any] = {"lr": 0.05, "beta1": 0.8, "beta2": 0.9, "eps": 0.1, "weight_decay": 0.1, "power": 0.7}
PO = {"lr": 0.05, "betas": (0.8, 0.9), "eps": 0.1, "weight_decay": 0.1}

CASES = [
    *(
        Case(
            "adahessian", {**ADAHESSIAN, "probe": probe}, po("AdaHessian", hessian_power=0.7, **PO),
            hessian=(probe, 1),
        )
        for probe in ("signs", "normal")
    ),
    *(
        Case(
            "sophia", {**SOPHIA, "gamma": 1.0, "interval": 4, "probe": probe},
            po("SophiaH", p=1.0, update_period=4, **PO), hessian=(probe, 4),
        )
        for probe in ("signs", "normal")
    ),
    Case(
        "sophia", {**SOPHIA, "gamma": 0.5, "interval": 4, "probe": "signs"},
        by_hand(sophia, interval=4, probe="signs"),
    ),
]  # fmt: skip
