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
python -m harness.plot FOLDER|last animation [-o FILE.svg|.gif]    the trajectories, moving
python -m harness.plot FOLDER|last --list    which pictures the folder can give
python -m harness.plot schedule NAME ... [-o FILE] [steps=1000 ...]    shapes of schedules, without a run"""


def main(argv: Sequence[str] | None = None) -> int:
    """Draw it; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments else 2
    return kept(lambda: _main(arguments))


def _main(arguments: list[str]) -> int:
    from harness.errors import UserError
    from harness.report import animation
    from harness.report.picture import drawn, pictures
    from harness.report.style import save, styled
    from harness.results.files import load
    from harness.text.visible import say

    try:
        out = _taken(arguments)
        if arguments[:1] == ["schedule"]:
            return _schedules(arguments[1:], Path(out or "schedule.svg"))
        listing = "--list" in arguments
        words = [word for word in arguments if "=" not in word and word != "--list"]
        options = dict(word.partition("=")[::2] for word in arguments if "=" in word)
        if len(words) != (1 if listing else 2):
            raise UserError(f"{' '.join(arguments)}: a folder and a picture; {', '.join(pictures())}")
        results = load(words[0])
        if listing:
            _list(results)
            return 0
        if words[1] == "animation":
            path = Path(out) if out else results.folder / "animation.svg"
            with styled():
                animation.write(results, path)
            print(path)
            return 0
        figure = drawn(words[1], results, **options)
        path = Path(out) if out else results.folder / f"{words[1]}.svg"
        save(figure, path)
        print(path)
    except UserError as error:
        say(str(error))
        return 2
    return 0


def _schedules(arguments: list[str], path: Path) -> int:
    """Draw the shapes of these schedules; what holds a = are overrides."""
    from harness.configs.advice import one_line_errors
    from harness.errors import UserError
    from harness.report.schedules import draw
    from harness.report.style import save, styled

    names = [word for word in arguments if "=" not in word]
    if not names:
        raise UserError("schedule: which, as in schedule cosine linear steps=1000; harness.zoo schedules lists them")
    with one_line_errors(), styled():
        save(draw(names, [word for word in arguments if "=" in word]), path)
    print(path)
    return 0


def _taken(arguments: list[str]) -> str:
    """The file after -o, which is taken out."""
    from harness.errors import UserError

    if "-o" not in arguments:
        return ""
    k = arguments.index("-o")
    if k + 1 == len(arguments):
        raise UserError("-o: the file to write, as in -o curves.svg")
    path = arguments[k + 1]
    del arguments[k : k + 2]
    return path


def _list(results: "Results") -> None:
    from rich.table import Table
    from rich.text import Text

    from harness.report.picture import pictures
    from harness.screens.terminal import console

    out = console()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, picture in pictures().items():
        why = picture.lacks(results)
        table.add_row(Text(name, style="dim" if why else "bold"), Text(f"not here: {why}" if why else picture.about))
    out.print(table)
    out.done()


if __name__ == "__main__":
    sys.exit(entered(main))
