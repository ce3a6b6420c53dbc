"""The guide: Markdown pages beside this file, which travel in the wheel; `python -m harness.guide` shows them."""

from pathlib import Path


def pages() -> dict[str, Path]:
    """Every page by its name, in alphabetical order."""
    return {path.stem: path for path in sorted(Path(__file__).parent.glob("*.md"))}


def title(path: Path) -> str:
    """What a page is about: its heading."""
    with path.open(encoding="utf-8") as file:
        return file.readline().strip("# \n")
