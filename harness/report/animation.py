"""Trajectories that move: an SVG without JavaScript, and a GIF for slides."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.errors import UserError
from harness.report.landscape import landscape
from harness.report.pictures.trajectories import MOST, contours, lacks, shared_paths
from harness.report.source import looks
from harness.report.style import INK, new, svg
from harness.results.files import Results
from harness.results.saving import save_file
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SECONDS, HOLD = 6.0, 1.5  # of the way, and of the picture at its end
FRAMES = 48  # of a GIF
DPI = 110


def write(results: Results, path: Path) -> None:
    """All paths on one map, all at the same pace: a step takes as long in each."""
    if why := lacks(results):
        raise UserError(f"{results.folder}: no animation: {why}")
    if path.suffix not in (".svg", ".gif"):
        raise UserError(f"{path}: an animation is .svg or .gif")
    figure, paths = _drawn(results)
    save_file(path, moving_svg(figure, paths) if path.suffix == ".svg" else gif(figure, paths))


def _drawn(results: Results) -> tuple["Figure", list[Array]]:
    """The map with the whole paths on it, whose lines and heads are called path0, head0, ..."""
    (answer,) = results.answer
    shown, styles = answer.lines[:MOST], looks(results)
    paths = shared_paths(results, [line.cell for line in shown])
    seen = landscape(results)
    figure = new(6.4, 4.6)
    axes = figure.subplots()
    contours(axes, seen, seen.box(paths))
    for k, (line, path) in enumerate(zip(shown, paths, strict=True)):
        style = styles[line.cell]
        axes.plot(*path.T, color=style.color, linewidth=1.6, gid=f"path{k}")
        axes.plot(*path[-1], color=style.color, marker=style.marker, markersize=8, label=line.name, linestyle="none",
                  gid=f"head{k}")  # fmt: skip
    axes.plot(*paths[0][0], color=INK, marker="o", markersize=4, linestyle="none")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=2 if len(shown) < 7 else 3)
    return figure, paths


def moving_svg(figure: "Figure", paths: Sequence[Array]) -> bytes:
    """The picture with SMIL animations (W3C, SVG 1.1, chapter 19) of its lines and heads; a viewer that plays none
    shows the whole paths."""
    text = svg(figure).decode()
    axes, height = figure.axes[0], float(figure.get_figheight() * 72)
    records = max(map(len, paths))
    for k, path in enumerate(paths):
        points = axes.transData.transform(path) * 72 / figure.dpi
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


def gif(figure: "Figure", paths: Sequence[Array]) -> bytes:
    """The same as frames."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    lines = {artist.get_gid(): artist for artist in figure.axes[0].lines if artist.get_gid()}
    canvas, records, frames = FigureCanvasAgg(figure), max(map(len, paths)), []
    figure.set_facecolor("white")
    figure.set_dpi(DPI)
    canvas.draw()
    figure.set_layout_engine("none")  # it stays as it is laid out for the whole paths
    for last in np.unique(np.linspace(1, records, min(FRAMES, records)).astype(int)):
        for k, path in enumerate(paths):
            seen = path[: min(last, len(path))]
            lines[f"path{k}"].set_data(*seen.T)
            lines[f"head{k}"].set_data(*seen[-1:].T)
        canvas.draw()
        frames.append(Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("P"))
    pace = round(1000 * SECONDS / len(frames))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=0,
                   duration=[pace] * (len(frames) - 1) + [round(1000 * HOLD)])  # fmt: skip
    return out.getvalue()
