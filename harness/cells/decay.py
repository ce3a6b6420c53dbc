"""Which cells pull parameters to 0, whatever the gradient says."""

from harness.cells.cell import Cell
from harness.configs import places

NAMES = ("weight_decay", "l2")  # fields that do, unless they are 0


def decays(cell: Cell) -> bool:
    """Whether its optimizer, or one inside it, decays parameters: it searches how much, or declares a number but 0."""
    searched = {places.path(cell.config, place) for fed in cell.feeds.values() for place in fed}
    found = places.leaves({"optimizer": cell.config["optimizer"]})
    return any(path[-1] in NAMES and (path in searched or value not in (None, 0)) for path, value in found)
