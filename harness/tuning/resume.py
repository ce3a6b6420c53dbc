"""A sweep's beginning, as its folder keeps it, and its continuation."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.cells.cell import Cell, written
from harness.configs import database, places
from harness.configs.declared import Settings
from harness.configs.override import Override, one, parse, texts
from harness.configs.settings import MOST
from harness.errors import UserError
from harness.results.config_text import config_text
from harness.results.saving import save_file

MORE = ("trials", "replicates")  # of which a sweep that goes on may have more
# fields that change numbers at their default, as they were before they came
CAME: dict[str, dict[str, Any]] = {"harness.optimizers.matrices.Shampoo": {"early": False}}
CONFIG, LOCK, ROUNDS, JOURNAL = "config.yaml", ".lock", "rounds", "study.journal"


@dataclass(frozen=True)
class Begun:
    """What a sweep was started with."""

    cells: list[Cell]
    overrides: list[str]
    config_dir: str | None
    trusted: tuple[str, ...]
    name: str = ""  # random: tells the sweeps in one database apart

    def config(self) -> dict[str, Any]:
        """As plain data."""
        cells = [
            {"overrides": texts(cell.overrides), "varied": cell.varied, "choices": cell.choices, "space": cell.space,
             "feeds": cell.feeds, "config": cell.config}
            for cell in self.cells
        ]  # fmt: skip
        trusted = list(self.trusted)
        return {
            "overrides": self.overrides,
            "config_dir": self.config_dir,
            "trusted": trusted,
            "name": self.name,
            "cells": cells,
        }

    def save(self, folder: Path) -> None:
        """Write it into the sweep's folder, before anything runs."""
        save_file(folder / CONFIG, config_text(self.config()))


def folder_of(name: str) -> Path:
    """The folder to resume: the one given, or the sweep begun last below ./outputs."""
    if name != "last":
        return Path(name)
    found = list((Path("outputs") / "sweeps").glob(f"*/{CONFIG}"))
    if not found:
        raise UserError(f"resume=last: no sweep in {(Path('outputs') / 'sweeps').resolve()}")
    folder = max(found, key=lambda path: path.stat().st_mtime_ns).parent
    if not (folder / ROUNDS).is_dir():
        raise UserError(f"resume=last: {folder} is the last one, and tuned nothing; to go on with another, name it")
    return folder


def reopened(folder: Path, typed: Sequence[Override], trusted: tuple[str, ...]) -> Begun:
    """What was begun there, with more trials if that is typed; whatever else would change is refused.

    The folder may come from a stranger: what is trusted, and a database to write to, are typed again.
    """
    from omegaconf import OmegaConf
    from yaml import YAMLError

    if not (folder / CONFIG).is_file():
        raise UserError(f"resume={folder}: no sweep there (no {CONFIG})")
    try:
        stored: Any = OmegaConf.to_container(OmegaConf.load(folder / CONFIG))
        if "overrides" not in stored:
            raise UserError(f"resume={folder}: a single run is there, not a sweep")
        _mask(stored)
        _fill(stored)
        cells = [
            Cell(
                tuple(parse(*cell["overrides"])),
                cell["varied"],
                cell["config"],
                cell["choices"],
                Settings.of(cell["config"]),
                cell["space"],
                feeds=cell["feeds"],
                number=number,
            )
            for number, cell in enumerate(stored["cells"])
        ]
        begun = Begun(cells, stored["overrides"], stored["config_dir"], trusted, stored["name"])
    except UserError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, YAMLError) as error:
        raise UserError(f"{folder / CONFIG}: not the beginning of a sweep: {type(error).__name__}: {error}") from error
    if not cells or cells[0].settings.trials == 1:
        raise UserError(f"resume={folder}: it tuned nothing; start it again")
    links = [path for path in folder.iterdir() if path.is_symlink()]
    links = [path for path in links if not path.name.startswith(f"{JOURNAL}.lock")]  # Optuna's own, which go
    if links:
        raise UserError(f"{links[0]}: a link, which may lead out of the folder; copy what it points to")
    storage = cells[0].settings.storage
    if storage is not None and not any(override.key == "storage" for override in typed):
        raise UserError(f"resume={folder}: its studies are in a database; if you know it, add storage={storage}")
    changed = [override for override in typed if not _kept(override, begun)]
    if changed:
        told = ", ".join(f"{override.text} (begun with {_was(override, begun)})" for override in changed)
        raise UserError(
            f"resume={folder}: it goes on as it was begun, or with more trials or replicates; not with {told}"
        )
    new = {o.key: o.value for o in typed if o.key in (*MORE, "timeout", "on_error", "profile")}
    grids = [cell for cell in cells if cell.config["sampler"]["_target_"].endswith(".GridSampler")]
    if grids and new.get("trials", cells[0].settings.trials) != cells[0].settings.trials:
        raise UserError(f"resume={folder}: a grid is laid out for its number of trials; begin a sweep with more")
    return _changed(begun, new) if new else begun


