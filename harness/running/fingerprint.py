"""Which problem instance a run was about: records whose fingerprints differ are not compared."""

import hashlib
import json
from typing import Any

import numpy as np

from harness.running.contract import at_origin, probe
from objectives.base import Objective
from objectives.names import first

TOLERANCE = 1e-5  # relative; float32 sums differ by this much between BLAS libraries


def fingerprint(objective: Objective, node: dict[str, Any]) -> dict[str, Any]:
    """A hash of the objective's config and data, and what seeds 0 and 1 meet at their start: loss and the norm of
    the gradient. The hash names the problem, the numbers tell whether two machines mean the same by it.
    """
    chosen = {key: getattr(objective, key, None) for key, value in node.items() if value is None}
    named = {key: value for key, value in chosen.items() if isinstance(value, str)}  # what null stood for
    told = json.dumps(first(node | named), sort_keys=True) + objective.digest
    loss, grads = probe(objective)
    with np.errstate(all="ignore"):
        slope = np.sqrt(sum(np.sum(g.reshape(2, -1).astype(np.float64) ** 2, axis=1) for g in grads.values()))
    return {
        "problem": hashlib.sha256(told.encode()).hexdigest()[:12],
        "loss": [float(value) for value in loss],
        "gradient_norm": [float(value) for value in slope],
        "lowest": objective.lowest,
        "dtype": str(loss.dtype),
        **({"at_origin": True} if at_origin(objective) else {}),
    }


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two fingerprints mean one problem."""
    probes = ("loss", "gradient_norm")
    close = all(np.allclose(one[probe], other[probe], rtol=TOLERANCE, atol=0, equal_nan=True) for probe in probes)
    return bool(one["problem"] == other["problem"] and close)
