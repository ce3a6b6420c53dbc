"""What each cell searches: the `space` nodes of what was chosen, changed key by key by what is typed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hydra.core.override_parser.types import Override

from harness.cells.cell import Cell, key_of
from harness.cells.space import read
from harness.configs import advice
from harness.configs.compose import Composer
from harness.errors import UserError

SPACE = "space"


def asked(override: Override) -> bool:
    """Whether it is searched: an interval, or whatever stands under a `space`."""
    if override.is_delete():
        return False
    return SPACE in override.key_or_group.split(".")[:-1] or bool(override.is_interval_sweep())


def enumerates(override: Override) -> bool:
    """Whether it makes cells."""
    return bool(override.is_sweep_override()) and not asked(override)


def place(override: Override) -> str:
    """What is searched: optimizer.beta1, also for optimizer.space.beta1."""
    *parents, name = override.key_or_group.split(".")
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
        if not _there(cell.config, name):
            raise UserError(f"{name}: its space names a hyperparameter that {cell.name or 'the cell'} does not have")
    fixed = {key_of(text) for text in cell.overrides}
    space = {name: text for name, text in declared.items() if name not in fixed}
    for o in wanted:
        if o.value() is None:
            space.pop(place(o), None)
        elif _there(cell.config, place(o)):
            space[place(o)] = (o.input_line or "").partition("=")[2]
    limit, whole = cell.settings.search, tuple(space)
    if limit is not None:
        space = {name: text for name, text in space.items() if any(_names(short, name) for short in limit)}
    for name, text in space.items():
        read(composer.parse([f"{name}={text}"])[0])
    return replace(cell, space=space, declared=whole, feeds=_feeds(composer, cell, list(space)))


def check_names(cells: Sequence[Cell], wanted: Sequence[Override]) -> None:
    """Whatever is typed must be searched somewhere."""
    for o in wanted:
        if not any(_there(cell.config, place(o)) for cell in cells):
            parent = place(o).rpartition(".")[0]
            known = {key for cell in cells for key in _node(cell.config, parent) if key != "paper"}
            raise UserError(f"{o.input_line}: no cell has it; {advice.unknown(place(o), known)}")
    limit = cells[0].settings.search
    everything = {name for cell in cells for name in cell.declared}
    for short in (limit or ()) if cells[0].settings.trials > 1 else ():
        if not any(_names(short, name) for name in everything):
            raise UserError(f"search={short}: no cell has it in its space; choices: {', '.join(sorted(everything))}")


def _feeds(composer: Composer, cell: Cell, places: list[str]) -> dict[str, list[str]]:
    """All places where the value of a searched place ends up: its own, and those that interpolate it."""
    if not places:
        return {}
    marks = {f"<{name}>": name for name in places}
    marked = composer.compose([*cell.overrides, *(f"{name}='{mark}'" for mark, name in marks.items())]).config
    collected(marked)
    feeds: dict[str, list[str]] = {name: [] for name in places}
    for where, value in _leaves(marked):
        if value in marks:
            feeds[marks[value]].append(where)
        elif isinstance(value, str) and any(mark in value for mark in marks):
            raise UserError(f"{where}: {value!r} contains what is searched; only whole values can be passed on")
    return feeds


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        yield path, node
        return
    for key, value in items:
        yield from _leaves(value, f"{path}.{key}".lstrip("."))


def _names(short: str, name: str) -> bool:
    """Whether `lr` means `optimizer.lr`."""
    return name == short or name.endswith(f".{short}")


def _there(config: dict[str, Any], name: str) -> bool:
    parent, _, last = name.rpartition(".")
    return last in _node(config, parent)


def _node(config: dict[str, Any], name: str) -> dict[str, Any]:
    node: Any = config
    for part in name.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}
