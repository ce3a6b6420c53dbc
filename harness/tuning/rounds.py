"""What each batch of trials left, on disk: one file per round, from which a sweep's files are made and resumed."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from harness.cells.cell import Cell
from harness.errors import UserError
from harness.results.files import save_file
from harness.results.trace import Trace, Trained
from harness.running.plan import Part
from objectives.arrays import Array

PLAIN = ("seeds", "at", "steps", "spent", "diverged", "ended", "pruned")
GROUPS = ("curves", "test", "finals")


def save(path: Path, trained: Sequence[Trained]) -> None:
    """Write the traces and their trials, whole or not at all."""
    arrays: dict[str, Array] = {}
    about = []
    for k, one in enumerate(trained):
        trace = one.trace
        arrays |= {f"{k}/{name}": getattr(trace, name) for name in PLAIN}
        for group in GROUPS:
            arrays |= {f"{k}/{group}/{name}": value for name, value in getattr(trace, group).items()}
        if trace.path is not None:
            arrays[f"{k}/path"] = trace.path
        parts = [
            {
                "cell": part.number,
                "phase": part.phase,
                "trial": part.trial,
                "point": part.point,
                "rows": [part.rows.start, part.rows.stop],
            }
            for part in one.board
        ]
        about.append(
            {
                "records": trace.records,
                "failure": trace.failure,
                "seconds": one.seconds,
                "fingerprint": one.fingerprint,
                "parts": parts,
            }
        )
    arrays["about"] = np.array(json.dumps(about))
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    save_file(path, file.getvalue())


def load(path: Path, cells: Sequence[Cell]) -> list[Trained]:
    """Read them back."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return _loaded(dict(stored), cells)
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, BadZipFile) as error:
        raise UserError(f"{path}: damaged: {type(error).__name__}: {str(error).splitlines()[0]}") from error


def _loaded(arrays: dict[str, Array], cells: Sequence[Cell]) -> list[Trained]:
    trained = []
    for k, one in enumerate(json.loads(str(arrays["about"]))):
        trace = Trace(arrays[f"{k}/seeds"], arrays[f"{k}/at"])
        for name in PLAIN:
            setattr(trace, name, arrays[f"{k}/{name}"])
        for group in GROUPS:
            prefix = f"{k}/{group}/"
            values = {key.removeprefix(prefix): value for key, value in arrays.items() if key.startswith(prefix)}
            setattr(trace, group, values)
        trace.path = arrays.get(f"{k}/path")
        trace.records, trace.failure = one["records"], one["failure"]
        board = []
        for was in one["parts"]:
            rows = slice(*was["rows"])
            seeds = tuple(trace.seeds[rows].tolist())
            part = Part(was["cell"], cells[was["cell"]], seeds, was["phase"], was["trial"], was["point"])
            board.append(part.progress(trace, rows, one["fingerprint"]["problem"]))
        trained.append(Trained(trace, board, one["fingerprint"], one["seconds"]))
    return trained
