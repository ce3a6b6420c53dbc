"""Shapes of schedules, from their configs: nothing has to run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.configs.building import build
from harness.configs.compose import composer
from harness.configs.override import parse
from harness.report.style import new, nth
from harness.schedules.base import Schedule
from objectives.arrays import Array

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 400  # points of a curve


def factors(name: str, overrides: Sequence[str], trusted: tuple[str, ...] = ()) -> tuple[Array, Array]:
    """The steps and the factor on lr at each, of a schedule's config with these overrides."""
    with composer() as source:
        config = source.compose(parse(f"schedule={name}", *overrides)).config
    schedule: Schedule = build(config["schedules"]["lr"], "schedules.lr", trusted)
    steps = np.unique(np.linspace(0, config["steps"] - 1, min(MOST, config["steps"])).astype(np.int64))
    return steps, np.broadcast_to(np.asarray(schedule(steps), dtype=np.float64), steps.shape)


def draw(names: Sequence[str], overrides: Sequence[str] = (), trusted: tuple[str, ...] = ()) -> "Figure":
    """All of them in one picture."""
    figure = new()
    axes = figure.subplots()
    for k, name in enumerate(names):
        steps, factor = factors(name, overrides, trusted)
        style, every = nth(k), max(1, len(steps) // 6)
        axes.plot(
            steps, factor, label=name, color=style.color, linestyle=style.dash, marker=style.marker, markevery=every
        )
    axes.set(xlabel="steps", ylabel="factor on lr")
    axes.margins(x=0.01)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
