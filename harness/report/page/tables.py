"""The tables of a report: who wins, how much depends on tuning, who was tuned how hard, and with what it was made."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from harness.answers.answer import Answer
from harness.answers.lines import Line, worded
from harness.answers.overall import Overall
from harness.answers.sensitivity import Sensitivity
from harness.answers.statistics import Interval
from harness.report.page.subject import Subject
from harness.report.page.table import Field, Table, number, text
from harness.results.files import Results
from harness.results.replicates import over_replicates
from harness.results.rows import Row
from harness.screens.columns import label, point
from harness.text.copying import command

BRIEF = 10  # rows
TEST = "on the test set"
PAIR_NOTE = {
    "signed-rank": "Intervals hold for all pairs together (exact order statistics of the paired differences)",
    "e-process": "Intervals hold for all pairs together; pairs are judged by e-processes",
    "rank-sum": "Intervals hold for all pairs together; values are not paired",
}


def who_wins(answer: Answer, again: str) -> Table:
    """A row per cell of a problem, as the screen has them."""
    first = answer.lines[0].name
    metric = "ends lower" if not answer.evidence.scale.more_is_better else "ends higher"
    metric = "is faster" if answer.evidence.target else metric
    heads = ("cell", "typical value", "over the tunings" if answer.evidence.tuned else "over the seeds",
             f"beside {first}", f"{first} {metric}", "verdict", TEST)  # fmt: skip
    rows = tuple(_row(answer, line, k) for k, line in enumerate(answer.lines))
    best = frozenset(k for k, line in enumerate(answer.lines) if line.name in answer.unbeaten)
    note = PAIR_NOTE[answer.evidence.judged_by] if answer.verdict.pairs and answer.verdict.possible else ""
    return Table(f"Every cell{_of(answer)}", heads, rows, again, note, best)


def brief(table: Table) -> Table:
    """As much of it as the first screen has room for."""
    kept = [k for k, head in enumerate(table.heads) if head != TEST]
    rows = tuple(tuple(row[k] for k in kept) for row in table.rows[:BRIEF])
    more = len(table.rows) - len(rows)
    note = f"{more} more below" if more else table.note
    return replace(table, heads=tuple(table.heads[k] for k in kept), rows=rows, note=note).shown


def for_paper(table: Table) -> Table:
    """What a column of a page has room for: without how often who was better, and what else there is to a verdict."""
    kept = [k for k, head in enumerate(table.heads) if not head.endswith((" ends lower", " ends higher", " is faster"))]
    verdict = table.heads.index("verdict") if "verdict" in table.heads else -1
    rows = tuple(
        tuple(Field(row[k].text.partition(", ")[0]) if k == verdict else row[k] for k in kept) for row in table.rows
    )
    return replace(table, heads=tuple(table.heads[k] for k in kept), rows=rows)


def _row(answer: Answer, line: Line, k: int) -> tuple[Field, ...]:
    scale = answer.evidence.scale
    value, low, high = (scale.written(v, n, line.limit) for v, n in ((line.value, 3), (line.low, 2), (line.high, 2)))
    ends = "" if line.low == line.high or math.isnan(line.value) else f"{low} to {high}"
    state = line.state or ("" if k or not answer.verdict.possible else "first")
    wins = line.wins.rpartition(" lower ")[2].rpartition(" higher ")[2].rpartition(" faster ")[2]
    return (text(line.name), Field(value, line.value), Field(ends, line.low), Field(line.effect, effect_of(answer, k)),
            text(wins), text(", ".join(filter(None, (state, line.note)))),
            text(line.tested.removeprefix("test ")))  # fmt: skip


def effect_of(answer: Answer, k: int) -> float:
    """How much worse the k-th line is than the first, on the scale of the answer."""
    numbers = list(answer.evidence.numbers or range(len(answer.evidence.names)))
    first, other = (numbers.index(answer.lines[place].cell) for place in (0, k))
    if first == other or not {first, other} <= set(answer.verdict.cells):
        return 0.0 if first == other else math.nan
    return answer.verdict.pair(first, other).effect.value


def over_problems(over: Overall, again: str) -> Table:
    """A row per cell over several problems."""
    heads = ("cell", f"beside {over.lines[0].name}", "better on", "problems won", "lost", "open", over.never,
             "targets reached", "verdict")  # fmt: skip
    rows = tuple(
        (
            text(line.name),
            text(line.effect),
            text(line.better),
            number(line.won),
            number(line.lost),
            number(line.open),
            number(line.never) if line.never else Field("", 0.0),
            Field("", -1.0) if line.targets is None else Field(f"{100 * line.targets:.0f} %", line.targets),
            text(line.state),
        )
        for line in over.lines
    )
    best = frozenset(k for k, line in enumerate(over.lines) if line.name in over.unbeaten)
    return Table("Every cell over all problems", heads, rows, again, capital("; ".join(over.notes)), best)


def each_problem(answers: Sequence[Answer], again: str) -> Table:
    """A row per problem: what is said of it."""
    rows = tuple(
        (
            text(one.evidence.where),
            text(one.headline),
            text(one.lines[0].name),
            Field(one.evidence.scale.written(one.lines[0].value, 3, one.lines[0].limit), one.lines[0].value),
        )
        for one in answers
    )
    return Table("Every problem", ("problem", "answer", "first", "typical value"), rows, again)


def dependence(answer: Answer, found: Sequence[Sensitivity], again: str) -> Table | None:
    """How much depends on tuning; None where nothing is known."""
    known = [one for one in found if (one.near, one.far, one.declared) != (None, None, None)]
    if not known:
        return None
    scale = answer.evidence.scale
    rows = tuple(
        (
            text(one.name),
            _decades(one.near),
            _decades(one.far),
            Field("", math.nan) if one.declared is None else Field(worded(one.declared, scale), one.declared.value),
        )
        for one in known
    )
    heads = ("cell", "decades of lr within 10 % of the best", "within ten times the best", "with declared values")
    return Table(f"How much depends on tuning{_of(answer)}", heads, rows, again,
                 "Few trials see little: the good range is at least so wide").shown  # fmt: skip


def _decades(width: Interval | None) -> Field:
    if width is None:
        return Field("", math.nan)
    ends = "" if width.low == width.high else f" [{width.low:.1f}, {width.high:.1f}]"
    return Field(f"{width.value:.1f}{ends}", width.value)


def effort(subject: Subject) -> Table:
    """Who was tuned how hard: a row per cell of each folder."""
    heads = ("cell", "folder", "what was searched", "trials", "seeds of a trial", "tunings", "trials that diverged",
             "pruned", "failed", "final seeds", "confirm seeds", "gradients", "seconds")  # fmt: skip
    rows = tuple(row for results in subject.folders for row in _efforts(results, subject.several))
    again = command(subject.words[0], module="harness.show")
    note = "Gradients and seconds are of everything that ran for a cell; no rerun repeats the seconds"
    return Table("Who was tuned how hard", heads, rows, again, note).shown


def _efforts(results: Results, several: bool) -> list[tuple[Field, ...]]:
    names = {line.cell: f"{one.evidence.where} {line.name}".strip() for one in results.answer for line in one.lines}
    configs = configs_of(results)
    seeds: dict[tuple[int, str, int], set[int]] = {}
    for run in results.runs:
        seeds.setdefault((run["cell"], run["phase"], run.get("replicate", 0)), set()).add(run["seed"])
    found = []
    for cell, name in names.items():
        mine = [row for row in results.cells if row["cell"] == cell]
        spent = [row for row in results.timings if row["cell"] == cell]
        space = configs[cell].get("space", {}) if cell < len(configs) else {}
        searched = ", ".join(f"{key.removeprefix('optimizer.')}: {told}" for key, told in space.items())
        trials, planned = sum(row["trials"] for row in mine), sum(row["planned"] for row in mine)
        tuned = bool(results.summary.get("study"))
        counts = {phase: max((len(s) for (c, p, _), s in seeds.items() if (c, p) == (cell, phase)), default=0)
                  for phase in ("tune", "run", "final", "confirm")}  # fmt: skip
        found.append((
            text(name), text(results.folder.name if several else ""),
            text(searched or ("nothing: its declared values" if tuned else "")),
            number(trials, f"{trials:,}{'' if trials == planned else f' of {planned:,}'}") if tuned else Field(""),
            number(counts["tune"] or counts["run"]), number(len(mine)) if tuned else Field(""),
            *(_some(sum(row[key] for row in mine)) for key in ("diverged_trials", "pruned_trials", "failed_trials")),
            _some(counts["final"]), _some(counts["confirm"]),
            number(sum(row["evaluations"] for row in spent)),
            number(round(sum(row["seconds"] for row in spent), 2)),
        ))  # fmt: skip
    return found


def _some(count: int) -> Field:
    return Field(f"{count:,}" if count else "", float(count))


def configs_of(results: Results) -> list[Mapping[str, Any]]:
    """What config.yaml says of every cell."""
    config = results.config
    return list(config.get("cells") or ()) if results.summary["kind"] == "sweep" else [{"config": config}]


def typical(results: Results, answer: Answer) -> Table | None:
    """The numbers of each cell's typical tuning and their range; None where nothing was searched."""
    rows: dict[tuple[int, int], Row] = {(row["cell"], row.get("replicate", 0)): row for row in results.cells}
    several = results.summary.get("replicates", 1) > 1
    found = []
    for line in answer.lines:
        row = rows.get((line.cell, line.replicate)) or rows[line.cell, 0]
        told = point(row, results.summary["varied"], partial(over_replicates, results, row))
        found.append((text(line.name), number(line.replicate) if several else Field(""), text(told)))
    if not any(row[2].text for row in found):
        return None
    heads = ("cell", "tuning", "numbers, and their range over the tunings" if several else "numbers")
    note = "Of several tunings the one whose value is in the middle: the best of them would be the luckiest"
    again = command(str(results.folder), module="harness.show")
    return Table(f"The numbers that were found{_of(answer)}", heads, tuple(found), again, note if several else "").shown


