"""The arrays of an npz file, and whether its targets are classes or numbers."""

import zipfile
from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data.columns import OFTEN

PARTS = ("x_train", "y_train", "x_test", "y_test")  # keras's names
MANY = 20  # more classes than that come OFTEN on average, or are numbers in disguise


def loaded(where: Path) -> tuple[Array, Array, int]:
    """Arrays x (examples, features) and y, and how many of the last rows are a test set of its own."""
    if not zipfile.is_zipfile(where):
        raise ValueError(
            f"{where}: not an npz file of plain arrays, as np.savez({where.stem + '.npz'!r}, x=x, y=y) writes it; "
            "tables of text are read by dataset=csv"
        )
    try:
        with np.load(where, allow_pickle=False) as stored:
            arrays = dict(stored)
            folded = {name.casefold(): array for name, array in arrays.items()}  # X is what scikit-learn says
            arrays = folded if len(folded) == len(arrays) else arrays
    except Exception as error:  # zip, header and pickle errors have many types
        objects = "; arrays of objects are saved as words by y.astype(str)" if "Object arrays" in str(error) else ""
        raise ValueError(f"{where}: not an npz file of plain arrays: {error}{objects}") from error
    if not {"x", "y"} & arrays.keys() and {"x_train", "y_train"} <= arrays.keys():
        _demand_names(where, arrays, PARTS)
        pairs = [_rows(where, arrays, f"x_{part}", f"y_{part}") for part in ("train", "test")]
        (x, y), (x_test, y_test) = pairs
        for name, one, other in (("x", x, x_test), ("y", y, y_test)):
            if one.shape[1:] != other.shape[1:]:
                raise ValueError(
                    f"{where}: {name}_train and {name}_test must have examples of one shape; got {one.shape} and "
                    f"{other.shape}"
                )
        return np.concatenate([x, x_test]), np.concatenate([y, y_test]), len(x_test)
    _demand_names(where, arrays, ("x", "y"))
    return *_rows(where, arrays, "x", "y"), 0


def targets(where: Path, y: Array, task: str | None) -> tuple[Array, tuple[str, ...]]:
    """Targets, and the names of their classes, if they are any. Words and whole numbers are classes, a whole number
    its own class number; with task=classes, whatever y holds is numbered in order.
    """
    word = y.dtype.kind in "US"
    if task == "numbers" or (task is None and y.dtype.kind == "f"):
        if y.dtype.kind not in "fiub":
            raise ValueError(f"{where}: y must hold numbers; got {y.dtype}, such as {y[0]!r}; add dataset.task=classes")
        _demand_finite(where, y)
        found = y.astype(np.float64)
        if np.all(found == found[0]):
            raise ValueError(f"{where}: y is {found[0]} in all {len(y)} rows, which leaves nothing to learn")
        return found, ()
    if y.dtype.kind not in "USfiub":
        raise ValueError(f"{where}: y must hold words or numbers; got {y.dtype}")
    if y.ndim > 1 and y.size != len(y):
        raise ValueError(
            f"{where}: y must have one label for each row; got {y.shape}; of marks, store y.argmax(axis=1)"
        )
    y = y.reshape(-1)
    _demand_finite(where, y)
    names = np.unique(y)
    if len(names) == 1:
        told = "one class, which leaves nothing to learn"
        raise ValueError(f"{where}: all {len(y)} rows of y hold {_named(names[0])}, {told}")
    if word or task == "classes":
        return np.searchsorted(names, y).astype(np.int64), tuple(_named(name) for name in names)
    count = int(names[-1]) + 1
    if names[0] < 0 or count > len(y) or (len(names) > MANY and len(names) * OFTEN > len(y)):
        raise ValueError(
            f"{where}: y holds {len(names):,} whole numbers from {names[0]} to {names[-1]} in {len(y):,} rows: for "
            "numbers to predict add dataset.task=numbers, for classes dataset.task=classes"
        )
    return y.astype(np.int64), tuple(map(str, range(count)))


def _named(name: object) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _demand_names(where: Path, arrays: dict[str, Array], wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in arrays]
    if missing:
        has = ", ".join(arrays) or "none"
        hint = "" if set(wanted) - {"x", "y"} else f" (or {', '.join(PARTS)})"
        raise ValueError(f"{where}: no array {' and '.join(missing)}; it has {has}; it needs {', '.join(wanted)}{hint}")


def _rows(where: Path, arrays: dict[str, Array], first: str, second: str) -> tuple[Array, Array]:
    """Examples and their targets, features in one row, whole numbers as float64."""
    x, y = arrays[first], arrays[second]
    if x.ndim < 1 or y.ndim < 1 or len(x) != len(y):
        raise ValueError(f"{where}: {first} and {second} must have one row per example; got {x.shape} and {y.shape}")
    if not x.size:
        raise ValueError(f"{where}: {first} holds no {'features' if len(x) else 'rows'}; its shape is {x.shape}")
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{where}: {first} must hold numbers; got {x.dtype}")
    x = x.reshape(len(x), -1)
    return (x.astype(np.float64) if x.dtype.kind in "iub" else x), y


def _demand_finite(where: Path, y: Array) -> None:
    if y.dtype.kind != "f":
        return
    bad = np.flatnonzero(~np.isfinite(y).reshape(len(y), -1).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{where}: y has nan or infinity in {len(bad)} of {len(y)} rows, first in row {bad[0]}; leave such rows out"
        )
