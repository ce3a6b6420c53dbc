"""A command's arguments, and one line for those that cannot be read."""

import argparse
from typing import NoReturn

from harness.errors import UserError
from harness.text.visible import say


class Parser(argparse.ArgumentParser):
    """Exit code 2, like every mistake of the user's."""

    def error(self, message: str) -> NoReturn:
        say(f"{message}; see --help")
        self.exit(2)


def taken(arguments: list[str], option: str, wanted: str) -> str:
    """The word after an option, both of which are taken out; empty where it is not there. Where nothing follows it,
    what is `wanted` is told."""
    if option not in arguments:
        return ""
    k = arguments.index(option)
    if k + 1 == len(arguments):
        raise UserError(f"{option}: {wanted}")
    word = arguments[k + 1]
    del arguments[k : k + 2]
    return word


def packages(arguments: list[str]) -> tuple[str, ...]:
    """What `trust=` names, which is taken out."""
    named = [word for word in arguments if word.startswith("trust=")]
    arguments[:] = [word for word in arguments if word not in named]
    return tuple(package for word in named for package in word.removeprefix("trust=").strip("[]").split(","))