def _fill(stored: dict[str, Any]) -> None:
    """Say of fields that came later what they were when the sweep was begun."""
    for cell in stored["cells"]:
        for _, node in places.walk(cell["config"]):
            if isinstance(node, dict):
                node |= {k: v for k, v in CAME.get(node.get("_target_", ""), {}).items() if k not in node}


def _mask(stored: dict[str, Any]) -> None:
    """Take the passwords out of what an older version wrote."""
    for node in (stored, *stored["cells"]):
        storages = [text for text in node["overrides"] if text.partition("=")[0].lstrip("+~") == "storage"]
        masks = {text: f"storage={written(database.masked(text.partition('=')[2]))}" for text in storages}
        node["overrides"] = [masks.get(text, text) for text in node["overrides"]]
    for cell in stored["cells"]:
        if cell["config"]["storage"] is not None:
            cell["config"]["storage"] = database.masked(str(cell["config"]["storage"]))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Only one process at a time works in a sweep's folder; the lock goes when the process does."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(f"{folder}: another process is at work there") from error
    try:
        for left in folder.rglob(".*.*"):  # temporary files of a writer that was killed
            left.unlink()
        yield
    finally:
        lock.release()


def _kept(override: Override, begun: Begun) -> bool:
    """Whether an override says what the sweep was begun with, or asks for more of it."""
    key, value = override.key, override.value
    if key == "resume" or override.text in begun.overrides:
        return True
    if override.several or override.kind in ("add", "delete"):
        return False
    if key in ("timeout", "on_error", "profile"):  # which change no number
        return True
    if key in MORE:
        return type(value) is int and getattr(begun.cells[0].settings, key) <= value <= MOST["trials"]
    if key == "hydra.verbose":
        return True
    if key == "storage":
        return all(database.same(cell.settings.storage, value) for cell in begun.cells)
    return all(key not in cell.space and _at(cell, key) == value for cell in begun.cells)


def _at(cell: Cell, key: str) -> Any:
    """The value or choice that a cell has there."""
    return cell.choices[key] if key in cell.choices else places.get(cell.config, key)


def _was(override: Override, begun: Begun) -> str:
    key = override.key
    typed = [was.text for was in parse(*begun.overrides) if was.address == key]
    value = _at(begun.cells[0], key)
    return typed[-1] if typed else f"no {key}" if value is places.NOTHING else f"{key}={value}"


def _changed(begun: Begun, new: dict[str, Any]) -> Begun:
    def changed(overrides: Iterable[Override]) -> list[Override]:
        found = [one(f"{o.key}={new[o.key]}") if o.address in MORE and o.key in new else o for o in overrides]
        there = {override.address for override in found}
        return found + [one(f"{key}={new[key]}") for key in MORE if key in new and key not in there]

    cells = []
    for cell in begun.cells:
        config = {**cell.config, **new}
        overrides = tuple(changed(cell.overrides))
        cells.append(replace(cell, overrides=overrides, config=config, settings=Settings.of(config)))
    return replace(begun, cells=cells, overrides=texts(changed(parse(*begun.overrides))))
