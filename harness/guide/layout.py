"""A page as a terminal shows it: commands stay whole, so that they can be copied."""

from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown
from rich.text import Text
from rich.theme import Theme

from harness.screens.terminal import console


class Whole(CodeBlock):
    """Code whose lines are never broken: one that is wider than the terminal is wrapped by the terminal itself."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = str(self.text).rstrip().splitlines()
        yield Text("\n".join(f"    {line}" for line in lines), style="bold", no_wrap=True, overflow="ignore")


class Page(Markdown):
    """Markdown whose code stays whole."""

    elements: ClassVar[dict[str, Any]] = {**Markdown.elements, "fence": Whole, "code_block": Whole}


def show(text: str) -> None:
    """Print the page."""
    out = console()
    with out.use_theme(Theme({"markdown.code": "cyan"})):  # rich's is on black, whatever the terminal's ground
        out.print(Page(text, hyperlinks=False), crop=False)
    out.done()
