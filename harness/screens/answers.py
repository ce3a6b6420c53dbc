"""An answer as people read it: one sentence, then a line per cell."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.answers.answer import Answer, Line
from harness.text.visible import in_line

COLUMNS = (  # the widest that fits
    ("value", "effect", "wins", "state", "note"),
    ("value", "effect", "state", "note"),
    ("value", "effect", "state"),
    ("effect", "state"),
)
STYLES = {"wins": "bold green", "unbeaten": "bold green", "fact": "bold green"}


def say(answer: Answer, out: Console) -> None:
    """Print it; what finds no room goes, the wins first."""
    out.print(Text(in_line(answer.headline), style=STYLES.get(answer.kind, "bold")), soft_wrap=True)
    for columns in COLUMNS:
        table = _table(answer, columns)
        if table.__rich_measure__(out, out.options.update(max_width=1000)).maximum <= out.width:
            break
    out.print(table)
    if answer.notes:
        out.print(Text(in_line("; ".join(answer.notes)), style="dim"), soft_wrap=True)
    out.print()


def _table(answer: Answer, columns: tuple[str, ...]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for line in answer.lines:
        table.add_row(Text(in_line(line.name)), *(Text(in_line(_cell(line, column))) for column in columns),
                      style="green" if not line.state else None)  # fmt: skip
    return table


def _cell(line: Line, column: str) -> str:
    if column != "value":
        return str(getattr(line, column))
    told = f"{line.value:.2g}"
    return told if line.low == line.high else f"{told} ({line.low:.1g} to {line.high:.1g})"
