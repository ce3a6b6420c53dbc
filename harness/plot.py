"""`python -m harness.plot FOLDER|last PICTURE [-o file.svg] [option=value ...]`: a picture of a finished folder;
`--list` says which it can give.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from harness.screens.streams import entered, kept

if TYPE_CHECKING:
    from harness.results.files import Results

USAGE = """python -m harness.plot FOLDER|last PICTURE [-o FILE.svg|.png|.pdf] [x=evaluations ...]
python -m harness.plot FOLDER|last --list    which pictures the folder can give, and their options
python -m harness.plot FOLDER|last animation -o FILE.svg|.gif    the trajectories, moving
python -m harness.plot schedule NAME ... [-o FILE] [steps=1000 ...]    shapes of schedules, without a run
trust=PACKAGE: pictures may build objectives and schedules of this package of yours"""


def main(argv: Sequence[str] | None = None) -> int:
    """Draw it; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    return kept(lambda: _main(arguments))


def _main(arguments: list[str]) -> int:
    from harness.configs.advice import one_line_errors
    from harness.errors import UserError
    from harness.screens.arguments import packages, taken
    from harness.text.visible import say

    try:
        with one_line_errors():
            out = taken(arguments, "-o", "the file to write, as in -o curves.svg")
            trusted, listing = packages(arguments), "--list" in arguments
            words = [word for word in arguments if "=" not in word and word != "--list"]
            options = [word for word in arguments if "=" in word]
            if words[:1] == ["schedule"]:
                return _schedules(words[1:], options, trusted, Path(out or "schedule.svg"))
            return _picture(words, dict(word.partition("=")[::2] for word in options), trusted, out, listing)
    except UserError as error:
        say(str(error))
        return 2


def _picture(words: list[str], options: dict[str, str], trusted: tuple[str, ...], out: str, listing: bool) -> int:
    from harness.errors import UserError
    from harness.report.picture import drawn, pictures, save
    from harness.results.damage import reading
    from harness.results.files import load

    if len(words) != (1 if listing else 2):
        raise UserError(f"{' '.join(words) or '--list'}: a folder and a picture; {', '.join(pictures())}")
    results = load(words[0])
    with reading(words[0]):
        if listing:
            _list(results, trusted)
            return 0
        figure = drawn(words[1], results, trusted, **options)
    path = Path(out) if out else results.folder / f"{words[1]}.svg"
    save(figure, path, words[1])
    print(path)
    return 0


def _schedules(names: list[str], overrides: list[str], trusted: tuple[str, ...], path: Path) -> int:
    """The shapes of these schedules, with these overrides."""
    from harness.errors import UserError
    from harness.report.picture import save
    from harness.report.pictures.schedule import shapes
    from harness.report.style import styled

    if not names:
        raise UserError("schedule: which, as in schedule cosine linear steps=1000; harness.zoo schedules lists them")
    with styled():
        save(shapes(names, overrides, trusted), path)
    print(path)
    return 0


def _list(results: "Results", trusted: tuple[str, ...]) -> None:
    from rich.table import Table
    from rich.text import Text

    from harness.report.picture import ANY, pictures
    from harness.screens.terminal import console

    out = console()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, picture in pictures().items():
        why = picture.why_not(results, trusted)
        options = [f"{key}={'CELL' if choices == ANY else '|'.join(choices)}" for key, choices in picture.options]
        told = f"not here: {why}" if why else "; ".join([picture.about, *options])
        table.add_row(Text(name, style="dim" if why else "bold"), Text(told))
    out.print(table)
    out.done()


if __name__ == "__main__":
    sys.exit(entered(main))
