"""What gives a target away is said before anything trains."""

from pathlib import Path

import numpy as np
import pytest

from objectives.data import Dataset, own

A = [f"{value:.4f}" for value in np.random.default_rng(1).normal(size=60)]
PRICES = [f"{9 + k / 7:.4f}" for k in range(60)]
KINDS = [("no", "yes")[k * k % 3 % 2] for k in range(60)]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def csv(target: str, columns: dict[str, list[str]]) -> Dataset:
    rows = [",".join(row) for row in zip(*columns.values(), strict=True)]
    Path("my.csv").write_text("\n".join([",".join(columns), *rows]) + "\n")
    return own.csv_file("my.csv", target)


def test_a_copy_of_the_target_is_told_however_it_is_written() -> None:
    found = csv("price", {"a": A, "copy": [f"{price}00" for price in PRICES], "price": PRICES})
    assert "; copy equals price (dataset.drop=[copy] leaves it out)" in found.about
    assert "equals" not in csv("price", {"a": A, "copy": [*PRICES[1:], "0"], "price": PRICES}).about


@pytest.mark.parametrize("code", [{"no": "0", "yes": "1"}, {"no": "N", "yes": "Y"}])
def test_a_code_of_the_classes_is_told(code: dict[str, str]) -> None:
    codes = [code[kind] for kind in KINDS]
    assert (
        "; code tells every class of kind (dataset.drop=[code]"
        in csv("kind", {"a": A, "code": codes, "kind": KINDS}).about
    )
    codes[0] = code["yes" if KINDS[0] == "no" else "no"]
    assert "tells" not in csv("kind", {"a": A, "code": codes, "kind": KINDS}).about
    assert "tells" not in csv("price", {"a": A, "price": PRICES}).about  # numbers differ in every row: no code


def test_rows_that_training_has_seen_are_counted() -> None:
    once = csv("kind", {"a": A, "kind": KINDS})
    assert "stand in training" not in once.about
    twice = csv("kind", {"a": A * 2, "kind": KINDS * 2})
    seen = {row.tobytes() for row in twice.split("train")[0]}
    others = [row for name in ("validation", "test") for row in twice.split(name)[0]]  # type: ignore[arg-type]
    again = sum(row.tobytes() in seen for row in others)
    assert again > 10
    assert f"; of the 48 rows of validation and test, {again} stand in training, too" in twice.about
    np.savez("my.npz", x=np.arange(60.0).repeat(2)[:, None], y=np.arange(120) % 2)
    assert "stand in training" not in own.npz("my.npz").about, "with another target each time"


def test_words_that_tell_rows_or_capitals_apart_are_told() -> None:
    found = csv("price", {"id": [f"u{k}" for k in range(40)], "a": A[:40], "price": PRICES[:40]})
    assert "; id: one-hot of 40 words, a different one in every row" in found.about
    sexes = [("Male", "male", "female")[k % 3] for k in range(60)]
    assert (
        "; sex: one-hot of 3 words; Male, male are different words"
        in csv("price", {"sex": sexes, "a": A, "price": PRICES}).about
    )


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolon"), ("\t", "tab"), (" ", "space")])
def test_quoted_names_between_other_marks_say_what_to_type(mark: str, name: str) -> None:
    rows = zip(["a", *A], ["p", *PRICES], strict=True)
    Path("my.csv").write_text("\n".join(f'"{a}"{mark}"{price}"' for a, price in rows) + "\n")
    with pytest.raises(ValueError, match=f"line 1: not csv: .*between columns, add dataset.separator={name}"):
        own.csv_file("my.csv", "p")
    assert len(own.csv_file("my.csv", "p", separator=name).y) == 60
