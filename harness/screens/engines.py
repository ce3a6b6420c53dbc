"""Which engine advanced the runs, and why NumPy did where another one was asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.text.visible import in_line

if TYPE_CHECKING:
    from rich.console import Console


@dataclass
class Reasons:
    """Prints lines that come up while a sweep trains, each once."""

    about: Callable[[], Sequence[str]]  # all lines so far
    out: "Console | None"
    _said: set[str] = field(default_factory=set)

    def say(self) -> None:
        for line in self.about() if self.out is not None else ():
            if line not in self._said:
                self._said.add(line)
                self.out.print(in_line(line), markup=False, highlight=False, soft_wrap=True)  # type: ignore[union-attr]


def told(summary: Mapping[str, Any]) -> str:
    """What advanced the runs, where an engine was asked for, or where it is not NumPy alone; else nothing."""
    made = summary.get("engines", ())
    if len(made) > 1:
        return f"more engines than one, whose last bits differ: {'; '.join(made)}"
    typed = [text for text in summary["overrides"] if text.lstrip("+").startswith("engine")]
    if not made or not (typed or "jax" in made[0]):
        return ""
    return f"engine: {made[0]}{' (engine=auto chose it)' if 'engine=auto' in typed else ''}"
