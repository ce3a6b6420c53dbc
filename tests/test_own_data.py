"""Files of one's own: what is read, what it becomes, and one line for what cannot be meant."""

import gzip
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.command import main
from harness.errors import UserError
from harness.results.files import Results
from objectives.arrays import Array
from objectives.data import Dataset, own
from objectives.data.dataset import split, standardised
from objectives.data.table import typed

PRICES = [f"{9 + k / 7:.4f}" for k in range(60)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(header: str, *columns: list[str], mark: str = ",") -> str:
    return "\n".join([header, *(mark.join(row) for row in zip(*columns, strict=True))]) + "\n"


def numbers(rows: int = 60, scale: float = 1.0) -> list[str]:
    return [f"{scale * value:.4f}" for value in np.random.default_rng(1).normal(size=rows)]


def csv(text: str | bytes, target: Any = "price", **fields: Any) -> Dataset:
    Path("my.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return own.csv_file("my.csv", target, **fields)


def npz(y: Any, **fields: Any) -> Dataset:
    np.savez("my.npz", x=np.random.default_rng(1).normal(size=(len(y), 3)), y=y)
    return own.npz("my.npz", **fields)


def refused(message: str) -> Any:
    return pytest.raises(ValueError, match=re.escape(message))


# targets


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("", "'' is missing; add dataset.missing=drop to leave such rows out"),
        ("NA", "'NA' is missing; add dataset.missing=drop"),
        ("?", "'?' is missing; add dataset.missing=drop"),
        ("nan", "'nan' is missing; add dataset.missing=drop"),
        ("inf", "'inf' is not a finite number; if the column holds classes, add dataset.task=classes"),
        ('"10,123"', "'10,123' is not a finite number; write it without separators of thousands, or add dataset.dec"),
        ("1_000", "'1_000' is not a finite number; if the column holds classes, add dataset.task=classes"),
        ("$12", "'$12' is not a finite number; write it as a plain number, such as 1234.5; if the column holds"),
        ("cheap", "'cheap' is not a finite number; if the column holds classes, add dataset.task=classes"),
    ],
)
def test_one_odd_cell_makes_no_classes_of_numbers(here: Path, cell: str, told: str) -> None:
    prices = [*PRICES[:6], cell, *PRICES[7:]]
    with refused(f"my.csv, row 8, column price: {told}"):
        csv(table("a,price", numbers(), prices))


def test_numbers_with_separators_of_thousands_are_no_words(here: Path) -> None:
    with refused("row 2, column price: '9,000' is not a finite number; write it without separators of thousands"):
        csv(table("a,price", numbers(), [f'"{9000 + k:,}"' for k in range(60)]))


@pytest.mark.parametrize("cell", ["inf", "nan", "", "NaN"])
def test_whole_numbers_with_an_odd_cell_are_refused(here: Path, cell: str) -> None:
    labels = [str(k % 3) for k in range(60)]
    with refused(f"row 7, column y: {cell!r} is"):
        csv(table("a,y", numbers(), [*labels[:5], cell, *labels[6:]]), "y")


def test_task_classes_takes_what_looks_like_numbers(here: Path) -> None:
    found = csv(table("a,y", numbers(), [("1", "2", "x")[k % 3] for k in range(60)]), "y", task="classes")
    assert found.classes == 3
    assert found.y[:3].tolist() == [0, 1, 2]


def test_one_and_one_point_nought_are_one_class(here: Path) -> None:
    found = csv(table("a,y", numbers(), [("1", "1.0", "0", "0.0")[k % 4] for k in range(60)]), "y")
    assert found.classes == 2
    assert found.y[:4].tolist() == [1, 1, 0, 0]


def test_words_that_hardly_repeat_are_no_classes(here: Path) -> None:
    with refused("row 2, column name: 'n0' is one of 60 different words in 60 rows, too many for classes; choose"):
        csv(table("a,name", numbers(), [f"n{k}" for k in range(60)]), "name")


