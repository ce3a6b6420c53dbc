"""The cache folder: arrays that took long to make."""

import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from objectives.arrays import Array


def cached(name: str, arrays: tuple[str, ...], make: Callable[[], dict[str, Array]]) -> dict[str, Array]:
    """The arrays, from the cache folder or made and put there (importing scikit-learn takes longer than training)."""
    path = cache_folder() / f"{name}.npz"
    try:
        with path.open("rb") as found, np.load(found, allow_pickle=False) as stored:
            return {array: stored[array] for array in arrays}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):  # absent or damaged
        made = make()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez_compressed(file, **made)  # type: ignore[arg-type]
        os.replace(file.name, path)
    except OSError:  # a cache that cannot be written costs time, nothing else
        return made
    return made


def cache_folder() -> Path:
    """$HARNESS_CACHE, or `harness` in the user's cache folder."""
    if "HARNESS_CACHE" in os.environ:
        return Path(os.environ["HARNESS_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "harness"
