"""`python -m harness.guide`: the pages, from a pipe and on a terminal."""

import io
import sys
from pathlib import Path

import pytest

from harness import guide
from harness.guide.__main__ import main


def test_it_lists_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    there = sorted(path.stem for path in Path(guide.__file__).parent.glob("*.md"))
    assert [line.split()[0] for line in out.split("\n\n")[0].splitlines()] == there
    assert {"tuning", "answers", "results", "reliability"} <= set(there)
    assert "Tuning: how each optimizer is searched" in out


@pytest.mark.parametrize("page", guide.pages())
def test_every_page_has_a_heading_that_says_what_it_is_about(page: str) -> None:
    name, _, about = guide.title(guide.pages()[page]).partition(": ")
    assert name.lower() == page
    assert about


def test_a_pipe_gets_the_page_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tuning"]) == 0
    assert capsys.readouterr().out == guide.pages()["tuning"].read_text()


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True

    def reconfigure(self, **settings: str) -> None:
        """As a stream of the system's."""


@pytest.mark.parametrize("page", guide.pages())
def test_a_terminal_gets_it_laid_out_with_whole_commands(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Screen())
    assert main([page]) == 0
    out = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1" in out
    assert "```" not in out
    text = guide.pages()[page].read_text()
    long = [line.strip() for line in text.splitlines() if line.startswith("    python -m") and len(line) > 80]
    assert [line for line in long if line not in out] == []


def test_an_unknown_page_is_one_line_with_the_choices(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tunning"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"harness: tunning: no such page (did you mean tuning?); choices: {', '.join(guide.pages())}\n"


def test_more_than_one_page_is_told_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tuning", "answers"]) == 2
    assert "harness.guide PAGE" in capsys.readouterr().out
    assert main(["--help"]) == 0
