"""Files of one's own: splits and scales, and training on them."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import harness
from harness.command import main
from harness.errors import UserError
from harness.results.files import Results
from objectives.data import own
from objectives.data.dataset import split, standardised
from objectives.data.table import typed
from tests.own_files import PRICES, csv, npz, numbers, refused, table

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


def test_rare_classes_get_their_share_where_a_plain_draw_would_leave_them_out() -> None:
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


def test_numbers_have_no_strata() -> None:
    with refused("stratified=true is for classes, and the target is a number; add dataset.stratified=null"):
        csv(table("a,price", numbers(), PRICES), stratified=True)
    with refused("stratified=true is for classes"):
        npz(np.arange(60) / 7, stratified=True)


def test_too_few_rows_say_what_helps() -> None:
    with refused(
        "of 2 rows, 0 for test and 0 for validation leave a split empty; change dataset.validation, the share"
    ):
        csv("a,price\n1,2\n3,4\n")


def test_the_line_before_training() -> None:
    text = table("id,a,c,kind", [str(k) for k in range(60)], numbers(), ["7"] * 60, ["x"] * 50 + ["y"] * 10)
    assert csv(text, "kind").about == (
        "my.csv: 60 rows (36 train, 12 validation, 12 test); 3 features; kind has 2 classes, the rarest y with 10 "
        "rows; constant in training: c; id counts the rows (dataset.drop=[id] leaves it out)"
    )
    assert "price is a number from 9 to 17.4286" in csv(table("a,price", numbers(), PRICES)).about


# training on them


def trained(*overrides: str) -> Results:
    common = ("dataset=csv", "dataset.path=my.csv", "optimizer=adam", "optimizer.lr=0.01", "steps=300", "seeds=2")
    return harness.run(*common, "objective.batch_size=20", *overrides)


def test_the_loss_follows_the_task_and_numbers_are_told_in_their_units() -> None:
    a = np.random.default_rng(2).normal(size=100)
    Path("my.csv").write_text(table("a,price", [f"{v}" for v in a], [f"{5000 + 1000 * v}" for v in a]))
    runs = trained("dataset.target=price", "objective.hidden=[]").runs
    data = own.csv_file("my.csv", "price")
    assert data.unit == pytest.approx(1000 * a[data.parts["train"]].std())
    for run in runs:
        assert run["rmse"] == pytest.approx(np.sqrt(run["loss"]) * data.unit, rel=1e-5)
        variance = data.y[data.parts["validation"]].var()
        assert run["r2"] == pytest.approx(1 - run["loss"] / variance, rel=1e-5)
        assert run["r2"] > 0.99
        assert "accuracy" not in run
    typed = trained("dataset.target=price", "objective.hidden=[]", "objective.loss=mse").runs
    assert [(run["loss"], run["problem"]) for run in typed] == [(run["loss"], run["problem"]) for run in runs]


def test_more_r2_is_better() -> None:
    Path("my.csv").write_text(table("a,price", numbers(), PRICES))
    common = ("dataset=csv", "dataset.path=my.csv", "dataset.target=price", "objective.batch_size=20", "metric=r2")
    found = harness.sweep(*common, "optimizer=adam", "optimizer.lr=0.001,0.01", "steps=100", "seeds=2")
    assert found.summary["maximise"] is True
    assert all(isinstance(cell["r2"], float) and isinstance(cell["test_rmse"], float) for cell in found.cells)


def test_what_does_not_fit_the_dtype_is_refused() -> None:
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


def test_the_command_says_what_the_data_are(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(table("a,2021", numbers(), PRICES))
    assert (
        main(["dataset=csv", "dataset.path=my.csv", "dataset.target=2021", "objective.batch_size=20", "steps=5"]) == 0
    )
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].startswith(
        "my.csv: 60 rows (36 train, 12 validation, 12 test); 1 feature; 2021 is a num"
    )
    assert re.search(r"^test rmse", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "name",
    ["", "Unnamed: 0", "a b", "x", "$HOME", 'say "so"', "a,b", "größe", "2019", "a\\", "true", "Null"],
)
def test_what_is_suggested_can_be_typed(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    Path("my.csv").write_text(table(f"{quoted},b,price", ["NA"] * 60, numbers(), PRICES))
    typed_in = [word for word in shlex.split(typed("dataset.drop", [name])) if word]
    assert len(typed_in) == 1
    assert len(trained("dataset.target=price", "steps=1", *typed_in).runs) == 2


def test_objectives_for_classes_say_what_numbers_need() -> None:
    Path("my.csv").write_text(table("a,price", numbers(), PRICES))
    with pytest.raises(UserError, match="must have classes as targets; these are numbers, which objective=mlp learns"):
        trained("objective=softmax_regression", "dataset.target=price")
