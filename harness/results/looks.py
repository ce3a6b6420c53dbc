"""The answers that were given of a sweep while it went on: each of them is a look."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.answers.answer import Answers
from harness.answers.sentences import TESTED
from harness.errors import UserError
from harness.results.metrics import Metric
from harness.results.rows import Row, cell_row, run_rows
from harness.results.trial import Outcome

Look = dict[str, Any]


def recorded(folder: Path) -> list[Any]:
    """Those of a sweep which goes on, as its summary.json has them."""
    file = folder / "summary.json"
    try:
        return list(json.loads(file.read_text()).get("looks", [])) if file.is_file() else []
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(f"{file}: damaged: {error}") from error


def at(outcome: Outcome, about: Mapping[str, Any], metric: Metric) -> tuple[Answers, list[Look]]:
    """A look at what a sweep has reached."""
    cells = [cell_row(standing, metric) for standing in outcome.standings]
    runs = [row for standing in outcome.standings for row in run_rows(standing.speaker, metric)]
    return taken({**about, "problems": outcome.problems}, runs, cells)


def taken(summary: Mapping[str, Any], runs: Sequence[Row], cells: Sequence[Row]) -> tuple[Answers, list[Look]]:
    """The answers of a look, and the record with it: what was said of so many trials and replicates, once each."""
    from harness.results.answers import answers

    found, replicates = answers(summary, runs, cells), reached(summary, cells)
    tested = any(answer.kind in TESTED for answer in found)
    told = {"trials": summary["trials"], "replicates": replicates, "decided": found.decided, "tested": tested}
    return found, [*others(summary, replicates), {**told, "headline": found.headline}]


def reached(summary: Mapping[str, Any], cells: Sequence[Row]) -> int:
    """The replicates that are there: where they are added until an answer is decided, the complete ones."""
    if not summary.get("until"):
        return int(summary.get("replicates", 1))
    return 1 + max((cell.get("replicate", 0) for cell in complete(summary, cells)), default=0)


def complete(summary: Mapping[str, Any], cells: Sequence[Row]) -> Sequence[Row]:
    """The cells without the replicates that a time-out left in pieces, of a sweep that may end after any of them."""
    if not summary.get("until") or summary.get("stopped") != "timeout":
        return cells
    torn = {cell.get("replicate", 0) for cell in cells if cell["trials"] < cell["planned"]}
    whole = [cell for cell in cells if cell.get("replicate", 0) not in torn]
    return whole or cells


def others(summary: Mapping[str, Any], replicates: int) -> list[Look]:
    """The looks at other numbers of trials or replicates; what is no look is no record."""
    now = summary.get("trials"), replicates
    found = [one for one in summary.get("looks", ()) if isinstance(one, dict)]
    return [one for one in found if (one.get("trials"), one.get("replicates")) != now]
