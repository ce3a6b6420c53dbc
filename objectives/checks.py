"""What fields of an objective must be, said in one line."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from objectives.data import Dataset

LEVELS = 16  # different numbers that a feature must be able to take


def demand(objective: object, field: str, good: bool, wanted: str) -> None:
    """ValueError, with the name of the field, its value and what is wanted, unless `good`."""
    if not good:
        raise ValueError(f"{type(objective).__name__}.{field} must be {wanted}; got {getattr(objective, field)!r}")


def demand_whole(objective: object, least: int, *fields: str) -> None:
    for field in fields:
        value = getattr(objective, field)
        demand(objective, field, type(value) is int and value >= least, f"an integer of at least {least}")


def demand_number(objective: object, least: float, *fields: str) -> None:
    for field in fields:
        demand(objective, field, number(getattr(objective, field), least), f"a number of at least {least}")


def demand_dtype(objective: object) -> None:
    demand(objective, "dtype", getattr(objective, "dtype", None) in ("float32", "float64"), "float32 or float64")


def demand_batch(objective: object, examples: int) -> None:
    value = getattr(objective, "batch_size", None)
    if not (type(value) is int and 0 < value <= examples):
        some = 1 << max((examples - 1).bit_length() - 1, 0)  # the largest power of two below: minibatches, if it can be
        raise ValueError(
            f"{type(objective).__name__}.batch_size must be an integer from 1 to the {examples} training examples; got "
            f"{value!r}; add objective.batch_size={some}"
        )


def demand_dataset(objective: object, classes: int = 0) -> None:
    dataset = getattr(objective, "dataset", None)
    demand(objective, "dataset", isinstance(dataset, Dataset), "a Dataset")
    if classes and isinstance(dataset, Dataset) and dataset.classes < classes:
        numbers = "these are numbers, which objective=mlp learns (if they are classes: dataset.task=classes)"
        has = "of which these have one" if dataset.classes else numbers
        raise ValueError(f"{type(objective).__name__}.dataset must have classes as targets; {has}")


def demand_range(objective: object, dataset: Dataset, dtype: str) -> None:
    """A ValueError where the dtype is too small for a feature or target, or for what tells rows apart in it."""
    for values in (dataset.x, dataset.y):
        if values.dtype == dtype or values.dtype.kind != "f":
            continue
        values = values.astype(np.promote_types(values.dtype, np.float64))  # 16 times a float16 is beyond its range
        with np.errstate(over="ignore", under="ignore"):
            found = values.astype(dtype)
        high, low = np.max(values, axis=0) / 2, np.min(values, axis=0) / 2  # halves, whose difference is finite
        coarse = np.maximum(np.abs(high), np.abs(low)) * LEVELS * np.finfo(dtype).eps
        lost = np.any((high > low) & ((high - low <= coarse) | (np.max(found, axis=0) == np.min(found, axis=0))))
        if lost or not np.all(np.isfinite(found)):
            told = "whose numbers are all the same, or nearly so, in" if lost else "beyond the range of"
            raise ValueError(
                f"{type(objective).__name__}.dataset has a feature or target {told} {dtype}; add "
                "dataset.standardise=true where the data set has it, or objective.dtype=float64"
            )


def number(value: Any, least: float = -math.inf) -> bool:
    """Whether it is a finite number of at least so much."""
    return type(value) in (int, float) and least <= value < math.inf


def demand_singular_values(objective: object, most: int) -> None:
    values = getattr(objective, "singular_values", None)
    good = isinstance(values, Sequence) and 0 < len(values) <= most and all(number(v, 0) for v in values)
    demand(objective, "singular_values", good, f"a list of 1 to {most} numbers of at least 0")
