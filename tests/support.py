"""Helpers of the tests: what the config folders name, and how to build it."""

import copy
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from omegaconf import OmegaConf

from harness.cells.cell import Cell
from harness.cells.space import Interval, Range
from harness.configs import building, trust
from harness.configs.compose import CONF, Composer
from harness.configs.declared import Settings
from harness.configs.override import parse
from harness.results.trace import Trace
from harness.results.trial import Trial
from harness.running.plan import Planned, Planner

NEEDY = {
    "objective": {"function"},
    "dataset": {"npz", "csv", "idx", "mnist", "fashion_mnist"},
}  # which need files or functions


def names(group: str) -> list[str]:
    """Every option of a config group, variants included."""
    folder = CONF / group
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))


def options(group: str, applies: Callable[[Any], Any] | None = None) -> list[str]:
    """The options of a group that can be built as they are, or those of them to whose class it applies."""
    found = [name for name in names(group) if name not in NEEDY.get(group, ())]
    return found if applies is None else [name for name in found if applies(located(group, name))]


@cache
def located(group: str, name: str) -> Any:
    """The class of an option, from its file alone: composing takes as long as reading all of them."""
    text = (CONF / group / f"{name}.yaml").read_text()
    if found := re.search(r"^_target_: (\S+)", text, re.MULTILINE):
        return trust.locate(found[1])
    (base,) = re.findall(rf"/{group}/?(\w*)@_here_", text)
    return located(group, base)


NODES: dict[tuple[Any, ...], dict[str, Any]] = {}


def node(source: Composer, group: str, name: str) -> dict[str, Any]:
    """The resolved config node of an option; composed once in a process, whichever test asks: it takes 70 ms."""
    key = source._search, group, name
    if key not in NODES:
        config = source.compose(parse(f"{group}={name}")).config
        NODES[key] = config["schedules"]["lr"] if group == "schedule" else config[group]
    return copy.deepcopy(NODES[key])


def build(source: Composer, group: str, name: str, runs: int | None = None, **fields: Any) -> Any:
    """An object by its config's name, with some fields replaced where it has them."""
    found = node(source, group, name)
    given = {key: value for key, value in fields.items() if key in found}
    return building.build(
        {**found, **given}, group, extra=lambda _, path: {"runs": runs} if path == group and runs else {}
    )


ONCE = ("replicates=1", "finalists=1", "aggregate=median")  # one tuning, which names its best trial


def plan(cells: Sequence[Cell], trusted: tuple[str, ...] = ()) -> list[Planned]:
    """The populations of cells at their declared values, checked as the session checks them."""
    planner = Planner(trusted)
    planner.check(cells)
    return planner.plan([Trial(cell, cell.settings.seeds) for cell in cells])


def a_cell(number: int = 0, steps: int = 1, **fields: Any) -> Cell:
    """A cell with the settings of conf/config.yaml, and nothing in it to build."""
    config: Any = OmegaConf.to_container(OmegaConf.load(CONF / "config.yaml"))
    choices = {"objective": "sphere", "optimizer": "sgd", "schedule": "constant"}
    given = {"varied": {"optimizer": f"c{number}"}, "choices": choices, **fields}
    return Cell((), config={}, settings=Settings.of({**config, "steps": steps}), number=number, **given)


def a_trial(
    curves: dict[str, list[list[float]]],
    cell: int = 0,
    planned: int | None = None,
    varied: dict[str, str] | None = None,
    **fields: Any,
) -> Trial:
    """A trial that has shown these curves, name -> (runs, records) of as many as are planned, a step from record to
    record; runs whose loss is not finite have diverged there."""
    loss = np.array(curves["loss"])
    runs, records = loss.shape
    trace = Trace(np.arange(runs), np.arange(planned or records))
    width = len(trace.at) - records
    trace.curves |= {
        name: np.pad(np.array(c), ((0, 0), (0, width)), constant_values=np.nan) for name, c in curves.items()
    }
    trace.records = records
    finite = np.isfinite(loss)
    trace.diverged = ~finite.all(axis=1)
    trace.steps = np.where(trace.diverged, np.argmin(finite, axis=1), records - 1)
    trace.spent[:, :records] = np.minimum(np.arange(records), trace.steps[:, None])
    trace.ended = ~trace.diverged & (width == 0)
    of = a_cell(cell, max(len(trace.at) - 1, 1), **({} if varied is None else {"varied": varied}))
    return Trial(of, tuple(range(runs)), trace=trace, rows=slice(0, runs), **{"problem": "p", **fields})


def sampled(space: Range, draw: np.random.Generator) -> Any:
    """A value of a range, as a random sampler would find it."""
    if not isinstance(space, Interval):
        return space.values[draw.integers(len(space.values))]
    low, high = sorted((space.inner(space.low), space.inner(space.high)))
    ends = np.log([low, high]) if space.log else (low, high)
    value = float(draw.uniform(*ends))
    return space.outer(np.exp(value).item() if space.log else value)
