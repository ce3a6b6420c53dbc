"""What is compared: every combination of what the command line enumerates, and of an experiment's cells."""

import itertools
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from harness import advice
from harness.compose import Composed, Composer
from harness.errors import UserError
from harness.settings import Settings

WHOLE = ("seeds", "steps", "records", "trials", "save_params", "cells", "experiment")  # the same in every cell


@dataclass(frozen=True)
class Cell:
    """One combination, with its resolved config."""

    overrides: tuple[str, ...]  # all that was typed or written for it; re-running them gives this cell again
    varied: dict[str, str]  # the enumerated keys and their values
    config: dict[str, Any]
    choices: dict[str, str]
    settings: Settings

    @property
    def name(self) -> str:
        return " ".join(f"{key}={value}" for key, value in self.varied.items())


def single(composer: Composer, overrides: Sequence[str]) -> list[Cell]:
    """The one cell of a plain run, or those of an experiment that lists cells."""
    parsed = composer.parse(overrides)
    for override in parsed:
        if override.is_sweep_override():
            _refuse_lists(override)
            raise UserError(
                f"{override.input_line} asks for several runs; add -m: python -m harness -m {shlex.join(overrides)}"
            )
    return enumerated(composer, overrides)


def enumerated(composer: Composer, overrides: Sequence[str]) -> list[Cell]:
    """The cells, in the order in which they were typed; the last key varies fastest."""
    parsed = composer.parse(overrides)
    _refuse_conflicts(parsed)
    fixed = [o for o in parsed if not o.is_sweep_override()]
    axes = [[(o.get_key_element(), value) for value in _values(o)] for o in parsed if o.is_sweep_override()]
    lines: Sequence[str] = _lines(composer, fixed) or ("",)
    typed = {o.get_key_element() for o in parsed}
    cells: dict[tuple[tuple[str, str], ...], Cell] = {}
    for line, chosen in itertools.product(lines, itertools.product(*axes)):
        written = _written(composer, line, typed)
        varied = [(o.get_key_element(), (o.input_line or "").partition("=")[2]) for o in written]
        varied += chosen
        name = " ".join("=".join(pair) for pair in varied)
        if tuple(varied) in cells:
            raise UserError(f"the cell {name or line} stands there twice")
        everything = [o.input_line or "" for o in (*written, *fixed) if not o.is_hydra_override()] + [
            "=".join(pair) for pair in chosen
        ]
        everything += ["cells=[]"] if line else []  # so that these overrides give this cell alone
        composed = _composed(composer, everything, name)
        settings = Settings.of(composed.config)
        cells[tuple(varied)] = Cell(tuple(everything), dict(varied), composed.config, composed.choices, settings)
    if not cells:
        raise UserError(f"{' '.join(o.input_line or '' for o in parsed)}: nothing matches")
    return list(cells.values())


def _written(composer: Composer, line: str, typed: set[str]) -> list[Override]:
    """The overrides of one of an experiment's cells, but for what is typed, which wins."""
    try:
        texts = shlex.split(line)
    except ValueError as error:
        raise UserError(f"cells: {line!r}: {error}") from error
    written = [o for o in composer.parse(texts) if o.get_key_element() not in typed]
    for o in written:
        if o.key_or_group in WHOLE:
            raise UserError(f"cells: {line!r}: {o.key_or_group} is one setting of the whole sweep")
        if o.is_sweep_override():
            raise UserError(f"cells: {line!r}: a line is one cell; {o.input_line} lists several values")
    return written


def _lines(composer: Composer, fixed: list[Override]) -> tuple[str, ...]:
    """The cells of an experiment, read from a composition without the values typed, which belong to the cells."""
    if not any(o.key_or_group in ("experiment", "cells") for o in fixed):
        return ()
    shared = [o.input_line or "" for o in fixed if o.key_or_group in WHOLE]
    return Settings.of(composer.compose(shared).config).cells


def _composed(composer: Composer, overrides: list[str], name: str) -> Composed:
    try:
        return composer.compose(overrides)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        if not name:
            raise
        raise UserError(f"in the cell {name}: {advice.line(error)}") from error


def _values(override: Override) -> list[str]:
    if override.is_interval_sweep():
        raise UserError(f"{override.input_line}: searching an interval is not in this version; list values instead")
    return [str(value) for value in override.sweep_string_iterator()]


def _refuse_conflicts(parsed: Sequence[Override]) -> None:
    """Refuse overrides that cannot all be meant."""
    for override in parsed:
        _refuse_lists(override)
    keys = [o.get_key_element() for o in parsed]
    swept = [o.get_key_element() for o in parsed if o.is_sweep_override()]
    for key in swept:
        if keys.count(key) > 1:
            raise UserError(f"{key} is given twice")
    for o in parsed:
        group, _, name = o.key_or_group.rpartition(".")
        if name == "_target_" and group in swept and not o.is_sweep_override():
            raise UserError(f"{o.input_line}: {group} is enumerated; list the classes, {group}._target_=A,B")


def _refuse_lists(override: Override) -> None:
    key = override.key_or_group
    if key in WHOLE and override.is_sweep_override():
        values = (override.input_line or "").partition("=")[2]
        form = f"write the list {key}=[{values}]" if key in ("seeds", "cells") else "give it one value"
        raise UserError(f"{key}={values}: {key} is one setting of the whole sweep; {form}")
