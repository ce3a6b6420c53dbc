"""Data at the edges of a type: what is learned and told of them is right."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import r2_score

import harness
from harness.errors import UserError
from objectives.arrays import Array
from objectives.checks import demand_range
from objectives.data.dataset import split, standardised
from objectives.data.idx_folder import idx
from objectives.learning.mlp import MLP

X = np.random.default_rng(1).normal(size=(60, 3))
LABELS = np.arange(60) % 2
SEEDS = np.arange(2)
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def mlp(y: Array, dtype: str) -> MLP:
    return MLP(split(X, y, 0, 0.2, 0.2), [8], batch_size=12, dtype=dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("constant", [0.1, 0.3])  # whose mean of 12 is another number in float64
def test_an_output_that_does_not_vary_has_no_r2(dtype: str, constant: float) -> None:
    model = mlp(np.column_stack([X @ [1.0, 2, 3], np.full(60, constant)]), dtype)
    params = model.init(SEEDS)
    found = model.evaluate(params, "validation")["r2"]
    x, y = model.dataset.split("validation")
    for run in range(2):
        hidden = np.maximum(x @ params["W1"][run] + params["b1"][run], 0)
        outputs = hidden @ params["W2"][run] + params["b2"][run]
        assert found[run] == pytest.approx(r2_score(y[:, 0], outputs[:, 0]), rel=1e-4)
    alone = np.full(60, constant)
    alone[model.dataset.parts["train"][0]] = 1.0
    model = mlp(alone, dtype)
    assert np.isnan(model.evaluate(model.init(SEEDS), "validation")["r2"]).all()


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_the_error_in_units_beyond_float32(scale: float) -> None:
    y = X @ [1.0, 2, 3]
    models = [MLP(standardised(split(X, k * y, 0, 0.2, 0.2)), [8], batch_size=12) for k in (scale, 1.0)]
    wide, usual = (model.evaluate(model.init(SEEDS), "validation")["rmse"] for model in models)
    np.testing.assert_allclose(wide / scale, usual, rtol=1e-4)
    assert usual.dtype == np.float32


def test_large_numbers_of_float16_are_not_called_alike() -> None:
    data = split((3e4 * np.tanh(X)).astype(np.float16), LABELS, 2, 0.2, 0.2)
    demand_range(MLP(data, [3], batch_size=12), data, "float32")


def test_numbers_that_may_be_classes_say_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("my.npz", x=X, y=LABELS * 1.0)
    common = ("objective=softmax_regression", "dataset=npz", "dataset.path=my.npz", "objective.batch_size=12")
    with pytest.raises(UserError, match=r"\(if they are classes: dataset\.task=classes\)"):
        harness.run(*common)
    harness.run(*common, "dataset.task=classes", "steps=1")


def packed(array: Array, kind: int) -> bytes:
    head = bytes([0, 0, kind, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return head + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images of 4 x 3 pixels as wide integers, which nothing divides."""
    pixels, labels = (np.arange(720).reshape(60, 4, 3) % 256).astype(">i2"), (np.arange(60) % 3).astype(np.uint8)
    for name, array in zip(FILES, (pixels[:40], labels[:40], pixels[40:], labels[40:]), strict=True):
        (tmp_path / name).write_bytes(packed(array, 8 if array.ndim == 1 else 0x0B))
    return tmp_path


def test_large_pixels_are_told(folder: Path) -> None:
    told = "; pixels up to 255 are taken as they are (dataset.standardise=true scales them)"
    assert told in idx(str(folder)).about
    assert "; pixels" not in idx(str(folder), standardise=True).about


def test_labels_in_the_place_of_images_are_refused(folder: Path) -> None:
    (folder / FILES[0]).write_bytes((folder / FILES[1]).read_bytes())
    with pytest.raises(ValueError, match=r"images have two axes or more; got \(40,\), as labels have"):
        idx(str(folder))
