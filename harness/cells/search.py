"""What each cell searches: the `space` nodes of what was chosen, changed key by key by what is typed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harness.cells.cell import Cell
from harness.cells.space import read
from harness.configs import advice, places
from harness.configs.compose import Composer
from harness.configs.override import Override, one
from harness.errors import UserError

SPACE = "space"


def asked(override: Override) -> bool:
    """Whether it is searched: an interval, or whatever stands under a `space`."""
    if override.kind == "delete":
        return False
    return SPACE in override.key.split(".")[:-1] or override.interval


def enumerates(override: Override) -> bool:
    """Whether it makes cells."""
    return override.several and not asked(override)


def place(override: Override) -> str:
    """What is searched: optimizer.beta1, also for optimizer.space.beta1."""
    *parents, name = override.key.split(".")
    return ".".join([part for part in parents if part != SPACE] + [name])


def collected(config: Any, path: str = "") -> dict[str, str]:
    """Take the `space` nodes out of a config: place -> range, as it is written."""
    found: dict[str, str] = {}
    if isinstance(config, dict):
        own = config.pop(SPACE, None) if "_target_" in config else None
        if own is not None and not isinstance(own, dict):
            raise UserError(f"{path}.{SPACE} must name ranges, as in {path}.{SPACE}.lr; got {own!r}")
        for name, text in (own or {}).items():
            if name == "_target_":
                raise UserError(f"{path}.{SPACE}.{name}: a class is compared, not searched: {path}.{name}=ONE,OTHER")
            if isinstance(text, (dict, list)):
                raise UserError(f"{path}.{SPACE}.{name}: a range is a text like choice(1, 2); got {text!r}")
            if text is not None:
                found[f"{path}.{name}"] = str(text)
        for key, value in config.items():
            found |= collected(value, f"{path}.{key}".lstrip("."))
    return found


def with_space(composer: Composer, cell: Cell, declared: dict[str, str], wanted: Sequence[Override]) -> Cell:
    """The cell with its space: what is declared, without what is fixed or enumerated, changed by what is wanted."""
    for name in declared:
        if not places.has(cell.config, name):
            raise UserError(f"{name}: its space names a hyperparameter that {cell.name or 'the cell'} does not have")
    fixed = {override.address for override in cell.overrides}
    space = {name: text for name, text in declared.items() if name not in fixed}
    for override in wanted:
        if override.value is None:
            space.pop(place(override), None)
        elif places.has(cell.config, place(override)):
            space[place(override)] = override.written
    limit, whole = cell.settings.search, tuple(space)
    if limit is not None:
        space = {name: text for name, text in space.items() if any(_names(short, name) for short in limit)}
    for name, text in space.items():
        read(one(f"{name}={text}"))
    return replace(cell, space=space, declared=whole, feeds=_feeds(composer, cell, list(space)))


def check_names(cells: Sequence[Cell], wanted: Sequence[Override]) -> None:
    """Whatever is typed must be searched somewhere."""
    for override in wanted:
        searched = place(override)
        if not any(places.has(cell.config, searched) for cell in cells):
            nodes = [places.get(cell.config, searched.rpartition(".")[0], None) for cell in cells]
            known = {
                key for node in nodes if isinstance(node, dict) for key in node if key not in ("paper", "includes")
            }
            raise UserError(f"{override.text}: no cell has it; {advice.unknown(searched, known)}")
    limit = cells[0].settings.search
    everything = {name for cell in cells for name in cell.declared}
    for short in (limit or ()) if cells[0].settings.trials > 1 else ():
        if not any(_names(short, name) for name in everything):
            raise UserError(f"search={short}: no cell has it in its space; choices: {', '.join(sorted(everything))}")


def _feeds(composer: Composer, cell: Cell, searched: list[str]) -> dict[str, list[str]]:
    """All places where the value of a searched place ends up: its own, and those that interpolate it."""
    if not searched:
        return {}
    marks = {f"<{name}>": name for name in searched}
    marked = composer.compose([*cell.overrides, *(one(f"{name}='{mark}'") for mark, name in marks.items())]).config
    collected(marked)
    feeds: dict[str, list[str]] = {name: [] for name in searched}
    for path, value in places.leaves(marked):
        if isinstance(value, str) and value in marks:
            feeds[marks[value]].append(places.dotted(path))
        elif isinstance(value, str) and any(mark in value for mark in marks):
            raise UserError(
                f"{places.dotted(path)}: {value!r} contains what is searched; only whole values can be passed on"
            )
    return feeds


def _names(short: str, name: str) -> bool:
    """Whether `lr` means `optimizer.lr`."""
    return name == short or name.endswith(f".{short}")
