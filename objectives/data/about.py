"""One line on a data set of the user's, to be read before training."""

from collections.abc import Sequence

import numpy as np

from objectives.arrays import Array
from objectives.data.columns import alike_words, value_of
from objectives.data.dataset import Dataset
from objectives.data.leaks import repeated
from objectives.data.table import listed

REPEATED = 2  # times that each of some whole numbers comes on average where they may be classes


def line(
    dataset: Dataset,
    source: str,
    names: Sequence[str],
    target: str,
    labels: Sequence[str],
    notes: Sequence[str],
    sure: bool = False,
) -> str:
    """Rows, features, numbers or classes, the rarest class, constant columns, and what else was noted. The data set
    is the one before standardising, so that numbers are the file's. `sure`: its user said whether these are classes.
    """
    parts = ", ".join(f"{len(dataset.parts[name]):,} {name}" for name in dataset.splits)
    features = dataset.x.shape[1]
    told = [f"{len(dataset.x):,} rows ({parts})", f"{features:,} feature{'s' if features > 1 else ''}"]
    told.append(_target(dataset, target, labels, sure))
    x = dataset.x[dataset.parts["train"]]
    constant = np.flatnonzero(np.max(x, axis=0) == np.min(x, axis=0))
    if len(constant):
        which = listed([names[int(k)] for k in constant]) if names else f"{len(constant):,} of them"
        told.append(f"constant in training: {which}")
    return f"{source}: {'; '.join([*told, *notes, *repeated(dataset)])}"


def _target(dataset: Dataset, target: str, labels: Sequence[str], sure: bool) -> str:
    y = dataset.y
    if not dataset.classes:
        outputs = f"{y.shape[1]} numbers" if y.ndim > 1 and y.shape[1] > 1 else "a number"
        digits = 6 if f"{y.min():.6g}" != f"{y.max():.6g}" else 15
        told = f"{target} is {outputs} from {y.min():.{digits}g} to {y.max():.{digits}g}"
        few = not sure and y.size == len(y) and np.all(y == np.floor(y)) and len(np.unique(y)) * REPEATED <= len(y)
        return f"{told} (if these are classes: dataset.task=classes)" if few else told
    counts = np.bincount(y, minlength=dataset.classes)
    rarest = int(np.argmin(np.where(counts > 0, counts, len(y))))
    rows = f"{counts[rarest]:,} row{'' if counts[rarest] == 1 else 's'}"
    told = f"{target} has {dataset.classes:,} classes, the rarest {labels[rarest]} with {rows}"
    if empty := [labels[k] for k in range(dataset.classes) if not counts[k]]:
        told += f"; without a row: {listed(empty)} (dataset.task=classes numbers those that are there)"
    if alike := alike_words(labels):
        told += f"; {listed(alike)} are different classes"
    if lacking := [labels[k] for k in _absent(y[dataset.parts["train"]], dataset.classes) if counts[k]]:
        told += f"; not in training: {listed(lacking)}"
    if not sure and dataset.classes > 2 and all(value_of(label) is not None for label in labels):
        told += "; if these are numbers to predict: dataset.task=numbers"
    return told


def _absent(y: Array, classes: int) -> list[int]:
    return [int(k) for k in np.flatnonzero(np.bincount(y, minlength=classes) == 0)]
