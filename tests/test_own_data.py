"""Files of one's own: what their columns and arrays become, and one line for what cannot be meant."""

from typing import Any

import numpy as np
import pytest

from tests.own_files import PRICES, csv, npz, numbers, refused, table

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
def test_one_odd_cell_makes_no_classes_of_numbers(cell: str, told: str) -> None:
    prices = [*PRICES[:6], cell, *PRICES[7:]]
    with refused(f"my.csv, row 8, column price: {told}"):
        csv(table("a,price", numbers(), prices))


def test_numbers_with_separators_of_thousands_are_no_words() -> None:
    with refused("row 2, column price: '9,000' is not a finite number; write it without separators of thousands"):
        csv(table("a,price", numbers(), [f'"{9000 + k:,}"' for k in range(60)]))


@pytest.mark.parametrize("cell", ["inf", "nan", "", "NaN"])
def test_whole_numbers_with_an_odd_cell_are_refused(cell: str) -> None:
    labels = [str(k % 3) for k in range(60)]
    with refused(f"row 7, column y: {cell!r} is"):
        csv(table("a,y", numbers(), [*labels[:5], cell, *labels[6:]]), "y")


def test_task_classes_takes_what_looks_like_numbers() -> None:
    found = csv(table("a,y", numbers(), [("1", "2", "x")[k % 3] for k in range(60)]), "y", task="classes")
    assert found.classes == 3
    assert found.y[:3].tolist() == [0, 1, 2]


def test_one_and_one_point_nought_are_one_class() -> None:
    found = csv(table("a,y", numbers(), [("1", "1.0", "0", "0.0")[k % 4] for k in range(60)]), "y")
    assert found.classes == 2
    assert found.y[:4].tolist() == [1, 1, 0, 0]


def test_words_that_hardly_repeat_are_no_classes() -> None:
    with refused("row 2, column name: 'n0' is one of 60 different words in 60 rows, too many for classes; choose"):
        csv(table("a,name", numbers(), [f"n{k}" for k in range(60)]), "name")


def test_one_class_is_said_to_be_one() -> None:
    with refused("my.csv, column y: all 60 rows hold 'yes', one class, which leaves nothing to learn; choose another"):
        csv(table("a,y", numbers(), ["yes"] * 60), "y")
    with refused("my.csv, column y: all 60 rows hold 1.5, which leaves nothing to learn"):
        csv(table("a,y", numbers(), ["1.5"] * 60), "y")


# columns


def test_a_name_that_stands_twice_is_refused() -> None:
    text = table("price,a,price", PRICES, numbers(), PRICES)
    with refused("my.csv: the name price stands over columns 1, 3; rename one"):
        csv(text)
    with refused("dataset.drop leaves out price, which is dataset.target"):
        csv(text, drop=["price"])


def test_a_column_without_a_name_is_refused_and_can_be_dropped() -> None:
    text = table(",a,price", [str(k) for k in range(60)], numbers(), PRICES)
    with refused("my.csv: column 1 of 3 has no name (a table written with its row numbers has such a one); name it, or "
                 'leave it out: \'dataset.drop=[""]\''):  # fmt: skip
        csv(text)
    assert csv(text, drop=[""]).x.shape == (60, 1)
    with refused("my.csv: 'Unnamed: 0' is what pandas calls a column without a name, often the row numbers"):
        csv(text.replace(",a", "Unnamed: 0,a", 1))
    with refused("column 3 of 3 has no name"):
        csv(table("a,price,", numbers(), PRICES, [""] * 60))


def test_drop_leaves_columns_out() -> None:
    text = table("id,a,price", [f"x{k}" for k in range(60)], numbers(), PRICES)
    one = csv(text, drop=["id"])
    assert one.digest == csv(text, drop="id").digest == csv(table("a,price", numbers(), PRICES)).digest
    with refused("my.csv: no column Id; choices: id, a, price; did you mean dataset.drop=id?"):
        csv(text, drop=["Id"])
    with refused("my.csv: no column beside the target price"):
        csv(text, drop=["id", "a"])


def test_words_become_features_of_0_and_1() -> None:
    colours = [("red", "blue", "green")[k % 3] for k in range(60)]
    found = csv(table("a,colour,price", numbers(), colours, PRICES))
    assert found.x[:3, 1:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]  # blue, green, red; not standardised
    assert found.x[found.parts["train"], 0].std() == pytest.approx(1)
    assert "colour: one-hot of 3 words" in found.about


def test_too_many_words_are_refused_with_the_way_out() -> None:
    text = table("name,a,price", [f"n{k}" for k in range(60)], numbers(), PRICES)
    with refused("my.csv, column name: 60 different words, such as n0, n1, n10, would be as many features"):
        csv(text, words=50)
    with refused("leave it out by dataset.drop=[name], or allow them by dataset.words=60"):
        csv(text, words=50)
    assert csv(text, words=60).x.shape == (60, 61)


