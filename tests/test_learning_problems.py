"""Learning problems: their gradients, their minima, and what is known of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from objectives.arrays import Array, Params
from objectives.base import Objective
from objectives.data import Dataset, digits
from objectives.functions.noisy_quadratic import NoisyQuadratic
from objectives.functions.quadratic_deep import QuadraticDeep
from objectives.functions.reddi import ReddiCounterexample
from objectives.learning.autoencoder import Autoencoder
from objectives.learning.least_squares import LeastSquares
from objectives.learning.linear_network import LinearNetwork
from objectives.learning.logistic_regression import LogisticRegression
from objectives.learning.matrices import with_singular_values
from objectives.learning.matrix_factorisation import MatrixFactorisation
from objectives.learning.newton import minimise
from objectives.learning.softmax_regression import SoftmaxRegression
from objectives.random import generator
from tests.reference.problems import PROBLEMS, SEEDS, STEP, blobs, point
from tests.reference.record_gradients import FILE

every_problem = pytest.mark.parametrize("problem", PROBLEMS)


def central_difference(objective: Objective, params: Params, name: str) -> Array:
    """The gradient by one parameter tensor, one element at a time. Its error is epsilon^2 f''' / 6 from truncation
    and about 1e-16 f / epsilon from rounding.
    """
    epsilon, found = 1e-5, np.empty_like(params[name])
    for place in np.ndindex(params[name].shape[1:]):
        sides = []
        for sign in (1, -1):
            shifted = params[name].copy()
            shifted[:, *place] += sign * epsilon
            sides.append(objective.loss_and_grads({**params, name: shifted}, STEP, SEEDS)[0])
        found[:, *place] = (sides[0] - sides[1]) / (2 * epsilon)
    return found


@every_problem
def test_the_gradient_of_every_tensor_agrees_with_central_differences(problem: str) -> None:
    objective = PROBLEMS[problem]()
    params = point(objective)
    loss, grads = objective.loss_and_grads(params, STEP, SEEDS)
    assert list(grads) == list(params)
    for name, g in grads.items():
        room = 1e-8 * max(1, np.abs(loss).max(), np.abs(g).max())
        np.testing.assert_allclose(g, central_difference(objective, params, name), rtol=0, atol=room, err_msg=name)


@pytest.mark.parametrize("problem", [name for name in PROBLEMS if "reddi" not in name])
def test_losses_and_gradients_agree_with_torch(problem: str) -> None:
    objective = PROBLEMS[problem]()
    loss, grads = objective.loss_and_grads(point(objective), STEP, SEEDS)
    with np.load(FILE, allow_pickle=False) as recorded:
        for run in range(len(SEEDS)):
            np.testing.assert_allclose(loss[run], recorded[f"{problem}/{run}/loss"], rtol=1e-12)
            for name, g in grads.items():
                expected = recorded[f"{problem}/{run}/{name}"]
                np.testing.assert_allclose(g[run], expected, rtol=0, atol=1e-12 * np.abs(expected).max(), err_msg=name)


@every_problem
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_lone_run_is_the_run_it_is_among_others(problem: str, dtype: str) -> None:
    seeds, runs = np.array([5, 0, 2, 2, 9]), slice(2, 3)
    alone, among = PROBLEMS[problem](), PROBLEMS[problem]()
    for objective in (alone, among):
        objective.dtype = dtype  # type: ignore[attr-defined]
        objective.__post_init__()  # type: ignore[attr-defined]
    alone.init(seeds[runs])
    params = among.init(seeds)
    for step in range(12):
        loss, grads = among.loss_and_grads(params, step, seeds)
        own, slopes = alone.loss_and_grads({n: p[runs] for n, p in params.items()}, step, seeds[runs])
        np.testing.assert_array_equal(own, loss[runs])
        for name, g in grads.items():
            assert g.dtype == params[name].dtype == dtype
            np.testing.assert_array_equal(slopes[name], g[runs])
        params = {name: p - np.asarray(0.01, dtype) * grads[name] for name, p in params.items()}
    for split in among.splits:
        for metric, values in among.evaluate(params, split).items():
            found = alone.evaluate({n: p[runs] for n, p in params.items()}, split)
            np.testing.assert_array_equal(found[metric], values[runs])


def whole() -> dict[str, Callable[[], Any]]:
    """Problems that see all training examples at every step."""
    n = len(blobs().parts["train"])
    return {
        "interpolating": lambda: LeastSquares(80, 10, noise=0.0, condition=10.0, batch_size=80),
        "noisy": lambda: LeastSquares(80, 10, noise=0.5, condition=10.0, batch_size=80),
        "wide": lambda: LeastSquares(20, 40, noise=0.5, condition=2.0, batch_size=20),
        "logistic": lambda: LogisticRegression(blobs(), l2=0.01, batch_size=n),
        "softmax": lambda: SoftmaxRegression(blobs(), l2=0.01, batch_size=n),
        "factorisation": lambda: MatrixFactorisation(rank=2, scale=1.0),
        "network": lambda: LinearNetwork(hidden=[7, 2], scale=1.0, batch_size=500),
        "shallow": lambda: LinearNetwork(hidden=[], batch_size=500),
        "quadratic_deep": lambda: QuadraticDeep(batch_size=1000, dtype="float64"),
    }


@pytest.mark.parametrize("name", whole())
def test_the_stated_minimum_is_where_a_descent_ends(name: str) -> None:
    objective, seed = whole()[name](), np.array([1])
    start = objective.init(seed)
    places = np.cumsum([p.size for p in start.values()])[:-1]

    def loss(v: Array) -> tuple[float, Array]:
        parts = zip(start.items(), np.split(v, places), strict=True)
        value, grads = objective.loss_and_grads({name: part.reshape(p.shape) for (name, p), part in parts}, 0, seed)
        return float(value[0]), np.concatenate([g.ravel() for g in grads.values()])

    first = np.concatenate([p.ravel() for p in start.values()])
    options = {"maxiter": 5000, "maxfun": 20000, "ftol": 1e-16, "gtol": 1e-9}
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options=options)
    assert loss(first)[0] > objective.minimum + 0.1
    assert found.fun == pytest.approx(objective.minimum, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("cls", [LogisticRegression, SoftmaxRegression])
def test_newton_finds_the_minimum_to_rounding_on_digits(cls: Any) -> None:
    objective = cls(digits(), l2=1e-3, batch_size=1079)
    at = {name: p[None] for name, p in objective.minimiser.items()}
    loss, grads = objective.loss_and_grads(at, 0, np.array([0]))
    assert max(np.abs(g).max() for g in grads.values()) < 1e-12
    assert loss[0] == pytest.approx(objective.minimum, rel=1e-13)
    assert objective.evaluate(at, "train")["penalised_loss"][0] == pytest.approx(objective.minimum, rel=1e-13)


def test_the_minima_agree_with_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression as Theirs

    x, y = digits().split("train")
    for labels, ours in ((y >= 5, LogisticRegression(digits(), l2=0.01)), (y, SoftmaxRegression(digits(), l2=0.01))):
        theirs = Theirs(C=1 / (0.01 * len(x)), tol=1e-10, max_iter=10_000).fit(x, labels)
        weights = theirs.coef_.T
        np.testing.assert_allclose(ours.minimiser["w" if labels is not y else "W1"], weights.squeeze(), atol=1e-5)


def test_the_penalty_is_part_of_the_training_loss_only() -> None:
    params = {"w": np.ones((1, 6)), "b": np.ones((1, 1))}
    plain, penalised = (LogisticRegression(blobs(), l2=l2, batch_size=16) for l2 in (0.0, 0.5))
    assert penalised.loss_and_grads(params, 0, SEEDS[:1])[0] - plain.loss_and_grads(params, 0, SEEDS[:1])[0] == 1.5
    for split in ("validation", "test"):
        assert penalised.evaluate(params, split) == plain.evaluate(params, split)
        assert set(plain.evaluate(params, split)) == {"loss", "accuracy"}
    train = penalised.evaluate(params, "train")
    assert train["penalised_loss"] - train["loss"] == pytest.approx(1.5)


def test_the_classes_that_count_as_1() -> None:
    x, y = digits().split("test")
    for positive, expected in ((None, y >= 5), ([0, 3], np.isin(y, [0, 3]))):
        objective = LogisticRegression(digits(), positive)
        at = {name: p[None] for name, p in objective.minimiser.items()}
        accuracy = np.mean((x @ at["w"][0] + at["b"][0] > 0) == expected)
        assert objective.evaluate(at, "test")["accuracy"][0] == accuracy > 0.85


def test_a_matrix_has_the_singular_values_it_was_given() -> None:
    made = with_singular_values([3.0, 2.0, 0.5], 6, 4, generator(0, "test"))
    np.testing.assert_allclose(np.linalg.svd(made, compute_uv=False), [3, 2, 0.5, 0], atol=1e-14)
    np.testing.assert_allclose(MatrixFactorisation(rank=1, singular_values=[0.5, 8, 1]).minimum, (0.25 + 1) / 2)


def test_newton_says_when_there_is_no_minimum() -> None:
    with pytest.raises(ArithmeticError, match="no minimum in 100 Newton steps"):
        minimise(lambda x: float(x[0]), lambda x: (np.ones(1), np.ones((1, 1))), np.zeros(1))


def test_least_squares_has_the_condition_and_the_noise_it_says() -> None:
    objective = LeastSquares(examples=20_000, features=4, condition=1000.0, noise=0.5)
    x, _ = objective._data["train"]
    variances = x.var(axis=0)
    assert variances[0] / variances[-1] == pytest.approx(1000, rel=0.1)
    assert objective.minimum == pytest.approx(0.5**2 / 2, rel=0.05)
    best = {"w": objective.minimiser["w"][None]}
    assert objective.evaluate(best, "test")["loss"][0] == pytest.approx(0.5**2 / 2, rel=0.05)
    assert (LeastSquares(instance=1)._data["train"][1] != LeastSquares()._data["train"][1]).all()


def test_an_autoencoder_is_asked_for_its_inputs() -> None:
    objective = Autoencoder(blobs(), [3], "sigmoid", batch_size=16, dtype="float64")
    params = objective.init(SEEDS)
    x, _ = blobs().split("test")
    for run in range(2):
        W1, b1, W2, b2 = (p[run] for p in params.values())
        outputs = 1 / (1 + np.exp(-(x @ W1 + b1))) @ W2 + b2
        metrics = objective.evaluate(params, "test")
        assert metrics["loss"][run] == pytest.approx(np.mean((outputs - x) ** 2), rel=1e-12)
        assert list(metrics) == ["loss"]


NUMBERS = Dataset(np.ones((10, 2)), np.ones(10), 0, {"train": np.arange(8)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LeastSquares(features=0), "LeastSquares.features must be an integer of at least 1; got 0"),
        (lambda: LeastSquares(noise=-1), "LeastSquares.noise must be a number of at least 0; got -1"),
        (lambda: LeastSquares(batch_size=1001), "batch_size must be an integer from 1 to the 1000 training examples"),
        (lambda: LeastSquares(dtype="int"), "LeastSquares.dtype must be float32 or float64; got 'int'"),
        (lambda: LogisticRegression(NUMBERS), "LogisticRegression.dataset must have classes as targets"),
        (lambda: SoftmaxRegression(3), "SoftmaxRegression.dataset must be a Dataset; got 3"),  # type: ignore[arg-type]
        (
            lambda: LogisticRegression(blobs(), [3], batch_size=9),
            r"positive must be a list of some, not all, of the classes 0 to 2",
        ),
        (lambda: LogisticRegression(blobs(), [0, 1, 2], batch_size=9), "LogisticRegression.positive"),
        (lambda: LogisticRegression(blobs(), l2=0.0, batch_size=9).minimum, "a unique minimum for l2 above 0; got 0.0"),
        (lambda: MatrixFactorisation(rows=2), "singular_values must be a list of 1 to 2 numbers of at least 0"),
        (lambda: LinearNetwork(hidden=[0]), r"LinearNetwork.hidden must be a list of layer widths; got \[0\]"),
        (lambda: NoisyQuadratic(dim=0), "NoisyQuadratic.dim must be an integer of at least 1; got 0"),
        (lambda: QuadraticDeep(draw=-1), "QuadraticDeep.draw must be an integer of at least 0; got -1"),
        (lambda: QuadraticDeep(validate_on="train"), "validate_on must be validation or test; got 'train'"),  # type: ignore[arg-type]
        (lambda: ReddiCounterexample(large=2.0), r"large must be above \(period - 1\) small = 2.0, .*; got 2.0"),
        (lambda: Autoencoder("digits"), "Autoencoder.dataset must be a Dataset; got 'digits'"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_seeds_that_would_be_copies_are_said() -> None:
    for objective in (LeastSquares(80, 10, batch_size=80), QuadraticDeep(batch_size=1000)):
        assert not objective.varies_with_seed
    assert LeastSquares().varies_with_seed
