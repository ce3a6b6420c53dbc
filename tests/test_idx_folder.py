"""Any IDX set in a folder: its sizes and classes are those of the files, and what does not belong together is said."""

import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from objectives.arrays import Array
from objectives.data.idx_folder import idx

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
LABELS = np.arange(60) % 3 + 1


def packed(array: Array, kind: int = 8) -> bytes:
    head = bytes([0, 0, kind, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return head + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """40 images for training and 20 for test, of 5 x 4 pixels, with the labels 1 to 3."""
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(60, 5, 4), dtype=np.uint8)
    labels = LABELS.astype(np.uint8)
    for file, array in zip(FILES, (images[:40], labels[:40], images[40:], labels[40:]), strict=True):
        (tmp_path / file).write_bytes(packed(array))
    return tmp_path


def refused(message: str) -> Any:
    return pytest.raises(ValueError, match=re.escape(message))


def test_sizes_and_classes_are_those_of_the_files(folder: Path) -> None:
    found = idx(str(folder))
    assert (found.x.shape, found.classes) == ((60, 20), 3)
    assert found.y.tolist() == (LABELS - 1).tolist()
    assert found.parts["test"].tolist() == list(range(40, 60))
    np.testing.assert_allclose(found.x[0] * 255, list((folder / FILES[0]).read_bytes()[16:36]), rtol=1e-6)
    assert found.about.startswith(
        f"{folder.name}: 60 rows (36 train, 4 validation, 20 test); 20 features; the label has"
    )
    runs = harness.run("dataset=idx", f"dataset.folder={folder}", "objective.batch_size=16", "steps=2", "seeds=1").runs
    assert runs[0]["steps"] == 2


def test_other_names_packing_and_types_are_the_same_set(folder: Path) -> None:
    digest = idx(str(folder)).digest
    for file in FILES:
        new = f"emnist-mini-{file}".replace("t10k", "test").replace("-idx", ".idx")
        (folder / f"{new}.gz").write_bytes(gzip.compress((folder / file).read_bytes()))
        (folder / file).unlink()
    assert idx(str(folder)).digest == digest
    (folder / "emnist-mini-train-labels.idx1-ubyte.gz").unlink()
    (folder / "emnist-mini-train-labels.idx1-int").write_bytes(packed(LABELS[:40].astype(">i4"), 0x0C))
    assert idx(str(folder)).digest == digest


@pytest.mark.parametrize(
    ("file", "data", "told"),
    [
        (FILES[1], packed(LABELS[:39].astype(np.uint8)), "has 40 images, but"),
        (FILES[3], packed(LABELS[:5].astype(np.uint8)), "t10k-labels-idx1-ubyte has 5 labels"),
        (FILES[2], packed(np.zeros((20, 4, 4), np.uint8)), "t10k-images-idx3-ubyte: images (4, 4), but those of"),
        (
            FILES[0],
            packed(np.zeros((40, 5, 4), np.uint8))[:-3],
            "promises (40, 5, 4), which is 800 bytes, and there are 7",
        ),
        (FILES[0], b"\0\0\x08", "not an IDX file; it begins with 00 00 08, not with"),
        (FILES[0], b"hello", "not an IDX file; it begins with 68 65 6c 6c"),
        (FILES[0], gzip.compress(bytes(100), mtime=0)[:-9], "train-images-idx3-ubyte: damaged gzip data"),
        (FILES[1], packed(np.zeros((40, 1), np.uint8)), "labels have one axis; got (40, 1)"),
        ("mine-train-images-idx3-ubyte", b"", "are of two sets; give each a folder of its own"),
    ],
)
def test_files_that_do_not_belong_together(folder: Path, file: str, data: bytes, told: str) -> None:
    (folder / file).write_bytes(data)
    with refused(told):
        idx(str(folder))


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / FILES[3]).unlink()
    with refused("no test labels, in files such as train-images-idx3-ubyte"):
        idx(str(folder))
    with refused("which folder? Add dataset.folder=FOLDER"):
        idx(None)
    with refused("no such folder"):
        idx(str(folder / "nowhere"))
    with refused("standardise must be true or false; got 'no'"):
        idx(str(folder), standardise="no")  # type: ignore[arg-type]


def test_parts_in_two_scales_are_refused(folder: Path) -> None:
    fractions = np.random.default_rng(0).random((20, 5, 4)).astype(">f4")
    (folder / FILES[2]).write_bytes(packed(fractions, 0x0D))
    with refused(f"{folder / FILES[2]} holds float32, but {folder / FILES[0]} uint8; store both in one way"):
        idx(str(folder))


def test_the_way_that_the_line_tells_can_be_typed(folder: Path) -> None:
    for file, labels in ((FILES[1], LABELS[:40]), (FILES[3], LABELS[40:])):
        (folder / file).write_bytes(packed(labels.astype(">f4"), 0x0D))
    assert "(if these are classes: dataset.task=classes)" in idx(str(folder)).about
    found = harness.run("dataset=idx", f"dataset.folder={folder}", "dataset.task=classes", "objective.batch_size=20",
                        "steps=2", "seeds=1")  # fmt: skip
    assert "accuracy" in found.runs[0]


def test_whole_labels_may_be_numbers(folder: Path) -> None:
    assert idx(str(folder), task="numbers").classes == 0
    with refused("task must be classes, numbers or null; got 'regression'"):
        idx(str(folder), task="regression")  # type: ignore[arg-type]


def test_names_in_capitals_are_found(folder: Path) -> None:
    same = idx(str(folder)).digest
    for file in FILES:
        (folder / file).rename(folder / file.replace("t", "T", 1))
    assert idx(str(folder)).digest == same


def test_what_is_wrong_with_a_file_is_told(folder: Path) -> None:
    with refused(f"{folder / FILES[0]}: a file, not the folder that it is in"):
        idx(str(folder / FILES[0]))
    images = (folder / FILES[0]).read_bytes()
    (folder / FILES[0]).write_bytes(b"")
    with refused(f"{folder / FILES[0]}: not an IDX file; it is empty"):
        idx(str(folder))
    (folder / FILES[0]).write_bytes(bytes([0, 0, 8, 255]) + bytes(1020))
    with refused("not an IDX file; it begins with 00 00 08 ff, not with 00 00 08 and 01 to 04"):
        idx(str(folder))
    for file in (FILES[0], FILES[2]):
        bad = np.ones((40 if file == FILES[0] else 20, 5, 4), dtype=">f4")
        bad[7] = np.nan
        (folder / file).write_bytes(packed(bad, 0x0D))
    with refused(f"{folder / FILES[0]}: nan or infinity in 1 of 40, first in number 7 (the first is 0)"):
        idx(str(folder))
    (folder / FILES[0]).write_bytes((folder / FILES[1]).read_bytes())
    (folder / FILES[1]).write_bytes(images)
    with refused(f"got (40, 5, 4); {folder / FILES[0]} has one: are the two files swapped?"):
        idx(str(folder))
