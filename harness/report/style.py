"""How pictures look: quiet axes, and for every optimizer its colour, marker and dash, the same everywhere."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT = "#1b1f24", "#8b949e"  # what a page turns to its own colours
# Okabe & Ito 2008, told apart by the colour-blind; yellow, which no white paper shows, is left out
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D", "#4D4D4D")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)))
# the ones that are compared most are told apart by colour, marker and, in grey, dash
KNOWN = ("adam", "sgd", "momentum", "adamw", "adagrad", "rmsprop", "nesterov", "lion")
INSTALL = "pip install -e '.[plot]'"
RC = {
    "svg.hashsalt": "harness",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": "#8b949e40",
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.constrained_layout.use": True,
}
UNDATED = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
FORMATS = tuple(UNDATED)


@dataclass(frozen=True)
class Look:
    """Of one cell, in every picture."""

    color: str
    marker: str
    dash: Any


@cache
def look(name: str) -> Look:
    """By the name alone, so that nobody's look depends on who stands beside it."""
    if name in KNOWN:
        k = KNOWN.index(name)
        return Look(COLOURS[k], MARKERS[k], DASHES[k % 3])
    drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
    kinds = len(COLOURS), len(MARKERS), len(DASHES)
    return Look(
        COLOURS[drawn % kinds[0]],
        MARKERS[drawn // kinds[0] % kinds[1]],
        DASHES[drawn // (kinds[0] * kinds[1]) % kinds[2]],
    )


def nth(k: int) -> Look:
    """Of the k-th of things that stand in one picture only."""
    return Look(COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)], DASHES[k % len(DASHES)])


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style; matplotlib's settings are then what they were."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise UserError(f"pictures need matplotlib: {INSTALL}") from error
    with mpl.rc_context(RC):
        yield


def new(width: float = 7.2, height: float = 4.0) -> "Figure":
    """An empty figure, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def panels(count: int) -> tuple[int, int]:
    """Rows and columns for so many panels.

    >>> panels(1), panels(4), panels(5)
    ((1, 1), (2, 2), (2, 3))
    """
    columns = min(count, 2 if count in (2, 4) else 3)
    return -(-count // columns), columns


def svg(figure: "Figure") -> bytes:
    """As SVG, the same bytes for the same picture."""
    return _written(figure, "svg")


def save(figure: "Figure", path: Path) -> None:
    """Write a picture as its name says; the same bytes for the same picture."""
    from harness.results.saving import save_file

    kind = path.suffix.removeprefix(".")
    if kind not in FORMATS:
        raise UserError(f"{path}: a picture is .svg, .png or .pdf")
    save_file(path, _written(figure, kind))


def _written(figure: "Figure", kind: str) -> bytes:
    out = io.BytesIO()
    with styled():
        face = "none" if kind == "svg" else "white"
        figure.savefig(out, format=kind, dpi=200, metadata=UNDATED[kind], facecolor=face)
    return out.getvalue()
