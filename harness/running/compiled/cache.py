"""Programs that were compiled before, in the user's cache folder: a second process pays for none of them."""

import hashlib
import platform
from pathlib import Path

import jax

from objectives.data.cache import cache_folder

SECONDS = 0.1  # what took less to compile is not kept


def keep_compiled() -> None:
    """Unless somebody has chosen another folder. What is compiled holds for this processor and this version of jax
    alone."""
    if jax.config.jax_compilation_cache_dir is None:
        name = f"{jax.__version__}-{hashlib.sha256(_processor().encode()).hexdigest()[:12]}"
        jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "xla" / name))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", SECONDS)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _processor() -> str:
    """What it can do, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    known = [line for line in lines if line.startswith(("model name", "flags", "Features"))]
    return " ".join((platform.machine(), platform.processor(), *known[:2]))
