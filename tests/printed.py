"""`python -m tests.printed [PAGE ...]`: what the README and the guide show as printed, printed again and
written into them, and the README's picture drawn again.

A fenced `text` block shows what the last command of the block above it printed: as many paragraphs as the block has.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.documents import DOCUMENTS, ROOT, commands, run, well, write_files

PICTURE = ROOT / "harness/guide/pictures/effects.png"
SHOWN = re.compile(r"((?:^    python -m [^\n]*\n)+)\n```text\n(.*?)```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """The commands of one block, and what is shown as printed by the last of them."""

    commands: tuple[str, ...]
    text: str


def parts(text: str) -> Iterator[str | Shown]:
    """What a page shows as printed, and the text between, in order: commands may go on with what earlier ones left."""
    pieces = SHOWN.split(text)
    for k in range(0, len(pieces) - 1, 3):
        yield pieces[k]
        yield Shown(tuple(commands(pieces[k + 1])), pieces[k + 2])
    yield pieces[-1]


def shown(text: str) -> list[Shown]:
    """All that a page shows as printed."""
    return [part for part in parts(text) if isinstance(part, Shown)]


def printed(example: Shown, folder: Path) -> str:
    """What it prints now; its beginning, where only that is shown."""
    for command in example.commands:
        done = run(command, folder)
        assert well(command, done), f"{command}: {done.returncode} {done.stderr}"
    now = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()).split("\n\n")
    there = example.text.strip("\n").removesuffix("\n...").split("\n\n")
    more = "\n..." if len(now) > len(there) else ""
    return "\n\n".join(now[: len(there)]) + more + "\n"


def rewrite(path: Path) -> None:
    """A page with its answers as they are now; the README's picture is of its last one."""
    text = path.read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        for example in shown(text):
            fence = f"{example.commands[-1]}\n\n```text\n"
            before, after = text.split(f"{fence}{example.text}```", 1)
            text = f"{before}{fence}{printed(example, folder)}```{after}"
        if path == DOCUMENTS["README"]:
            done = run(f"python -m harness.plot last effects -o {PICTURE}", folder)
            assert done.returncode == 0, done.stderr
    path.write_text(text)


if __name__ == "__main__":
    for page in sys.argv[1:] or DOCUMENTS:
        rewrite(DOCUMENTS[page])
        print(DOCUMENTS[page])
