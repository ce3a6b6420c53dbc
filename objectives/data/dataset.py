"""The data set contract, and how rows become train, validation and test."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from objectives.arrays import Array
from objectives.base import Split
from objectives.fields import Count, Instance, StaticFraction, StaticInside, checked
from objectives.random import generator


@dataclass(frozen=True)
class Dataset:
    """Examples x (n, features) with targets y: class numbers (n,), or floats (n,) or (n, outputs) where
    `classes` is 0. A ValueError where they do not fit, are not finite, or a class is not in 0 to classes - 1.
    """

    x: Array = field(repr=False)
    y: Array = field(repr=False)
    classes: int
    parts: dict[Split, Array] = field(repr=False)  # the row numbers of each split
    unit: float = 1.0  # what a target that is one number was divided by
    about: str = ""  # a line on the user's own data, shown before training

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or not self.x.size or len(self.x) != len(self.y):
            raise ValueError(f"x must be (examples, features), with a target for each; got {self.x.shape}, "
                             f"targets {self.y.shape}")  # fmt: skip
        _demand_finite("x", self.x)
        if not self.classes:
            _demand_finite("y", self.y)
        elif self.y.dtype.kind not in "iu" or self.y.ndim != 1:
            raise ValueError(f"labels must be integers (examples,); got {self.y.dtype} {self.y.shape}")
        elif self.y.min() < 0 or self.y.max() >= self.classes:
            raise ValueError(f"labels must lie in 0 to {self.classes - 1}; got {self.y.min()} to {self.y.max()}")

    @property
    def splits(self) -> tuple[Split, ...]:
        """Those that have rows."""
        return tuple(name for name in ("train", "validation", "test") if len(self.parts[name]))

    def split(self, name: Split) -> tuple[Array, Array]:
        return self.x[self.parts[name]], self.y[self.parts[name]]

    def sharing(self, others: Iterable["Dataset"]) -> "Dataset":
        """The same, in the arrays of others that hold the same numbers: splits of large data share their memory."""
        x, y = self.x, self.y
        for other in others:
            x = other.x if _same(x, other.x) else x
            y = other.y if _same(y, other.y) else y
        return self if x is self.x and y is self.y else replace(self, x=x, y=y)

    @property
    def digest(self) -> str:
        """A hash of all numbers and of the split."""
        found = hashlib.sha256()
        for array in (self.x, self.y, *(self.parts[name] for name in sorted(self.parts))):
            found.update(f"{array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


@checked
def split(
    x: Array,
    y: Array,
    classes: int,
    validation: StaticFraction,
    test: StaticInside,
    train_size: Count | None = None,
    stratified: bool = False,
    split: Instance = 0,
) -> Dataset:
    """Shares of the rows, drawn at random, the same for the same number of the split; of the others, `train_size`
    train (None: all). `stratified`: every class gets its share of every part.
    """
    rows, tests = generator(split, "split").permutation(len(x)), round(test * len(x))
    rows = _stratified(rows, y) if stratified else rows
    return _parted(x, y, classes, rows[:tests], rows[tests:], _count(validation, len(x)), train_size)


@checked
def split_before(
    x: Array,
    y: Array,
    classes: int,
    tests: Count,
    validation: StaticFraction,
    train_size: Count | None = None,
    stratified: bool = False,
    split: Instance = 0,
) -> Dataset:
    """The last `tests` rows test, as their publisher wants it; a share of the rows before them, drawn by the number of
    the split, validates.
    """
    if split and not validation and train_size is None:
        raise ValueError(f"split={split} draws nothing: all rows train but those that always test")
    end = len(x) - tests
    rows = generator(split, "split").permutation(end)
    rows = _stratified(rows, y) if stratified else rows
    return _parted(x, y, classes, np.arange(end, len(x)), rows, _count(validation, end), train_size)


def standardised(dataset: Dataset, columns: Array | None = None) -> Dataset:
    """Mean 0 and variance 1 in every feature (or in these columns), and in targets that are numbers, as measured on
    the train split, in float64; what is constant there becomes 0.
    """
    train, chosen = dataset.parts["train"], slice(None) if columns is None else columns
    x = dataset.x.astype(np.float64)
    x[:, chosen], _ = _standardised(x[:, chosen], train)
    if dataset.classes:
        return replace(dataset, x=x)
    y, unit = _standardised(dataset.y, train)
    return replace(dataset, x=x, y=y, unit=float(unit.item()) if unit.size == 1 else 1.0)


def _standardised(values: Array, train: Array) -> tuple[Array, Array]:
    """The values, and what they were divided by. Powers of two bring the largest magnitude of the train split to about
    1 before anything is squared, and change no digit.
    """
    _, exponent = np.frexp(np.max(np.abs(values[train].astype(np.float64)), axis=0, initial=0.0))
    with np.errstate(over="ignore", under="ignore"):  # beyond all bounds becomes inf, which a Dataset refuses
        scaled = np.ldexp(values.astype(np.float64), -exponent)
        mean, deviation = scaled[train].mean(axis=0), scaled[train].std(axis=0)
        constant = np.ptp(scaled[train], axis=0) == 0  # where rounding may leave a deviation above 0
        found: Array = np.where(constant, 0.0, (scaled - mean) / np.where(constant, 1.0, deviation))
        return found, np.asarray(np.where(constant, 1.0, np.ldexp(deviation, exponent)))


def _stratified(rows: Array, y: Array) -> Array:
    """The rows in an order of which every stretch has about its share of every class: each row stands at its rank
    within its class. The only row of a class comes last, where the train split is.
    """
    place = np.empty(len(rows))
    for label in np.unique(y[rows]):
        mine = np.flatnonzero(y[rows] == label)
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine) if len(mine) > 1 else 1.0
    return rows[np.argsort(place, kind="stable")]


def _parted(
    x: Array, y: Array, classes: int, test: Array, others: Array, validations: int | None, train_size: int | None
) -> Dataset:
    """`validations` rows validate; None where none are wanted."""
    if not (len(test) and validations != 0 and (validations or 0) < len(others)):
        raise ValueError(
            f"of {len(x)} rows, {len(test)} for test and {validations} for validation leave a split empty; change "
            "dataset.validation, the share of the rows that validate, or give more rows"
        )
    train = others[validations or 0 :]
    if train_size is not None and train_size > len(train):
        raise ValueError(f"train_size must be an integer from 1 to {len(train)}, or null for all; got {train_size!r}")
    parts: dict[Split, Array] = {
        "test": np.sort(test),
        "validation": np.sort(others[: validations or 0]),
        "train": np.sort(train[:train_size]),
    }
    return Dataset(x, y, classes, parts)


def _same(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other)


def _count(share: float, rows: int) -> int | None:
    return round(share * rows) if share else None


def _demand_finite(name: str, values: Array) -> None:
    if values.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold numbers; got {values.dtype}")
    bad = np.any(~np.isfinite(values).reshape(len(values), -1), axis=1)
    if np.any(bad):
        raise ValueError(
            f"{name} has nan or infinity in {np.sum(bad)} of {len(values)} rows, first in row {np.argmax(bad)}"
        )
