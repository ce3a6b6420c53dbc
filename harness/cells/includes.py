"""Special cases: what an optimizer's config says that it takes the steps of, at which of its numbers.

    includes: {sgd: {momentum: 0}}                          at this number, the others being equal by name
    includes: {signum: {beta: momentum, weight_decay: 0}}   its beta is their momentum
    includes: {inner: {alpha: 1}}                           of a wrapper: what it wraps

It holds for numbers that no schedule moves. A general method that is tuned should not be beaten by what it includes:
else its space or its budget is at fault (Choi et al. 2019, On empirical comparisons of optimizers, arXiv 1910.05446).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.cells.cell import Cell, written
from harness.configs.settings import ABOUT
from harness.errors import UserError

INCLUDES = "includes"
INNER = "inner"  # the name for what a wrapper wraps
WITHIN = ("objective", "dataset", "schedules", "engine")  # parts in which the two cells must be alike


def included(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """The pairs of tuned cells of which one includes the other: their numbers, and how, in words."""
    tuned = [cell for cell in cells if cell.space]
    found = []
    for general in (cell for cell in tuned if cell.config["optimizer"].get(INCLUDES)):
        for special in tuned:
            if how := _how(general, special):
                told = ", ".join(f"{name}={written(value)}" for name, value in how.items())
                found.append({"general": general.number, "special": special.number, "how": told})
    return found


def check(cells: Sequence[Cell]) -> None:
    """Refuse what is no such declaration, before anything runs."""
    for told in (cell.config["optimizer"].get(INCLUDES) for cell in cells):
        if told is not None and not (isinstance(told, dict) and all(isinstance(how, dict) for how in told.values())):
            raise UserError(
                f"optimizer.{INCLUDES} must name optimizers, and at which numbers, as in {{sgd: {{momentum: 0}}}}; "
                f"got {told!r}"
            )


def without(node: Any) -> Any:
    """A node as it was before there were such words: what is hashed stays as it was."""
    if isinstance(node, list):
        return [without(item) for item in node]
    return {key: without(value) for key, value in node.items() if key != INCLUDES} if isinstance(node, dict) else node


def _how(general: Cell, special: Cell) -> Mapping[str, Any] | None:
    """At which of its numbers one takes the steps of the other; None where it does not, or was told not to."""
    ours, theirs, place = general.config["optimizer"], special.config["optimizer"], "optimizer"
    how = ours[INCLUDES].get(special.choices.get("optimizer"))
    if how is None and ours.get(INNER, {}).get("_target_") == theirs.get("_target_"):
        how, ours, place = ours[INCLUDES].get(INNER), ours[INNER], f"optimizer.{INNER}"
    if how is None or any(general.config.get(part) != special.config.get(part) for part in WITHIN):
        return None
    schedules = general.config.get("schedules") or {}
    moved = not all(str(node.get("_target_")).endswith(".Constant") for node in schedules.values())
    fixed = {f"optimizer.{name}" for name in how} & _typed(general)  # by hand: it was not to be a special case
    reached = {name for name, value in ours.items() if f"{place}.{name}" in general.space or value == theirs.get(name)}
    chosen = {name for name, value in theirs.items() if isinstance(value, (bool, str)) and name not in ABOUT}
    typed = {address.rpartition(".")[2] for address in _typed(special)}
    wanted = (chosen & ours.keys()) | typed  # a formula is alike, and what was set by hand can be reached
    renamed = {value for value in how.values() if isinstance(value, str)}
    return None if moved or fixed or wanted - reached - renamed - how.keys() - {"_target_"} else how


def _typed(cell: Cell) -> set[str]:
    """The places in its optimizer that were given a value by hand."""
    return {o.address for o in cell.overrides if o.address.startswith("optimizer.")} - cell.space.keys()
