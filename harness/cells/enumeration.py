"""What is compared: every combination of what the command line enumerates, and of an experiment's cells."""

import itertools
import math
import random
import shlex
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal

from hydra.core.override_parser.types import Override, RangeSweep
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from harness.cells import search
from harness.cells.cell import Cell
from harness.configs import advice
from harness.configs.compose import Composed, Composer
from harness.configs.declared import Settings
from harness.configs.settings import MOST
from harness.errors import UserError
from harness.text.copying import command

WHOLE = (*(field.name for field in fields(Settings)), "resume", "experiment")  # the same in every cell


def single(composer: Composer, overrides: Sequence[str]) -> list[Cell]:
    """The one cell of a plain run, or those of an experiment that lists cells."""
    for override in composer.parse(overrides):
        if override.is_sweep_override():
            _refuse_lists(override)
            raise UserError(f"{override.input_line} asks for several runs; add -m: {command('-m', *overrides)}")
    return enumerated(composer, overrides)


def enumerated(composer: Composer, overrides: Sequence[str]) -> list[Cell]:
    """The cells, in the order in which they were typed; the last key varies fastest."""
    typed = composer.parse(overrides)
    _refuse_conflicts(typed)
    searched = [o for o in typed if search.asked(o)]
    fixed = [o for o in typed if not o.is_sweep_override() and not search.asked(o)]
    axes = [[(o.get_key_element(), value) for value in _values(o)] for o in typed if search.enumerates(o)]
    lines: Sequence[str] = _lines(composer, fixed) or ("",)
    keys = {o.get_key_element() for o in typed}
    cells: dict[tuple[tuple[str, str], ...], Cell] = {}
    for line, chosen in itertools.product(lines, itertools.product(*axes)):
        own = _written(composer, line, keys)
        varied = [(o.get_key_element(), (o.input_line or "").partition("=")[2]) for o in own]
        varied += chosen
        name = " ".join("=".join(pair) for pair in varied)
        if tuple(varied) in cells:
            raise UserError(f"the cell {name or line} stands there twice")
        everything = [
            o.input_line or "" for o in (*own, *fixed) if not o.is_hydra_override() and not search.asked(o)
        ] + ["=".join(pair) for pair in chosen]
        everything += ["cells=[]"] if line else []  # so that these overrides give this cell alone
        composed = _composed(composer, everything, name)
        settings = Settings.of(composed.config)
        declared = search.collected(composed.config)
        cell = Cell(tuple(everything), dict(varied), composed.config, composed.choices, settings, number=len(cells))
        wanted = [*(o for o in own if search.asked(o)), *searched]
        if settings.trials > 1:
            cell = search.with_space(composer, cell, declared, wanted)
        elif wanted and "trials" not in keys:
            raise UserError(f"{wanted[0].input_line} is searched, which takes trials; add trials=64")
        cells[tuple(varied)] = cell
    search.check_names(list(cells.values()), searched)
    return list(cells.values())


def _written(composer: Composer, line: str, typed: set[str]) -> list[Override]:
    """The overrides of one of an experiment's cells, but for what is typed, which wins."""
    try:
        texts = shlex.split(line)
    except ValueError as error:
        raise UserError(f"cells: {line!r}: {error}") from error
    own = [o for o in composer.parse(texts) if o.get_key_element() not in typed]
    for o in own:
        if o.key_or_group in WHOLE:
            raise UserError(f"cells: {line!r}: {o.key_or_group} is one setting of the whole sweep")
        if o.is_hydra_override():
            raise UserError(f"cells: {line!r}: {o.key_or_group} is typed, not written into a config")
        if search.enumerates(o):
            raise UserError(f"cells: {line!r}: a line is one cell; {o.input_line} lists several values")
    return own


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
    sweep = override.value()
    if isinstance(sweep, RangeSweep):
        found = _range(override, sweep)
    else:
        found = [str(value) for value in override.sweep_string_iterator()]
    if not found:
        raise UserError(f"{override.input_line}: no value, so nothing to compare")
    return found


def _range(override: Override, sweep: RangeSweep) -> list[str]:
    """Its numbers as they are written: adding up floats gives 0.30000000000000004 for range(0.1, 0.5, 0.1)."""
    written = (sweep.start, sweep.stop, sweep.step)
    if not all(math.isfinite(number) for number in written if number is not None) or not sweep.step:
        raise UserError(f"{override.input_line}: a range goes from a number to a number in steps that are not 0")
    start, stop, step = (Decimal(str(number)) for number in written)
    count = max(0, math.ceil((stop - start) / step))  # as Hydra has it, the end does not belong to it
    if count > MOST["trials"]:
        raise UserError(f"{override.input_line}: {count:,} values are too many to compare")
    whole = all(isinstance(number, int) for number in written)
    numbers = [str(number if whole else float(number)) for number in (start + k * step for k in range(count))]
    return random.sample(numbers, count) if sweep.shuffle else numbers


def _refuse_conflicts(typed: Sequence[Override]) -> None:
    """Refuse overrides that cannot all be meant."""
    for override in typed:
        _refuse_lists(override)
    keys = [search.place(o) if search.asked(o) else o.get_key_element() for o in typed]
    swept = [key for key, o in zip(keys, typed, strict=True) if o.is_sweep_override() or search.asked(o)]
    for key in swept:
        if keys.count(key) > 1:
            raise UserError(f"{key} is given twice")
    for o in typed:
        group, _, name = o.key_or_group.rpartition(".")
        if name == "_target_" and group in swept and not o.is_sweep_override():
            raise UserError(f"{o.input_line}: {group} is enumerated; list the classes, {group}._target_=A,B")


def _refuse_lists(override: Override) -> None:
    key = override.key_or_group
    if key in WHOLE and override.is_sweep_override():
        values = (override.input_line or "").partition("=")[2]
        listed = key in ("seeds", "cells", "search") and override.is_choice_sweep() and "(" not in values
        form = f"write the list {key}=[{values}]" if listed else "give it one value"
        raise UserError(f"{key}={values}: {key} is one setting of the whole sweep; {form}")
