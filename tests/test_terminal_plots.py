"""Plots in the terminal: where the letters stand is where the numbers are; nothing but the room they have is needed."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.landscape import landscape
from harness.results.courses import courses, paths, span
from harness.results.files import Results
from harness.screens import plots
from harness.screens.canvas import Canvas, fine
from harness.screens.terminal import Terminal


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return harness.sweep("experiment=book_trajectories", f"hydra.sweep.dir={tmp_path_factory.mktemp('plots') / 'book'}")


def printed(draw: Any, width: int, encoding: str = "utf-8", **settings: Any) -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="")
    draw(Terminal(file, width=width, **({"color_system": None} | settings)))
    file.flush()
    return file.buffer.getvalue().decode(encoding).splitlines()  # type: ignore[attr-defined]


def both(results: Results) -> Any:
    def draw(out: Terminal) -> None:
        plots.losses(results, out)
        seen = landscape(results)
        plots.trajectories(results, out, seen.grid, seen.box, seen.minima)

    return draw


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_they_fit(book: Results, width: int, encoding: str) -> None:
    lines = printed(both(book), width, encoding)
    assert max(map(len, lines)) <= width
    assert len(lines) < 50
    assert any(0x2800 <= ord(c) < 0x2900 for line in lines for c in line) == (encoding == "utf-8")
    text = "\n".join(lines)
    for told in ("loss, log scale", "30 steps", "a adagrad lr=1.5", "b sgd lr=0.95", "O start, + minimum"):
        assert told in text


def test_letters_stand_where_the_losses_are(book: Results) -> None:
    width, margin = 80, len("0.00072 ")
    lines = printed(lambda out: plots.losses(book, out), width)[1 : 1 + plots.ROWS]
    found = list(courses(book, book.answer[0]).values())
    middles = [course.middle()[0] for course in found]
    low, high, log = span(middles, log=True)
    assert log
    assert (low, high) == (min(map(np.min, middles)), max(map(np.max, middles)))
    for letter, course, middle in zip("abcd", found, middles, strict=True):
        places = [(row, line.index(letter)) for row, line in enumerate(lines) if letter in line[margin:]]
        assert places
        for row, column in places:
            step = (column - margin) / (width - margin - 1) * course.x[-1]
            share = (np.log(np.interp(step, course.x, middle)) - np.log(low)) / (np.log(high) - np.log(low))
            assert plots.ROWS - 1 - row == pytest.approx(share * (plots.ROWS - 1), abs=1.6)


def test_paths_begin_and_end_where_they_do(book: Results) -> None:
    seen = landscape(book)
    width, rows = 100, plots.ROWS + 4
    lines = printed(lambda out: plots.trajectories(book, out, seen.grid, seen.box, seen.minima), width)[1 : 1 + rows]
    ways = paths(book, [line.cell for line in book.answer[0].lines])
    box = seen.box(ways)

    def place(point: Any) -> tuple[int, int]:
        across, up = (np.asarray(point) - box[:, 0]) / (box[:, 1] - box[:, 0])
        return rows - 1 - round(up * (rows - 1)), round(across * (width - 1))

    row, column = place((-7, 2))
    assert lines[row].ljust(width)[column] == "O"
    row, column = place((0, 0))
    assert lines[row].ljust(width)[column] == "+"
    sgd = [place(point) for point in ways[1]]
    assert sum(lines[row].ljust(width)[column] == "b" for row, column in sgd) > len(sgd) / 2
    zigzag = {row for row, line in enumerate(lines) if "b" in line}
    assert min(zigzag) < place((0, 0))[0] < max(zigzag)


def test_colours_only_where_there_are_any(book: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = printed(both(book), 80, force_terminal=True, color_system="standard")
    assert any("\x1b[1;34m" in line for line in coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = printed(both(book), 80, force_terminal=True, color_system="standard")
    assert not any("\x1b[1;34m" in line or "\x1b[34m" in line for line in plain)
    assert not any("\x1b" in line for line in printed(both(book), 80))


def test_a_canvas_joins_dots_into_braille() -> None:
    canvas = Canvas(2, 1, fine=True)
    canvas.line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0)
    assert canvas.rows()[0].plain == "⡠⠊"
    plain = Canvas(3, 2, fine=False)
    plain.line(np.array([0.0, 1.0]), np.array([1.0, np.nan]), 0)
    plain.letters(np.array([[0.0, 0.0], [2.0, 0.0]]), "a", "bold")
    assert [row.plain for row in plain.rows()] == ["   ", "a  "]


def test_an_encoding_without_braille_is_told_from_others() -> None:
    for encoding, there in (("utf-8", True), ("ascii", False), ("cp1252", False)):
        assert fine(Terminal(io.TextIOWrapper(io.BytesIO(), encoding=encoding))) is there


def test_what_is_never_finite_is_said(tmp_path: Path) -> None:
    results = harness.sweep("objective=rosenbrock", "optimizer=sgd", "optimizer.lr=100.,1000.", "seeds=6", "steps=20",
                            f"hydra.sweep.dir={tmp_path / 'gone'}")  # fmt: skip
    lines = printed(lambda out: plots.losses(results, out), 80)
    assert lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("kind", ["network", "book"])
def test_show_plots_without_any_extra(book: Results, kind: str, tmp_path: Path) -> None:
    results = book if kind == "book" else harness.run("objective=mlp", "seeds=2", "steps=5")
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from harness.show import main; sys.exit(main([sys.argv[1], '--plot']))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(results.folder)], capture_output=True, text=True)
    assert done.returncode == 0
    assert not done.stderr
    assert "loss" in done.stdout
    assert ("paths: " in done.stdout) == (kind == "book")
