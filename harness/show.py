"""`python -m harness.show FOLDER|last`: a finished run or sweep again, from its files."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.screens.arguments import packages
from harness.screens.streams import entered, kept
from harness.text.visible import say

if TYPE_CHECKING:
    from harness.results.files import Results
    from harness.screens.terminal import Terminal


USAGE = """python -m harness.show FOLDER|last   shows a finished run or sweep again, from its files
python -m harness.show FOLDER|last --plot [trust=PACKAGE]   with plots of the loss, and paths in two dimensions"""


def main(argv: Sequence[str] | None = None) -> int:
    """Show the folder; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    plot, trusted = "--plot" in arguments, packages(arguments)
    words = [word for word in arguments if word != "--plot"]
    if len(words) != 1 or words[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if words[:1] in (["-h"], ["--help"]) else 2
    return kept(lambda: _show(words[0], plot, trusted))


def _show(folder: str, plot: bool, trusted: tuple[str, ...]) -> int:
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
            if plot:
                _plot(found, out, trusted)
    except UserError as error:
        say(str(error))
        return 2
    out.done()
    return 0


def _plot(found: "Results", out: "Terminal", trusted: tuple[str, ...]) -> None:
    """The loss; and the paths, where there are any and the objective is trusted."""
    from harness.landscape import distrust, lacks, landscape
    from harness.screens import plots
    from harness.text.visible import in_line

    out.print()
    if not any(cell["runs"] for cell in found.cells):
        out.print("nothing to plot: no run ended")
        return
    plots.losses(found, out)
    if "path" not in found.curves or lacks(found):
        return
    if why := distrust(found, trusted):
        out.print(in_line(f"no paths: {why}"), markup=False, soft_wrap=True)
        return
    seen = landscape(found, trusted)
    plots.trajectories(found, out, seen.grid, seen.box, seen.minima)


if __name__ == "__main__":
    sys.exit(entered(main))
