"""`python -m harness.verify SUBJECT... [NAME...]`: what is said of the parts, checked by computation."""

import argparse
import itertools
import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import signature

from harness.screens.arguments import Parser
from harness.screens.streams import entered, kept
from harness.text.visible import say

SUBJECTS = {
    "objectives": "harness.verify.certify",
    "optimizers": "harness.verify.optimizers",
    "schedules": "harness.verify.schedules",
}
"""What can be verified: the module whose `main(names)` prints what it finds, and returns whether all is well. No names
mean all there are; a name that is not there is a UserError. It may take `config_dir` and `trusted` too."""


def main(argv: Sequence[str] | None = None) -> int:
    """Verify these subjects; the exit code: 0 all is well, 1 something failed, 2 the command is wrong."""
    args = _parser().parse_intermixed_args(argv)
    return kept(lambda: _verified(args))


def _verified(args: argparse.Namespace) -> int:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from harness.configs import advice
    from harness.configs.typed import trusting
    from harness.errors import UserError

    try:
        _, trusted = trusting([word for word in args.words if word.startswith("trust=")])
        words = [word for word in args.words if not word.startswith("trust=")]
        subjects = list(dict.fromkeys(itertools.takewhile(lambda word: word in SUBJECTS, words)))
        if not subjects:
            near = advice.nearest(words[0], SUBJECTS) if words else ""
            raise UserError(f"{' '.join(words[:1])}: no such subject{near}; choices: {', '.join(SUBJECTS)}")
        names = [word for word in words if word not in subjects]
        if names and len(subjects) > 1:
            raise UserError(f"{' '.join(names)}: names of which? Verify {' and '.join(subjects)} one by one")
        options = {key: value for key, value in (("config_dir", args.config_dir), ("trusted", trusted)) if value}
        well = True
        for name in subjects:
            subject = import_module(SUBJECTS[name]).main
            if options.keys() - signature(subject).parameters.keys():
                raise UserError(f"{name}: only our own are verified; leave out --config-dir and trust=")
            well = subject(names, **options) and well
    except (UserError, HydraException, OmegaConfBaseException) as error:
        say(advice.line(error))
        return 2
    return 0 if well else 1


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m harness.verify",
        description="Checks what is said of the parts, prints a table, and exits with 1 if anything is wrong.",
        allow_abbrev=False,
    )
    told = f"{', '.join(SUBJECTS)}; then, of one, the configs to check (all), and trust=my_package"
    parser.add_argument("words", nargs="+", metavar="subject", help=told)
    parser.add_argument("--config-dir", metavar="FOLDER", help="your own configs beside ours")
    return parser


if __name__ == "__main__":
    sys.exit(entered(main))
