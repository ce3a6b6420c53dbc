"""`python -m harness.compare A B ...`: which cell wins over several finished sweeps, paired by their replicates.

Exit code 0: every problem has a winner; 3: undecided; 2: a mistake.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.screens.streams import entered, kept

if TYPE_CHECKING:
    from harness.judging.folder import Folder
    from harness.results.files import Results

USAGE = """\
python -m harness.compare FOLDER FOLDER ... [--json]   which cell wins over finished sweeps, and how sure that is

They are paired by their replicates (untuned: by seeds), and need the same problem, steps, budget, trials, metric and
seeds. `last` is the newest below ./outputs. Exit code 0: every problem has a winner; 3: undecided; 2: a mistake."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the answer; the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    folders = [word for word in arguments if word != "--json"]
    if any(word in ("-h", "--help") for word in folders) or len(folders) < 2:
        print(USAGE)
        return 0 if any(word in ("-h", "--help") for word in folders) else 2
    return kept(lambda: _compare(folders, "--json" in arguments))


def _compare(names: Sequence[str], json: bool) -> int:
    from harness.errors import UserError
    from harness.results.damage import reading
    from harness.results.sensitivity import sensitivities
    from harness.screens.answers import printed
    from harness.text.visible import say

    try:
        folders = opened(names)
        with reading(told(folders)):
            results = judged(folders)
            found, depend = results.answer, sensitivities(results)
    except UserError as error:
        say(str(error))
        return 2
    return printed(found, json, depend=depend)


def opened(names: Sequence[str]) -> "list[Folder]":
    """Finished folders, each with a name that tells it from the others."""
    from harness.errors import UserError
    from harness.judging.folder import Folder
    from harness.results.files import load

    loaded = [load(name) for name in names]
    paths = [results.folder.resolve() for results in loaded]
    for k, path in enumerate(paths):
        if path in paths[:k]:
            raise UserError(f"{names[paths.index(path)]} and {names[k]} are one folder; give others to compare with")
    short = [path.name for path in paths]
    short = short if len(set(short)) == len(short) else [str(results.folder) for results in loaded]
    return [Folder(name, results) for name, results in zip(short, loaded, strict=True)]


def told(folders: "Sequence[Folder]") -> str:
    """Their names in a sentence."""
    return " or ".join(folder.name for folder in folders)


def judged(folders: "Sequence[Folder]") -> "Results":
    """All of them as one."""
    from harness.judging.together import together
    from harness.results.damage import reading

    with reading(told(folders)):
        return together(folders)


if __name__ == "__main__":
    sys.exit(entered(main))
