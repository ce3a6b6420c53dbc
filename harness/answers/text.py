"""The cells of an answer as lines of text, in the room that there is."""

from collections.abc import Container, Sequence
from typing import Literal

import numpy as np

from harness.answers.lines import Line
from harness.answers.scale import Scale
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


def table(
    lines: Sequence[Line], unbeaten: Container[str], scale: Scale, width: int, most: int | None = MOST, more: str = ""
) -> list[Said]:
    """A line for each of so many cells, and how to see the others; what finds no room goes."""
    shown = lines[:most]
    for columns in COLUMNS:
        rows = [[in_line(_text(line, column, scale)) for column in ("name", *columns)] for line in shown]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if sum(wide) + 2 * sum(map(bool, wide[1:])) <= width:
            break
    found: list[Said] = []
    for line, row in zip(shown, rows, strict=True):
        told = "  ".join(text.ljust(w) for text, w in zip(row, wide, strict=True) if w).rstrip()
        found.append((told, "best" if line.name in unbeaten else "plain"))
    if len(shown) < len(lines):
        found.append((f"... and {len(lines) - len(shown)} more: {in_line(more)}", "aside"))
    return found


def _text(line: Line, column: str, scale: Scale) -> str:
    if column != "value":
        return str(getattr(line, column))
    if line.low == line.high or np.isnan(line.value):
        return scale.written(line.value)
    return f"{scale.written(line.value)} ({scale.written(line.low, 1)} to {scale.written(line.high, 1)})"
