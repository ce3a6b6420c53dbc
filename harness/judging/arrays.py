"""Results in an npz file: arrays of equal length, each a column under its name."""

from pathlib import Path

import numpy as np

from harness.judging.texts import demand_few
from objectives.arrays import Array
from objectives.data.download import LIMIT
from objectives.data.packed import Header, arrays, headers, reading
from objectives.data.table import Table, listed

EXAMPLE = "loss=losses, optimizer=names, seed=seeds"


def table_of(where: Path) -> Table:
    """The table whose columns are the arrays, which are unpacked when their headers fit."""
    with reading(where, EXAMPLE, "are read as csv"):
        known = headers(where, LIMIT)
    _demand_columns(where, known)
    with reading(where, EXAMPLE, "are read as csv"):
        columns = {name: _texts(array) for name, array in arrays(where).items()}
    names = [name.casefold() for name in columns]
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return Table(
        where, names if len(set(names)) == len(names) else list(columns), rows, list(range(len(rows))), prefix=""
    )


def _demand_columns(where: Path, known: dict[str, Header]) -> None:
    """A place for each run in every one."""
    if not known:
        raise ValueError(f"{where}: no arrays; np.savez({where.name!r}, {EXAMPLE}) writes them")
    for name, (shape, dtype) in known.items():
        if len(shape) != 1 or dtype.kind not in "fiubUS":
            told = f"one row of numbers or words, one for each run; got {dtype} of shape {shape}"
            raise ValueError(f"{where}: {name} must be {told}")
    lengths = {name: header.shape[0] for name, header in known.items()}
    if len(set(lengths.values())) > 1:
        told = listed([f"{name} {length:,}" for name, length in lengths.items()])
        raise ValueError(f"{where}: the arrays must be as long as each other, a place for each run; got {told}")
    if not all(lengths.values()):
        raise ValueError(f"{where}: the arrays hold no runs")
    demand_few(where, max(lengths.values()))


def _texts(array: Array) -> list[str]:
    """As texts, which give the same numbers again."""
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return [str(item).strip() if isinstance(item, str) else repr(item) for item in array.tolist()]
