"""What must agree between two folders whose cells are to be paired; a UserError names both, and both values."""

from collections.abc import Collection, Iterable

from harness.answers.sentences import listed
from harness.errors import UserError
from harness.judging.folder import Folder
from harness.running.fingerprint import same

ASKED = ("trials", "metric", "aggregate", "maximise", "level", "margin")  # in summary.json
RUN = ("steps", "budget", "target")  # in the config
TOLD = {"sampler._target_": "sampler", "pruner._target_": "pruner", "batch": "batch", "search": "search"}
TUNED = ("finalists", "finals", "confirm", "seeds", "sampler.seed")  # on which the seeds of every replicate depend


def demand_settings(first: Folder, other: Folder) -> None:
    """What was asked for, and what every run and tuning might spend."""
    _demand(first, other, "what is repeated", *(f"{folder.unit}s" for folder in (first, other)))
    for name in ASKED:
        _demand(first, other, name, *(str(folder.results.summary.get(name)) for folder in (first, other)))
    for name in (*RUN, *(TUNED if first.tuned else ())):
        _demand(first, other, name, first.setting(name), other.setting(name))


def differences(first: Folder, other: Folder) -> list[str]:
    """How their tunings differ in what may differ, at equal budgets."""
    found = []
    for place, name in TOLD.items() if first.tuned else ():
        one, two = (folder.setting(place).rpartition(".")[2] for folder in (first, other))
        found += [f"{name} is {one} in {first.name} and {two} in {other.name}"] if one != two else []
    return found


def demand_problems(first: Folder, other: Folder, pairs: Collection[int]) -> None:
    """The same problems, by their hashes and by what two seeds met at their start."""
    one, two = (_problems(folder, pairs) for folder in (first, other))
    if one != two:
        _demand(first, other, "the problem", *(_named(folder, pairs) for folder in (first, other)))
    for problem in sorted({problem for found in one.values() for problem in found}):
        probes = [folder.results.summary["problems"].get(problem) for folder in (first, other)]
        if all(probes) and not same(*probes):
            starts = [f"{probe['loss'][0]!r}" for probe in probes]
            _demand(first, other, f"the first loss of seed 0 on {problem}", *starts)


def demand_seeds(first: Folder, other: Folder, pairs: Iterable[int]) -> None:
    """Replicates of one number whose reported runs have other seeds are no pair."""
    one, two = (_reported(folder) if folder.tuned else {} for folder in (first, other))
    for pair in pairs:
        if pair in one and pair in two:
            told = [listed([str(seed) for seed in sorted(found[pair])]) for found in (one, two)]
            _demand(first, other, f"what replicate {pair} was reported on", *(f"seeds {seeds}" for seeds in told))


def _demand(first: Folder, other: Folder, what: str, one: str, two: str) -> None:
    if one != two:
        raise UserError(f"not to be compared: {what} is {one} in {first.name} and {two} in {other.name}")


def _problems(folder: Folder, pairs: Collection[int]) -> dict[int, set[str]]:
    """Of each replicate, as each may have a split of its own; else of all."""
    redrawn = folder.results.summary.get("redrawn")
    found: dict[int, set[str]] = {}
    for cell in folder.results.cells:
        replicate = cell.get("replicate", 0) if redrawn else 0
        if cell["problem"] and (not redrawn or replicate in pairs):
            found.setdefault(replicate, set()).add(cell["problem"])
    return found


def _named(folder: Folder, pairs: Collection[int]) -> str:
    """`rosenbrock 4c5d20ae589d`."""
    shown = {problem for found in _problems(folder, pairs).values() for problem in found}
    cells = [cell for cell in folder.results.cells if cell["problem"] in shown]
    told = sorted({f"{cell.get('objective', '')} {cell['problem']}" for cell in cells})
    return listed(told) if told else "none"


def _reported(folder: Folder) -> dict[int, set[int]]:
    """The seeds of each replicate's reported runs."""
    phases = {(cell["cell"], cell.get("replicate", 0)): cell["phase"] for cell in folder.results.cells}
    found: dict[int, set[int]] = {}
    for run in folder.results.runs:
        replicate = run.get("replicate", 0)
        if run["phase"] == phases.get((run["cell"], replicate)):
            found.setdefault(replicate, set()).add(run["seed"])
    return found
