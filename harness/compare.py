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


def _compare(folders: Sequence[str], json: bool) -> int:
    from harness.errors import UserError
    from harness.results.sensitivity import sensitivities
    from harness.screens.answers import printed
    from harness.text.visible import say

    try:
        results = judged(opened(folders))
        return printed(results.answer, json, depend=sensitivities(results))
    except UserError as error:
        say(str(error))
        return 2


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
    told = short if len(set(short)) == len(short) else [str(results.folder) for results in loaded]
    return [Folder(name, results) for name, results in zip(told, loaded, strict=True)]


def judged(folders: "Sequence[Folder]") -> "Results":
    """All of them as one."""
    from harness.errors import UserError
    from harness.judging.together import together

    try:
        results = together(folders)
        _ = results.answer  # which reads what a damaged file lacks
    except UserError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        names = " or ".join(folder.name for folder in folders)
        raise UserError(f"{names}: damaged: {type(error).__name__}: {error}") from error
    return results


if __name__ == "__main__":
    sys.exit(entered(main))
