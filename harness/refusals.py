"""What is typed and cannot be meant: refused before anything runs."""

from collections.abc import Sequence
from pathlib import Path

from harness.cells.cell import Cell
from harness.cells.splits import WORD, redrawn
from harness.configs.override import Override, texts
from harness.configs.settings import OF_TUNING
from harness.errors import UserError
from harness.results.metrics import STEPS_TO_TARGET
from harness.text.copying import command


def refuse_untyped(cell: Cell, typed: Sequence[Override]) -> None:
    """Where files are read and written is for the user to say: a config may come from a stranger."""
    keys = {override.key for override in typed}
    for name, example in (("resume", "last"), ("storage", "sqlite:///studies.db")):
        if cell.config[name] is not None and name not in keys:
            raise UserError(f"{name}: it is typed, as in {name}={example}; a config cannot say it")


def refuse_tuning(trials: int, multirun: bool, overrides: Sequence[Override]) -> None:
    if trials > 1 and not multirun:
        raise UserError(f"trials={trials} tunes, which is a sweep; use: {command('-m', *texts(overrides))}")


def refuse_idle(cells: Sequence[Cell], typed: Sequence[Override]) -> None:
    """Refuse what nothing reads: a target of another metric, and what is typed of tuning where nothing is tuned."""
    settings = cells[0].settings
    if settings.target is not None and settings.metric != STEPS_TO_TARGET:
        raise UserError(f"target={settings.target:g} is for metric={STEPS_TO_TARGET}; got metric={settings.metric}")
    for override in typed if settings.trials == 1 else ():
        idle = override.key.partition(".")[0] in OF_TUNING and override.value is not None
        if idle or (override.key, override.value) == ("aggregate", "q75"):
            raise UserError(f"{override.text}: it says how to tune, and nothing is tuned; add -m and trials=64")


def refuse_one_split(cells: Sequence[Cell]) -> None:
    """Refuse a split that is left to replicates where there is one, or none as nothing is tuned."""
    tuned = any(cell.space for cell in cells)
    if tuned and cells[0].settings.replicates > 1:
        return
    for place in (place for cell in cells for place in redrawn(cell.config)):
        more = "" if tuned else "-m trials=32 "
        raise UserError(f"{place}={WORD}: each replicate of a tuned sweep draws a split; add {more}replicates=12")


def folder_typed(overrides: Sequence[Override], kind: str) -> Path | None:
    """The folder from `hydra.run.dir=` or `hydra.sweep.dir=`: typed only, a config cannot choose where we write."""
    from omegaconf import OmegaConf

    key, other = (f"hydra.{which}.dir" for which in (("run", "sweep") if kind == "run" else ("sweep", "run")))
    if any(override.key == other for override in overrides):
        raise UserError(f"{other}: this is a {kind}; use {key}")
    typed = [override.value for override in overrides if override.key == key]
    if not typed:
        return None
    if not isinstance(typed[-1], str) or not typed[-1]:
        raise UserError(f"{key}: an output folder needs a name; got {typed[-1]!r}")
    return Path(str(OmegaConf.create({"folder": typed[-1]}).folder))
