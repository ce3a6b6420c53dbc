"""`python -m harness.verify SUBJECT [NAME...]`: what is said of the parts, checked by computation."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import signature
from typing import NoReturn

SUBJECTS = {"objectives": "harness.verify.certify"}
"""What can be verified: the module whose `main(names)` prints what it finds, and returns whether all is well. No names
mean all there are; a name that is not there is a UserError. It may take `config_dir` and `trusted` too."""


def main(argv: Sequence[str] | None = None) -> int:
    """Verify one subject; the exit code: 0 all is well, 1 something failed, 2 the command is wrong."""
    args = _parser().parse_intermixed_args(argv)
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from harness import advice
    from harness.command import typed
    from harness.errors import UserError

    try:
        if args.subject not in SUBJECTS:
            near = advice.nearest(args.subject, SUBJECTS)
            raise UserError(f"{args.subject}: no such subject{near}; choices: {', '.join(SUBJECTS)}")
        _, trusted = typed([word for word in args.names if word.startswith("trust=")])
        names = [word for word in args.names if not word.startswith("trust=")]
        subject = import_module(SUBJECTS[args.subject]).main
        options = {key: value for key, value in (("config_dir", args.config_dir), ("trusted", trusted)) if value}
        if options.keys() - signature(subject).parameters.keys():
            raise UserError(f"{args.subject}: only our own are verified; leave out --config-dir and trust=")
        well: bool = subject(names, **options)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        print(f"harness: {advice.line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("harness: interrupted", file=sys.stderr)
        return 130
    return 0 if well else 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m harness.verify",
        description="Checks what is said of the parts, prints a table, and exits with 1 if anything is wrong.",
        allow_abbrev=False,
    )
    parser.add_argument("subject", help=f"one of {', '.join(SUBJECTS)}")
    parser.add_argument("names", nargs="*", metavar="name", help="the configs to check (all), and trust=my_package")
    parser.add_argument("--config-dir", metavar="FOLDER", help="your own configs beside ours")
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"harness: {message}; see --help\n")


if __name__ == "__main__":
    sys.exit(main())
