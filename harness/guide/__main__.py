"""`python -m harness.guide [PAGE]`: the pages there are, or one of them."""

import sys
from collections.abc import Sequence

from harness.guide import pages, title
from harness.screens.streams import entered, kept

USAGE = """python -m harness.guide          the pages there are
python -m harness.guide PAGE     one of them: laid out on a terminal, its Markdown in a pipe"""


def main(argv: Sequence[str] | None = None) -> int:
    """Show it; the exit code: 0, or 2 where there is no such page."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    return kept(lambda: _page(arguments[0]) if arguments else _list())


def _list() -> int:
    there = pages()
    width = max(map(len, there))
    for name, path in there.items():
        print(f"{name:{width}}  {title(path)}")
    print("\none of them: python -m harness.guide PAGE")
    return 0


def _page(name: str) -> int:
    from harness.text.visible import say

    there = pages()
    if name not in there:
        from harness.configs.advice import nearest

        say(f"{name}: no such page{nearest(name, there)}; choices: {', '.join(there)}")
        return 2
    text = there[name].read_text(encoding="utf-8")
    if sys.stdout.isatty():
        from harness.guide.layout import show

        show(text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(entered(main))
