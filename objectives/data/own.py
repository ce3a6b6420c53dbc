"""The user's own data, from a file: NumPy's npz, or csv with a header."""

import csv
from pathlib import Path
from typing import Literal

import numpy as np

from objectives.base import Array
from objectives.data.dataset import Dataset, split, standardised

Task = Literal["classes", "numbers"]


def npz(
    path: str | None,
    validation: float = 0.2,
    test: float = 0.2,
    standardise: bool = False,
    train_size: int | None = None,
) -> Dataset:
    """The arrays x (examples, ...) and y of an npz file: integers are classes, floats are numbers to predict."""
    where = _file("npz", path)
    try:
        with np.load(where, allow_pickle=False) as stored:
            arrays = dict(stored)
    except Exception as error:  # zip, header and pickle errors have many types
        raise ValueError(f"{where}: not an npz file of plain arrays: {error}") from error
    missing = {"x", "y"} - arrays.keys()
    if missing:
        raise ValueError(f"{where}: no array {' and '.join(sorted(missing))}; it has {', '.join(arrays) or 'none'}")
    x, y = arrays["x"], arrays["y"]
    if x.ndim < 1 or y.ndim < 1 or len(x) != len(y):
        raise ValueError(f"{where}: x and y must have one row per example; got {x.shape} and {y.shape}")
    return _made(x.reshape(len(x), -1), y, y.dtype.kind in "iub", validation, test, standardise, train_size)


def csv_file(
    path: str | None,
    target: str | None,
    task: Task | None = None,
    validation: float = 0.2,
    test: float = 0.2,
    standardise: bool = True,
    train_size: int | None = None,
) -> Dataset:
    """Numbers under a header line; the column `target` is what to predict. Where it holds words or few whole numbers
    it holds classes, numbered in alphabetical or numerical order; `task` says otherwise.
    """
    where = _file("csv", path)
    if task not in (None, "classes", "numbers"):
        raise ValueError(f"task must be classes or numbers; got {task!r}")
    try:
        with where.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{where}: not csv with a header and rows: {error}") from error
    if target not in header:
        raise ValueError(f"{where}: no column {target}; choices: {', '.join(header)}")
    place = header.index(target)
    for k, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"{where}, row {k}: {len(row)} values for {len(header)} columns")
    texts = [row[place].strip() for row in rows]
    columns = [k for k in range(len(header)) if k != place]
    x = np.array([[_number(where, row[k], header[k], n) for k in columns] for n, row in enumerate(rows, start=2)])
    classes = _are_classes(texts) if task is None else task == "classes"
    if classes:
        names = sorted(set(texts), key=lambda text: (_value(text) is None, _value(text) or 0.0, text))
        y: Array = np.array([names.index(text) for text in texts])
    else:
        y = np.array([_number(where, text, str(target), n) for n, text in enumerate(texts, start=2)])
    return _made(x, y, classes, validation, test, standardise, train_size)


def _made(
    x: Array, y: Array, classes: bool, validation: float, test: float, standardise: bool, train_size: int | None
) -> Dataset:
    labels = y.astype(np.int64) if classes else y.astype(np.float64)
    count = int(labels.max()) + 1 if classes and len(labels) else 0
    found = split(x.astype(np.float64) if x.dtype.kind in "iub" else x, labels, count, validation, test, train_size)
    return standardised(found) if standardise else found


def _file(kind: str, path: str | None) -> Path:
    if not path:
        raise ValueError(f"which file? Add dataset.path=my.{kind}")
    where = Path(path).expanduser()
    if not where.is_file():
        raise ValueError(f"{where}: no such file")
    return where


def _value(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(where: Path, text: str, column: str, row: int) -> float:
    value = _value(text)
    if value is None or not np.isfinite(value):
        raise ValueError(f"{where}, row {row}, column {column}: {text!r} is not a finite number")
    return value


def _are_classes(texts: list[str]) -> bool:
    """Words, or whole numbers of which each comes ten times on average."""
    values = [_value(text) for text in texts]
    if any(value is None for value in values):
        return True
    return all(value == int(value) for value in values if value is not None) and len(set(values)) * 10 <= len(values)
