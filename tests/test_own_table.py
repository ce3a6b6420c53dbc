"""Files of one's own: how csv files are written, and what is said of those that cannot be read."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from objectives.data import own
from tests.own_files import PRICES, csv, numbers, refused, table


def test_a_name_over_two_lines_is_typed_in_one() -> None:
    text = f'"a\nfirst","the\r\n price"\n{table("", numbers(), PRICES).lstrip()}'
    found = csv(text, "the price")
    assert "\n" not in found.about
    assert "the price is a number" in found.about


def test_letters_that_look_the_same_are_the_same() -> None:
    apart, whole = "gro\u0308ße", "größe"
    assert csv(table(f"a,{apart}", numbers(), PRICES), whole).classes == 0
    assert csv(table(f"a,{whole}", numbers(), PRICES), apart).classes == 0
    assert csv(table("a,y", numbers(), [apart, whole, "x"] * 20), "y").classes == 2


def test_a_mark_of_byte_order_is_no_letter() -> None:
    plain = table("price,a", PRICES, numbers())
    same = csv(plain).digest
    assert csv("\ufeff" + plain, encoding="utf-8").digest == same
    assert csv(("\ufeff" + plain).encode("utf-16-le"), encoding="utf-16-le").digest == same
    with refused("my.csv: the text is UTF-32; add dataset.encoding=utf-32"):
        csv(plain.encode("utf-32"))
    assert csv(plain.encode("utf-32"), encoding="utf-32").digest == same


def test_a_line_for_excel_is_read() -> None:
    plain = table("a;price", numbers(), PRICES, mark=";")
    with refused("my.csv: line 1 says sep=;; add dataset.separator=semicolon"):
        csv("sep=;\n" + plain)
    assert csv("sep=;\r\n" + plain, separator="semicolon").digest == csv(plain, separator="semicolon").digest
    with refused("my.csv: line 1 says sep=^; add dataset.separator='\"^\"'"):
        csv("sep=^\n" + plain)


def test_blanks_at_the_ends_of_lines_are_no_cells() -> None:
    plain = table("a price", numbers(), PRICES, mark=" ")
    assert csv(plain.replace("\n", "  \n"), separator="space").digest == csv(plain, separator="space").digest
    comma = table("a,price", numbers(), PRICES)
    assert csv(comma + "\n   \n").digest == csv(comma).digest


def test_rows_longer_than_the_header_say_why() -> None:
    body = table("", numbers(), PRICES).lstrip()
    with refused("2 columns, which row 1 has: a, price; every row ends in a ',' too many: end row 1 in one as well"):
        csv("a,price\n" + body.replace("\n", ",\n"))
    assert csv("a,price,\n" + body.replace("\n", ",\n"), drop=[""]).digest == csv("a,price\n" + body).digest
    with refused("every row has one value more, perhaps the row's name: name all columns in row 1"):
        csv("price\n" + body)
    with refused("row 3: 1 value, '# checked', for 2 columns, which row 1 has: a, price; take comments out"):
        csv("a,price\n1,2\n# checked\n3,4\n")


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"PAR1", "a Parquet file"), (b"BZh9", "a file packed by bzip2"), (b"\xfd7zXZ\0", "a file packed by xz"),
     (b"version https://git-lfs.github.com/spec/v1\n", "a pointer to a file that `git lfs pull` fetches"),
     (gzip.compress(gzip.compress(b"a,price\n1,2\n", mtime=0), mtime=0), "a file packed by gzip twice")],
)  # fmt: skip
def test_other_files_are_called_by_their_kind(start: bytes, kind: str) -> None:
    with refused(f"my.csv: {kind}, not csv; save it as csv"):
        csv(start)


def test_a_damaged_text_is_refused() -> None:
    text = table("a,price", numbers(), PRICES)
    for encoding in (None, "utf-8", "cp1252"):
        with refused("my.csv, line 61: a character of code 0, which no text holds; is the file whole?"):
            csv(f"{'a' * 1000}{text[:-1]}\0\n", encoding=encoding)


@pytest.mark.parametrize("target", [2021, "2021"])
def test_a_header_of_numbers_is_one(target: Any) -> None:
    text = table("2019,2020,2021", numbers(), numbers(), PRICES)
    found = csv(text, target)
    assert (found.x.shape, found.classes) == ((60, 2), 0)


def test_blanks_around_names_and_cells_mean_nothing() -> None:
    text = table(" a, kind , price", [f" {n}" for n in numbers()], [' "x, y"', "z "] * 30, PRICES)
    found = csv(text)
    assert found.x.shape == (60, 3)
    assert csv(text, " price ").digest == found.digest


def test_other_marks_and_encodings_say_what_to_type() -> None:
    plain = table("a,price", numbers(), PRICES)
    same = csv(plain).digest
    german = table("a;price", *([n.replace(".", ",") for n in column] for column in (numbers(), PRICES)), mark=";")
    with refused("my.csv: one column with ',' between columns; add dataset.separator=semicolon"):
        csv(german)
    with refused("is not a finite number; write it without separators of thousands, or add dataset.decimal=comma"):
        csv(german, separator="semicolon")
    assert csv(german, separator=";", decimal="comma").digest == same
    for other, name in (("\t", "tab"), ("|", "pipe")):
        with refused(f"my.csv: one column with ',' between columns; add dataset.separator={name}"):
            csv(plain.replace(",", other))
        assert csv(plain.replace(",", other), separator=name).digest == same
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
        ("a,price\n\n1\n", {}, "my.csv, row 3: 1 value, '1', for 2 columns"),
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
def test_files_that_cannot_be_meant(text: str, fields: dict[str, Any], told: str) -> None:
    with refused(told):
        csv(text, **{"target": "price", **fields})


def test_more_that_new_users_type() -> None:
    with refused(
        "no column price; choices: a b price; that is one column: if there are several, add dataset.separator=s"
    ):
        csv(table("a b price", numbers(), numbers(), PRICES, mark=" "))
    with refused("row 2: 2 values, 'a', 'price', for 1 column, which row 1 has: # made by me; take comments out"):
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
