"""Data sets, split once and for all into train, validation and test."""

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from objectives.base import Array, Split
from objectives.random import generator


@dataclass(frozen=True)
class Dataset:
    """Examples x (n, features) with targets y: class numbers (n,), or floats (n,) or (n, outputs) where
    `classes` is 0.
    """

    x: Array = field(repr=False)
    y: Array = field(repr=False)
    classes: int
    parts: dict[Split, Array] = field(repr=False)  # the row numbers of each split

    def split(self, name: Split) -> tuple[Array, Array]:
        return self.x[self.parts[name]], self.y[self.parts[name]]

    @property
    def digest(self) -> str:
        """A hash of all numbers and of the split."""
        found = hashlib.sha256()
        for array in (self.x, self.y, *(self.parts[name] for name in sorted(self.parts))):
            found.update(f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


def split(x: Array, y: Array, classes: int, validation: float, test: float) -> Dataset:
    """Shares of the rows, drawn at random but always the same."""
    for name, share in (("validation", validation), ("test", test)):
        if type(share) not in (int, float) or not 0 < share < 1:
            raise ValueError(f"the share {name} must be a number between 0 and 1; got {share!r}")
    tests, validations = round(test * len(x)), round(validation * len(x))
    if not (tests and validations and tests + validations < len(x)):
        raise ValueError(f"of {len(x)} rows, validation={validation!r} and test={test!r} leave a split empty")
    rows = generator(0, "split").permutation(len(x))
    parts: dict[Split, Array] = {
        "test": np.sort(rows[:tests]),
        "validation": np.sort(rows[tests : tests + validations]),
        "train": np.sort(rows[tests + validations :]),
    }
    return Dataset(x, y, classes, parts)


def digits(validation: float = 0.2, test: float = 0.2) -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels, scaled to [0, 1] (Alpaydin & Kaynak 1998, bundled with scikit-learn)."""

    def make() -> dict[str, Array]:
        from sklearn.datasets import load_digits

        bunch = load_digits()
        return {"x": bunch.data.astype(np.float64) / 16, "y": bunch.target.astype(np.int64)}

    arrays = cached("digits", ("x", "y"), make)
    return split(arrays["x"], arrays["y"], 10, validation, test)


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
