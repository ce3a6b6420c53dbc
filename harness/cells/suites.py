"""Suites: the problems of conf/suite/NAME.yaml, each a line of overrides, times all that is typed."""

from collections.abc import Sequence

from harness.configs.compose import Composer
from harness.configs.override import Override, texts
from harness.errors import UserError
from harness.text.copying import command

SUITE, PROBLEMS = "suite", "problems"
OF_PROBLEMS = ("objective", "dataset")  # the parts that its lines decide
OWN = ("steps",)  # a setting of the whole sweep that a problem may have of its own


def asked(overrides: Sequence[Override]) -> Override | None:
    """The suite that is typed."""
    found = [override for override in overrides if override.key == SUITE and override.value is not None]
    return found[-1] if found else None


def problems(composer: Composer, typed: Sequence[Override]) -> tuple[str, ...]:
    """The lines of the suite that is typed; none where none is. Refused beside what else says what is compared."""
    suite = asked(typed)
    if suite is None:
        return ()
    for override in typed:
        if override.key.partition(".")[0] in OF_PROBLEMS:
            raise UserError(f"{override.text}: {suite.text} says which problems there are; leave one of the two out")
        if override.key in ("experiment", "cells") and override.value is not None:
            raise UserError(f"{override.text}: {suite.text} lists what is compared, too; leave one of the two out")
    found = composer.compose([suite]).config.get(SUITE)
    told = f"{suite.text}: a suite is a file with a list `{PROBLEMS}:` of lines like objective=mlp dataset=wine"
    if not isinstance(found, dict) or set(found) != {PROBLEMS}:
        raise UserError(f"{told}, and nothing else; got {', '.join(found) if isinstance(found, dict) else 'no suite'}")
    lines = found[PROBLEMS]
    if not isinstance(lines, list) or not lines or not all(isinstance(line, str) and line.strip() for line in lines):
        raise UserError(f"{told}; got {lines!r}")
    return tuple(lines)


def refuse_single(typed: Sequence[Override]) -> None:
    """A suite is a sweep."""
    suite = asked(typed)
    if suite is not None:
        raise UserError(f"{suite.text} is a sweep over several problems; use: {command('-m', *texts(typed))}")
