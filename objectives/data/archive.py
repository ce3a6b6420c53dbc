"""The arrays of an npz file, and whether its targets are classes or numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data.columns import OFTEN, Column, is_missing, labels
from objectives.data.download import LIMIT
from objectives.data.packed import arrays, headers, reading

PARTS = ("x_train", "y_train", "x_test", "y_test")  # keras's names
MANY = 20  # more classes than that come OFTEN on average, or are numbers in disguise
DENSE = 100  # times its size that a file may unpack to: images of digits reach 30, zeros 1,000
KINDS = {"f": "fractions", "i": "whole numbers", "u": "whole numbers", "b": "whole numbers", "U": "words", "S": "words"}


@dataclass(frozen=True)
class Archive:
    """Examples x (n, features) and their targets y, of which the last `tests` rows are a test set of their own."""

    x: Array
    y: Array
    tests: int
    lost: int  # rows that were left out, as they hold nan
    unread: list[str]  # the names of other arrays


def loaded(where: Path, drop: bool = False) -> Archive:
    """What a file holds, under x and y or keras's names. `drop`: without the rows in which x or y misses something."""
    stored = plain_arrays(where)
    keras = {"x_train", "y_train"} <= stored.keys() and not {"x", "y"} & stored.keys()
    names = PARTS if keras else ("x", "y")
    _demand_names(where, stored, names)
    unread = [name for name in stored if name not in names]
    if not keras and set(PARTS) & set(unread):
        both = ", ".join(name for name in unread if name in PARTS)
        raise ValueError(f"{where}: it has x and y, and {both} as well; it needs x, y or {', '.join(PARTS)}")
    pairs = [_rows(where, stored, first, second, drop) for first, second in zip(names[::2], names[1::2], strict=True)]
    (x, y), (x_test, y_test) = pairs[0], pairs[-1]
    for name, one, other in (("x", x, x_test), ("y", y, y_test)):
        if one.shape[1:] != other.shape[1:]:
            raise ValueError(
                f"{where}: {name}_train and {name}_test must have examples of one shape; got {one.shape} and "
                f"{other.shape}"
            )
    for name in ("x", "y") if keras else ():
        held, tested = stored[f"{name}_train"].dtype, stored[f"{name}_test"].dtype
        if KINDS.get(held.kind) != KINDS.get(tested.kind):
            raise ValueError(f"{where}: {name}_train holds {held} and {name}_test {tested}; store both in one way")
    lost = sum(len(stored[name]) for name in names[::2]) - sum(len(part) for part, _ in pairs)
    if keras:
        return Archive(np.concatenate([x, x_test]), np.concatenate([y, y_test]), len(x_test), lost, unread)
    return Archive(x, y, 0, lost, unread)


def plain_arrays(where: Path) -> dict[str, Array]:
    """The arrays of an npz file by their names, in small letters."""
    with reading(where, "x=x, y=y", "are read by dataset=csv"):
        headers(where, max(LIMIT, DENSE * where.stat().st_size))
        found = arrays(where)
    folded = {name.casefold(): array for name, array in found.items()}  # X is what scikit-learn says
    return folded if len(folded) == len(found) else found


