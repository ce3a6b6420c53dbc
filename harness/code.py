"""`python -m harness.code FOLDER|last [LIBRARY]`: what a finished run or sweep found, as code to take along.

For each cell, best first: the optimizer of its typical replicate with its numbers, where the conformance matrix says
that the library takes the same steps to 1e-10 (`python -m harness.verify optimizers`), and the command that repeats it.
All that is printed is Python: what is said beside the code stands behind a #.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.screens.streams import entered, kept

if TYPE_CHECKING:
    from harness.results.files import Results
    from harness.verify.code import Code

USAGE = "python -m harness.code FOLDER|last [LIBRARY]   what each cell of a finished sweep found, as code"


@dataclass(frozen=True)
class CellCode:
    """A cell of the answer, and its typical replicate's optimizer in other libraries."""

    name: str
    optimizer: str  # its config's name
    where: str  # what tells the problem from others of the sweep
    replicate: int
    overrides: tuple[str, ...]  # that made it
    libraries: "dict[str, Code]"
    schedules: tuple[str, ...]  # of its hyperparameters, where they are not constant


def codes(results: "Results") -> list[CellCode]:
    """Of every cell of every answer, in their order; of those that have a run to speak for them."""
    from harness.configs.compose import composer
    from harness.errors import UserError

    rows = {(cell["cell"], cell.get("replicate", 0)): cell for cell in results.cells}
    found = []
    with composer(_config_dir(results)) as theirs, composer(None) as ours:
        for answer in results.answer:
            for line in answer.lines:
                row = rows.get((line.cell, line.replicate)) or rows[line.cell, 0]
                if row["runs"]:
                    found.append(_of(line, row, answer.evidence.where, theirs, ours))
    if not found:
        raise UserError(f"{results.folder}: nothing has ended there, so there is nothing to take along")
    return found


def _of(line: Any, row: dict[str, Any], where: str, theirs: Any, ours: Any) -> CellCode:
    from harness.configs.override import parse
    from harness.text.copying import words_of
    from harness.verify.code import code_for

    overrides = tuple(words_of(row["overrides"]))
    config, choices = theirs.compose(parse(*overrides))
    moved = [f"{name} follows {_short(node)}" for name, node in config["schedules"].items() if not _constant(node)]
    found = code_for(config["optimizer"], ours)
    return CellCode(line.name, choices["optimizer"], where, line.replicate, overrides, found, tuple(moved))


def _constant(node: dict[str, Any]) -> bool:
    return str(node["_target_"]).endswith(".Constant")


def _short(node: dict[str, Any]) -> str:
    from harness.configs.settings import ABOUT

    fields = [f"{key}={value!r}" for key, value in node.items() if key not in (*ABOUT, "_target_")]
    return f"{str(node['_target_']).rpartition('.')[2]}({', '.join(fields)})"


def _config_dir(results: "Results") -> str | None:
    """The folder of configs that it was made with."""
    from harness.text.copying import words_of

    words = words_of(results.summary["launch"])
    return words[1] if words[:1] == ["--config-dir"] else None


def main(argv: Sequence[str] | None = None) -> int:
    """Print the code; the exit code: 0, or 2 where the command is wrong."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not 1 <= len(arguments) <= 2 or arguments[0] in ("-h", "--help"):
        print(USAGE)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    return kept(lambda: _printed(*arguments))


def _printed(folder: str, library: str | None = None) -> int:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from harness.configs import advice
    from harness.errors import UserError
    from harness.results.damage import reading
    from harness.results.files import load
    from harness.text.visible import say
    from harness.verify.code import LIBRARIES

    try:
        if library is not None and library not in LIBRARIES:
            near = advice.nearest(library, LIBRARIES)
            raise UserError(f"{library}: no such library{near}; choices: {', '.join(LIBRARIES)}")
        results = load(folder)
        with reading(folder):
            found = codes(results)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        say(advice.line(error))
        return 2
    _show(results, found, LIBRARIES if library is None else (library,))
    return 0


def _show(results: "Results", found: list[CellCode], libraries: Sequence[str]) -> None:
    from rich.text import Text

    from harness.screens.terminal import console
    from harness.text.copying import command, words_of
    from harness.text.visible import in_line

    out = console()
    for cell in found:
        name = f"{cell.where}: {cell.name}" if cell.where else cell.name
        again = command(*words_of(results.summary["launch"]), *cell.overrides)
        which = f", as in tuning {cell.replicate}" if results.summary.get("replicates", 1) > 1 else ""
        out.print(Text(in_line(f"# {name}{which}"), style="bold"), soft_wrap=True)
        for line in _lines(cell, libraries):
            out.print(Text(in_line(line)), soft_wrap=True)
        out.print(Text(in_line(f"# here: {again}"), style="dim"), soft_wrap=True)
        out.print()
    if results.summary["stopped"]:
        out.print(Text("# The sweep ended early: these are the best so far.", style="yellow"))
    out.print(Text(f"# {agreement(found, libraries)}", style="dim"), soft_wrap=True)
    out.done()


def agreement(found: Sequence[CellCode], libraries: Sequence[str]) -> str:
    """What is said below the code of all cells."""
    float64 = 'in float64 (keras.config.set_floatx("float64"))' if "keras" in libraries else "in float64"
    moved = " where its lr and other numbers do not move" if any(cell.schedules for cell in found) else ""
    return f"Each takes the same steps as here to 1e-10 {float64}{moved}."


def _lines(cell: CellCode, libraries: Sequence[str]) -> list[str]:
    """What there is of each library, and what is to be said of it."""
    told = f"python -m harness.verify optimizers {cell.optimizer} tells how they differ"
    known = {library: cell.libraries[library] for library in libraries if library in cell.libraries}
    lines = []
    for code in known.values():
        more = f"  # {code.told}" if code.told else ""
        lines.append(f"{code.text}{more}" if code.text else f"# none: {code.why}")
    if missing := ", ".join(library for library in libraries if library not in known):
        lines.append(f"# nothing in {missing} is known to agree with it to 1e-10; {told}")
    if cell.schedules:
        lines.append(f"# {', '.join(cell.schedules)}: this is not in the code")
    return lines


if __name__ == "__main__":
    sys.exit(entered(main))
