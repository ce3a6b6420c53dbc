"""The population of multilayer perceptrons, and the data it learns from."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from objectives import data
from objectives.base import Array
from objectives.data import Dataset, digits, split
from objectives.layers import ACTIVATIONS, LOSSES
from objectives.mlp import MLP
from tests.test_objectives import check_gradient

SEEDS = np.arange(3)


def blobs(classes: int = 3) -> Dataset:
    rng = np.random.default_rng(0)
    y = rng.integers(classes, size=100) if classes else rng.normal(size=100)
    return split(rng.normal(size=(100, 6)) + y[:, None], y, classes, 0.2, 0.2)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [[], [5], [7, 4, 5]])
def test_gradients(activation: str, loss: str, hidden: list[int]) -> None:
    mlp = MLP(blobs(), hidden, activation, "xavier", loss, weight_decay=0.1, batch_size=20, dtype="float64")
    # a ReLU has kinks: so small a step crosses none of them (the differences would say so)
    check_gradient(mlp, SEEDS, step=2, epsilon=1e-7 if activation == "relu" else 1e-6)


def test_gradients_of_a_regression() -> None:
    check_gradient(MLP(blobs(0), [5], "tanh", loss="mse", batch_size=20, dtype="float64"), SEEDS, step=1)


def reference(mlp: MLP, params: dict[str, Array], run: int, x: Array, y: Array) -> tuple[float, Array]:
    """Cross-entropy and outputs of one run, example by example, in plain loops."""
    outputs = []
    for row in x:
        a = row
        for k in range(1, len(mlp.hidden) + 2):
            z = a @ params[f"W{k}"][run] + params[f"b{k}"][run]
            a = np.maximum(z, 0) if k <= len(mlp.hidden) else z
        outputs.append(a)
    losses = [np.log(np.sum(np.exp(out - out[label]))) for out, label in zip(outputs, y, strict=True)]
    return float(np.mean(losses)), np.array(outputs)


def test_evaluate_agrees_with_a_plain_loop() -> None:
    mlp = MLP(blobs(), [5, 4], batch_size=20, dtype="float64")
    params = mlp.init(SEEDS)
    for name in ("train", "validation", "test"):
        x, y = mlp.dataset.split(name)  # type: ignore[arg-type]
        metrics = mlp.evaluate(params, name)  # type: ignore[arg-type]
        for run in range(3):
            loss, outputs = reference(mlp, params, run, x, y)
            assert metrics["loss"][run] == pytest.approx(loss, rel=1e-12)
            assert metrics["accuracy"][run] == np.mean(outputs.argmax(axis=1) == y)


def test_the_penalty_is_part_of_the_training_loss_and_leaves_biases_alone() -> None:
    plain, decayed = (MLP(blobs(), [5], weight_decay=decay, batch_size=20, dtype="float64") for decay in (0.0, 0.1))
    params = plain.init(SEEDS)
    params["b1"] += 1
    (loss, grads), (penalised, more) = (mlp.loss_and_grads(params, 0, SEEDS) for mlp in (plain, decayed))
    squares = sum(np.sum(params[W] ** 2, axis=(1, 2)) for W in ("W1", "W2"))
    np.testing.assert_allclose(penalised - loss, 0.05 * squares)
    np.testing.assert_allclose(more["W1"] - grads["W1"], 0.1 * params["W1"], atol=1e-15)
    np.testing.assert_array_equal(more["b1"], grads["b1"])
    np.testing.assert_array_equal(*(mlp.evaluate(params, "validation")["loss"] for mlp in (plain, decayed)))


def test_an_epoch_shows_every_example_at_most_once_and_epochs_differ() -> None:
    mlp = MLP(blobs(), batch_size=16)  # 60 examples: 3 batches, 12 left out
    epochs = [np.concatenate([mlp._batches.at(3 * e + k, SEEDS) for k in range(3)], axis=1) for e in range(2)]
    for epoch in epochs:
        assert all(len(np.unique(row)) == 48 for row in epoch)
        assert (epoch[0] != epoch[1]).any()
    assert (epochs[0] != epochs[1]).any()


@pytest.mark.parametrize(("init", "expected"), [("he", 2 / 64), ("xavier", 2 / 164), (0.01, 1e-4), (1, 1.0)])
def test_initial_weights_have_the_stated_variance(init: Any, expected: float) -> None:
    params = MLP(digits(), [100], weight_init=init).init(np.arange(4))
    assert params["W1"].dtype == np.float32
    assert params["W1"].var() == pytest.approx(expected, rel=0.05)
    assert not params["b1"].any()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"hidden": [0]}, r"MLP.hidden must be a list of layer widths; got \[0\]"),
        ({"hidden": "100"}, "MLP.hidden"),
        ({"activation": "swish"}, "MLP.activation must be one of relu, tanh, sigmoid, gelu; got 'swish'"),
        ({"weight_init": "hee"}, "MLP.weight_init must be he, xavier or a standard deviation; got 'hee'"),
        ({"loss": "hinge"}, "MLP.loss must be one of cross_entropy, mse"),
        ({"weight_decay": -1}, "MLP.weight_decay must be a number of at least 0"),
        ({"batch_size": 61}, "MLP.batch_size must be an integer from 1 to the 60 training examples; got 61"),
        ({"dtype": "float16"}, "MLP.dtype must be float32 or float64"),
        ({"dataset": 3}, "MLP.dataset must be a Dataset; got 3"),
    ],
)
def test_bad_arguments_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MLP(**{"dataset": blobs(), "batch_size": 20, **fields})


def test_regression_needs_mse() -> None:
    with pytest.raises(ValueError, match="mse for targets that are not classes"):
        MLP(blobs(0), batch_size=20)


def test_digits_are_the_real_ones() -> None:
    found = digits()
    assert found.x.shape == (1797, 64)
    assert (found.x.min(), found.x.max()) == (0, 1)
    assert np.bincount(found.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_split_is_fixed_and_leaves_nobody_in_two_parts() -> None:
    one, other = digits(), digits()
    parts = list(one.parts.values())
    assert sorted(np.concatenate(parts)) == list(range(1797))
    assert {name: len(rows) for name, rows in one.parts.items()} == {"test": 359, "validation": 359, "train": 1079}
    assert one.digest == other.digest
    assert digits(test=0.1).digest != one.digest


def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    first = digits().digest
    (tmp_path / "cache" / "sklearn-digits.npz").write_bytes(b"PK\x03\x04 torn")
    assert digits().digest == first
    monkeypatch.setattr("sklearn.datasets.load_digits", None)  # from here on the cache must do
    assert digits().digest == first


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file" / "cache"))
    assert len(digits().x) == 1797


@pytest.mark.parametrize("shares", [(0.0, 0.2), (0.6, 0.5), (-0.1, 0.2)])
def test_shares_that_leave_nothing_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"must be a number between 0 and 1|leave a split empty"):
        data.digits(*shares)
