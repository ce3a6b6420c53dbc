"""`results.plot.curves()`: the pictures of a folder, in Python."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.text.visible import in_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

PICTURES = "harness.report.picture"  # which knows of results, so that it is imported by name when it is asked for


class Plot:
    """Its attributes are the pictures of results: each takes options, as `curves(x="evaluations")`, or
    `trusted=("mine",)` where it builds an objective of yours, and returns a matplotlib Figure."""

    def __init__(self, results: Any) -> None:
        self._results = results

    def __dir__(self) -> list[str]:
        return list(import_module(PICTURES).pictures())

    def __getattr__(self, name: str) -> "Callable[..., Figure]":
        known = import_module(PICTURES).pictures()
        if name not in known:
            raise AttributeError(f"{name}: no such picture; choices: {', '.join(known)}")

        def draw(trusted: tuple[str, ...] = (), **options: Any) -> "Figure":
            figure: Figure = import_module(PICTURES).drawn(name, self._results, trusted, **options)
            return figure

        draw.__name__, draw.__doc__ = name, known[name].about
        return draw

    def __repr__(self) -> str:
        """Which there are, and why others are not here."""
        known = import_module(PICTURES).pictures()
        told = {name: picture.lacks(self._results) for name, picture in known.items()}
        return "\n".join(
            in_line(f"{name}: {f'not here: {why}' if why else known[name].about}") for name, why in told.items()
        )
