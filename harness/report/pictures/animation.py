"""Trajectories that move: an SVG without JavaScript, and a GIF for slides."""

import io
import re
from typing import TYPE_CHECKING

import numpy as np

from harness.landscape import distrust, lacks, landscape
from harness.report.picture import Picture
from harness.report.pictures.trajectories import MOST, contours
from harness.report.style import INK, SMALL, looks, new, short, styled, svg
from harness.results.courses import paths, speaking
from harness.results.files import Results
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

SECONDS, HOLD = 6.0, 1.5  # of the way, and of the picture at its end
FRAMES = 48  # of a GIF
DPI = 110


def draw(results: Results, trusted: tuple[str, ...] = ()) -> "Figure":
    """All paths on one map, whole; its lines and heads are called path0, head0, ..."""
    (answer,), spoken = results.answer, speaking(results)
    shown, styles = [line for line in answer.lines if line.cell in spoken][:MOST], looks(results)
    ways = paths(results, [line.cell for line in shown])
    seen = landscape(results, trusted)
    figure = new(6.4, 4.6)
    axes = figure.subplots()
    contours(axes, seen, seen.box(ways))
    for k, (line, way) in enumerate(zip(shown, ways, strict=True)):
        style = styles[line.cell]
        axes.plot(*way.T, color=style.color, linewidth=1.6, gid=f"path{k}", label="_path")
        axes.plot(*way[-1], markersize=8, label=short(line.name, 22), gid=f"head{k}", **style.mark)
    axes.plot(*ways[0][0], color=INK, marker="o", markersize=4, linestyle="none", label="_start")
    columns = 2 if len(shown) in (2, 4) else 3
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=columns, fontsize=SMALL)
    return figure


def encoded(figure: "Figure", kind: str) -> bytes:
    """All at the same pace: a step takes as long in each."""
    with styled():
        return gif(figure) if kind == "gif" else moving_svg(figure)


def _ways(figure: "Figure") -> list[Array]:
    """The paths that are drawn, (records, 2) each."""
    lines = _named(figure)
    return [np.array(lines[f"path{k}"].get_xydata()) for k in range(len(lines) // 2)]


def _named(figure: "Figure") -> dict[str, "Line2D"]:
    return {str(line.get_gid()): line for line in figure.axes[0].lines if line.get_gid()}


def moving_svg(figure: "Figure") -> bytes:
    """The picture with SMIL animations (W3C, SVG 1.1, chapter 19) of its lines and heads; a viewer that plays none
    shows the whole paths."""
    text = svg(figure).decode()
    axes, height, ways = figure.axes[0], float(figure.get_figheight() * 72), _ways(figure)
    records = max(map(len, ways))
    for k, way in enumerate(ways):
        points = axes.transData.transform(way) * 72 / figure.dpi
        points[:, 1] = height - points[:, 1]
        times, values = _moments(points, records)
        text = _animated_line(text, f"path{k}", times, _lengths(points))
        text = _animated_head(text, f"head{k}", times, values, points[-1])
    return text.encode()


def _moments(points: Array, records: int) -> tuple[str, Array]:
    """When each record is shown, as shares of the whole, and where the head then is; what ends early waits."""
    share = SECONDS / (SECONDS + HOLD)
    times = share * np.arange(len(points)) / max(records - 1, 1)
    return ";".join([*(f"{t:.4f}" for t in times), "1"]), np.concatenate([points, points[-1:]])


def _lengths(points: Array) -> Array:
    """The share of the path's length behind each point."""
    steps = np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1))
    return np.concatenate([[0.0], np.cumsum(steps) / max(float(steps.sum()), 1e-12)])


def _animated_line(text: str, gid: str, times: str, lengths: Array) -> str:
    values = ";".join([*(f"{1 - share:.4f}" for share in lengths), "0"])
    animation = (
        f'<animate attributeName="stroke-dashoffset" dur="{SECONDS + HOLD}s" repeatCount="indefinite" '
        f'keyTimes="{times}" values="{values}"/>'
    )
    found = re.search(rf'<g id="{gid}">\s*<path (?P<rest>[^>]*?)/>', text)
    assert found is not None, f"{gid} is drawn"
    line = f'<g id="{gid}"><path pathLength="1" stroke-dasharray="1 1" {found["rest"]}>{animation}</path>'
    return text[: found.start()] + line + text[found.end() :]


def _animated_head(text: str, gid: str, times: str, values: Array, end: Array) -> str:
    moved = ";".join(f"{x:.2f} {y:.2f}" for x, y in values - end)
    animation = (
        f'<animateTransform attributeName="transform" type="translate" dur="{SECONDS + HOLD}s" '
        f'repeatCount="indefinite" keyTimes="{times}" values="{moved}"/>'
    )
    return text.replace(f'<g id="{gid}">', f'<g id="{gid}">{animation}', 1)


def gif(figure: "Figure") -> bytes:
    """The same as frames."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    lines, ways = _named(figure), _ways(figure)
    canvas, records, frames = FigureCanvasAgg(figure), max(map(len, ways)), []
    figure.set_facecolor("white")
    figure.set_dpi(DPI)
    canvas.draw()
    figure.set_layout_engine("none")  # it stays as it is laid out for the whole paths
    for last in np.unique(np.linspace(1, records, min(FRAMES, records)).astype(int)):
        for k, way in enumerate(ways):
            seen = way[: min(last, len(way))]
            lines[f"path{k}"].set_data(*seen.T)
            lines[f"head{k}"].set_data(*seen[-1:].T)
        canvas.draw()
        frames.append(Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("P"))
    pace = round(1000 * SECONDS / len(frames))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=0,
                   duration=[pace] * (len(frames) - 1) + [round(1000 * HOLD)])  # fmt: skip
    return out.getvalue()


PICTURE = Picture(
    "the trajectories, moving", lacks, draw, distrust=distrust, formats=("svg", "gif"), encode=encoded
)
