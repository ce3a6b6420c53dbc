"""The tests of exactness under other kernels: python -m tests.kernels [pytest's options]

NumPy and OpenBLAS choose their kernels by the processor, so what holds on one need not hold on another. Here the tests
marked `exact` run with kernels switched off that this processor has; every test process first asserts that the switch
took. Kernels that this processor lacks are skipped by name.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SWITCHED = "HARNESS_TEST_KERNELS"  # what a test process must find: {"off": [NumPy's features], "blas": OpenBLAS's name}
NEEDS = {"Haswell": "X86_V3", "SkylakeX": "X86_V4"}  # the NumPy feature without which OpenBLAS cannot run a kernel


class Kernels(NamedTuple):
    """What to leave NumPy without, with all that is above it, and the kernels that OpenBLAS shall take."""

    without: tuple[str, ...]
    blas: str


RUNS = (Kernels(("X86_V4",), "Haswell"), Kernels(("X86_V4", "X86_V3"), "SkylakeX"))


def features() -> dict[str, bool]:
    """The kernels that NumPy was built with, the least first, and whether they are in use."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return {name: bool(__cpu_features__[name]) for name in __cpu_dispatch__}


def blas() -> set[str]:
    """The names of the kernels in use by every OpenBLAS of this process; none where BLAS is another library."""
    import scipy.linalg  # noqa: F401 - has an OpenBLAS of its own
    from threadpoolctl import threadpool_info

    return {pool["architecture"] for pool in threadpool_info() if pool["internal_api"] == "openblas"}


def told() -> str:
    """What is in use, in a line."""
    used = [name for name, on in features().items() if on]
    return f"kernels: NumPy {' '.join(used) or 'baseline'}, OpenBLAS {' '.join(sorted(blas())) or 'none'}"


def demand_switched(environment: Mapping[str, str] = os.environ) -> None:
    """A RuntimeError unless the kernels in use are those that `python -m tests.kernels` asked for."""
    if SWITCHED not in environment:
        return
    try:
        wanted = json.loads(environment[SWITCHED])
    except ValueError as error:
        raise RuntimeError(f"{SWITCHED} is for `python -m tests.kernels` to set; unset it") from error
    still = [name for name in wanted["off"] if features().get(name, True)]
    if still or (wanted["blas"] and blas() != {wanted["blas"]}):
        raise RuntimeError(f"the switch of kernels did not take: wanted {wanted}, in use are {told()}")


def switches(run: Kernels, there: Mapping[str, bool], library: bool) -> tuple[dict[str, str], list[str]]:
    """The environment that switches, empty if there is nothing to switch, and what is skipped."""
    skipped = [name for name in run.without if not there.get(name)]
    lowest = [name for name in run.without if name not in skipped][-1:]
    names = list(there)
    off = [name for name in names[names.index(lowest[0]) :] if there[name]] if lowest else []
    kernel = run.blas if library and there.get(NEEDS[run.blas]) else ""
    skipped += [] if kernel else [run.blas]
    before = os.environ.get("NPY_DISABLE_CPU_FEATURES", "").replace(",", " ").split()  # stays off
    environment = {"NPY_DISABLE_CPU_FEATURES": " ".join(dict.fromkeys([*before, *off]))} if off else {}
    environment |= {"OPENBLAS_CORETYPE": kernel} if kernel else {}
    environment |= {SWITCHED: json.dumps({"off": off, "blas": kernel})} if environment else {}
    return environment, skipped


def main(options: Sequence[str]) -> int:
    """Run the tests of exactness under each; the first exit code that is not 0."""
    there, library = features(), bool(blas())
    print(f"this processor: {told()}", flush=True)
    for run in RUNS:
        switched, skipped = switches(run, there, library)
        for name in skipped:
            print(f"{name}: skipped, this processor or its libraries lack it", flush=True)
        if not switched:
            continue
        print(f"without {switched.get('NPY_DISABLE_CPU_FEATURES') or 'nothing'}, BLAS {run.blas}", flush=True)
        command = [sys.executable, "-m", "pytest", "-m", "exact and not slow", *(options or ["-n", "auto"])]
        code = subprocess.run(command, env={**os.environ, **switched}, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
