"""Records of runs made to one value each: the last one, of rows per step or of columns per run."""

import re
from collections.abc import Hashable, Sequence

from harness.judging import names
from objectives.data.columns import is_missing, value_of
from objectives.data.table import Table

BETWEEN = " - "  # in W&B's names of columns: `run - metric`
AXIS = rf"{'|'.join(names.STEPS)}|(relative_|wall_?)time.*"
EXTREMES = ("__MIN", "__MAX")


def of_runs(table: Table, step: str | None) -> tuple[Table, str]:
    """A row per run, of W&B's table with a column per run and a row per step (its axis known by its name, or typed);
    another table as it is. And what is to be said of it."""
    columns = [name for name in table.names if BETWEEN in name and not name.endswith(EXTREMES)]
    steps = [name for name in table.names if BETWEEN not in name]
    if not columns or len(steps) != 1 or len(set(columns)) < len(columns):
        return table, ""
    if steps[0] != step and not re.fullmatch(AXIS, names.plain(steps[0])):
        return table, ""
    at = table.column(steps[0])
    found: dict[str, dict[str, str]] = {}
    ends: dict[str, str] = {}
    for column in columns:
        run, _, metric = column.rpartition(BETWEEN)
        there = [k for k, text in enumerate(table.column(column)) if text != ""]
        last = max(there, key=lambda k: (_number(at[k]), k), default=None)
        found.setdefault(run, {})[metric] = "" if last is None else table.column(column)[last]
        ends[run] = "" if last is None else at[last]
    metrics = list(dict.fromkeys(metric for cells in found.values() for metric in cells))
    rows = [[run, *(cells.get(metric, "") for metric in metrics)] for run, cells in found.items()]
    made = Table(table.where, ["Name", *metrics], rows, list(range(1, len(rows) + 1)), table.prefix)
    return made, _told(steps[0], sorted({end for end in ends.values() if end}, key=_number))


def last(table: Table, keys: Sequence[Hashable], step: str, value: str) -> tuple[list[int], str]:
    """The rows of each run's last record of the value, where the rows of a run differ in their step, and what is to be
    said of it. A row without a value records something else; a run without any keeps its last row."""
    at, texts = table.column(step), table.column(value)
    groups: dict[Hashable, list[int]] = {}
    for k, key in enumerate(keys):
        groups.setdefault(key, []).append(k)
    found = []
    for rows in groups.values():
        recorded = [k for k in rows if not is_missing(texts[k]) or texts[k].casefold() in ("nan", "-nan")] or rows
        found.append(max(recorded, key=lambda k: _number(at[k])))
    return sorted(found), _told(step, sorted({at[k] for k in found}, key=_number))


def is_history(table: Table, keys: Sequence[Hashable], step: str) -> bool:
    """Whether there are several rows of a run, and each has a step of its own."""
    if not step or len(set(keys)) == len(keys):
        return False
    if any(value_of(text) is None for text in table.column(step)):
        return False
    return len(set(zip(keys, table.column(step), strict=True))) == len(keys)


def _number(text: str) -> float:
    return value_of(text) or 0.0


def _told(step: str, ends: Sequence[str]) -> str:
    if len(ends) < 2:
        return f"a value is the last that its run recorded ({step} {ends[0]})" if ends else ""
    return f"a value is the last that its run recorded, which ended at different times ({step} {ends[0]} to {ends[-1]})"
