"""Which seeds a replicate's phases run on: no two phases and no two replicates share one."""

import hashlib
import json
from typing import Any

from harness.configs.declared import Settings
from harness.results.trial import Phase

APART = 10**4  # between the first seeds of two phases or replicates


def seeds_of(settings: Settings, sampler_seed: Any, phase: Phase, replicate: int) -> tuple[int, ...]:
    """The seeds of a phase, the same for all cells.

    Replicate 0 is a sweep with one replicate: it is tuned on the seeds that were typed, and the next ones choose among
    its finalists and confirm. Those of other replicates are hashed from what was typed, the phase and the replicate,
    not from how many there are, so that a neighbouring choice (sampler.seed + 1, other seeds) shares none. The declared
    values run on the seeds of the confirming runs, as they are compared.
    """
    phase = "confirm" if phase == "declared" else phase
    count = {"tune": len(settings.seeds), "final": settings.finals, "confirm": settings.confirm}[phase]
    if replicate == 0:
        finals = settings.finals if settings.finalists > 1 else 0
        start = max(settings.seeds) + 1 + (finals if phase == "confirm" else 0)
        return settings.seeds if phase == "tune" else tuple(range(start, start + count))
    digest = hashlib.sha256(json.dumps([settings.seeds, sampler_seed, phase, replicate]).encode()).digest()
    first = int.from_bytes(digest[:8], "big") % 10**9 * max(APART, count)
    return tuple(range(first, first + count))
