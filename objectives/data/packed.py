"""What an npz file says of its arrays before anything is unpacked: a small file may hold more than a memory."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib import format as npy

from objectives.arrays import Array


class Header(NamedTuple):
    """Of one array."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]


def headers(where: Path, limit: int) -> dict[str, Header]:
    """Those of all arrays by their names. A ValueError where they are larger than `limit` bytes together, or where an
    array is not what is stored."""
    with zipfile.ZipFile(where) as packed:
        members = packed.infolist()
        if (size := sum(member.file_size for member in members)) > limit:
            raise ValueError(f"its arrays have {size >> 20:,} MiB when unpacked, more than {limit >> 20:,}")
        return {member.filename.removesuffix(".npy"): _header(packed, member) for member in members}


def arrays(where: Path) -> dict[str, Array]:
    """The arrays by their names; nothing is unpickled."""
    with np.load(where, allow_pickle=False) as stored:
        return dict(stored)


@contextmanager
def reading(where: Path, example: str, tables: str) -> Iterator[None]:
    """Whatever is wrong with the file as a ValueError. `example` is how it is saved, `tables` what reads texts."""
    if not zipfile.is_zipfile(where):
        with where.open("rb") as file:
            cut = "; it is damaged, or cut off" if file.read(2) == b"PK" else ""
        raise ValueError(
            f"{where}: not an npz file of plain arrays, as np.savez({where.stem + '.npz'!r}, {example}) writes it; "
            f"tables of text {tables}{cut}"
        )
    try:
        yield
    except Exception as error:  # zip, header and pickle errors have many types
        way = "; save arrays of objects as numbers by x.astype(float), as words by y.astype(str)"
        objects = way if "Object arrays" in str(error) else ""
        raise ValueError(f"{where}: not an npz file of plain arrays: {error}{objects}") from error


def _header(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> Header:
    with packed.open(member) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(file)
        start = file.tell()
    if dtype.hasobject:
        raise ValueError("Object arrays cannot be loaded")
    if (size := prod(shape) * dtype.itemsize) > member.file_size - start:
        told = f"{size:,} bytes by its header, {member.file_size - start:,} in the file"
        raise ValueError(f"{member.filename} has {told}")
    return Header(shape, dtype)
