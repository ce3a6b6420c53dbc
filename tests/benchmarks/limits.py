"""What the machine itself can do, measured beside the contenders: their cost over ours is the share that we reach."""

import numpy as np

from tests.benchmarks.measure import Contender, Outcome, clock

SIDE = 1024  # of the matrices: large enough for the peak, small enough for the cache
COPIED = 1 << 26  # bytes, more than caches hold
REPEATED = 5


def sgemm(operations: float) -> Contender:
    """Seconds that so many floating-point operations take in a product of large float32 matrices."""
    a = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)
    out = np.empty_like(a)

    def run() -> Outcome:
        begun = clock()
        for _ in range(REPEATED):
            np.matmul(a, a, out=out)
        return Outcome((clock() - begun) * operations / (REPEATED * 2 * SIDE**3))

    return run


def memory(moved: float) -> Contender:
    """Seconds that so many bytes, read or written, take in a copy."""
    a = np.zeros(COPIED, dtype=np.uint8)
    out = np.ones_like(a)

    def run() -> Outcome:
        begun = clock()
        for _ in range(REPEATED):
            np.copyto(out, a)
        return Outcome((clock() - begun) * moved / (REPEATED * 2 * COPIED))

    return run
