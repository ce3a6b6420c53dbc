"""`python -m harness.show FOLDER|last`: a finished run or sweep again, from its files."""

import sys
from collections.abc import Sequence

from harness.screens.streams import entered, kept
from harness.text.visible import say


def main(argv: Sequence[str] | None = None) -> int:
    """Show the folder; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("python -m harness.show FOLDER|last   shows a finished run or sweep again, from its files")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    return kept(lambda: _show(arguments[0]))


def _show(folder: str) -> int:
    from harness.errors import UserError
    from harness.results.damage import reading
    from harness.results.files import load
    from harness.screens.tables import show
    from harness.screens.terminal import console

    out = console()
    try:
        found = load(folder)
        with reading(folder):
            show(found, out)
    except UserError as error:
        say(str(error))
        return 2
    out.done()
    return 0


if __name__ == "__main__":
    sys.exit(entered(main))
