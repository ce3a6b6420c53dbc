"""`python -m harness.show FOLDER|last`: a finished run or sweep again, from its files."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Show the folder; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("python -m harness.show FOLDER|last   shows a finished run or sweep again, from its files")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    try:
        return _show(arguments[0])
    except KeyboardInterrupt:
        print("harness: interrupted", file=sys.stderr)
        return 130


def _show(folder: str) -> int:
    from harness.errors import UserError
    from harness.results import load
    from harness.tables import console, show

    try:
        show(load(folder), console())
    except UserError as error:
        print(f"harness: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
