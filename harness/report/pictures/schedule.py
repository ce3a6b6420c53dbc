"""Shapes of schedules: of the cells of a folder, or of configs, for which nothing has to run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.configs import trust
from harness.configs.building import build
from harness.configs.compose import composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.report.lines import at_ends
from harness.report.picture import Picture
from harness.report.style import new, nth
from harness.results.files import Results
from harness.schedules.base import Schedule
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 400  # of a curve
MOST = 12  # curves


def lacks(results: Results) -> str:
    return "" if results.cells else "there is no cell"


def distrust(results: Results, trusted: tuple[str, ...] = ()) -> str:
    try:
        for _, node, _ in _of(results):
            trust.check({"schedules": node}, trusted)
    except UserError as error:
        return str(error)
    return ""


def draw(results: Results, trusted: tuple[str, ...] = ()) -> "Figure":
    """Each schedule that any cell has, once."""
    every = {json.dumps(one, sort_keys=True, default=str): one for one in _of(results)}
    found: dict[str, tuple[Array, Array]] = {}
    for name, node, steps in list(every.values())[:MOST]:
        same = sum(other == name or other.startswith(f"{name} (") for other in found)
        found[f"{name} ({same + 1})" if same else name] = _factors(node, steps, trusted)
    return _drawn(found)


def shapes(names: Sequence[str], overrides: Sequence[str] = (), trusted: tuple[str, ...] = ()) -> "Figure":
    """Those of schedules by their names, with these overrides."""
    found = {}
    with composer() as source:
        for name in names:
            config = source.compose(parse(f"schedule={name}", *overrides)).config
            found[name] = _factors(config["schedules"]["lr"], config["steps"], trusted)
    return _drawn(found)


def _of(results: Results) -> Iterator[tuple[str, dict[str, Any], int]]:
    """The name of each schedule of each cell, its config, and the steps of the cell."""
    config, names = results.config, {row["cell"]: row.get("schedule", "") for row in results.cells}
    for k, mine in enumerate([cell["config"] for cell in config.get("cells") or ()] or [config]):
        for place, node in mine["schedules"].items():
            yield (names.get(k) or place if place == "lr" else place), node, mine["steps"]


def _factors(node: dict[str, Any], steps: int, trusted: tuple[str, ...]) -> tuple[Array, Array]:
    """The steps and the factor at each."""
    schedule: Schedule = build(node, "schedules", trusted)
    at = np.unique(np.linspace(0, steps - 1, min(POINTS, steps)).astype(np.int64))
    return at, np.broadcast_to(np.asarray(schedule(at), dtype=np.float64), at.shape)


def _drawn(found: Mapping[str, tuple[Array, Array]]) -> "Figure":
    figure = new()
    axes = figure.subplots()
    looks = {name: nth(k) for k, name in enumerate(found)}
    for name, (steps, factors) in found.items():
        axes.plot(steps, factors, label=name, markevery=max(1, len(steps) // 6), **looks[name].line)
    axes.set(xlabel="steps", ylabel="factor on the learning rate, or on what the name says")
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.margins(x=0.01)
    at_ends(axes, looks)
    return figure


PICTURE = Picture("the shapes of the schedules that the cells have", lacks, draw, distrust=distrust)
