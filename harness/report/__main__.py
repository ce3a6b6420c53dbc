"""`python -m harness.report FOLDER|last ... [-o FILE] [--format html|md|latex|csv|json]`: a finished sweep, or several
judged together, as one page that answers, or as tables for a paper.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from harness.screens.streams import entered, kept

FORMATS = ("html", "md", "latex", "csv", "json")
USAGE = f"""python -m harness.report FOLDER|last ... [-o FILE] [--format {"|".join(FORMATS)}]

One HTML file with the answer, pictures, tables and code: it asks for nothing else, so it can be sent to anybody.
md, latex (booktabs, and the pictures as PDF beside it) and csv are the table of the answer for papers, json the answer
for programs. Written to report.html (.md, .tex, .csv, .json) in the folder, or to FILE. Several folders are judged
together, as harness.compare does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write it; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    return kept(lambda: _main(arguments))


def _main(arguments: list[str]) -> int:
    from harness.errors import UserError
    from harness.report.page.made import made
    from harness.screens.arguments import taken
    from harness.text.visible import say, visible

    try:
        out = taken(arguments, "-o", "what follows it, as in -o report.html")
        kind = taken(arguments, "--format", "what follows it, as in --format md")
        for word in arguments:
            if word.startswith("-"):
                raise UserError(f"{word}: no such option; -o FILE, --format {'|'.join(FORMATS)}")
        if kind and kind not in FORMATS:
            raise UserError(f"--format {kind}: choices: {', '.join(FORMATS)}")
        if not arguments:
            raise UserError("which folder? as in python -m harness.report last")
        path = made(arguments, Path(out) if out else None, kind or "html")
        print(visible(str(path)))
    except UserError as error:
        say(str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(entered(main))
