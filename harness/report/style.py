"""How pictures look: quiet axes, and for every optimizer its colour, marker and dash, the same everywhere."""

import hashlib
import io
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.results.files import Results
from harness.text.visible import in_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT = "#1b1f24", "#8b949e"  # what a page turns to its own colours
# Okabe & Ito 2008, told apart by the colour-blind; yellow, which no white paper shows, is left out
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F3C8D", "#4D4D4D")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)))
FILLS = ("full", "none", "left", "bottom")
WIDTH = 7.2  # inches: that of a page's text
SMALL, TINY = 7.5, 7.0  # points; nothing is smaller
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
    """Of one cell, in every picture: its colour and its marker; its dash and how its marker is filled wherever no other
    cell of the picture has the same."""

    color: str
    marker: str
    dash: Any
    fill: str = "full"

    @property
    def line(self) -> dict[str, Any]:
        """As matplotlib's keywords."""
        return {"color": self.color, "marker": self.marker, "linestyle": self.dash, "fillstyle": self.fill}

    @property
    def mark(self) -> dict[str, Any]:
        """Of the marker alone."""
        return {**self.line, "linestyle": "none"}


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


def apart(names: set[str]) -> dict[str, Look]:
    """The looks of what stands together: two of one colour and marker differ in dash and fill, the later by name from
    the earlier, and those of KNOWN come first.

    >>> [apart({name})[name] == look(name) for name in ("adam", "somebody's")]
    [True, True]
    """
    found: dict[str, Look] = {}
    for name in sorted(names, key=lambda name: (name not in KNOWN, name)):
        own = look(name)
        same = sum((one.color, one.marker) == (own.color, own.marker) for one in found.values())
        dash = DASHES[(DASHES.index(own.dash) + same) % len(DASHES)]
        found[name] = replace(own, dash=dash, fill=FILLS[same % len(FILLS)])
    return found


def looks(results: Results) -> dict[int, Look]:
    """Of each cell: its optimizer's, or where several cells of a problem have one, that of the cell's name."""
    optimizers = {row["cell"]: str(row.get("optimizer")) for row in results.cells}
    names: dict[int, str] = {}
    for answer in results.answer:
        mine = [line.cell for line in answer.lines]
        once = len({optimizers[cell] for cell in mine}) == len(mine)
        names |= {line.cell: optimizers[line.cell] if once else line.name for line in answer.lines}
    styles = apart(set(names.values()))
    return {cell: styles[name] for cell, name in names.items()}


def short(name: str, width: int = 26, lines: int = 2) -> str:
    """A cell's name where there is little room: in so many lines, the rest cut; nothing in it is an instruction.

    >>> short("adam"), short("adam lr=0.001 schedule=constant beta1=0.9", 20, 1), short("$x$")
    ('adam', 'adam lr=0.001 …', '\\\\$x\\\\$')
    """
    told = textwrap.wrap(in_line(name), width, break_long_words=True, break_on_hyphens=False)
    if len(told) > lines:
        told = [*told[: lines - 1], f"{told[lines - 1][: width - 2]} …"]
    return "\n".join(told).replace("$", r"\$")


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


def new(width: float = WIDTH, height: float = 4.0) -> "Figure":
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
    return encoded(figure, "svg")


def encoded(figure: "Figure", kind: str) -> bytes:
    """As .svg, .png or .pdf, the same bytes for the same picture."""
    out = io.BytesIO()
    with styled(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a name in letters that the font lacks
        face = "none" if kind == "svg" else "white"
        figure.savefig(out, format=kind, dpi=200, metadata=UNDATED[kind], facecolor=face)
    return out.getvalue()
