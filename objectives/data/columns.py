"""What a column of texts means: numbers, classes, or words that become one-hot features."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data.table import listed, typed

MISSING = {"", "?", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "none", "\\n"}  # in small letters
NUMERIC = r"[+-]?((\d+([.,]\d+)*|[.,]\d+)[.,]?([ed][+-]?\d+)?|0x[\da-f]+|inf|infinity)"
DATE = r"\d{1,2}\.\d{1,2}\.\d{2,4}"
OFTEN = 10  # times that each of few whole numbers comes on average where they are classes


@dataclass(frozen=True)
class Column:
    """The cells of a column, and where they stand: every error names file, row, column and cell."""

    where: Path
    name: str
    texts: list[str]
    rows: list[int]  # as an editor of tables counts them
    decimal: str = "."
    words: bool = False  # whether `NA`, `?` and empty cells are words like others
    target: bool = False  # whether it is what is to be predicted

    @cached_property
    def values(self) -> list[float | None]:
        """The cells as numbers, None for what is none or not finite."""
        return [value_of(text, self.decimal) for text in self.texts]

    def numbers(self) -> Array:
        """All cells as numbers; the first that is none is a ValueError."""
        return np.array([self._number(k, value) for k, value in enumerate(self.values)], dtype=np.float64)

    def refuse_missing(self) -> None:
        """No empty cell, `NA` or `?`, which would be a class or a word of its own."""
        for k, text in enumerate(() if self.words else self.texts):
            if is_missing(text):
                word = (
                    ""
                    if any(value is not None for value in self.values)
                    else "; dataset.missing=word takes them for words"
                )
                self._refuse(k, f"is missing; {self._way_of_missing()}{word}")

    def _way_of_missing(self) -> str:
        """What to type, and how many rows it costs."""
        lost = sum(map(is_missing, self.texts))
        if lost == len(self.texts):
            way = "choose another target" if self.target else f"add {typed('dataset.drop', [self.name])}"
            return f"so is the whole column: {way}"
        return f"add dataset.missing=drop to leave such rows out, {lost:,} of {len(self.texts):,}"

    def are_words(self) -> bool:
        """Whether the cells are words. Cells of which most are numbers, or look so, are not: the first odd one is a
        ValueError, as it would make a word of every number.
        """
        odd = [k for k, value in enumerate(self.values) if value is None]
        there = [k for k in odd if not is_missing(self.texts[k])]  # of the odd ones
        numbers = len(self.texts) - len(odd)
        if odd and 2 * (numbers + sum(looks_numeric(self.texts[k]) for k in there)) > numbers + len(there):
            self._number(odd[0], None)
        return bool(odd)

    def _number(self, k: int, value: float | None) -> float:
        if value is not None:
            return value
        text, way = self.texts[k], ""
        other = "," if self.decimal == "." else "."
        if re.fullmatch(r"[+-]?\d*,\d+", text) and value_of(text, ",") is not None and other == ",":
            way = "; write it without separators of thousands, or add dataset.decimal=comma if that is what it means"
        elif looks_numeric(text) and not re.search("inf", text, re.IGNORECASE):
            way = f"; write it as a plain number, such as 1234{self.decimal}5"
        elif is_missing(text):
            way = f"; {self._way_of_missing()}"
        elif not self.target:
            way = f"; correct it, or leave the column out: {typed('dataset.drop', [self.name])}"
        self._refuse(k, f"is not a finite number{way}")
        return math.nan

    def _refuse(self, k: int, told: str) -> None:
        raise ValueError(f"{self.where}, row {self.rows[k]}, column {self.name}: {self.texts[k]!r} {told}")


def value_of(text: str, decimal: str = ".") -> float | None:
    r"""The finite number that a text means. Python's own 1_000 and other scripts' digits are words.

    >>> value_of("1.50"), value_of("1,5", ","), value_of("1_000"), value_of("inf"), value_of("\u0661")
    (1.5, 1.5, None, None, None)
    """
    if "_" in text or not text.isascii() or (decimal != "." and "." in text):
        return None
    try:
        found = float(text.replace(decimal, "."))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def looks_numeric(text: str) -> bool:
    """Whether a person would read a number: 10,123 and $5 and 12 % and inf.

    >>> [looks_numeric(text) for text in ("10,123", "$ 5", "12%", "1.234,5", "-inf", "2021-03-04", "3rd", "")]
    [True, True, True, True, True, False, False, False]
    >>> [looks_numeric(text) for text in ("(0.50)", "\u22123.5", "1,5e3", "1.5D-3", "$.50", "0x1F", "04.03.2021")]
    [True, True, True, True, True, True, False]
    """
    plain = re.sub(r"[\s$€£¥%'’]", "", re.sub(r"^\((.*)\)$", r"\1", text)).replace("\u2212", "-")
    return bool(re.fullmatch(NUMERIC, plain, re.IGNORECASE)) and not re.fullmatch(DATE, plain)


def is_missing(text: str) -> bool:
    return text.casefold() in MISSING


def labels(column: Column, task: str | None) -> tuple[Array, tuple[str, ...]] | None:
    """The class numbers of a target's cells and the classes' names, in numerical, then alphabetical order; None where
    the cells are numbers to predict. 1 and 1.0 are one class.

    Where `task` does not say: words are classes, and few whole numbers.
    """
    column.refuse_missing()
    values = column.values
    if task is None and (odd := [k for k, value in enumerate(values) if value is None]):
        try:
            column.are_words()
        except ValueError as error:
            raise ValueError(f"{error}; if the column holds classes, add dataset.task=classes") from None
        seen = set(column.texts)
        if len(seen) > 2 and 2 * len(seen) > len(values):
            raise ValueError(
                f"{column.where}, row {column.rows[odd[0]]}, column {column.name}: {column.texts[odd[0]]!r} is one of "
                f"{len(seen)} different words in {len(values)} rows, too many for classes; choose another target, or "
                "add dataset.task=classes"
            )
    elif task == "numbers" or (task is None and not _few_whole([value for value in values if value is not None])):
        return None
    keys = [text if value is None else _exact(text, value) for text, value in zip(column.texts, values, strict=True)]
    order = sorted(set(keys), key=lambda key: (isinstance(key, str), key))
    if len(order) == 1:
        raise ValueError(
            f"{column.where}, column {column.name}: all {len(keys)} rows hold {column.texts[0]!r}, one class, which "
            "leaves nothing to learn; choose another target"
        )
    place = {key: k for k, key in enumerate(order)}
    names = tuple(f"{key:.15g}" if isinstance(key, float) else str(key) for key in order)
    return np.array([place[key] for key in keys]), names


def alike_words(words: Sequence[str]) -> list[str]:
    """Those that differ in capitals only, in alphabetical order."""
    found = sorted(set(words))
    folded = Counter(word.casefold() for word in found)
    return [word for word in found if folded[word.casefold()] > 1]


def one_hot(column: Column, most: int) -> tuple[Array, list[str]]:
    """A feature (rows,) of 0 and 1 for each word of a column, in alphabetical order, and their names."""
    column.refuse_missing()
    found = sorted(set(column.texts))
    if len(found) > most:
        raise ValueError(
            f"{column.where}, column {column.name}: {len(found)} different words, such as {listed(found[:3])}, would "
            f"be as many features; leave it out by {typed('dataset.drop', [column.name])}, or allow them by "
            f"dataset.words={len(found)}"
        )
    marks = np.array(column.texts)[:, None] == np.array(found)
    return marks.astype(np.float64), [f"{column.name}={word}" for word in found]


def _exact(text: str, value: float) -> float | int:
    """A whole number as it is written, which float64 may not hold: ids of 17 digits differ in the last one."""
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else value


def _few_whole(values: list[float]) -> bool:
    """Whether they are whole numbers of which each comes ten times on average."""
    return all(value == int(value) for value in values) and len(set(values)) * OFTEN <= len(values)