def targets(where: Path, y: Array, task: str | None, words: bool = False) -> tuple[Array, tuple[str, ...]]:
    """Targets, and the names of their classes, if they are any. Words mean what they mean in a csv column (`words`:
    those for what is missing, too); whole numbers are classes, each its own class number; with task=classes, whatever
    y holds is numbered in order.
    """
    if y.dtype.kind not in KINDS:
        raise ValueError(f"{where}: y must hold words or numbers; got {y.dtype}")
    if y.size == len(y):
        y = y.reshape(len(y), *y.shape[1:2])
    if y.dtype.kind in "US":
        _demand_one(where, y)
        texts = [_named(word).strip() for word in y.ravel()]
        column = Column(where, "y", texts, list(range(len(texts))), words=words, target=True)
        found = labels(column, task)
        return (_varied(where, column.numbers()), ()) if found is None else found
    _demand_finite(where, y)
    marks = y.ndim == 2 and y.shape[1] > 1 and bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))
    if marks and task is None:
        raise ValueError(
            f"{where}: y marks one of {y.shape[1]} columns in each row: for classes store y.argmax(axis=1), for "
            "numbers to predict add dataset.task=numbers"
        )
    if task == "numbers" or (task is None and y.dtype.kind == "f"):
        return _varied(where, y.reshape(y.shape if y.ndim < 3 else (len(y), -1)).astype(np.float64)), ()
    _demand_one(where, y)
    y = y.ravel()
    names = np.unique(y)
    if len(names) == 1:
        told = "one class, which leaves nothing to learn"
        raise ValueError(f"{where}: all {len(y)} rows of y hold {_named(names[0])}, {told}")
    if task == "classes":
        return np.searchsorted(names, y).astype(np.int64), tuple(_named(name) for name in names)
    count = int(names[-1]) + 1
    if names[0] < 0 or count > len(y) or (len(names) > MANY and len(names) * OFTEN > len(y)):
        raise ValueError(
            f"{where}: y holds {len(names):,} whole numbers from {names[0]} to {names[-1]} in {len(y):,} rows: for "
            "numbers to predict add dataset.task=numbers, for classes dataset.task=classes"
        )
    return y.astype(np.int64), tuple(map(str, range(count)))


def _varied(where: Path, y: Array) -> Array:
    if np.all(y == y[0]):
        raise ValueError(f"{where}: y is {y[0]} in all {len(y)} rows, which leaves nothing to learn")
    return y


def _demand_one(where: Path, y: Array) -> None:
    if y.size != len(y):
        raise ValueError(
            f"{where}: y must have one label for each row; got {y.shape}; of marks, store y.argmax(axis=1), for "
            "numbers to predict add dataset.task=numbers"
        )


def _named(name: object) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _demand_names(where: Path, arrays: dict[str, Array], wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in arrays]
    if missing:
        has = ", ".join(arrays) or "none"
        hint = "" if set(wanted) - {"x", "y"} else f" (or {', '.join(PARTS)})"
        hint += f"; np.savez({where.name!r}, x=x, y=y) gives the names" if "arr_0" in arrays else ""
        raise ValueError(f"{where}: no array {' and '.join(missing)}; it has {has}; it needs {', '.join(wanted)}{hint}")


def _rows(where: Path, arrays: dict[str, Array], first: str, second: str, drop: bool) -> tuple[Array, Array]:
    """Examples and their targets, features in one row, whole numbers as float64."""
    x, y = arrays[first], arrays[second]
    if x.ndim < 1 or y.ndim < 1 or len(x) != len(y):
        raise ValueError(f"{where}: {first} and {second} must have one row per example; got {x.shape} and {y.shape}")
    if not x.size:
        raise ValueError(f"{where}: {first} holds no {'features' if len(x) else 'rows'}; its shape is {x.shape}")
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{where}: {first} must hold numbers; got {x.dtype}")
    x = x.reshape(len(x), -1)
    if drop:
        keep = ~(_missing(x) | _missing(y))
        if not keep.any():
            raise ValueError(f"{where}: every row of {first} and {second} misses something")
        x, y = x[keep], y[keep]
    for name, values in ((first, x), (second, y)):
        if (missing := _missing(values)).any() and values.dtype.kind == "f":
            way = "leave its empty columns out" if missing.all() else "add dataset.missing=drop to leave such rows out"
            told = f"nan in {np.sum(missing):,} of {len(values):,} rows, first in row {np.argmax(missing)}"
            raise ValueError(f"{where}: {name} has {told}; {way}")
    return (x.astype(np.float64) if x.dtype.kind in "iub" else x), y


def _missing(values: Array) -> Array:
    """The rows (n,) with a nan, or with a word for nothing."""
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values).reshape(len(values), -1).any(axis=1))
    if values.dtype.kind not in "US":
        return np.zeros(len(values), dtype=bool)
    return np.array([any(is_missing(_named(word).strip()) for word in np.ravel(row)) for row in values])


def _demand_finite(where: Path, y: Array) -> None:
    if y.dtype.kind != "f":
        return
    bad = np.flatnonzero(~np.isfinite(y).reshape(len(y), -1).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{where}: y has nan or infinity in {len(bad)} of {len(y)} rows, first in row {bad[0]}; leave such rows out"
        )
