"""The examples of a step."""

from collections.abc import Iterable

from objectives.arrays import Array


def taken(parts: Iterable[Array], rows: Array) -> list[Array]:
    """What an index by rows (runs, batch), all of which exist, gives of each part (n, ...), in half the time."""
    return [part.take(rows, axis=0, mode="clip") for part in parts]
