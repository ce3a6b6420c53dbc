"""What was recorded of every run, one file per cell, from which no more is read than is asked for."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from harness.errors import UserError
from harness.results.rows import Row
from harness.results.saving import save_arrays
from harness.results.trial import Trial
from objectives.arrays import Array

FOLDER, OLD = "curves", "curves.npz"  # one file for all, as it was
CHOOSING = ("tune", "final")  # phases of tuning
TUNE = "tune/"  # before the names of what their runs recorded
COUNTS = "runs"  # of tuning runs and of others, in this file
ONCE = ("step", "evaluations")  # whole numbers, -1 where there is none; a row that all runs share is stored once
DAMAGE = (OSError, ValueError, KeyError, EOFError, BadZipFile)


def write(folder: Path, trials: Sequence[Trial], dtypes: Mapping[str, str]) -> None:
    """Write the curves of trials, which are in the order of runs.csv; `dtypes` has that of each problem."""
    (folder / FOLDER).mkdir(exist_ok=True)
    for number, mine in itertools.groupby(trials, key=lambda trial: trial.cell.number):
        of_cell = list(mine)
        narrow = all(dtypes.get(trial.problem) == "float32" for trial in of_cell)
        save_arrays(folder / FOLDER / f"{number}.npz", _of_cell(of_cell, np.float32 if narrow else np.float64))


def rungs(records: int, settings_rungs: int) -> list[int]:
    """The records at which trials are compared, with the first and the last.

    >>> rungs(11, 5)
    [0, 2, 4, 6, 8, 10]
    """
    last = records - 1
    reached = (k for k in range(1, records) if k * settings_rungs // last != (k - 1) * settings_rungs // last)
    return [0, *reached]


def _of_cell(trials: Sequence[Trial], dtype: type) -> Iterator[tuple[str, Array]]:
    parts = {TUNE: [t for t in trials if t.phase in CHOOSING], "": [t for t in trials if t.phase not in CHOOSING]}
    yield COUNTS, np.array([sum(map(_runs, part)) for part in parts.values()])
    for prefix, part in parts.items():
        names = dict.fromkeys(name for trial in part for name in trial.trace.curves)
        path = ["path"] if any(trial.trace.path is not None for trial in part) else []
        for name in (*ONCE, *names, *path) if part else ():
            whole = stacked([_numbers(trial, name) for trial in part], name)
            shared = name in ONCE and bool((whole == whole[0]).all())
            yield prefix + name, whole[:1] if shared else whole if name in ONCE else whole.astype(dtype)


def stacked(parts: Sequence[Array], name: str) -> Array:
    """Curves (runs, records) or paths (runs, records, size) below each other, in the room of the longest."""
    sizes = [max(part.shape[axis] for part in parts) for axis in range(1, parts[0].ndim)]
    kind = np.int64 if name in ONCE else np.result_type(*(part.dtype for part in parts if part.size), np.float16)
    whole = np.full((sum(map(len, parts)), *sizes), -1 if name in ONCE else np.nan, dtype=kind)
    row = 0
    for part in parts:
        whole[(slice(row, row := row + len(part)), *map(slice, part.shape[1:]))] = part
    return whole


def _runs(trial: Trial) -> int:
    return len(trial.trace.seeds[trial.rows])


def _numbers(trial: Trial, name: str) -> Array:
    """What a trial recorded under a name, (runs, records) or (runs, records, size); without records if it did not."""
    trace, settings = trial.trace, trial.cell.settings
    whole = trial.phase not in CHOOSING or settings.curves == "all"
    at = list(range(len(trace.at))) if whole else rungs(len(trace.at), settings.rungs)
    if name == "step":
        return np.repeat(trace.at[None, at], _runs(trial), axis=0)
    found = {"evaluations": trace.spent, "path": trace.path}.get(name, trace.curves.get(name))
    if found is None:
        return np.zeros((_runs(trial), 0, 0) if name == "path" else (_runs(trial), 0))
    return found[trial.rows][:, at]


def recorded(curves: Mapping[str, Array], name: str, rows: Array) -> Array:
    """The curves of some rows of runs.csv, which speak for one cell."""
    return curves.at(rows, name) if isinstance(curves, Curves) else curves[name][rows]


class Curves(Mapping[str, Array]):
    """`step`, `evaluations`, `loss`, ... of all runs, in the order of the rows of runs.csv: (runs, records), and `path`
    (runs, records, size). Each is read when it is asked for. What a run does not have is nan, and -1 as a step.
    """

    def __init__(self, folder: Path, runs: Sequence[Row]) -> None:
        self._folder = folder
        self._rows: dict[int, tuple[list[int], list[int]]] = {}  # of each cell: those of tuning, and the others
        self._places: list[tuple[int, bool, int]] = []  # of each row: its cell, whether it is of tuning, which there
        for k, run in enumerate(runs):
            tuning = run["phase"] in CHOOSING
            mine = self._rows.setdefault(run["cell"], ([], []))[not tuning]
            self._places.append((run["cell"], tuning, len(mine)))
            mine.append(k)
        self._read: dict[str, Array] = {}
        self._names = dict.fromkeys(name for cell in self._rows for name in self._names_of(cell))

    def __getitem__(self, name: str) -> Array:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._read:
            parts, order = [], []
            for cell, rows in self._rows.items():
                for tuning, places in zip((True, False), rows, strict=True):
                    parts.append(self._part(cell, name, tuning))
                    order += places
            whole = stacked(parts, name)
            self._read[name] = np.empty_like(whole)
            self._read[name][order] = whole
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def at(self, rows: Array, name: str) -> Array:
        """Those of some rows of runs.csv, which are of one cell, and all of its tuning or all not; only these are
        read."""
        ((cell, tuning),) = {self._places[k][:2] for k in rows}
        return self._part(cell, name, tuning)[[self._places[k][2] for k in rows]]

    def _names_of(self, cell: int) -> list[str]:
        """The names in a cell's file, whose runs are those of runs.csv."""
        with self._opened(cell) as file:
            there, rows = file[COUNTS].tolist(), [len(part) for part in self._rows[cell]]
            if there != rows:
                raise ValueError(f"{there} runs, and {rows} in runs.csv")
            return [name.removeprefix(TUNE) for name in file if name != COUNTS]

    @contextmanager
    def _opened(self, cell: int) -> Iterator[Mapping[str, Array]]:
        path = self._folder / f"{cell}.npz"
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                yield file
        except DAMAGE as error:
            raise UserError(f"{path}: damaged: {type(error).__name__}: {str(error).splitlines()[0]}") from error

    def _part(self, cell: int, name: str, tuning: bool) -> Array:
        count = len(self._rows[cell][not tuning])
        with self._opened(cell) as file:
            key = (TUNE if tuning else "") + name
            if key not in file:
                return np.zeros((count, 0, 0) if name == "path" else (count, 0))
            found = file[key]
            return (
                np.broadcast_to(found, (count, *found.shape[1:]))
                if name in ONCE
                else found.reshape(count, *found.shape[1:])
            )
