"""The answers that were given of a sweep while it went on: each of them is a look."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.results.rows import Row

Look = dict[str, Any]


def recorded(folder: Path) -> list[Any]:
    """Those of a sweep which goes on, as its summary.json has them."""
    file = folder / "summary.json"
    try:
        return list(json.loads(file.read_text()).get("looks", [])) if file.is_file() else []
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(f"{file}: damaged: {error}") from error


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