def test_a_feature_with_an_odd_cell_is_not_made_of_words() -> None:
    with refused("my.csv, row 4, column a: 'x' is not a finite number"):
        csv(table("a,price", ["1", "2", "x", *numbers(57)], PRICES))
    with refused("my.csv, row 2, column a: '12%' is not a finite number; write it as a plain number"):
        csv(table("a,price", [f"{k + 12}%" for k in range(60)], PRICES))


def test_missing_cells_are_refused_dropped_or_words() -> None:
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


@pytest.mark.parametrize("cell", ["(0.50)", "\u22123.5", '"1,5e3"', "1.5D-3", "$.50", "0x1F", "1’000"])
def test_numbers_in_other_clothes_are_no_words(cell: str) -> None:
    with refused(f"my.csv, row 2, column a: {cell.strip(chr(34))!r} is not a finite number; write it as a plain"):
        csv(table("a,price", [cell, "7"] * 30, PRICES))


def test_dates_are_words_or_left_out() -> None:
    days = [f"{k % 28 + 1:02d}.03.2021" for k in range(60)]
    assert "day: one-hot of 28 words" in csv(table("day,a,price", days, numbers(), PRICES)).about


@pytest.mark.parametrize("cell", ["None", "<NA>", "NaT", "\\N", "-nan", "#NA"])
def test_what_programs_write_for_nothing_is_missing(cell: str) -> None:
    text = table("a,y", numbers(), [(cell, "x", "y")[k % 3] for k in range(60)])
    with refused(
        f"row 2, column y: {cell!r} is missing; add dataset.missing=drop to leave such rows out, 20 of 60; da"
    ):
        csv(text, "y")
    assert csv(text, "y", missing="word").classes == 3
    with refused(f"row 2, column a: {cell!r} is not a finite number; add dataset.missing=drop"):
        csv(table("a,price", [cell, *numbers(59)], PRICES))


def test_missing_cells_beside_numbers_make_no_words_of_these() -> None:
    with refused("row 2, column a: '' is not a finite number; add dataset.missing=drop"):
        csv(table("a,price", ["", "3.5", "4.5", ""] * 15, PRICES), missing="word")


def test_a_column_without_a_cell_is_named() -> None:
    text = table("a,b,price", numbers(), [""] * 60, PRICES)
    with refused("row 2, column b: '' is missing; so is the whole column: add dataset.drop=[b]"):
        csv(text)
    with refused("every row misses a cell, 60 of 60 that of column b; leave such columns out: dataset.drop=[b]"):
        csv(text, missing="drop")
    with refused("row 2, column price: '' is missing; so is the whole column: choose another target"):
        csv(table("a,price", numbers(), [""] * 60))


def test_whole_numbers_beyond_float64_stay_different_classes() -> None:
    ids = [9007199254740992, 9007199254740993, 12345678901234567890]
    found = csv(table("a,y", numbers(), [str(ids[k % 3]) for k in range(60)]), "y")
    assert (found.classes, found.y[:3].tolist()) == (3, [0, 1, 2])
    assert "the rarest 9007199254740992 with" in found.about


@pytest.mark.parametrize("row", [lambda k: 60 - k, lambda k: 1_700_000_000 + 60 * k])
def test_what_counts_the_rows_is_said(row: Any) -> None:
    found = csv(table("t,a,price", [str(row(k)) for k in range(60)], numbers(), PRICES))
    assert "t counts the rows (dataset.drop=[t] leaves it out)" in found.about


def test_the_line_says_what_may_be_meant_otherwise() -> None:
    assert (
        "the rarest 1 with 20 rows; without a row: 0 (dataset.task=classes numbers" in npz(np.arange(60) % 3 + 1).about
    )
    assert "a number from 0 to 2 (if these are classes: dataset.task=classes)" in npz(np.arange(60) % 3 * 1.0).about
    shouted = csv(table("a,y", numbers(), [("yes", "Yes", "no")[k % 3] for k in range(60)]), "y")
    assert "; Yes, yes are different classes" in shouted.about
    assert "numbers up to 1e+09 are taken as they are (dataset.standardise=true" in npz(np.arange(60) + 1e9).about
    assert "a number from 1000000000 to 1000000059" in npz(np.arange(60) + 1e9).about


def test_the_line_asks_where_a_target_may_be_classes_or_numbers() -> None:
    few = table("a,y", numbers(12), [str(k % 2) for k in range(12)])
    assert "y is a number from 0 to 1 (if these are classes: dataset.task=classes)" in csv(few, "y").about
    assert "if these are" not in csv(few, "y", task="numbers").about
    ages = table("a,y", numbers(), [str(k % 5) for k in range(60)])
    assert csv(ages, "y").about.endswith("; if these are numbers to predict: dataset.task=numbers")
    assert "if these are" not in csv(ages, "y", task="classes").about
    assert "if these are" not in csv(table("a,y", numbers(), ["ab"[k % 2] for k in range(60)]), "y").about
