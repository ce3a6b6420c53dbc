"""Where screens are drawn: what a pipe, an ASCII terminal and a notebook get."""

import io

import pytest
from rich.console import Console
from rich.text import Text

import harness
from harness.results.metrics import Metric
from harness.screens import terminal
from harness.screens.live import Screen
from harness.screens.tables import RERUN, SHOWN, show
from harness.screens.terminal import Terminal, redraws, waiting


class Screened(io.StringIO):
    """A file that is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Latin(Screened):
    encoding = "latin-1"  # type: ignore[assignment]


def drawn(file: io.StringIO, text: str) -> str:
    out = Terminal(file, width=40, color_system=None)
    out.print(Text(text))
    return file.getvalue()


@pytest.fixture(autouse=True)
def _utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*terminal.VARIABLES, "PYTHONUTF8", "PYTHONIOENCODING", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_curves_are_ascii_where_the_encoding_has_no_blocks() -> None:
    assert drawn(Screened(), "▁▄█ 1 ± 2 · é") == "▁▄█ 1 ± 2 · é\n"
    assert drawn(Latin(), "▁▄█ 1 ± 2 · é") == "_=# 1 ~ 2 | ?\n", "one sign for one, so that columns stay"


@pytest.mark.parametrize(
    ("set_to", "plain"),
    [
        ({"LC_ALL": "C"}, True),
        ({"LANG": "POSIX"}, True),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
        ({}, False),
    ],
)
def test_a_locale_may_ask_for_ascii(set_to: dict[str, str], plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert drawn(Screened(), "█").strip() == ("#" if plain else "█")
    assert Terminal(Screened()).encoding == ("ascii" if plain else "utf-8"), "by which rich chooses boxes"


def test_nothing_is_redrawn_in_a_pipe_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = Terminal(io.StringIO())  # type: ignore[arg-type]
    assert out.is_terminal, "as rich has it"
    assert not redraws(out)
    with Screen(out, "the title", False, Metric()) as screen:
        assert screen._live is None
    assert redraws(Terminal(Screened(), force_terminal=True))


def test_a_notebook_redraws_where_it_has_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Console(file=io.StringIO(), force_jupyter=True)
    for found in (None, object()):
        monkeypatch.setattr(terminal.importlib.util, "find_spec", lambda name, found=found: found)
        assert redraws(out) is (found is not None)


def test_what_takes_its_time_is_said_on_a_terminal_and_not_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    screen, pipe = Screened(), io.StringIO()
    for file in (screen, pipe):
        with waiting(Terminal(file, force_terminal=file is screen), "reading"):
            pass
    with waiting(None, "reading"):
        pass
    assert "reading ..." in screen.getvalue()
    assert pipe.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_a_pipe_beside_a_terminal_gets_that_line_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beside, pipe = Screened(), io.StringIO()
    monkeypatch.setattr("sys.stderr", beside)
    with waiting(Terminal(pipe), "reading"):
        assert beside.getvalue() == "harness: reading ...\n"
    assert pipe.getvalue() == ""


def test_the_first_frame_stands_there_before_anything_trains() -> None:
    file = Screened()
    with Screen(Terminal(file, force_terminal=True, width=60), "the title", False, Metric()):
        assert "the title" in file.getvalue()
        assert "preparing" in file.getvalue()


def test_many_cells_are_cut_to_the_best_and_the_screen_says_where_the_others_are() -> None:
    lrs = ",".join(f"{k}e-3" for k in range(1, 26))
    tuned = harness.sweep("optimizer=sgd", f"optimizer.lr={lrs}", "objective=valley", "steps=3", "seeds=2")
    names = "adam,sgd,momentum,nesterov,adagrad"
    searched = harness.sweep(f"optimizer={names}", "objective=valley", "steps=5", "trials=2", "replicates=1")
    for found, cells in ((tuned, 25), (searched, 5)):
        out = Console(width=200, file=io.StringIO())
        show(found, out)
        assert isinstance(out.file, io.StringIO)
        text = out.file.getvalue()
        told = f"... and {cells - SHOWN} more: python -m harness.answer {found.folder}"
        assert (told in text) == (cells > SHOWN)
        assert sum(line.startswith("0.0") for line in text.splitlines()) == (SHOWN if cells > SHOWN else 0)
        if cells == 5:
            assert text.count("  trial ") == RERUN
            assert f"... and {5 - RERUN} more: column overrides of cells.csv" in text
