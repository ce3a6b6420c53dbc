"""The cells of an answer as lines of text, in the room that there is."""

from collections.abc import Container, Sequence
from typing import Literal

import numpy as np

from harness.answers.lines import Line
from harness.answers.overall import Across
from harness.answers.scale import Scale
from harness.answers.short import shortened, shorts
from harness.text.visible import in_line

Tone = Literal["head", "best", "plain", "aside"]
Said = tuple[str, Tone]
MOST = 12  # cells
COLUMNS = (  # the widest that fits
    ("value", "effect", "wins", "state", "note", "tested"),
    ("value", "effect", "wins", "state", "note"),
    ("value", "effect", "state", "note", "tested"),
    ("value", "effect", "state", "tested"),
    ("value", "effect", "state", "note"),
    ("value", "effect", "state"),
    ("effect", "state"),
)
ACROSS = (
    ("effect", "better", "won", "lost", "open", "never", "targets", "state"),
    ("effect", "won", "lost", "open", "never", "targets", "state"),
    ("effect", "won", "lost", "never", "targets", "state"),
    ("effect", "won", "targets", "state"),
    ("effect", "state"),
    ("won", "state"),
)


def table(
    lines: Sequence[Line], unbeaten: Container[str], scale: Scale, width: int, most: int | None = MOST, more: str = ""
) -> list[Said]:
    """A line for each of so many cells, and how to see the others, if it is said; what finds no room goes."""
    shown = lines[:most]
    known = shorts(line.name for line in lines)
    texts = [{c: shortened(_text(line, c, scale), known) for c in ("name", *COLUMNS[0])} for line in shown]
    told = _fitted([[[row[c] for c in ("name", *columns)] for row in texts] for columns in COLUMNS], width)
    found: list[Said] = []
    for line, row in zip(shown, told, strict=True):
        found.append((row, "best" if line.name in unbeaten else "plain"))
    if len(shown) < len(lines) and more:
        found.append((f"... and {len(lines) - len(shown)} more: {in_line(more)}", "aside"))
    return found


def summary(lines: Sequence[Across], unbeaten: Container[str], width: int, never: str) -> list[Said]:
    """A line for each cell over several problems, under what the columns are; what finds no room goes."""
    heads = {"name": "", "effect": f"beside {lines[0].name}", "better": "better on", "never": never}
    silent = [column for column in heads.keys() | {*ACROSS[0]} if not any(_across(line, column) for line in lines)]
    options, known = [], shorts(line.name for line in lines)
    for columns in ACROSS:
        shown = ["name", *(column for column in columns if column not in silent)]
        head = [heads.get(column, column if column != "state" else "") for column in shown]
        rows = [head, *([_across(line, column) for column in shown] for line in lines)]
        options.append([[shortened(text, known) for text in row] for row in rows])
    tones: list[Tone] = ["aside", *("best" if line.name in unbeaten else "plain" for line in lines)]
    return list(zip(_fitted(options, width), tones, strict=True))


def _across(line: Across, column: str) -> str:
    value = getattr(line, column)
    if column == "targets":
        return "" if value is None else f"{value:.0%}".replace("%", " %")
    return "" if column == "never" and not value else str(value)


def _fitted(options: Sequence[Sequence[Sequence[str]]], width: int) -> list[str]:
    """The rows of the first table that fits, else of the last one, their columns one under the other."""
    for option in options:
        rows = [list(map(in_line, row)) for row in option]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if sum(wide) + 2 * sum(map(bool, wide[1:])) <= width:
            break
    return ["  ".join(text.ljust(w) for text, w in zip(row, wide, strict=True) if w).rstrip() for row in rows]


def _text(line: Line, column: str, scale: Scale) -> str:
    if column != "value":
        return str(getattr(line, column))
    value, low, high = (scale.written(v, n, line.limit) for v, n in ((line.value, 2), (line.low, 1), (line.high, 1)))
    return value if line.low == line.high or np.isnan(line.value) else f"{value} ({low} to {high})"