def test_one_class_is_said_to_be_one(here: Path) -> None:
    with refused("my.csv, column y: all 60 rows hold 'yes', one class, which leaves nothing to learn; choose another"):
        csv(table("a,y", numbers(), ["yes"] * 60), "y")
    with refused("my.csv, column y: all 60 rows hold 1.5, which leaves nothing to learn"):
        csv(table("a,y", numbers(), ["1.5"] * 60), "y")


# npz


def test_prices_and_ids_are_not_made_classes(here: Path) -> None:
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


def test_npz_labels_may_be_words_or_anything_with_task(here: Path) -> None:
    for words in (np.array(["no", "yes"] * 30), np.array([b"no", b"yes"] * 30)):
        found = npz(words)
        assert (found.classes, found.y[:2].tolist()) == (2, [0, 1])
    assert npz(np.array([-1, 1] * 30), task="classes").y[:2].tolist() == [0, 1]
    assert npz(np.array([0.0, 1.0] * 30), task="classes").classes == 2
    assert npz(np.array([[0], [1]] * 30)).y.shape == (60,)


@pytest.mark.parametrize(
    ("y", "fields", "told"),
    [
        (np.array(["a", "b"] * 30), {"task": "numbers"}, "y must hold numbers; got <U1"),
        (np.array([1.0, np.nan] * 30), {}, "y has nan or infinity in 30 of 60 rows, first in row 1"),
        (np.array([1.0, np.inf] * 30), {"task": "classes"}, "y has nan or infinity in 30 of 60 rows, first in row 1"),
        (np.array([3, 3] * 30), {}, "all 60 rows of y hold 3, one class, which leaves nothing to learn"),
        (np.eye(60), {"task": "classes"}, "one label for each row; got (60, 60); of marks, store y.argmax(axis=1)"),
        (np.ones(60), {}, "y is 1.0 in all 60 rows, which leaves nothing to learn"),
        (np.zeros(60, "M8[s]"), {}, "y must hold words or numbers; got datetime64[s]"),
        (np.zeros(0), {}, "x holds no rows; its shape is (0, 3)"),
        (np.arange(60) % 3, {"task": "regression"}, "task must be classes, numbers or null; got 'regression'"),
    ],
)
def test_targets_of_npz_that_cannot_be_meant(here: Path, y: Array, fields: dict[str, Any], told: str) -> None:
    with refused(told):
        npz(y, **fields)


def test_keras_names_keep_their_test_set(here: Path) -> None:
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


# columns


def test_a_name_that_stands_twice_is_refused(here: Path) -> None:
    text = table("price,a,price", PRICES, numbers(), PRICES)
    with refused("my.csv: the name price stands over columns 1, 3; rename one"):
        csv(text)
    with refused("dataset.drop leaves out price, which is dataset.target"):
        csv(text, drop=["price"])


def test_a_column_without_a_name_is_refused_and_can_be_dropped(here: Path) -> None:
    text = table(",a,price", [str(k) for k in range(60)], numbers(), PRICES)
    with refused("my.csv: column 1 of 3 has no name (a table written with its row numbers has such a one); name it, or "
                 'leave it out: \'dataset.drop=[""]\''):  # fmt: skip
        csv(text)
    assert csv(text, drop=[""]).x.shape == (60, 1)
    with refused("my.csv: 'Unnamed: 0' is what pandas calls a column without a name, often the row numbers"):
        csv(text.replace(",a", "Unnamed: 0,a", 1))
    with refused("column 3 of 3 has no name"):
        csv(table("a,price,", numbers(), PRICES, [""] * 60))


def test_drop_leaves_columns_out(here: Path) -> None:
    text = table("id,a,price", [f"x{k}" for k in range(60)], numbers(), PRICES)
    one = csv(text, drop=["id"])
    assert one.digest == csv(text, drop="id").digest == csv(table("a,price", numbers(), PRICES)).digest
    with refused("my.csv: no column Id; choices: id, a, price; did you mean dataset.drop=id?"):
        csv(text, drop=["Id"])
    with refused("my.csv: no column beside the target price"):
        csv(text, drop=["id", "a"])


