"""Finished runs and sweeps of ours as one: their rows together, paired by replicates or seeds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.answers.sentences import listed
from harness.errors import UserError
from harness.judging.agreement import demand_problems, demand_seeds, demand_settings, differences
from harness.judging.folder import Folder
from harness.results.files import Results
from harness.results.looks import Look, reached
from harness.results.looks import others as other_looks
from harness.results.rows import GROUPS, Row, by_cell
from harness.text.copying import command


@dataclass(frozen=True)
class Kept:
    """The pairs that are judged, and whether folders have other pairs of the same cells."""

    pairs: set[int]
    remark: str = ""
    halves: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell of one folder: its rows, one per replicate where it is tuned, and its runs."""

    folder: str
    rows: list[Row]
    runs: list[Row]
    trials: list[Row]
    number: int  # there

    @property
    def problem(self) -> str:
        return str(self.rows[0]["problem"])

    def named(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(str(self.rows[0].get(key, "")) for key in keys)

    def numbered(self, number: int) -> "Cell":
        rows, runs, trials = ([{**row, "cell": number} for row in some] for some in (self.rows, self.runs, self.trials))
        return replace(self, rows=rows, runs=runs, trials=trials)

    def under(self, key: str, name: str) -> "Cell":
        """With another name under a key."""
        return replace(self, rows=[{**row, key: name} for row in self.rows])


def together(folders: Sequence[Folder]) -> Results:
    """All cells of all folders as if one sweep had them; a UserError names two folders that cannot be compared, and in
    what."""
    first, *others = folders
    for other in others:
        demand_settings(first, other)
    kept = _kept(folders)
    for other in others:
        demand_problems(first, other, kept.pairs)
        demand_seeds(first, other, sorted(kept.pairs))
    by_folder = [_cells(folder, kept.pairs) for folder in folders]
    cells = _joined(by_folder) if kept.halves else [cell for mine in by_folder for cell in mine]
    keys, cells, copies = _told_apart(folders, cells)
    remarks = [remark for remark in (kept.remark, copies, _engines(folders)) if remark]
    remarks += [told for other in others for told in differences(first, other)]
    numbered = [cell.numbered(k) for k, cell in enumerate(cells)]
    rows = [row for cell in numbered for row in cell.rows]
    runs = [run for cell in numbered for run in cell.runs]
    trials = [trial for cell in numbered for trial in cell.trials]
    summary = {**_summary(folders, kept, keys), **_of_cells(folders, cells)}
    told = tuple(remarks)
    return replace(first.results, remarks=told, summary=summary, runs=runs, cells=rows, trials=trials, curves={})


def _kept(folders: Sequence[Folder]) -> Kept:
    """Those that all folders have; or all, where folders without any in common have the same cells."""
    unit = folders[0].unit
    known = [(folder, found) for folder in folders if (found := folder.pairs()) is not None]
    if not known:
        return Kept({0})
    every, shared = set[int]().union(*(found for _, found in known)), set.intersection(*(found for _, found in known))
    if len(known) == len(folders) and sum(len(found) for _, found in known) == len(every):
        alike = [_without_seeds(folder) for folder in folders]
        if all(one == alike[0] for one in alike):
            return Kept(every, f"{unit}s of {listed([folder.name for folder in folders])} together", halves=True)
    if not shared:
        names = listed([folder.name for folder, _ in known])
        raise UserError(f"not to be compared: {names} have no {unit} in common, and different cells")
    few = [folder for folder, found in known if found == shared]
    more = [f"{folder.name} has {len(found)}" for folder, found in known if found != shared]
    if not more:
        return Kept(shared)
    told = f"only the {len(shared)} {unit}{'s' if len(shared) > 1 else ''} that all have are judged, {listed(more)}"
    if few and few[0].tuned:
        most = max(len(found) for _, found in known)
        told += f": {command('-m', f'resume={few[0].results.folder}', f'replicates={most}')} adds more"
    return Kept(shared, told)


def _without_seeds(folder: Folder) -> list[dict[str, Any]]:
    """What its cells are, but for what is repeated."""
    return [
        {key: value for key, value in config.items() if key not in ("seeds", "replicates")}
        for config in folder.configs()
    ]


def _cells(folder: Folder, pairs: set[int]) -> list[Cell]:
    """The cells of a folder, with the pairs that are judged."""
    every = folder.pairs() is None  # one stands for all
    found = []
    runs_of, trials_of = by_cell(folder.results.runs), by_cell(folder.results.trials)
    for number in dict.fromkeys(row["cell"] for row in folder.results.cells):
        rows = [row for row in folder.results.cells if row["cell"] == number]
        runs, trials = runs_of.get(number, []), trials_of.get(number, [])
        if folder.tuned:
            once = every or len(rows) == 1
            rows, runs, trials = (
                [row for row in some if once or row.get("replicate", 0) in pairs] for some in (rows, runs, trials)
            )
        else:
            runs = [row for row in runs if row["seed"] in pairs]
        found.append(Cell(folder.name, rows, runs, trials, number))
    return found


def _joined(by_folder: Sequence[Sequence[Cell]]) -> list[Cell]:
    """The same cells with the pairs of all folders; untuned, a cell has one row whatever its seeds."""
    found = []
    for first, *others in zip(*by_folder, strict=True):
        rows = [row for cell in (first, *others) for row in cell.rows]
        runs = [run for cell in (first, *others) for run in cell.runs]
        trials = [trial for cell in (first, *others) for trial in cell.trials]
        found.append(replace(first, rows=rows if "replicate" in rows[0] else first.rows, runs=runs, trials=trials))
    return found


def _told_apart(folders: Sequence[Folder], cells: list[Cell]) -> tuple[list[str], list[Cell], str]:
    """The keys by which cells are named, the cells, and what is to be said of copies: a cell that two folders have with
    the same numbers is one, other cells of one name get the folder's."""
    varied = {folder.name: folder.results.summary["varied"] for folder in folders}
    keys = list(dict.fromkeys(key for some in varied.values() for key in some)) or ["optimizer"]
    for key in keys:  # where another folder searched it, or left it as it is declared, it is no part of the name
        cells = [cell if key in (*GROUPS, *varied[cell.folder]) else cell.under(key, "") for cell in cells]
    for key in GROUPS:
        if _clashes(cells, keys) and len({cell.named([key]) for cell in cells}) > 1 and key not in keys:
            keys.append(key)
    kept: list[Cell] = []
    copies = []
    for cell in cells:
        twins = [one for one in kept if (one.problem, one.named(keys)) == (cell.problem, cell.named(keys))]
        copy = next((one for one in twins if _values(one) == _values(cell)), None)
        if copy is None:
            kept.append(cell)
        else:
            copies.append(f"{' '.join(cell.named(keys))} of {cell.folder} is that of {copy.folder}")
    clashing = _clashes(kept, keys)
    key = next((key for key in keys if key not in ("objective", "dataset")), keys[0])
    named = [
        cell.under(key, f"{cell.named([key])[0]} ({cell.folder})")
        if (cell.problem, *cell.named(keys)) in clashing
        else cell
        for cell in kept
    ]
    return keys, named, listed(copies) if copies else ""


def _clashes(cells: Sequence[Cell], keys: Sequence[str]) -> set[tuple[str, ...]]:
    """Problems and names that several cells have."""
    found = [(cell.problem, *cell.named(keys)) for cell in cells]
    return {one for one in found if found.count(one) > 1}


def _values(cell: Cell) -> list[str]:
    """What its runs ended with: two that are alike in all of them are one."""
    return [f"{run['seed']} {run['phase']} {run['loss']} {run['best_loss']}" for run in cell.runs]


def _of_cells(folders: Sequence[Folder], cells: Sequence[Cell]) -> dict[str, Any]:
    """What summaries say of cells by their numbers, with those that they have here."""
    decaying, includes = [], []
    for folder in folders:
        here = {cell.number: k for k, cell in enumerate(cells) if cell.folder == folder.name}
        summary = folder.results.summary
        decaying += [here[number] for number in summary.get("decaying", ()) if number in here]
        includes += [
            {**one, "general": here[one["general"]], "special": here[one["special"]]}
            for one in summary.get("includes", ())
            if {one["general"], one["special"]} <= here.keys()
        ]
    return {"decaying": decaying, "includes": includes}


def _engines(folders: Sequence[Folder]) -> str:
    engines = {folder.name: ", ".join(folder.results.summary.get("engines", ())) for folder in folders}
    told = listed([f"{engine or 'none'} in {name}" for name, engine in engines.items()])
    differ = len(set(engines.values())) > 1
    return f"the engines differ ({told}), whose numbers differ by rounding" if differ else ""


def _before(results: Results, halves: bool) -> list[Look]:
    """The looks at a folder before its own answer; where its pairs are a part of what is judged, that one, too."""
    found = other_looks(results.summary, reached(results.summary, results.cells))
    return [*found, {"trials": results.summary["trials"], "replicates": 0, "tested": True}] if halves else found


def _summary(folders: Sequence[Folder], kept: Kept, keys: list[str]) -> dict[str, Any]:
    """That of the first, with what all have: what names cells, problems, looks, and why one ended early."""
    summaries = [folder.results.summary for folder in folders]
    stopped = {summary["stopped"] for summary in summaries}
    copies = all(folder.pairs() is None for folder in folders)
    return {
        **summaries[0],
        "varied": keys,
        "until": "decided" if any(summary.get("until") for summary in summaries) else None,
        "problems": {key: about for summary in reversed(summaries) for key, about in summary["problems"].items()},
        "looks": max((_before(folder.results, kept.halves) for folder in folders), key=len),
        "stopped": next((why for why in ("interrupted", "timeout") if why in stopped), ""),
        "replicates": summaries[0].get("replicates", 1) if copies else len(kept.pairs),
    }
