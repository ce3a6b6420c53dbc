"""How much depends on tuning, on the screen: a line per cell, and one sentence about those that lead."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.answers.answer import Answer
from harness.answers.lines import worded
from harness.answers.sensitivity import Sensitivity
from harness.answers.short import shortened, shorts
from harness.answers.statistics import Interval
from harness.text.visible import in_line


def show(answer: Answer, found: Sequence[Sensitivity], out: Console) -> None:
    """A table, where anything is known."""
    known = [one for one in found if (one.near, one.far, one.declared) != (None, None, None)]
    if not known:
        return
    columns = {"within 10 %": [_decades(one.near) for one in known], "within 10x": [_decades(one.far) for one in known]}
    columns["declared values end"] = [
        "" if one.declared is None else worded(one.declared, answer.evidence.scale) for one in known
    ]
    shown = {name: texts for name, texts in columns.items() if any(texts)}
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("decades of lr")
    for name in shown:
        table.add_column(name)
    names = shorts(answer.evidence.names)
    for k, one in enumerate(known):
        table.add_row(Text(in_line(shortened(one.name, names))), *(texts[k] for texts in shown.values()))
    out.print(table)
    out.print()


def sentence(answer: Answer, found: Sequence[Sensitivity]) -> str:
    """What tuning gained the cells that lead: nothing is said where it is not known."""
    scale, names = answer.evidence.scale, shorts(answer.evidence.names)
    told = [
        f"{in_line(shortened(one.name, names))} {scale.told(one.declared.value)}"
        for one in found
        if one.declared is not None and one.name in answer.unbeaten
    ]
    return f"with declared values instead of tuned ones: {', '.join(told)}" if told else ""


def _decades(width: Interval | None) -> str:
    if width is None:
        return ""
    return f"{width.value:.1f}" if width.low == width.high else f"{width.value:.1f} [{width.low:.1f}, {width.high:.1f}]"
