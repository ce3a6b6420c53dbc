"""What gives a target away, to be said before training: columns that tell it, rows that stand in two splits."""

from collections.abc import Sequence

import numpy as np

from objectives.data.columns import Column
from objectives.data.dataset import Dataset
from objectives.data.table import typed


def telling(features: Sequence[Column], goal: Column, classes: bool) -> list[str]:
    """Notes on the columns that equal the target, or that have one word or number for each of its classes."""
    wanted, notes = _keys(goal), []
    for column in features:
        keys = _keys(column)
        same = keys == wanted
        if same or (classes and len(set(keys)) == len(set(wanted)) == len(set(zip(keys, wanted, strict=True)))):
            told = "equals" if same else "tells every class of"
            notes.append(f"{column.name} {told} {goal.name} ({typed('dataset.drop', [column.name])} leaves it out)")
    return notes


def repeated(dataset: Dataset) -> list[str]:
    """A note on the rows of validation and test that training has seen, with their target."""
    x, y = np.ascontiguousarray(dataset.x), np.ascontiguousarray(dataset.y)
    rows = {name: [hash((x[k].tobytes(), y[k].tobytes())) for k in dataset.parts[name]] for name in dataset.splits}
    seen, others = set(rows.pop("train")), [key for keys in rows.values() for key in keys]
    again = sum(key in seen for key in others)
    return [f"of the {len(others):,} rows of {' and '.join(rows)}, {again:,} stand in training, too"] if again else []


def _keys(column: Column) -> list[float | str]:
    """The cells, numbers by their value: 1 and 1.0 are the same."""
    return [text if value is None else value for text, value in zip(column.texts, column.values, strict=True)]
