"""The data sets that come with scikit-learn."""

import numpy as np

from objectives.arrays import Array
from objectives.data import dataset
from objectives.data.cache import cached
from objectives.data.dataset import Dataset, standardised
from objectives.fields import Count, SplitNumber, StaticFraction, StaticInside, checked


@checked
def digits(
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """1797 handwritten digits of 8 x 8 pixels, scaled to [0, 1] (Alpaydin & Kaynak 1998, bundled with scikit-learn)."""
    x, y = _loaded("digits")
    return dataset.split(x / 16, y.astype(np.int64), 10, validation, test, train_size, split=split)


@checked
def iris(
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """150 irises of 3 species by 4 lengths, standardised on the train split (Fisher 1936)."""
    return _classes("iris", validation, test, train_size, split)


@checked
def wine(
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """178 wines of 3 cultivars by 13 measurements, standardised on the train split (Aeberhard & Forina 1992)."""
    return _classes("wine", validation, test, train_size, split)


@checked
def breast_cancer(
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """569 tumours, malignant (0) or benign (1), by 30 measurements, standardised on the train split (Street, Wolberg &
    Mangasarian 1993).
    """
    return _classes("breast_cancer", validation, test, train_size, split)


@checked
def diabetes(
    validation: StaticFraction = 0.2,
    test: StaticInside = 0.2,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """The progression of diabetes in 442 patients by 10 measurements, both standardised on the train split, so that a
    constant prediction has a loss of about 1 (Efron et al. 2004).
    """
    x, y = _loaded("diabetes")
    return standardised(dataset.split(x, y.astype(np.float64), 0, validation, test, train_size, split=split))


def _classes(name: str, validation: float, test: float, train_size: int | None, split: int) -> Dataset:
    x, y = _loaded(name)
    classes = int(y.max()) + 1
    return standardised(dataset.split(x, y.astype(np.int64), classes, validation, test, train_size, split=split))


def _loaded(name: str) -> tuple[Array, Array]:
    def make() -> dict[str, Array]:
        from sklearn import datasets

        bunch = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
        return {"x": bunch.data.astype(np.float64), "y": bunch.target}

    arrays = cached(f"sklearn-{name}", ("x", "y"), make)
    return arrays["x"], arrays["y"]
