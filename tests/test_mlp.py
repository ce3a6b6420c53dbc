"""The population of multilayer perceptrons, and the data it learns from."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from objectives import data
from objectives.arrays import Array
from objectives.data import Dataset, digits, split
from objectives.learning.layers import ACTIVATIONS, LOSSES, ZEROS, cross_entropy, cross_entropy_of, normalised
from objectives.learning.mlp import MLP
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


@pytest.mark.exact
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_of_labels_are_those_of_one_hot_targets(dtype: str) -> None:
    """Bit for bit, also where outputs are equal, zeros of both signs, or not finite."""
    rng = np.random.default_rng(0)
    outputs = rng.normal(scale=30, size=(3, 50, 10)).astype(dtype)
    outputs[0, :9] = 0.0
    outputs[0, 3:6, ::2] = -0.0
    labels = rng.integers(10, size=50)
    targets = (labels[:, None] == np.arange(10)).astype(dtype)
    diverged = outputs.copy()
    diverged[0, 20, 4], diverged[0, 21, labels[21]], diverged[1, 22, 1] = -np.inf, -np.inf, np.nan
    diverged[2, 23] = np.finfo(dtype).max * np.where(np.arange(10) % 2, 1, -1)  # the difference is not finite
    for given in (outputs, diverged):
        with np.errstate(all="ignore"):
            shifted = given - np.max(given, axis=-1, keepdims=True)
            wanted = np.log(np.sum(np.exp(shifted), axis=-1)) - np.sum(shifted * targets, axis=-1)
            np.testing.assert_array_equal(cross_entropy_of(given.copy(), labels), wanted)
            np.testing.assert_array_equal(cross_entropy(given.copy(), targets)[0], wanted)
    assert not np.isfinite(wanted[0, 20:22]).any()


def test_relu_of_more_than_the_zeros_that_are_kept() -> None:
    z = np.random.default_rng(0).normal(size=(2, ZEROS // 8, 5)).astype(np.float32)
    a, slope = ACTIVATIONS["relu"].with_slope(z.copy())
    np.testing.assert_array_equal(a, np.where(z > 0, z, 0))
    np.testing.assert_array_equal(slope, z > 0)


@pytest.mark.parametrize("hidden", [[], [7, 5]])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nothing_given_or_handed_out_is_written_over(activation: str, loss: str, hidden: list[int]) -> None:
    """Networks work in place; data, params and what an earlier call returned stay as they are."""
    mlp = MLP(blobs(), hidden, activation, loss=loss, dropout=0.2, weight_decay=0.1, batch_size=20)
    params = mlp.init(SEEDS)
    returned = mlp.loss_and_grads(params, 0, SEEDS), mlp.evaluate(params, "train")
    held = params, returned, mlp._data, mlp._targets
    before = copy.deepcopy(held)
    for step in range(3):
        mlp.loss_and_grads({name: p + 1 for name, p in params.items()}, step, SEEDS)
        for name in ("train", "validation", "test"):
            mlp.evaluate(params, name)
    assert all(np.array_equal(a, b) for a, b in zip(leaves(before), leaves(held), strict=True))


def leaves(found: Any) -> list[Array]:
    """The arrays in dicts and tuples."""
    if isinstance(found, np.ndarray):
        return [found]
    return [leaf for part in (found.values() if isinstance(found, dict) else found) for leaf in leaves(part)]


def test_r2_of_several_numbers_is_their_mean() -> None:
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = np.column_stack([x @ rng.normal(size=(3, 19)), 100 * rng.normal(size=60), np.ones(60)])
    dataset = split(x, y, 0, 0.2, 0.2)
    mlp = MLP(dataset, [], batch_size=16, dtype="float64")
    params = mlp.init([0, 1, 2])
    found = mlp.evaluate(params, "validation")
    inputs, targets = dataset.split("validation")
    for run in range(3):
        outputs = inputs @ params["W1"][run] + params["b1"][run]
        expected = r2_score(targets[:, :20], outputs[:, :20])  # the last output never varies
        np.testing.assert_allclose(found["r2"][run], expected, rtol=1e-12)
        alone = mlp.evaluate({name: p[run : run + 1] for name, p in params.items()}, "validation")
        assert alone["r2"][0] == found["r2"][run]
    assert "rmse" not in found, "whose units differ"


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


def regularised(**fields: Any) -> MLP:
    return MLP(blobs(), [7, 5], "tanh", batch_size=20, dtype="float64", **fields)


@pytest.mark.parametrize(
    "fields", [{"batch_norm": True}, {"dropout": 0.4}, {"label_smoothing": 0.2}, {"replacement": True},
               {"batch_norm": True, "dropout": 0.4, "label_smoothing": 0.2, "weight_decay": 0.1}],
)  # fmt: skip
def test_gradients_of_regularised_networks(fields: dict[str, Any]) -> None:
    check_gradient(regularised(**fields), SEEDS, step=2)


def test_batch_norm_normalises_and_remembers() -> None:
    mlp = regularised(batch_norm=True)
    params = mlp.init(SEEDS)
    params["W1"] += 3
    for step in range(200):
        mlp.loss_and_grads(params, step, SEEDS)
    x, _ = mlp.dataset.split("train")
    z = np.matmul(x, params["W1"])
    means, variances = mlp._running[1]
    np.testing.assert_allclose(means, z.mean(axis=1), rtol=0.2)  # an average over about 10 batches of 20
    np.testing.assert_allclose(variances, z.var(axis=1), rtol=0.5)
    # with the statistics of the whole split, metrics are those of a batch of the whole split
    mlp._running = {1: (z.mean(axis=1), z.var(axis=1)), 2: mlp._running[2]}
    whole = normalised(z, params["g1"], params["b1"]).value
    np.testing.assert_allclose(whole.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(whole.std(axis=1), 1, rtol=1e-5)


def test_runs_leave_with_their_statistics() -> None:
    mlp, rows = regularised(batch_norm=True), np.array([2, 0])
    params = mlp.init(SEEDS)
    for step in range(5):
        mlp.loss_and_grads(params, step, SEEDS)
    before = mlp.evaluate(params, "validation")["loss"]
    mlp.select(rows)
    some = {name: p[rows] for name, p in params.items()}
    np.testing.assert_array_equal(mlp.evaluate(some, "validation")["loss"], before[rows])
    assert mlp.remembers
    assert not regularised().remembers


def test_a_population_with_memory_and_masks_is_its_runs() -> None:
    """Batch norm and dropout in the engine: alone, together, and in blocks."""
    common = (
        "objective=mlp",
        "objective.hidden=[20]",
        "objective.batch_norm=true",
        "objective.dropout=0.3",
        "steps=30",
    )
    together = harness.run(*common, "seeds=6", "optimizer=adam")
    for seed in (0, 4):
        alone = harness.run(*common, f"seeds=[{seed}]", "optimizer=adam")
        np.testing.assert_array_equal(alone.curves["loss"][0], together.curves["loss"][seed])


def test_dropout_keeps_the_mean_and_is_for_training_only() -> None:
    dropped, plain = regularised(dropout=0.5), regularised()
    masks = np.concatenate([dropped._kept[0].at(step, SEEDS).ravel() for step in range(200)])
    assert set(np.unique(masks)) == {0.0, 2.0}
    assert masks.mean() == pytest.approx(1, abs=4 / np.sqrt(masks.size))
    params = plain.init(SEEDS)
    np.testing.assert_array_equal(*(mlp.evaluate(params, "test")["loss"] for mlp in (plain, dropped)))
    assert (dropped.loss_and_grads(params, 0, SEEDS)[0] != plain.loss_and_grads(params, 0, SEEDS)[0]).all()
    one, other = (dropped._kept[0].at(step, SEEDS) for step in (0, 1))
    assert (one != other).any()
    assert (one[0] != one[1]).any()


def test_label_smoothing_is_for_training_only() -> None:
    smooth, plain = regularised(label_smoothing=0.3), regularised()
    params = plain.init(SEEDS)
    np.testing.assert_array_equal(*(mlp.evaluate(params, "train")["loss"] for mlp in (plain, smooth)))
    assert smooth._targets.sum(axis=1) == pytest.approx(1)
    assert set(np.round(np.unique(smooth._targets), 12)) == {0.1, 0.8}


def test_batches_with_replacement_repeat_examples() -> None:
    rows = regularised(replacement=True)._batches.at(3, SEEDS)
    assert rows.shape == (3, 20)
    assert any(len(np.unique(row)) < 20 for row in rows)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"dropout": 1}, r"MLP.dropout must be a number in \[0, 1\); got 1"),
        ({"batch_norm": 1}, "MLP.batch_norm must be true or false; got 1"),
        ({"batch_norm": True, "batch_size": 1}, "MLP.batch_size must be at least 2 with batch_norm=true: one example"),
        ({"label_smoothing": 0.1, "loss": "mse"}, "MLP.label_smoothing must be 0 for another loss than cross_entropy"),
        ({"hidden": [0]}, r"MLP.hidden must be a list of layer widths; got \[0\]"),
        ({"hidden": "100"}, "MLP.hidden"),
        ({"activation": "swish"}, "MLP.activation must be relu, tanh, sigmoid or gelu; got 'swish'"),
        ({"weight_init": "hee"}, "MLP.weight_init must be he, xavier or a standard deviation; got 'hee'"),
        ({"loss": "hinge"}, "MLP.loss must be cross_entropy, mse, or null for"),
        ({"weight_decay": -1}, "MLP.weight_decay must be a number of at least 0"),
        ({"batch_size": 61}, "an integer from 1 to the 60 training examples; got 61; add objective.batch_size=32"),
        ({"dtype": "float16"}, "MLP.dtype must be float32 or float64"),
        ({"dataset": 3}, "MLP.dataset must be a Dataset; got 3"),
    ],
)
def test_bad_arguments_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MLP(**{"dataset": blobs(), "batch_size": 20, **fields})


def test_regression_needs_mse() -> None:
    assert MLP(blobs(0), batch_size=20).loss == "mse"
    assert MLP(blobs(), batch_size=20).loss == "cross_entropy"
    with pytest.raises(ValueError, match="mse for targets that are not classes"):
        MLP(blobs(0), batch_size=20, loss="cross_entropy")


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


@pytest.mark.parametrize("shares", [(0.0, 1.0), (0.2, 0.0), (0.6, 0.5), (-0.1, 0.2), (1e-9, 0.2)])
def test_shares_that_leave_nothing_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"must be a number in [\[(]0, 1\)|leave a split empty"):
        data.digits(*shares)
