"""Where the seconds went, on the screen."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from harness.clock import ABOUT
from harness.results.rows import Row
from harness.screens.columns import fitted


def show(rows: Sequence[Row], out: Console) -> None:
    """The table of a clock's rows, and their sum."""
    told = [
        {
            "part": row["part"],
            "seconds": f"{row['seconds']:.3f}",
            "share": f"{row['share']:.1%}",
            "what": ABOUT[row["part"]],
        }
        for row in rows
    ]
    whole = sum(row["seconds"] for row in rows)
    told.append({"part": "all", "seconds": f"{whole:.3f}", "share": "100.0%", "what": "profile.csv"})
    out.print()
    out.print(Text("where the seconds went", style="bold"))
    out.print(fitted(told, out.width, ("what",)))
