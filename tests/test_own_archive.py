"""Files of one's own: what the arrays of npz files become."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from objectives.arrays import Array
from objectives.data import own
from tests.own_files import npz, refused


def test_prices_and_ids_are_not_made_classes() -> None:
    prices = 200_000 + np.arange(60) * 37
    with refused("my.npz: y holds 60 whole numbers from 200000 to 202183 in 60 rows: for numbers to predict add "
                 "dataset.task=numbers, for classes dataset.task=classes"):  # fmt: skip
        npz(prices)
    assert npz(prices, task="numbers").classes == 0
    assert npz(prices, task="classes").classes == 60
    with refused("y holds 200 whole numbers from 0 to 199 in 400 rows"):  # fewer than rows, but hardly repeated
        npz(np.arange(400) % 200)
    with refused("y holds 2 whole numbers from 0 to 60 in 60 rows"):  # 61 outputs
        npz(np.arange(60) % 2 * 60)
    assert npz(np.arange(60) % 3).classes == 3


def test_npz_labels_may_be_words_or_anything_with_task() -> None:
    for words in (np.array(["no", "yes"] * 30), np.array([b"no", b"yes"] * 30)):
        found = npz(words)
        assert (found.classes, found.y[:2].tolist()) == (2, [0, 1])
    assert npz(np.array([-1, 1] * 30), task="classes").y[:2].tolist() == [0, 1]
    assert npz(np.array([0.0, 1.0] * 30), task="classes").classes == 2
    assert npz(np.array([[0], [1]] * 30)).y.shape == (60,)


@pytest.mark.parametrize(
    ("y", "fields", "told"),
    [
        (np.array(["a", "b"] * 30), {"task": "numbers"}, "my.npz, row 0, column y: 'a' is not a finite number"),
        (np.array([1.0, np.nan] * 30), {}, "y has nan in 30 of 60 rows, first in row 1; add dataset.missing=drop to"),
        (np.array([1.0, np.inf] * 30), {"task": "classes"}, "y has nan or infinity in 30 of 60 rows, first in row 1"),
        (np.array([3, 3] * 30), {}, "all 60 rows of y hold 3, one class, which leaves nothing to learn"),
        (np.eye(60), {"task": "classes"}, "one label for each row; got (60, 60); of marks, store y.argmax(axis=1)"),
        (np.ones(60), {}, "y is 1.0 in all 60 rows, which leaves nothing to learn"),
        (np.zeros(60, "M8[s]"), {}, "y must hold words or numbers; got datetime64[s]"),
        (np.zeros(0), {}, "x holds no rows; its shape is (0, 3)"),
        (np.arange(60) % 3, {"task": "regression"}, "task must be classes, numbers or null; got 'regression'"),
    ],
)
def test_targets_of_npz_that_cannot_be_meant(y: Array, fields: dict[str, Any], told: str) -> None:
    with refused(told):
        npz(y, **fields)


@pytest.mark.parametrize(
    ("y", "fields", "told"),
    [
        (np.eye(3)[np.arange(60) % 3], {}, "my.npz: y marks one of 3 columns in each row: for classes store y.argmax("),
        (np.stack([np.arange(60)] * 2, axis=1), {}, "y.argmax(axis=1), for numbers to predict add dataset.task"),
        (np.array(["nan", "a", "b"] * 20), {}, "my.npz, row 0, column y: 'nan' is missing; add dataset.missing=drop"),
        (np.array([f"n{k}" for k in range(60)]), {}, "my.npz, row 0, column y: 'n0' is one of 60 different words"),
        (np.array(["1.5", "2.5", "x"] * 20), {}, "my.npz, row 2, column y: 'x' is not a finite number; if the column"),
        (np.array([1.5, np.inf] * 30), {"missing": "drop"}, "y has nan or infinity in 30 of 60 rows, first in row 1"),
        (np.full(60, np.nan), {"missing": "drop"}, "my.npz: every row of x and y misses something"),
        (np.arange(60) % 3, {"missing": "fill"}, "missing must be drop, word or null; got 'fill'"),
    ],
)  # fmt: skip
def test_more_targets_of_npz_that_cannot_be_meant(y: Array, fields: dict[str, Any], told: str) -> None:
    with refused(told):
        npz(y, **fields)


def test_words_of_npz_mean_what_they_mean_in_csv() -> None:
    assert npz(np.array(["1", "1.0", "10", "2"] * 15)).y[:4].tolist() == [0, 0, 2, 1]
    assert npz(np.array([" a", "a ", "b"] * 20)).classes == 2
    assert npz(np.array([f"{k / 7:.3f}" for k in range(60)])).classes == 0
    assert npz(np.array(["", "a", "b"] * 20), missing="word").classes == 3
    found = npz(np.array(["?", "a", "b"] * 20), missing="drop")
    assert (found.classes, len(found.y)) == (2, 40)


def test_rows_of_npz_with_nan_are_left_out_if_that_is_wanted() -> None:
    x, y = np.random.default_rng(1).normal(size=(60, 2, 2)), np.arange(60) / 7
    x[3, 0, 1] = y[5] = np.nan
    np.savez("my.npz", x=x, y=y)
    with refused("my.npz: x has nan in 1 of 60 rows, first in row 3; add dataset.missing=drop to leave such rows out"):
        own.npz("my.npz")
    found, keep = own.npz("my.npz", missing="drop"), np.delete(np.arange(60), [3, 5])
    np.savez("whole.npz", x=x[keep], y=y[keep])
    assert found.digest == own.npz("whole.npz").digest
    assert "rows left out for missing numbers: 2" in found.about
    np.savez("my.npz", x_train=x, y_train=y, x_test=x[:20], y_test=y[:20])
    assert own.npz("my.npz", missing="drop").parts["test"].tolist() == list(range(58, 76))
    np.savez("my.npz", x=np.full((60, 1), np.nan), y=np.arange(60) % 2)
    with refused("my.npz: x has nan in 60 of 60 rows, first in row 0; leave its empty columns out"):
        own.npz("my.npz")
    np.savez("my.npz", x_train=x, y_train=y, x_test=x[3:4], y_test=y[3:4])
    with refused("my.npz: every row of x_test and y_test misses something"):
        own.npz("my.npz", missing="drop")


def test_numbers_of_more_axes_are_counted_one_by_one() -> None:
    assert "y is 4 numbers from" in npz(np.random.default_rng(1).normal(size=(60, 2, 2))).about


def test_arrays_that_are_not_read_are_named() -> None:
    x, y = np.random.default_rng(0).normal(size=(50, 2)), np.arange(50) % 2
    parts = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    np.savez("k.npz", **parts, x_val=x, y_val=y)
    assert "; not read: x_val, y_val;" in own.npz("k.npz").about
    np.savez("k.npz", x=x, y=y, X=x)
    assert own.npz("k.npz").about.endswith("; not read: X")
    np.savez("k.npz", x=x, y=y, x_test=x, y_test=y)
    with refused(
        "k.npz: it has x and y, and x_test, y_test as well; it needs x, y or x_train, y_train, x_test, y_test"
    ):
        own.npz("k.npz")
    np.savez("k.npz", x, y)
    with refused("no array x and y; it has arr_0, arr_1; it needs x, y (or x_train, y_train, x_test, y_test); np.savez("
                 "'k.npz', x=x, y=y) gives the names"):  # fmt: skip
        own.npz("k.npz")
    whole = Path("k.npz").read_bytes()
    Path("k.npz").write_bytes(whole[: len(whole) // 2])
    with refused("tables of text are read by dataset=csv; it is damaged, or cut off"):
        own.npz("k.npz")
    np.savez("k.npz", x=x.astype(object), y=y)
    with refused("save arrays of objects as numbers by x.astype(float), as words by y.astype(str)"):
        own.npz("k.npz")


def test_parts_in_two_scales_are_refused() -> None:
    x, y = np.random.default_rng(0).integers(256, size=(50, 4), dtype=np.uint8), np.arange(50) % 2
    np.savez("k.npz", x_train=(x / 255).astype("f4"), y_train=y, x_test=x, y_test=y)
    with refused("k.npz: x_train holds float32 and x_test uint8; store both in one way"):
        own.npz("k.npz")
    np.savez("k.npz", x_train=x, y_train=y, x_test=x, y_test=y * 1.0)
    with refused("k.npz: y_train holds int64 and y_test float64; store both in one way"):
        own.npz("k.npz")
    np.savez("k.npz", x_train=x, y_train=y.astype("u1"), x_test=x, y_test=y)
    assert own.npz("k.npz").classes == 2


def test_keras_names_keep_their_test_set() -> None:
    x, y = np.random.default_rng(0).normal(size=(50, 2, 2)), np.arange(50) % 2
    np.savez("k.npz", x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    found = own.npz("k.npz")
    assert found.parts["test"].tolist() == list(range(40, 50))
    assert found.x.shape == (50, 4)
    assert "its own 10 rows test" in found.about
    np.savez("k.npz", x_train=x, y_train=y)
    with refused(
        "k.npz: no array x_test and y_test; it has x_train, y_train; it needs x_train, y_train, x_test, y_test"
    ):
        own.npz("k.npz")
    np.savez("k.npz", x_train=x, y_train=y, x_test=x[:, :1], y_test=y)
    with refused("x_train and x_test must have examples of one shape; got (50, 4) and (50, 2)"):
        own.npz("k.npz")
