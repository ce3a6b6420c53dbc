"""Results in an npz file: arrays of equal length, each a column under its name."""

from pathlib import Path

import numpy as np

from objectives.arrays import Array
from objectives.data.archive import plain_arrays
from objectives.data.table import Table, listed

EXAMPLE = "loss=losses, optimizer=names, seed=seeds"


def table_of(where: Path) -> Table:
    """The table whose columns are the arrays; nothing is unpickled."""
    arrays = plain_arrays(where, EXAMPLE, "are read as csv")
    if not arrays:
        raise ValueError(f"{where}: no arrays; np.savez({where.name!r}, {EXAMPLE}) writes them")
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "fiubUS":
            raise ValueError(
                f"{where}: {name} must be one row of numbers or words, one for each run; got {array.dtype} of shape "
                f"{array.shape}"
            )
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = listed([f"{name} {length:,}" for name, length in lengths.items()])
        raise ValueError(f"{where}: the arrays must be as long as each other, a place for each run; got {told}")
    if not all(lengths.values()):
        raise ValueError(f"{where}: the arrays hold no runs")
    columns = [_texts(array) for array in arrays.values()]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Table(where, list(arrays), rows, list(range(len(rows))), prefix="")


def _texts(array: Array) -> list[str]:
    """As texts, which give the same numbers again."""
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return [str(item).strip() if isinstance(item, str) else repr(item) for item in array.tolist()]
