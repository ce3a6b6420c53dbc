"""Helpers of the tests: what the config folders name, and how to build it."""

from collections.abc import Sequence
from typing import Any

from harness import trust
from harness.compose import CONF, Composer
from harness.plan import Part, Planned, Planner
from harness.sweeps.cell import Cell


def names(group: str) -> list[str]:
    """Every option of a config group, variants included."""
    folder = CONF / group
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))


def node(source: Composer, group: str, name: str) -> dict[str, Any]:
    """The resolved config node of an option."""
    config = source.compose([f"{group}={name}"]).config
    found: dict[str, Any] = config["schedules"]["lr"] if group == "schedule" else config[group]
    return found


def build(source: Composer, group: str, name: str, runs: int | None = None, **fields: Any) -> Any:
    """An object by its config's name, with some fields replaced where it has them."""
    found = node(source, group, name)
    given = {key: value for key, value in fields.items() if key in found}
    return trust.build(
        {**found, **given}, group, extra=lambda _, path: {"runs": runs} if path == group and runs else {}
    )


def plan(cells: Sequence[Cell], trusted: tuple[str, ...] = ()) -> list[Planned]:
    """The populations of cells at their declared values, checked as the session checks them."""
    planner = Planner(trusted)
    planner.check(cells)
    return planner.plan([Part(k, cell, cell.settings.seeds) for k, cell in enumerate(cells)])
