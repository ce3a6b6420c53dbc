"""Rows and curves as data frames, of pandas or polars, whichever is installed."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from harness.errors import UserError
from harness.results.finished import Finished
from harness.results.rows import Row
from objectives.arrays import Array

LIBRARIES = ("pandas", "polars")
FRAMES = ("runs", "trials", "cells", "curves")
OF_A_RUN = ("cell", "replicate", "phase", "trial", "seed")


def frame(results: Finished, which: str, library: str | None = None) -> Any:
    """The rows of `runs.csv`, `trials.csv` or `cells.csv`, what is empty there missing; or a row for each record of
    each run of `curves`. As pandas has it, else polars, or as asked."""
    if which not in FRAMES:
        raise UserError(f"frame({which!r}): choices: {', '.join(FRAMES)}")
    columns = _curves(results) if which == "curves" else _columns(getattr(results, which))
    return _made(columns, library)


def _made(columns: Mapping[str, Any], library: str | None) -> Any:
    if library not in (None, *LIBRARIES):
        raise UserError(f"library={library!r}: choices: {', '.join(LIBRARIES)}")
    for name in LIBRARIES if library is None else (library,):
        try:
            return import_module(name).DataFrame(columns)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    wanted = library or "pandas or polars"
    raise UserError(f"a frame needs {wanted}: pip install {library or 'pandas'}")


def _columns(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Lists of one type each, with None where nothing is known."""
    kept = list(rows)
    names = dict.fromkeys(name for row in kept for name in row)
    return {name: _column([row.get(name, "") for row in kept]) for name in names}


def _column(values: list[Any]) -> list[Any]:
    known = [None if value == "" else value for value in values]
    kinds = {type(value) for value in known if value is not None}
    kind = float if kinds == {int, float} else str if len(kinds) > 1 else None
    return known if kind is None else [None if value is None else kind(value) for value in known]


def _curves(results: Finished) -> dict[str, Any]:
    steps = results.curves["step"]
    run, record = np.nonzero(steps >= 0)  # the others are records that a run does not have
    named = _columns(results.runs)
    keys = [key for key in dict.fromkeys((*OF_A_RUN, *results.summary["varied"])) if key in named]
    found: dict[str, Any] = {key: _picked(named[key], run) for key in keys}
    return found | {name: _flat(curve, run, record) for name, curve in results.curves.items() if curve.ndim == 2}


def _picked(values: list[Any], rows: Array) -> Any:
    if None not in values:
        return np.array(values)[rows]
    if any(isinstance(value, str) for value in values):
        return [values[row] for row in rows]
    return np.array(values, dtype=np.float64)[rows]  # None is nan


def _flat(curve: Array, run: Array, record: Array) -> Array:
    """The records of all runs below each other; nan where a curve ends earlier than others."""
    if record.size and curve.shape[1] <= record.max():
        wider = np.full((len(curve), record.max() + 1), np.nan)
        wider[:, : curve.shape[1]] = curve
        curve = wider
    return curve[run, record]
