"""A report of folders, in one of its formats, written to a file."""

from collections.abc import Sequence
from pathlib import Path

from harness.compare import judged, opened
from harness.errors import UserError
from harness.report.page.subject import Subject
from harness.results.damage import reading
from harness.results.files import Results, load
from harness.results.saving import save_file

SUFFIXES = {"html": ".html", "md": ".md", "latex": ".tex", "csv": ".csv", "json": ".json"}


def made(names: Sequence[str], path: Path | None, kind: str) -> Path:
    """Write the report of these folders; where it is."""
    if len(names) == 1:
        return report(load(names[0]), path, kind)
    folders = opened(names)
    return written(Subject(judged(folders), tuple(folder.results for folder in folders)), path, kind)


def report(results: Results, path: Path | None = None, kind: str = "html") -> Path:
    """Write that of one folder; where it is."""
    return written(Subject(results, (results,)), path, kind)


def written(about: Subject, path: Path | None = None, kind: str = "html") -> Path:
    """Write it beside what it is about, or to a path."""
    path = path or about.folders[0].folder / f"report{SUFFIXES[kind]}"
    if not path.parent.is_dir():
        raise UserError(f"{path}: no such folder: {path.parent}")
    if path.suffix in set(SUFFIXES.values()) - {SUFFIXES[kind]}:
        wanted = next(name for name, suffix in SUFFIXES.items() if suffix == path.suffix)
        raise UserError(f"{path}: it would hold {kind}; add --format {wanted}")
    with reading(" or ".join(about.words)):
        _begun(about.joint)
        contents = _contents(about, path, kind)
    save_file(path, contents)
    return path


def _contents(about: Subject, path: Path, kind: str) -> bytes:
    if kind == "html":
        from harness.report.page.write import page

        return page(about)
    from harness.report.page import papers

    return papers.WRITERS[kind](about, path)


def _begun(results: Results) -> None:
    if not any(cell["runs"] for cell in results.cells):
        raise UserError(f"{results.folder}: nothing has ended there, so there is nothing to report")
