"""What fields of an objective must be, said in one line."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from objectives.base import Array
from objectives.data import Dataset


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
    fits = type(value) is int and 0 < value <= examples
    demand(objective, "batch_size", fits, f"an integer from 1 to the {examples} training examples")


def demand_dataset(objective: object, classes: int = 0) -> None:
    dataset = getattr(objective, "dataset", None)
    demand(objective, "dataset", isinstance(dataset, Dataset), "a Dataset")
    if classes and isinstance(dataset, Dataset) and dataset.classes < classes:
        has = "of which these have one" if dataset.classes else "these are numbers, which objective=mlp learns"
        raise ValueError(f"{type(objective).__name__}.dataset must have classes as targets; {has}")


def cast(objective: object, x: Array) -> Array:
    """Numbers in the dtype of the objective; a ValueError where it is too small for what tells rows apart."""
    dtype = str(getattr(objective, "dtype", ""))
    with np.errstate(over="ignore", under="ignore"):
        found: Array = x.astype(dtype)
    if found.dtype == x.dtype:
        return found
    lost = np.any((np.max(x, axis=0) != np.min(x, axis=0)) & (np.max(found, axis=0) == np.min(found, axis=0)))
    if lost or not np.all(np.isfinite(found)):
        told = "beyond the range of" if not lost else "all the same number in"
        raise ValueError(
            f"{type(objective).__name__}.dataset has a feature or target {told} {dtype}; add dataset.standardise=true "
            "where the data set has it, or objective.dtype=float64"
        )
    return found


def number(value: Any, least: float = -math.inf) -> bool:
    """Whether it is a finite number of at least so much."""
    return type(value) in (int, float) and least <= value < math.inf


def demand_singular_values(objective: object, most: int) -> None:
    values = getattr(objective, "singular_values", None)
    good = isinstance(values, Sequence) and 0 < len(values) <= most and all(number(v, 0) for v in values)
    demand(objective, "singular_values", good, f"a list of 1 to {most} numbers of at least 0")