def test_words_become_features_of_0_and_1(here: Path) -> None:
    colours = [("red", "blue", "green")[k % 3] for k in range(60)]
    found = csv(table("a,colour,price", numbers(), colours, PRICES))
    assert found.x[:3, 1:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]  # blue, green, red; not standardised
    assert found.x[found.parts["train"], 0].std() == pytest.approx(1)
    assert "colour: one-hot of 3 words" in found.about


def test_too_many_words_are_refused_with_the_way_out(here: Path) -> None:
    text = table("name,a,price", [f"n{k}" for k in range(60)], numbers(), PRICES)
    with refused("my.csv, column name: 60 different words, such as n0, n1, n10, would be as many features"):
        csv(text, words=50)
    with refused("leave it out by dataset.drop=[name], or allow them by dataset.words=60"):
        csv(text, words=50)
    assert csv(text, words=60).x.shape == (60, 61)


def test_a_feature_with_an_odd_cell_is_not_made_of_words(here: Path) -> None:
    with refused("my.csv, row 4, column a: 'x' is not a finite number"):
        csv(table("a,price", ["1", "2", "x", *numbers(57)], PRICES))
    with refused("my.csv, row 2, column a: '12%' is not a finite number; write it as a plain number"):
        csv(table("a,price", [f"{k + 12}%" for k in range(60)], PRICES))


def test_missing_cells_are_refused_dropped_or_words(here: Path) -> None:
    text = table("a,kind,price", ["", *numbers(59)], [("NA", "x", "y")[k % 3] for k in range(60)], PRICES)
    with refused("my.csv, row 2, column a: '' is not a finite number; add dataset.missing=drop to leave such rows out"):
        csv(text)
    found = csv(text, missing="drop")
    assert found.x.shape == (40, 3)
    assert "rows left out for missing cells: 20" in found.about
    text = table("kind,price", [("NA", "x", "y")[k % 3] for k in range(60)], PRICES)
    with refused("my.csv, row 2, column kind: 'NA' is missing; add dataset.missing=drop"):
        csv(text)
    assert csv(text, missing="word").x.shape == (60, 3)
    with refused("every row misses a cell"):
        csv(table("a,b,price", numbers(), [""] * 60, PRICES), missing="drop")


# the file


@pytest.mark.parametrize("target", [2021, "2021"])
def test_a_header_of_numbers_is_one(here: Path, target: Any) -> None:
    text = table("2019,2020,2021", numbers(), numbers(), PRICES)
    found = csv(text, target)
    assert (found.x.shape, found.classes) == ((60, 2), 0)


def test_blanks_around_names_and_cells_mean_nothing(here: Path) -> None:
    text = table(" a, kind , price", [f" {n}" for n in numbers()], [' "x, y"', "z "] * 30, PRICES)
    found = csv(text)
    assert found.x.shape == (60, 3)
    assert csv(text, " price ").digest == found.digest


def test_other_marks_and_encodings_say_what_to_type(here: Path) -> None:
    plain = table("a,price", numbers(), PRICES)
    same = csv(plain).digest
    german = table("a;price", *([n.replace(".", ",") for n in column] for column in (numbers(), PRICES)), mark=";")
    with refused("my.csv: one column with ',' between columns; add dataset.separator=semicolon"):
        csv(german)
    with refused("is not a finite number; write it without separators of thousands, or add dataset.decimal=comma"):
        csv(german, separator="semicolon")
    assert csv(german, separator=";", decimal="comma").digest == same
    assert csv(plain.replace(",", "\t"), separator="tab").digest == same
    with refused("my.csv: the text is UTF-16; add dataset.encoding=utf-16"):
        csv(plain.encode("utf-16"))
    assert csv(plain.encode("utf-16"), encoding="utf-16").digest == same
    with refused("not text, or text in UTF-16: then add dataset.encoding=utf-16-le"):
        csv(plain.encode("utf-16-le"))
    with refused("my.csv: the text is not UTF-8"):
        csv(plain.replace("a,", "ä,").encode("cp1252"))
    assert csv(plain.replace("a,", "ä,").encode("cp1252"), encoding="cp1252").digest == same
    with refused("encoding must be one that Python knows, such as utf-8 or cp1252; got 'utf-99'"):
        csv(plain, encoding="utf-99")
    assert csv(plain.encode("utf-8-sig")).digest == same
    assert csv(gzip.compress(plain.encode())).digest == same
    with refused("my.csv: damaged gzip data"):
        csv(gzip.compress(plain.encode())[:-20])
    assert csv(plain.partition("\n")[2], 2, header="none").digest == same
    with refused("a zip or Excel file, not csv; save it as csv"):
        csv(b"PK\x03\x04rest")


