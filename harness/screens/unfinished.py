"""A sweep that was stopped before its first batch of trials ended: what was seen, in no order of merit."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.results.files import Results
from harness.results.rows import Row


def told(results: Results) -> str:
    """What there is to say instead of a ranking."""
    said = "no batch of trials has ended"
    said += ": what is shown is unfinished, and ranks nothing" if results.runs else ""
    slow = results.summary["stopped"] == "timeout"  # it would end the same batch again
    return f"{said}; with resume=, type a larger timeout=" if slow else said


def seen(results: Results) -> list[Row]:
    """A row per cell, in the order in which they were asked for: how far its trials came, and the lowest loss."""
    rows: list[Row] = []
    for cell in sorted(results.cells, key=lambda cell: cell["cell"]):
        mine = [run for run in results.runs if run["cell"] == cell["cell"]]
        if mine:
            row: Row = {key: cell[key] for key in results.summary["varied"] or ["optimizer"]}
            row |= {"trials": len({run["trial"] for run in mine})}
            row |= {"steps so far": f"{max(run['steps'] for run in mine):,} of {cell['steps']:,}"}
            rows.append({**row, "lowest loss so far": f"{_lowest([run['best_loss'] for run in mine]):.4g}"})
    return rows


def _lowest(values: Sequence[Any]) -> float:
    known = np.array([value for value in values if value != ""], dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(known.min()) if len(known) else math.inf
