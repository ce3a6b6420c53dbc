"""A device that takes whole populations as one block: python -m tests.devices [cuda|cpu] [runs] (needs the extra [jax])

Each optimizer's largest relative difference from NumPy, whether a population ends at the same bits again, and which
smaller ones, or the same in another order, do; then the experiment: digits networks, 10,000 or so many, in one
population, in seconds per step. On cpu it shows the way alone: there blocks are small otherwise.
"""

import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from harness.engines import Jax
from harness.errors import UserError
from harness.running.engine import Engine
from tests.engines import NETWORKS, finals, network, optimizer_of, same

RUNS, SIZES = 256, (1, 2, 8, 64, 255)
STEPS = 50  # of the experiment: so many to compile and to begin, as many that are timed


def main(device: str = "cuda", runs: str = "10000", names: tuple[str, ...] = NETWORKS) -> int:
    """Print all of it; 2 where there is no such device."""
    try:
        Jax(device="cpu" if device == "cpu" else "cuda").prepare()
        from harness.running.compiled.starting import demand_device, jax

        demand_device(device)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"jax {jax.__version__} on {jax.devices(device)[0].device_kind}", flush=True)
    with threadpool_limits(1), np.errstate(all="ignore"):
        for name in names:
            print(f"{name:<10}", *exactness(device, name, min(RUNS, int(runs))), sep="  ", flush=True)
        for line in experiment(device, int(runs)):
            print(line, flush=True)
    return 0


def exactness(device: str, name: str, runs: int) -> Iterator[str]:
    """How far from NumPy, the same again, and which sizes and places have the same bits."""
    from harness.running.compiled import Programs

    objective, everybody = network(dtype="float32"), np.arange(runs)
    programs = Programs(device, whole=True)

    def ended(rows: Any) -> Any:
        return finals(objective, name, rows, programs.of("digits"))

    whole = ended(everybody)
    few = everybody[: min(runs, 3)]
    known = finals(objective, name, few, None)
    far = np.abs(whole[: len(few)] - known).max() / np.abs(known).max()
    yield f"{far:.0e} from NumPy"
    yield "again: the same bits" if same(ended(everybody), whole) else "again: OTHER BITS"
    wrong = [str(n) for n in SIZES if n < runs and not same(ended(everybody[:n]), whole[:n])]
    yield f"other bits in populations of {', '.join(wrong)}" if wrong else "the same bits in smaller populations"
    order = np.random.default_rng(0).permutation(everybody)
    yield "in any place" if same(ended(order), whole[order]) else "other bits in other places"


def experiment(device: str, runs: int) -> Iterator[str]:
    """Adam on so many digits networks 64-100-100-10, minibatches of 128, float32, all in one block."""
    from harness import make
    from harness.running.compiled import Programs
    from harness.running.compiled.starting import jax

    objective = make("objective", "mlp", dataset=make("dataset", "digits"))
    begun = time.perf_counter()
    blocks = Programs(device, whole=True).of("experiment")
    engine = Engine(objective, optimizer_of("adam", np.arange(runs)), np.arange(runs), 2 * STEPS, 1, compiled=blocks)
    yield f"{runs:,} digits networks in one block: begun in {time.perf_counter() - begun:.1f} s"
    begun = time.perf_counter()
    seconds = engine.tried(STEPS)
    yield f"{STEPS} steps with compiling: {time.perf_counter() - begun - seconds:.1f} s"
    yield f"{STEPS} steps more: {seconds:.2f} s, {runs * STEPS / seconds:,.0f} updates a second"
    told = jax.devices(device)[0].memory_stats()
    if told:
        yield f"at most {told['peak_bytes_in_use'] / 1e9:.1f} GB on the device"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