def made_with(subject: Subject) -> Table:
    """Versions, machine and code of each folder."""
    heads = ("", *(subject.words if subject.several else ["made with"]))
    columns = [_facts(results) for results in subject.folders]
    keys = dict.fromkeys(key for column in columns for key in column)
    rows = tuple((text(key), *(text(column.get(key, "")) for column in columns)) for key in keys)
    return Table(
        "Versions, machine, code", heads, rows, command(f"{subject.words[0]}/summary.json", module="json.tool")
    )


def _facts(results: Results) -> dict[str, str]:
    summary = results.summary
    facts = {"python": summary.get("python"), **summary.get("versions", {}), "commit": summary.get("commit")}
    facts |= {"machine": summary.get("machine"), "cores": summary.get("cores")}
    facts |= {"engines": "; ".join(summary.get("engines", ())), "seconds": summary.get("seconds")}
    ended = [f"{count:,} {state}" for state, count in summary["runs"].items() if count]
    facts |= {"runs": ", ".join(ended), "ended early": summary["stopped"]}
    return {key: str(value) for key, value in facts.items() if value not in (None, "")}


def fingerprints(subject: Subject) -> Table:
    """What tells the problems of each answer from others: their hashes, and the first numbers of two seeds."""
    names = {one.evidence.problem: one.evidence.where for one in subject.answers}
    known: dict[str, Mapping[str, Any]] = {}
    for results in subject.folders:
        known |= results.summary.get("problems", {})
    rows = tuple(
        (
            text(names.get(key) or key),
            text(key),
            text(_first(about.get("loss"))),
            text(_first(about.get("gradient_norm"))),
            text(about.get("lowest") if about.get("lowest") is not None else "not known"),
            text(about.get("dtype", "")),
        )
        for key, about in known.items()
    )
    heads = ("problem", "fingerprint", "loss at the start, seeds 0 and 1", "norm of the gradient there", "lowest loss",
             "numbers")  # fmt: skip
    return Table("The problems", heads, rows, command(f"{subject.words[0]}/summary.json", module="json.tool"))


def _first(values: Any) -> str:
    return ", ".join(f"{float(value):.6g}" for value in values or ())


def _of(answer: Answer) -> str:
    return f": {answer.evidence.where}" if answer.evidence.where else ""


def capital(text: str) -> str:
    """As a sentence begins."""
    return text[:1].upper() + text[1:]


def metric_of(subject: Subject) -> str:
    """What is compared, as people read it."""
    return label(str(subject.joint.summary["metric"]))
