"""A command's arguments, and one line for those that cannot be read."""

import argparse
from typing import NoReturn

from harness.text.visible import say


class Parser(argparse.ArgumentParser):
    """Exit code 2, like every mistake of the user's."""

    def error(self, message: str) -> NoReturn:
        say(f"{message}; see --help")
        self.exit(2)
