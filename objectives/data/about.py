"""One line on a data set of the user's, to be read before training."""

from collections.abc import Sequence

import numpy as np

from objectives.base import Array
from objectives.data.dataset import Dataset
from objectives.data.table import listed


def line(
    dataset: Dataset, source: str, names: Sequence[str], target: str, labels: Sequence[str], notes: Sequence[str]
) -> str:
    """Rows, features, numbers or classes, the rarest class, constant columns, and what else was noted. The data set
    is the one before standardising, so that numbers are the file's.
    """
    parts = ", ".join(f"{len(dataset.parts[name]):,} {name}" for name in dataset.splits)
    features = dataset.x.shape[1]
    told = [f"{len(dataset.x):,} rows ({parts})", f"{features:,} feature{'s' if features > 1 else ''}"]
    told.append(_target(dataset, target, labels))
    x = dataset.x[dataset.parts["train"]]
    constant = np.flatnonzero(np.max(x, axis=0) == np.min(x, axis=0))
    if len(constant):
        which = listed([names[int(k)] for k in constant]) if names else f"{len(constant):,} of them"
        told.append(f"constant in training: {which}")
    return f"{source}: {'; '.join([*told, *notes])}"


def _target(dataset: Dataset, target: str, labels: Sequence[str]) -> str:
    y = dataset.y
    if not dataset.classes:
        outputs = f"{y.shape[1]} numbers" if y.ndim > 1 and y.shape[1] > 1 else "a number"
        return f"{target} is {outputs} from {y.min():.6g} to {y.max():.6g}"
    counts = np.bincount(y, minlength=dataset.classes)
    rarest = int(np.argmin(counts))
    rows = f"{counts[rarest]:,} row{'' if counts[rarest] == 1 else 's'}"
    told = f"{target} has {dataset.classes:,} classes, the rarest {labels[rarest]} with {rows}"
    if lacking := [labels[k] for k in _absent(y[dataset.parts["train"]], dataset.classes) if counts[k]]:
        told += f"; not in training: {listed(lacking)}"
    return told


def _absent(y: Array, classes: int) -> list[int]:
    return [int(k) for k in np.flatnonzero(np.bincount(y, minlength=classes) == 0)]
