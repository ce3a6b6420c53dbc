"""The user's own data, from a file: csv, or NumPy's npz."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from objectives.arrays import Array
from objectives.data import about, dataset
from objectives.data.archive import loaded, targets
from objectives.data.columns import Column, alike_words, is_missing, labels, one_hot
from objectives.data.dataset import Dataset, standardised
from objectives.data.leaks import telling
from objectives.data.table import Mark, Table, listed, one_character, read, typed, without
from objectives.fields import Count, SplitNumber, StaticFraction, StaticInside, Typed, checked

LARGE = 10  # numbers that a network learns badly from
Task = Literal["classes", "numbers"]
Missing = Literal["drop", "word"]


@checked
def npz(
    path: Typed | None,
    task: Task | None = None,
    missing: Missing | None = None,
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    standardise: bool = False,
    train_size: Count | None = None,
    stratified: bool | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """The arrays x (examples, ...) and y of an npz file, or keras's x_train, y_train, x_test and y_test, of which the
    latter test: words and whole numbers are classes, floats are numbers to predict; `task` says otherwise.

    missing: drop leaves rows out that hold nan, or a word for nothing; word takes such words for classes like others;
    null refuses both.
    """
    where = _file("npz", path)
    archive = loaded(where, drop=missing == "drop")
    x, tests = archive.x, archive.tests
    found, names = targets(where, archive.y, task, words=missing == "word")
    made = divided(where, x, found, len(names), validation, test, train_size, stratified, split, tests)
    notes = [f"its own {tests:,} rows test"] if tests else []
    notes += [f"rows left out for missing numbers: {archive.lost:,}"] if archive.lost else []
    notes += [f"not read: {listed(archive.unread)}"] if archive.unread else []
    largest = max(float(np.max(np.abs(x))), 0.0 if names else float(np.max(np.abs(found))))
    if largest > LARGE and not standardise:
        notes.append(f"numbers up to {largest:.6g} are taken as they are (dataset.standardise=true scales them)")
    told = about.line(made, where.name, (), "y", names, notes, sure=task is not None)
    return finished(where, made, told, standardise)


@checked
def csv_file(
    path: Typed | None,
    target: Typed | None,
    task: Task | None = None,
    drop: Sequence[Typed] | Typed | None = None,
    missing: Missing | None = None,
    words: Count = 50,
    separator: Mark = ",",
    decimal: Mark = ".",
    header: Literal["first", "none"] | None = None,
    encoding: str | None = None,
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    standardise: bool = True,
    train_size: Count | None = None,
    stratified: bool | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """A table with a header; the column `target` is what to predict. Where it holds words or few whole numbers it
    holds classes, numbered in numerical or alphabetical order; `task` says otherwise. Columns of words become features
    of 0 and 1, one for each word; all other columns are numbers, which `standardise` is about.

    drop: columns to leave out. missing: drop leaves rows out in which a cell is empty, NA, nan, null or ?; word takes
    these for words like others; null refuses them.
    """
    where = _file("csv", path)
    point = one_character("decimal", decimal)
    table = read(where, separator, header, encoding)
    named = table.named(target, "dataset.target")
    table = without(table, drop, named)
    if named not in table.names:
        raise ValueError(f"{where}: dataset.drop leaves out {named}, which is dataset.target")
    whole = len(table.rows)
    table = _complete(table) if missing == "drop" else table
    columns = [
        Column(where, name, table.column(name), table.numbers, point, missing == "word", name == named)
        for name in table.names
    ]
    features = [column for column in columns if column.name != named]
    if not features:
        raise ValueError(f"{where}: no column beside the target {named}, and nothing to predict it from")
    x, names, numeric, notes = _features(features, words)
    (goal,) = (column for column in columns if column.name == named)
    found = labels(goal, task)
    y, classes = (goal.numbers(), ()) if found is None else found
    if not classes and np.all(y == y[0]):
        raise ValueError(
            f"{where}, column {named}: all {len(y)} rows hold {goal.texts[0]}, which leaves nothing to learn"
        )
    made = divided(where, x, y, len(classes), validation, test, train_size, stratified, split)
    notes += telling(features, goal, bool(classes))
    notes += [f"rows left out for missing cells: {whole - len(y):,}"] if whole > len(y) else []
    told = about.line(made, where.name, names, named, classes, notes, sure=task is not None)
    return finished(where, made, told, standardise, None if numeric.all() else np.flatnonzero(numeric))


def divided(
    where: Path,
    x: Array,
    y: Array,
    classes: int,
    validation: float,
    test: float,
    train_size: int | None,
    stratified: bool | None,
    split: int,
    tests: int = 0,
) -> Dataset:
    """The data set, of which the last `tests` rows test, if there are any. Where `stratified` is None, its splits are
    stratified if a plain draw leaves a class out of training, or out of a part in which it would expect a row.
    """
    if stratified and not classes:
        raise ValueError(
            f"{where}: stratified=true is for classes, and the target is a number; add dataset.stratified=null"
        )

    def drawn(stratified: bool) -> Dataset:
        if tests:
            return dataset.split_before(x, y, classes, tests, validation, train_size, stratified, split)
        return dataset.split(x, y, classes, validation, test, train_size, stratified, split)

    try:
        made = drawn(bool(stratified) and classes > 0)
        return drawn(True) if stratified is None and _leaves_out(made, bool(tests)) else made
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _leaves_out(made: Dataset, own_test: bool) -> bool:
    if not made.classes:
        return False
    counts = np.bincount(made.y, minlength=made.classes)
    for name in made.splits:
        if not (name == "test" and own_test):
            some = np.bincount(made.y[made.parts[name]], minlength=made.classes)
            expected = counts > 0 if name == "train" else counts * len(made.parts[name]) >= len(made.y)
            if np.any((some == 0) & expected):
                return True
    return False


def finished(where: Path, made: Dataset, told: str, standardise: bool, columns: Array | None = None) -> Dataset:
    """The data set with the line on it, standardised if that is wanted."""
    try:
        return replace(standardised(made, columns) if standardise else made, about=told)
    except ValueError as error:
        raise ValueError(f"{where}: standardised by the train split, {error}") from error


def _features(columns: Sequence[Column], words: int) -> tuple[Array, list[str], Array, list[str]]:
    """The features (rows, features), their names, which of them are numbers, and what to say of them."""
    arrays: list[Array] = []
    names: list[str] = []
    numeric: list[bool] = []
    notes: list[str] = []
    for column in columns:
        found: Array
        if column.are_words():
            found, marks = one_hot(column, words)
            different = ", a different one in every row" if len(marks) == len(column.texts) else ""
            notes.append(f"{column.name}: one-hot of {len(marks)} words{different}")
            notes += [f"{listed(alike)} are different words" for alike in [alike_words(column.texts)] if alike]
        else:
            found, marks = column.numbers()[:, None], [column.name]
            if _counts(found[:, 0]):
                notes.append(f"{column.name} counts the rows ({typed('dataset.drop', [column.name])} leaves it out)")
        arrays.append(found)
        numeric += [len(marks) == 1 and marks[0] == column.name] * len(marks)
        names += marks
    return np.ascontiguousarray(np.hstack(arrays)), names, np.array(numeric), notes


def _counts(numbers: Array) -> bool:
    """Whether they go up or down by the same whole number from row to row."""
    steps = np.diff(numbers)
    return len(steps) > 1 and steps[0] != 0 and steps[0] == np.floor(steps[0]) and bool(np.all(steps == steps[0]))


def _complete(table: Table) -> Table:
    """The rows in which no cell is missing."""
    keep = [k for k, row in enumerate(table.rows) if not any(is_missing(cell) for cell in row)]
    if not keep:
        misses = [sum(map(is_missing, table.column(name))) for name in table.names]
        worst = table.names[misses.index(max(misses))]
        raise ValueError(
            f"{table.where}: every row misses a cell, {max(misses):,} of {len(table.rows):,} that of column {worst}; "
            f"leave such columns out: {typed('dataset.drop', [worst])}"
        )
    return Table(table.where, table.names, [table.rows[k] for k in keep], [table.numbers[k] for k in keep])


def _file(kind: str, path: Typed | None) -> Path:
    if not path:
        raise ValueError(f"which file? Add dataset.path=my.{kind}")
    where = Path(str(path)).expanduser()
    if not where.is_file():
        raise ValueError(f"{where}: {'a folder' if where.is_dir() else 'no such file'}")
    return where
