"""What is compared: every combination of what the command line enumerates, and of an experiment's cells."""

import itertools
import math
import random
import shlex
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal

from hydra.core.override_parser.types import RangeSweep
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from harness.cells import search, suites
from harness.cells.cell import Cell
from harness.configs import advice
from harness.configs.compose import Composed, Composer
from harness.configs.declared import MOST_REPLICATES, REPLICATES, Settings, filled
from harness.configs.override import Override, one, parse, texts
from harness.configs.settings import MOST
from harness.errors import UserError
from harness.text.copying import command

WHOLE = (*(field.name for field in fields(Settings)), "resume", "experiment", "suite")  # the same in every cell


def single(composer: Composer, overrides: Sequence[Override]) -> list[Cell]:
    """The one cell of a plain run, or those of an experiment that lists cells."""
    suites.refuse_single(overrides)
    for override in overrides:
        if override.several:
            _refuse_lists(override)
            raise UserError(f"{override.text} asks for several runs; add -m: {command('-m', *texts(overrides))}")
    return enumerated(composer, overrides)


def enumerated(composer: Composer, typed: Sequence[Override]) -> list[Cell]:
    """The cells, in the order in which they were typed; the last key varies fastest."""
    _refuse_conflicts(typed)
    problems = suites.problems(composer, typed)
    typed = [override for override in typed if override.key != suites.SUITE]  # a cell is one problem without it
    searched = [override for override in typed if search.asked(override)]
    fixed = [override for override in typed if not override.several and not search.asked(override)]
    axes = [_values(composer, override) for override in typed if search.enumerates(override)]
    lines: Sequence[str] = problems or _lines(composer, fixed) or ("",)
    keys = {override.name for override in typed}
    cells: dict[tuple[tuple[str, str], ...], Cell] = {}
    left_open = False
    for line, chosen in itertools.product(lines, itertools.product(*axes)):
        own = _written(line, keys, suites.OWN if problems else ())
        varied = [(override.name, override.written) for override in (*own, *chosen) if override.key not in WHOLE]
        name = " ".join("=".join(pair) for pair in varied)
        if tuple(varied) in cells:
            raise UserError(f"the cell {name or line} stands there twice")
        everything = [o for o in (*own, *fixed) if not o.of_hydra and not search.asked(o)]
        everything += chosen
        everything += [one("cells=[]")] if line and not problems else []  # so that these overrides give this cell alone
        composed = _composed(composer, everything, name)
        if suites.SUITE in composed.config:
            raise UserError("suite: it is typed, as in -m suite=small_cpu; a config cannot say it")
        config = filled(composed.config)
        settings = Settings.of(config)
        left_open = composed.config["replicates"] is None
        if settings.trials > 1 and composed.config["seeds"] is None:  # so that these overrides give its runs again
            everything.append(one(f"seeds={config['seeds']}"))
        declared = search.collected(config)
        cell = Cell(tuple(everything), dict(varied), config, composed.choices, settings, number=len(cells))
        wanted = [*(o for o in own if search.asked(o)), *searched]
        if settings.trials > 1:
            cell = search.with_space(composer, cell, declared, wanted)
        elif wanted and "trials" not in keys:
            raise UserError(f"{wanted[0].text} is searched, which takes trials; add trials=64")
        cells[tuple(varied)] = cell
    found = list(cells.values())
    search.check_names(found, searched)
    return [_repeated(cell) for cell in found] if left_open and _repeat(found, bool(problems)) else found


def _repeat(cells: Sequence[Cell], suite: bool) -> bool:
    """Whether cells are tuned several times where nobody says how often: until they are told apart, in a suite, and
    otherwise if they are functions. On data, six tunings take six times as long as one.
    """
    compared, on_data = len(cells) > 1 and cells[0].settings.trials > 1, any("dataset" in cell.config for cell in cells)
    return compared and (cells[0].settings.until is not None or suite or not on_data)


