"""Results as text: a finished run or sweep from its files."""

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.answers.statistics import median
from harness.results.censoring import ends
from harness.results.files import Results
from harness.results.metrics import Metric
from harness.results.replicates import history, over_replicates
from harness.results.rows import MEANS, Row
from harness.screens import engines, unfinished
from harness.screens.columns import POINT, cells_table, fitted, label, measured, point, table_row
from harness.screens.numbers import number, sparkline, spread
from harness.text.copying import command, words_of
from harness.text.visible import in_line
from objectives.arrays import Array

if TYPE_CHECKING:
    from harness.answers.answer import Answer

SHOWN = 20  # cells of a table
RERUN = 3  # of which it says how to run them again


def show(results: Results, out: Console) -> None:
    """A finished run or sweep: who wins, what it was, how it ended, what to type next."""
    summary = results.summary
    begun = not summary.get("study") or any(cell["trials"] for cell in results.cells)
    several = summary["kind"] != "run" and begun and len(results.answer) > 1  # which need no table of each
    if summary["kind"] != "run" and begun:
        from harness.screens import answers

        answers.show(results, out)
    out.print(Text(in_line(summary["title"]), style="bold"), soft_wrap=True)
    out.print()
    if summary["kind"] == "run":
        out.print(metrics_table(results, out.width))
        out.print()
    elif begun and not several:
        _show_cells(results, out)
    elif not begun:
        if results.runs:
            out.print(fitted(unfinished.seen(results), out.width, ()))
        out.print(Text(f"{unfinished.told(results)}\n", style="dim"), soft_wrap=True)
    usual = ("completed", "diverged")
    counts = [f"{count} {state}" for state, count in summary["runs"].items() if count or state in usual]
    declared = sum(run["phase"] == "declared" for run in results.runs)
    beside = f"; {declared:,} of these at declared values" if declared else ""
    out.print(Text(f"{', '.join(counts)}{beside} · {summary['seconds']:.1f} s"), soft_wrap=True)
    for cell, message in summary["failures"].items():
        out.print(Text(in_line(f"cell {cell} failed: {message}"), style="red"), soft_wrap=True)
    if summary["stopped"]:
        early = {"interrupted": "interrupted: what was reached is saved", "timeout": "the timeout was reached"}
        out.print(early[summary["stopped"]], style="yellow")
    if about := engines.told(summary):
        out.print(Text(in_line(about)), soft_wrap=True)
    if summary.get("study"):
        out.print(Text(in_line(f"studies: {summary['study']}")), soft_wrap=True)
        _say_how_it_goes_on(results, out)
    found = summary["kind"] != "run" and begun
    for told, module in {"show again": "harness.show", **({"as code": "harness.code"} if found else {})}.items():
        out.print(Text(in_line(f"{told}: {command(str(results.folder), module=module)}")), soft_wrap=True)


def _say_how_it_goes_on(results: Results, out: Console) -> None:
    """How to finish a sweep that ended early, and how to add the tunings that a verdict needs."""
    summary = results.summary
    left = any(cell["trials"] < cell["planned"] for cell in results.cells)
    wanting = max((answer.wanting for answer in results.answer), default=0)
    if not (summary["stopped"] or left or wanting):
        return
    database = [text for text in summary["overrides"] if text.lstrip("+").startswith("storage=")]  # typed again
    words = ["-m", *words_of(summary["launch"]), f"resume={results.folder}", *database]
    early = summary["stopped"] or left
    told = f"finish it: {command(*words)}" if early else f"for a verdict: {command(*words, f'replicates={wanting}')}"
    out.print(Text(in_line(told)), soft_wrap=True)


