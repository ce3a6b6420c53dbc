"""`python -m harness.answer FOLDER|last [--json]`: which optimizer wins in a finished sweep, and how sure that is;
`--schema` prints the JSON Schema of what `--json` prints.

Exit code 0: every problem has a winner, or cells that are equivalent within the margin; 3: undecided; 2: a mistake.
"""

import sys
from collections.abc import Sequence

from harness.screens.streams import entered, kept

USAGE = """python -m harness.answer FOLDER|last [--json]   which optimizer wins in a finished sweep, and how sure
python -m harness.answer --schema               the JSON Schema of what --json prints"""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the answer; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--schema"]:
        return kept(_schema)
    json = "--json" in arguments
    folders = [word for word in arguments if word != "--json"]
    if len(folders) != 1 or folders[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if folders[:1] in (["-h"], ["--help"]) else 2
    return kept(lambda: _answer(folders[0], json))


def _answer(folder: str, json: bool) -> int:
    from harness.errors import UserError
    from harness.results.damage import reading
    from harness.results.files import load
    from harness.results.sensitivity import sensitivities
    from harness.screens.answers import printed
    from harness.text.visible import say

    try:
        results = load(folder)
        with reading(folder):
            found, depend = results.answer, sensitivities(results)
    except UserError as error:
        say(str(error))
        return 2
    return printed(found, json, depend=depend)


def _schema() -> int:
    from json import dumps

    from harness.answers.schema import schema

    print(dumps(schema(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(entered(main))
