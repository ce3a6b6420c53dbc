"""What advances populations: NumPy, the reference, or jax, which compiles the same texts. conf/engine chooses."""

import os
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from harness.errors import UserError
from objectives import fields

REVISION = 1  # of what decides the last bits of a run; another one is told in CHANGELOG.md
INSTALL = "pip install -e '.[jax]'"
# no fused multiply-add, which AVX does not have, and no algebra on the program
NUMPYS_BITS = ("--xla_cpu_max_isa=AVX", "--xla_disable_hlo_passes=algsimp")


@dataclass(frozen=True)
class Backend(ABC):
    """A way to advance populations."""

    def __post_init__(self) -> None:
        fields.check(self)

    @property
    @abstractmethod
    def identity(self) -> str:
        """What decides a run's last bits: runs of another one are not gone on with."""

    def prepare(self) -> None:  # noqa: B027 - NumPy is always there
        """Make ready for use; a UserError where it is not there."""


@dataclass(frozen=True)
class Numpy(Backend):
    """Step by step, on arrays in memory."""

    @property
    def identity(self) -> str:
        return f"numpy, revision {REVISION}"


@dataclass(frozen=True)
class Jax(Backend):
    """Compiled by XLA, many steps at once. `bits=numpy` leaves out what rounds otherwise than NumPy does, and takes
    1.3 to 2.1 times as long; it must be known before jax is first used in the process."""

    bits: Literal["own", "numpy"] = "own"
    device: Literal["cpu", "cuda"] = "cpu"

    @property
    def identity(self) -> str:
        flags = [flag for flag in os.environ.get("XLA_FLAGS", "").split() if flag not in NUMPYS_BITS]
        told = f", XLA_FLAGS={' '.join(sorted(flags))}" if flags else ""
        return f"jax {_installed()}, revision {REVISION}, bits={self.bits}, device={self.device}{told}"

    def prepare(self) -> None:
        if not available():
            raise UserError(f"engine=jax needs the package jax: {INSTALL}")
        flags = os.environ.get("XLA_FLAGS", "").split()
        there = set(NUMPYS_BITS) <= set(flags)
        if there != (self.bits == "numpy"):
            if there or "jax" in sys.modules:
                other = "jax has started with NumPy's bits" if there else "jax has started"
                raise UserError(f"engine.bits={self.bits}: {other} in this process; begin with it in a new one")
            os.environ["XLA_FLAGS"] = " ".join((*flags, *NUMPYS_BITS))


@dataclass(frozen=True)
class Auto(Backend):
    """Whichever is faster for a cell, as some steps of it show before the first one counts. What was chosen is kept
    with the sweep."""

    @property
    def identity(self) -> str:
        raise TypeError("which engine it is has not been chosen yet")


@cache
def _installed() -> str:
    """The version of jax, which takes a millisecond to look up."""
    return version("jax")


def available() -> bool:
    """Whether jax is installed."""
    try:
        version("jax")
    except PackageNotFoundError:
        return False
    return True
