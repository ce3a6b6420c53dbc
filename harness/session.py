"""One run or one sweep from overrides to files: what the command and `harness.run` share."""

import shlex
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import results
from harness.compose import Composer, composer
from harness.environment import environment
from harness.errors import UserError
from harness.plan import Planned, plan
from harness.results import Results
from harness.sweeps import cells as sweep_cells
from harness.sweeps.cells import Cell
from harness.trace import Outcome
from harness.training import train

if TYPE_CHECKING:
    from rich.console import Console


def start(
    overrides: Sequence[str],
    multirun: bool,
    config_dir: str | None = None,
    trusted: tuple[str, ...] = (),
    out: "Console | None" = None,
    stop: Callable[[], bool] = lambda: False,
) -> Results:
    """Compose, check everything, claim a folder, train, write, and read back what was written."""
    with composer(config_dir) as source:
        find = sweep_cells.enumerated if multirun else sweep_cells.single
        cells = find(source, overrides)
        _refuse_tuning(cells[0].settings.trials, multirun, overrides)
        kind = "sweep" if multirun or cells[0].varied else "run"
        wanted = _folder_typed(source, overrides, kind)
    planned = plan(cells, trusted)
    title = _title(cells, kind)
    with _claimed(wanted, kind) as folder:
        outcome = _trained(planned, title, kind, out, stop)
        about = _about(kind, title, overrides, config_dir, trusted, cells, outcome.interrupted)
        config = cells[0].config if kind == "run" else {"cells": [_described(cell) for cell in cells]}
        with _unbroken():
            results.write(folder, outcome, config, about)
    return results.load(folder)


@contextmanager
def _unbroken() -> Iterator[None]:
    """Ctrl-C waits until the files are written."""
    if threading.current_thread() is not threading.main_thread():  # where no signal arrives
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
    if held:
        raise KeyboardInterrupt


@contextmanager
def _claimed(wanted: Path | None, kind: str) -> Iterator[Path]:
    """A new folder, which goes again if nothing was written into it."""
    folder = results.claim(wanted, kind)
    try:
        yield folder
    finally:
        if not any(folder.iterdir()):
            folder.rmdir()


def _trained(
    planned: Sequence[Planned], title: str, kind: str, out: "Console | None", stop: Callable[[], bool]
) -> Outcome:
    if out is None:
        return train(planned, stop=stop)
    from harness.live import Screen

    with Screen(out, title, single=kind == "run") as screen:
        return train(planned, screen.show, stop)


def _about(
    kind: str,
    title: str,
    overrides: Sequence[str],
    config_dir: str | None,
    trusted: tuple[str, ...],
    cells: Sequence[Cell],
    interrupted: bool,
) -> dict[str, Any]:
    """What summary.json says beside the results."""
    launch = ["--config-dir", config_dir] if config_dir else []
    launch += [f"trust=[{','.join(trusted)}]"] if trusted else []
    return {
        "kind": kind,
        "title": title,
        "launch": shlex.join(launch),
        "overrides": list(overrides),
        "varied": list(dict.fromkeys(key for cell in cells for key in cell.varied)),
        "interrupted": interrupted,
        **environment(),
    }


def _refuse_tuning(trials: int, multirun: bool, overrides: Sequence[str]) -> None:
    if trials > 1 and not multirun:
        command = f"python -m harness -m {shlex.join(overrides)}"
        raise UserError(f"trials={trials} tunes, which is a sweep; use: {command}")
    if trials > 1:
        raise UserError(f"trials={trials}: tuning is not in this version; -m runs grids, with trials=1")


def _folder_typed(source: Composer, overrides: Sequence[str], kind: str) -> Path | None:
    """The folder from `hydra.run.dir=` or `hydra.sweep.dir=`: typed only, a config cannot choose where we write."""
    from omegaconf import OmegaConf

    key, other = (f"hydra.{which}.dir" for which in (("run", "sweep") if kind == "run" else ("sweep", "run")))
    parsed = source.parse(overrides)
    if any(o.key_or_group == other for o in parsed):
        raise UserError(f"{other}: this is a {kind}; use {key}")
    typed = [o.value() for o in parsed if o.key_or_group == key]
    if not typed:
        return None
    if not isinstance(typed[-1], str) or not typed[-1]:
        raise UserError(f"{key}: an output folder needs a name; got {typed[-1]!r}")
    return Path(str(OmegaConf.create({"folder": typed[-1]}).folder))


def _title(cells: Sequence[Cell], kind: str) -> str:
    settings, choices = cells[0].settings, cells[0].choices
    where = " on ".join(choices[group] for group in ("objective", "dataset") if _same(cells, group))
    what = choices["optimizer"] if kind == "run" else f"{len(cells)} cell{'s' if len(cells) > 1 else ''}"
    seeds = f"{len(settings.seeds)} seed{'s' if len(settings.seeds) > 1 else ''}"
    return " · ".join(part for part in (what, where, seeds, f"{settings.steps:,} steps") if part)


def _same(cells: Sequence[Cell], group: str) -> bool:
    used = {cell.choices.get(group) for cell in cells}
    return len(used) == 1 and None not in used


def _described(cell: Cell) -> dict[str, Any]:
    return {"overrides": list(cell.overrides), "config": cell.config}
