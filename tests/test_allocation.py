"""The memory that arrays leave stays with the process."""

import subprocess
import sys

import pytest

TOUCH = """
import resource, sys
import numpy as np
from harness.running.allocation import keep_memory

if sys.argv[1] == "keep":
    keep_memory()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    [np.ones(1 << 17) for _ in range(40)]  # each 1 MiB: 10,240 pages together
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(way: str) -> int:
    """Pages that the kernel hands out for the same arrays, made and left ten times."""
    return int(subprocess.run([sys.executable, "-c", TOUCH, way], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_arrays_of_the_same_size_take_the_same_pages() -> None:
    assert faults("keep") < 2 * 10_240 < faults("give back")
