"""The examples of a step."""

from collections.abc import Iterable

from objectives.arrays import Array
from objectives.tracing import rows_of


def taken(parts: Iterable[Array], rows: Array) -> list[Array]:
    """What an index by rows (runs, batch), all of which exist, gives of each part (n, ...), in half the time."""
    return [rows_of(part, rows) for part in parts]
