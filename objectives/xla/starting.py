"""Jax as we need it: one thread each, and what was compiled before at hand. It is imported before jax is."""

import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from objectives.data.cache import cache_folder

__all__ = ["STARTED", "in_full", "jax"]

SECONDS = 0.1  # what took less to compile is not kept

STARTED = "jax" not in sys.modules
"""Whether it was us who started jax. Its pool then has one thread, and programs run side by side in threads of ours: a
decomposition of matrices that waits for another thread of a larger pool waits for ever once all of them wait."""
if STARTED:
    before = os.environ.get("NPROC")
    os.environ["NPROC"] = "1"

import jax  # noqa: E402

if STARTED:
    try:
        jax.devices("cpu")  # makes the pool
    except (RuntimeError, AssertionError):
        raise RuntimeError("jax starts without its cpu; unset JAX_PLATFORMS or add cpu to it") from None
    finally:
        if before is None:
            del os.environ["NPROC"]
        else:
            os.environ["NPROC"] = before


def _processor() -> str:
    """What it can do, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    known = [line for line in lines if line.startswith(("model name", "flags", "Features"))]
    return " ".join((platform.machine(), platform.processor(), *known[:2]))


def _keep_compiled() -> None:
    """Programs that were compiled before are read from the user's cache folder, unless jax is somebody else's, or its
    folder chosen: they hold for this processor and this version of jax alone."""
    if STARTED and jax.config.jax_compilation_cache_dir is None:
        name = f"{jax.__version__}-{hashlib.sha256(_processor().encode()).hexdigest()[:12]}"
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "xla" / name))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", SECONDS)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


_keep_compiled()  # jax looks for the folder once, before it first compiles


@contextmanager
def in_full(device: Any) -> Iterator[None]:
    """On that device, 64 bits where an array has them, and products of 32 bits in full, for this thread alone."""
    with jax.enable_x64(True), jax.default_matmul_precision("highest"), jax.default_device(device):
        yield
