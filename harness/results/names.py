"""What cells are called: by what is varied, apart from what all cells of their problem have in common."""

import re
from collections.abc import Sequence

from harness.results.rows import GROUPS, Row


def named(cells: Sequence[Row], varied: Sequence[str], several: bool) -> tuple[str, list[str]]:
    """What tells the problem of these cells from others, where there are several; and a name for each cell."""
    varied = varied or ["optimizer"]
    common = [key for key in varied if len({str(cell.get(key)) for cell in cells}) == 1]
    if several and len(cells) == 1:  # which of the keys are its problem's is not to be seen
        common = [key for key in common if of_problem(key)]
    within = [key for key in varied if key not in common] or ["optimizer"]
    names = [_name(cell, within) for cell in cells]
    if len(set(names)) < len(names):
        names = [_name(cell, within, in_full=True) for cell in cells]
    where = [_name(cells[0], [key]) for key in common] if several else []
    return " ".join(filter(None, where)), names


def of_problem(key: str) -> bool:
    """Whether what is varied there makes another problem: objective.dim, objective@objective.inner."""
    return re.split("[.@]", key)[0] in ("objective", "dataset")


def _name(cell: Row, keys: Sequence[str], in_full: bool = False) -> str:
    """`adam`, or `adam lr=0.1` where more is varied."""
    told = []
    for key in keys:
        if key not in GROUPS and cell.get(key, "") == "":
            continue
        short = key if in_full else key.rpartition(".")[2]
        told.append(str(cell.get(key, "")) if key in GROUPS and not in_full else f"{short}={cell.get(key, '')}")
    return " ".join(told)