@pytest.mark.parametrize(
    ("text", "fields", "told"),
    [
        ("", {}, "my.csv: the file is empty"),
        ("\n \n", {}, "my.csv: the file is empty"),
        ("a,price\n", {}, "my.csv: no rows under the header a, price"),
        ("price\n1\n2\n", {}, "my.csv: no column beside the target price"),
        ("0.5,1,9\n0.7,2,8\n", {"target": 3}, "my.csv: row 1 holds '0.5', a number, where the names of the columns are "
         "expected; for a file without header add dataset.header=none (columns are then called 1 to 3)"),
        ("3,1,9\n0.7,2,8\n", {"target": 3}, "my.csv: row 1 holds '3', a number, where the names"),
        ("a,price\n\n1\n", {}, "my.csv, row 3: 1 values for 2 columns"),
        ('a,price\n1,"2\n', {}, "my.csv, line 2: not csv: unexpected end of data"),
        ("a,price\n1,2\n", {"target": None}, "no column None; choices: a, price; which one is to be predicted"),
        ("a,price\n1,2\n", {"target": "Price"}, "no column Price; choices: a, price; did you mean dataset.target"),
        ("a,price\n1,2\n", {"header": "no"}, "header must be first, none or null; got 'no'"),
        ("a,price\n1,2\n", {"separator": "dot"}, "separator must be one character or one of comma, semicolon, tab"),
        ("a,price\n1,2\n", {"standardise": "no"}, "standardise must be true or false; got 'no'"),
        ("a,price\n1,2\n", {"stratified": "off"}, "stratified must be true, false or null; got 'off'"),
        ("a,price\n1,2\n", {"missing": "fill"}, "missing must be drop, word or null; got 'fill'"),
        ("a,price\n1,2\n", {"words": 0}, "words must be an integer of at least 1; got 0"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_meant(here: Path, text: str, fields: dict[str, Any], told: str) -> None:
    with refused(told):
        csv(text, **{"target": "price", **fields})


def test_more_that_new_users_type(here: Path) -> None:
    with refused(
        "no column price; choices: a b price; that is one column: if there are several, add dataset.separator=s"
    ):
        csv(table("a b price", numbers(), numbers(), PRICES, mark=" "))
    with refused("row 2: 2 values for 1 column, which row 1 has: # made by me"):
        csv("# made by me\n" + table("a,price", numbers(), PRICES))
    with refused("is not a finite number; write it as a plain number, such as 1234,5"):
        csv(table("a;price", ["1"] * 60, ["1.000,5"] * 60, mark=";"), separator=";", decimal="comma")
    Path("folder.csv").mkdir()
    with refused("folder.csv: a folder"):
        own.csv_file("folder.csv", "price")
    with refused(
        "my.csv: not an npz file of plain arrays, as np.savez('my.npz', x=x, y=y) writes it; tables of text are"
    ):
        own.npz("my.csv")
    np.savez("X.npz", X=np.ones((60, 1)) * np.arange(60)[:, None], Y=np.arange(60) % 2)
    assert own.npz("X.npz").classes == 2


def test_the_line_says_what_may_be_meant_otherwise(here: Path) -> None:
    assert (
        "the rarest 1 with 20 rows; without a row: 0 (dataset.task=classes numbers" in npz(np.arange(60) % 3 + 1).about
    )
    assert "a number from 0 to 2 (if these are classes: dataset.task=classes)" in npz(np.arange(60) % 3 * 1.0).about
    shouted = csv(table("a,y", numbers(), [("yes", "Yes", "no")[k % 3] for k in range(60)]), "y")
    assert "; Yes, yes are different classes" in shouted.about
    assert "numbers up to 1e+09 are taken as they are (dataset.standardise=true" in npz(np.arange(60) + 1e9).about
    assert "a number from 1000000000 to 1000000059" in npz(np.arange(60) + 1e9).about


# splits and scales


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [("float16", 1e3), ("float32", 1e-7), ("float32", 1e-40), ("float32", 1e20), ("float64", 1e-300),
     ("float64", 1e-200), ("float64", 1.0), ("float64", 1e20), ("float64", 1e300)],
)  # fmt: skip
def test_standardising_keeps_what_tells_rows_apart(dtype: str, scale: float) -> None:
    x = np.random.default_rng(0).normal(size=(60, 2))
    scaled = (x * scale).astype(dtype)
    found = standardised(split(scaled, np.arange(60) % 2, 2, 0.2, 0.2))
    train = found.x[found.parts["train"]]
    assert found.x.dtype == np.float64
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(train.std(axis=0), 1, rtol=1e-12)
    if dtype == "float64":
        np.testing.assert_allclose(found.x, standardised(split(x, np.arange(60) % 2, 2, 0.2, 0.2)).x, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_scaling_by_powers_of_two_changes_no_digit(scale: float) -> None:
    plain = split(scale * np.random.default_rng(0).normal(3, 1, size=(60, 5)), np.arange(60) % 2, 2, 0.2, 0.2)
    train = plain.x[plain.parts["train"]]
    np.testing.assert_array_equal(standardised(plain).x, (plain.x - train.mean(axis=0)) / train.std(axis=0))


def test_half_precision_keeps_features_of_thousands() -> None:
    x = (1000 * np.random.default_rng(0).normal(size=(200, 3))).astype(np.float16)
    found = standardised(split(x, np.arange(200) % 2, 2, 0.2, 0.2))
    assert np.abs(found.x).max() > 1  # the squares overflowed, and everything was 0


def test_rare_classes_get_their_share_where_a_plain_draw_would_leave_them_out(here: Path) -> None:
    y = np.zeros(300, dtype=int)
    y[[13, 40, 77, 130, 200]] = 1
    x = np.random.default_rng(0).normal(size=(300, 2))
    plain = split(x, y, 2, 0.2, 0.2)
    assert min(plain.y[rows].sum() for rows in plain.parts.values()) == 0
    np.savez("rare.npz", x=x, y=y)
    found = own.npz("rare.npz")
    assert [int(found.y[found.parts[name]].sum()) for name in ("train", "validation", "test")] == [3, 1, 1]
    assert [len(found.parts[name]) for name in ("train", "validation", "test")] == [180, 60, 60]
    assert own.npz("rare.npz", stratified=False).digest == plain.digest
    y[:] = np.arange(300) % 3
    even = split(x, y, 3, 0.2, 0.2, stratified=True)
    assert [np.bincount(even.y[rows]).tolist() for rows in even.parts.values()] == [[20] * 3, [20] * 3, [60] * 3]


def test_the_line_before_training(here: Path) -> None:
    text = table("id,a,c,kind", [str(k) for k in range(60)], numbers(), ["7"] * 60, ["x"] * 50 + ["y"] * 10)
    assert csv(text, "kind").about == (
        "my.csv: 60 rows (36 train, 12 validation, 12 test); 3 features; kind has 2 classes, the rarest y with 10 "
        "rows; constant in training: c; id counts the rows (dataset.drop=[id] leaves it out)"
    )
    assert "price is a number from 9 to 17.4286" in csv(table("a,price", numbers(), PRICES)).about


# training on them


def trained(here: Path, *overrides: str) -> Results:
    common = ("dataset=csv", "dataset.path=my.csv", "optimizer=adam", "optimizer.lr=0.01", "steps=300", "seeds=2")
    return harness.run(*common, "objective.batch_size=20", *overrides)


def test_the_loss_follows_the_task_and_numbers_are_told_in_their_units(here: Path) -> None:
    a = np.random.default_rng(2).normal(size=100)
    Path("my.csv").write_text(table("a,price", [f"{v}" for v in a], [f"{5000 + 1000 * v}" for v in a]))
    runs = trained(here, "dataset.target=price", "objective.hidden=[]").runs
    data = own.csv_file("my.csv", "price")
    assert data.unit == pytest.approx(1000 * a[data.parts["train"]].std())
    for run in runs:
        assert run["rmse"] == pytest.approx(np.sqrt(run["loss"]) * data.unit, rel=1e-5)
        variance = data.y[data.parts["validation"]].var()
        assert run["r2"] == pytest.approx(1 - run["loss"] / variance, rel=1e-5)
        assert run["r2"] > 0.99
        assert "accuracy" not in run
    typed = trained(here, "dataset.target=price", "objective.hidden=[]", "objective.loss=mse").runs
    assert [(run["loss"], run["problem"]) for run in typed] == [(run["loss"], run["problem"]) for run in runs]


def test_more_r2_is_better(here: Path) -> None:
    Path("my.csv").write_text(table("a,price", numbers(), PRICES))
    common = ("dataset=csv", "dataset.path=my.csv", "dataset.target=price", "objective.batch_size=20", "metric=r2")
    found = harness.sweep(*common, "optimizer=adam", "optimizer.lr=0.001,0.01", "steps=100", "seeds=2")
    assert found.summary["maximise"] is True
    assert all(isinstance(cell["r2"], float) and isinstance(cell["test_rmse"], float) for cell in found.cells)


def test_what_does_not_fit_the_dtype_is_refused(here: Path) -> None:
    x, y = np.random.default_rng(1).normal(size=(60, 2)), np.arange(60) % 2
    common = ("dataset=npz", "dataset.path=x.npz", "objective.batch_size=20", "steps=2", "seeds=1")
    for scaled, told in ((x * 1e300, "beyond the range of"), (x * 1e-200, "all the same, or nearly so, in"),
                         (1.7e9 + x, "all the same, or nearly so, in"),
                         (1e9 + 100 * x, "all the same, or nearly so, in")):  # fmt: skip
        np.savez("x.npz", x=scaled, y=y)
        with pytest.raises(UserError, match=f"{told} float32; add dataset.standardise=true"):
            harness.run(*common)
        harness.run(*common, "dataset.standardise=true")
    with pytest.raises(UserError, match=r"dataset\.standardise must be true or false; got 'no'"):
        harness.run(*common, "dataset.standardise=no")


def test_the_command_says_what_the_data_are(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(table("a,2021", numbers(), PRICES))
    assert (
        main(["dataset=csv", "dataset.path=my.csv", "dataset.target=2021", "objective.batch_size=20", "steps=5"]) == 0
    )
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].startswith(
        "my.csv: 60 rows (36 train, 12 validation, 12 test); 1 feature; 2021 is a num"
    )
    assert re.search(r"^test rmse", shown, re.MULTILINE)


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "a b", "x", "$HOME", 'say "so"', "a,b", "größe", "2019", "a\\"])
def test_what_is_suggested_can_be_typed(here: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    Path("my.csv").write_text(table(f"{quoted},b,price", ["NA"] * 60, numbers(), PRICES))
    typed_in = [word for word in shlex.split(typed("dataset.drop", [name])) if word]
    assert len(typed_in) == 1
    assert len(trained(here, "dataset.target=price", "steps=1", *typed_in).runs) == 2


def test_objectives_for_classes_say_what_numbers_need(here: Path) -> None:
    Path("my.csv").write_text(table("a,price", numbers(), PRICES))
    with pytest.raises(UserError, match="must have classes as targets; these are numbers, which objective=mlp learns"):
        trained(here, "objective=softmax_regression", "dataset.target=price")