def _show_cells(results: Results, out: Console) -> None:
    summary = results.summary
    metric = Metric.of(summary)
    tuned, several = bool(summary.get("study")), summary.get("replicates", 1) > 1
    owners = np.array([run["cell"] for run in results.runs])
    seconds: dict[int, float] = {}
    for timing in results.timings:
        seconds[timing["cell"]] = seconds.get(timing["cell"], 0.0) + timing["seconds"]
    for answer in results.answer:  # there is one: several problems are shown in short
        mine, rows = _in_order(results, answer, metric), []
        for cell in mine:
            course = history(results, cell, metric) if tuned else results.curves["loss"][owners == cell["cell"]]
            row = table_row(cell, summary["varied"], course, metric, tuned)
            if several:  # the answer shows the range of the values, and what follows that of the point
                row = {key: told for key, told in row.items() if not key.endswith((" interval", "range", POINT))}
            rows.append(row | {"seconds": _seconds(seconds.get(cell["cell"], 0.0))})
        unbeaten = {line.cell for line in answer.lines if line.name in answer.unbeaten}
        best = [k for k, cell in enumerate(mine) if cell["cell"] in unbeaten]
        table = cells_table(rows[:SHOWN], out.width, tuned, best)
        out.print(table)
        if len(mine) > SHOWN:
            rest = f"... and {len(mine) - SHOWN} more: {command(str(results.folder), module='harness.answer')}"
            out.print(Text(in_line(rest), style="dim"), soft_wrap=True)
        if not tuned:
            out.print(Text(f"\nrerun the first: {_command(results, mine[0])}\n"), soft_wrap=True)
            continue
        _say_what_speaks(results, out, any(str(column.header) == "tuned" for column in table.columns))
        names = {line.cell: line.name for line in answer.lines}
        for k, cell in enumerate(mine[:RERUN]):
            told = f"\n{in_line(names[cell['cell']])}  {_trial(results, cell)}{_command(results, cell)}"
            out.print(Text(told, style="bold green" if k in best else ""), soft_wrap=True)
        if len(mine) > RERUN:
            out.print(f"\n... and {len(mine) - RERUN} more: column overrides of cells.csv", style="dim")
        out.print()


def _in_order(results: Results, answer: "Answer", metric: Metric) -> list[Row]:
    """A row per cell, that of its typical replicate, as the answer has them; where it says nothing, the best first."""
    rows = {(cell["cell"], cell.get("replicate", 0)): cell for cell in results.cells}
    found = [rows.get((line.cell, line.replicate)) or rows[line.cell, 0] for line in answer.lines]
    if answer.kind != "none":
        return found
    return sorted(found, key=lambda cell: (metric.rank(ends(cell, metric, "value")[0]), cell["cell"]))


def _trial(results: Results, cell: Row) -> str:
    """Which trial a command repeats: one of several tunings, with the range of its numbers over them."""
    if "replicate" not in cell:
        return f"trial {cell['trial']}: "
    told = point(cell, results.summary["varied"], lambda key: over_replicates(results, cell, key))
    return in_line(f"trial {cell['trial']} of tuning {cell['replicate']}: {told}") + "\n"


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else number(value, 2)


def _say_what_speaks(results: Results, out: Console, beside: bool) -> None:
    """Which runs the table is about; `beside` stands what they were worth before."""
    confirmed = {(run.get("replicate", 0), run["seed"]) for run in results.runs if run["phase"] == "confirm"}
    replicates = len({cell.get("replicate", 0) for cell in results.cells})
    if confirmed:
        seeds = len(confirmed) // len({replicate for replicate, _ in confirmed})
        told = f"each cell's best trial, run again on {seeds} seeds that tuning never saw"
    else:
        told = "each cell's best trial on the seeds it was tuned on, which flatters it"
    told += f"; of {replicates} tunings the one in the middle" if replicates > 1 else ""
    told += f"; tuned: its {_aggregate(results)} while it was tuned" if beside else ""
    out.print(Text(told, style="dim"), soft_wrap=True)


def _aggregate(results: Results) -> str:
    """What a trial was worth of its seeds: the upper quartile of fewer than four is the worst of them."""
    seeds = len({run["seed"] for run in results.runs if run["phase"] == "tune" and not run.get("replicate")})
    few = results.summary["aggregate"] == "q75" and seeds < 4
    return f"worst of {seeds}" if few else str(results.summary["aggregate"])


def _command(results: Results, cell: Row) -> str:
    return in_line(command(*words_of(results.summary["launch"]), *words_of(cell["overrides"])))


def metrics_table(results: Results, width: int) -> Table:
    """What the runs of one cell say together, metric by metric."""
    runs = results.runs
    rows = []
    for name in (*measured([*results.curves, *(key for key in runs[0] if key.startswith("test_"))]), "best_loss"):
        values = np.array([math.nan if run[name] == "" else float(run[name]) for run in runs])
        if name.removeprefix("train_").removeprefix("test_") in MEANS:
            values = values[~np.isnan(values)]  # as in cells.csv: a diverged run has none, and is counted below
            if not len(values):
                continue
        low, high = float(np.min(_worst_last(values))), float(np.max(_worst_last(values)))
        row = {"": label(name)}
        if len(runs) > 1:
            row |= {"mean ± sd": spread(values), "median": number(median(values).value)}
            row |= {"range": f"{number(low, 3)} to {number(high, 3)}" if np.isfinite(values).any() else "-"}
        else:
            row |= {"value": number(float(values[0]))}
        rows.append({**row, "course": sparkline(results.curves[name], name) if name in results.curves else ""})
    return fitted(rows, width, ("course", "range"))


def _worst_last(values: Array) -> Array:
    return np.where(np.isnan(values), np.inf, values)
