"""What the fields of an objective must be together, or beside its data: what no annotation can say."""

import numpy as np

from objectives.data import Dataset
from objectives.fields import demand

LEVELS = 16  # different numbers that a feature must be able to take


def demand_batch(objective: object, examples: int) -> None:
    if getattr(objective, "batch_size", 0) > examples:
        some = 1 << max((examples - 1).bit_length() - 1, 0)  # the largest power of two below: minibatches, if it can be
        raise ValueError(
            f"{type(objective).__name__}.batch_size must be an integer from 1 to the {examples} training examples; got "
            f"{getattr(objective, 'batch_size', None)!r}; add objective.batch_size={some}"
        )


def demand_classes(objective: object, dataset: Dataset, least: int = 2) -> None:
    if dataset.classes < least:
        numbers = "these are numbers, which objective=mlp learns (if they are classes: dataset.task=classes)"
        has = "of which these have one" if dataset.classes else numbers
        raise ValueError(f"{type(objective).__name__}.dataset must have classes as targets; {has}")


def demand_singular_values(objective: object, most: int) -> None:
    some = 0 < len(getattr(objective, "singular_values", ())) <= most
    demand(objective, "singular_values", some, f"a list of 1 to {most} numbers of at least 0")


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