def _repeated(cell: Cell) -> Cell:
    often = REPLICATES if cell.settings.until is None else MOST_REPLICATES
    settings = replace(cell.settings, replicates=often)
    return replace(cell, config={**cell.config, "replicates": often}, settings=settings)


def _written(line: str, typed: set[str], settings: Sequence[str]) -> list[Override]:
    """The overrides of one of an experiment's cells, but for what is typed, which wins. A suite's problems may have
    some settings of their own."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UserError(f"cells: {line!r}: {error}") from error
    own = [override for override in parse(*words) if override.name not in typed]
    for override in own:
        if override.key in WHOLE and override.key not in settings:
            raise UserError(f"cells: {line!r}: {override.key} is one setting of the whole sweep")
        if override.of_hydra:
            raise UserError(f"cells: {line!r}: {override.key} is typed, not written into a config")
        if search.enumerates(override):
            raise UserError(f"cells: {line!r}: a line is one cell; {override.text} lists several values")
    return own


def _lines(composer: Composer, fixed: list[Override]) -> tuple[str, ...]:
    """The cells of an experiment, read from a composition without the values typed, which belong to the cells."""
    if not any(override.key in ("experiment", "cells") for override in fixed):
        return ()
    shared = [override for override in fixed if override.key in WHOLE]
    return Settings.of(composer.compose(shared).config).cells


def _composed(composer: Composer, overrides: list[Override], name: str) -> Composed:
    try:
        return composer.compose(overrides)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        if not name:
            raise
        raise UserError(f"in the cell {name}: {advice.line(error)}") from error


def _values(composer: Composer, override: Override) -> list[Override]:
    """One override for each value of one that lists several."""
    sweep = override.value
    found = _range(override, sweep) if isinstance(sweep, RangeSweep) else override.values(composer.loader)
    if not found:
        raise UserError(f"{override.text}: no value, so nothing to compare")
    return parse(*(f"{override.name}={value}" for value in found))


def _range(override: Override, sweep: RangeSweep) -> list[str]:
    """Its numbers as they are written: adding up floats gives 0.30000000000000004 for range(0.1, 0.5, 0.1)."""
    written = (sweep.start, sweep.stop, sweep.step)
    if not all(math.isfinite(number) for number in written if number is not None) or not sweep.step:
        raise UserError(f"{override.text}: a range goes from a number to a number in steps that are not 0")
    start, stop, step = (Decimal(str(number)) for number in written)
    count = max(0, math.ceil((stop - start) / step))  # as Hydra has it, the end does not belong to it
    if count > MOST["trials"]:
        raise UserError(f"{override.text}: {count:,} values are too many to compare")
    whole = all(isinstance(number, int) for number in written)
    numbers = [str(number if whole else float(number)) for number in (start + k * step for k in range(count))]
    return random.sample(numbers, count) if sweep.shuffle else numbers


def _refuse_conflicts(typed: Sequence[Override]) -> None:
    """Refuse overrides that cannot all be meant."""
    for override in typed:
        _refuse_lists(override)
    keys = [search.place(override) if search.asked(override) else override.name for override in typed]
    swept = [key for key, o in zip(keys, typed, strict=True) if o.several or search.asked(o)]
    for key in swept:
        if keys.count(key) > 1:
            raise UserError(f"{key} is given twice")
    for override in typed:
        group, _, name = override.key.rpartition(".")
        if name == "_target_" and group in swept and not override.several:
            raise UserError(f"{override.text}: {group} is enumerated; list the classes, {group}._target_=A,B")


def _refuse_lists(override: Override) -> None:
    key, values = override.key, override.written
    if key in WHOLE and override.several:
        listed = key in ("seeds", "cells", "search") and override.choice and "(" not in values
        form = f"write the list {key}=[{values}]" if listed else "give it one value"
        raise UserError(f"{key}={values}: {key} is one setting of the whole sweep; {form}")
