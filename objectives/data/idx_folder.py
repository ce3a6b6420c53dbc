"""Any set of images in IDX files, MNIST's format: its sizes and classes are those of the files."""

import re
from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data import about
from objectives.data.archive import KINDS, targets
from objectives.data.dataset import Dataset
from objectives.data.download import unpacked
from objectives.data.idx import parsed
from objectives.data.own import LARGE, Task, divided, finished
from objectives.data.table import listed
from objectives.fields import Count, SplitNumber, StaticFraction, Typed, checked

NAME = r"(.*[-_.])?(train|t10k|test)[-_](images|labels)[-.]idx\d-\w+?(\.gz)?"
EXAMPLE = "train-images-idx3-ubyte, train-labels.idx1-ubyte or t10k-images-idx3-ubyte.gz"


@checked
def idx(
    folder: Typed | None,
    task: Task | None = None,
    validation: StaticFraction = 0.1,
    standardise: bool = False,
    train_size: Count | None = None,
    stratified: bool | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """Images and labels of a train and a test part (train, and t10k or test), from four IDX files in a folder, raw or
    gzip, their names with a hyphen or a dot before idx. Bytes are divided by 255; the labels found are the classes,
    unless they are fractions or `task` says otherwise.
    """
    if not folder:
        raise ValueError("which folder? Add dataset.folder=FOLDER, in which there are files such as " + EXAMPLE)
    place = Path(str(folder)).expanduser()
    if not place.is_dir():
        raise ValueError(f"{place}: {'a file, not the folder that it is in' if place.exists() else 'no such folder'}")
    files = _files(place)
    pairs = [_pair(files[part, "images"], files[part, "labels"]) for part in ("train", "test")]
    (images, labels), (test_images, test_labels) = pairs
    if images.shape[1:] != test_images.shape[1:]:
        raise ValueError(
            f"{files['test', 'images']}: images {test_images.shape[1:]}, but those of {files['train', 'images']} are "
            f"{images.shape[1:]}"
        )
    for kind, one, other in (("images", images, test_images), ("labels", labels, test_labels)):
        if KINDS[one.dtype.kind] != KINDS[other.dtype.kind]:
            tested, held = files["test", kind], files["train", kind]
            raise ValueError(f"{tested} holds {other.dtype}, but {held} {one.dtype}; store both in one way")
    x = np.concatenate([images, test_images]).reshape(len(labels) + len(test_labels), -1)
    x = x / np.float32(255) if x.dtype == np.uint8 else x.astype(np.float64)
    y = np.concatenate([labels, test_labels])
    found, names = targets(place, y, task or (None if y.dtype.kind == "f" else "classes"))
    made = divided(place, x, found, len(names), validation, 0.0, train_size, stratified, split, len(test_images))
    sure = task is not None or y.dtype.kind != "f"
    notes = ["its own test set"]
    if (largest := np.max(np.abs(x))) > LARGE and not standardise:
        notes.append(f"pixels up to {largest:.6g} are taken as they are (dataset.standardise=true scales them)")
    told = about.line(made, place.name or str(place), (), "the label", names, notes, sure)
    return finished(place, made, told, standardise)


def _files(place: Path) -> dict[tuple[str, str], Path]:
    """The file of each part and kind; a raw one goes before a packed one."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(path for path in place.iterdir() if path.is_file()):
        match = re.fullmatch(NAME, path.name.lower())
        if match:
            key = ("train" if match[2] == "train" else "test", match[3])
            other = found.setdefault(key, path)
            if other.name.removesuffix(".gz") != path.name.removesuffix(".gz"):
                raise ValueError(
                    f"{place}: {other.name} and {path.name} are of two sets; give each a folder of its own"
                )
    wanted = [(part, kind) for part in ("train", "test") for kind in ("images", "labels")]
    missing = [f"{part} {kind}" for part, kind in wanted if (part, kind) not in found]
    if missing:
        there = listed(sorted(path.name for path in place.iterdir())) or "nothing"
        raise ValueError(f"{place}: no {', '.join(missing)}, in files such as {EXAMPLE}; there is {there}")
    return found


def _pair(images: Path, labels: Path) -> tuple[Array, Array]:
    """Images (n, rows, columns) and their labels (n,)."""
    x, y = (parsed(str(path), unpacked(str(path), path.read_bytes())) for path in (images, labels))
    if y.ndim != 1:
        swapped = f"; {images} has one: are the two files swapped?" if x.ndim == 1 else ""
        raise ValueError(f"{labels}: labels have one axis; got {y.shape}{swapped}")
    if x.ndim < 2:
        raise ValueError(f"{images}: images have two axes or more; got {x.shape}, as labels have")
    if len(x) != len(y):
        raise ValueError(f"{images} has {len(x):,} images, but {labels} has {len(y):,} labels")
    if not x.size:
        raise ValueError(f"{images}: no images; its shape is {x.shape}")
    for path, values in ((images, x), (labels, y)):
        bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
        if len(bad):
            told = f"nan or infinity in {len(bad):,} of {len(values):,}"
            raise ValueError(f"{path}: {told}, first in number {bad[0]} (the first is 0)")
    return x, y
