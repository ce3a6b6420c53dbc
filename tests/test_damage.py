"""Folders that somebody changed: each command says so in one line, and a mistake with a line of its own keeps it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import answer, code, compare, show
from harness.errors import UserError
from harness.results.damage import reading

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "answer": answer.main, "compare": compare.main, "show": show.main, "code": code.main,
}  # fmt: skip


def changed(name: str, old: str, new: str) -> None:
    file = Path("a") / name
    text = file.read_text()
    assert re.search(old, text)
    file.write_text(re.sub(old, new, text))


@pytest.mark.parametrize(
    ("name", "old", "new", "commands"),
    [
        ("trials.csv", r"\bstate\b", "status", ("answer", "compare", "show")),
        ("trials.csv", r"\b0\.\d+,complete", "abc,complete", ("answer", "compare", "show")),
        ("runs.csv", r"\bphase\b", "what", ("answer", "compare", "show")),
        ("cells.csv", r"\bvalue\b", "what", ("answer", "compare", "show", "code")),
        ("summary.json", r'"varied"', '"what"', ("answer", "compare", "show", "code")),
    ],
)  # fmt: skip
def test_a_folder_that_was_changed(
    name: str, old: str, new: str, commands: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    small = ("objective=booth", "trials=4", "steps=20", "replicates=2")
    harness.sweep("optimizer=sgd,adam", *small, "hydra.sweep.dir=a")
    harness.sweep("optimizer=momentum", *small, "hydra.sweep.dir=b")
    changed(name, old, new)
    for command in commands:
        capsys.readouterr()
        assert COMMANDS[command](["a", "b"] if command == "compare" else ["a"]) == 2, command
        err = capsys.readouterr().err
        assert (err.count("\n"), "a: damaged: " in err or "a or b: damaged: " in err) == (1, True)
        assert "Traceback" not in err


def raised(error: Any) -> UserError:
    with pytest.raises(UserError) as found, reading("a"):
        raise error
    return found.value


def test_what_has_a_line_of_its_own_keeps_it() -> None:
    assert str(raised(UserError("steps: too many"))) == "steps: too many"
    assert str(raised(KeyError("state"))) == "a: damaged: KeyError: 'state'"
    assert str(raised(OverflowError("too large"))) == "a: damaged: OverflowError: too large"


def test_a_show_whose_reader_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*_: Any) -> None:
        raise UserError("a: its config cannot be read")

    harness.run("objective=valley", "steps=2", "seeds=1", "hydra.run.dir=a")
    capsys.readouterr()
    for place, command in (("harness.screens.tables.show", "show"), ("harness.results.answers.answers", "answer")):
        monkeypatch.setattr(place, told)
        assert COMMANDS[command](["a"]) == 2
        assert capsys.readouterr().err == "harness: a: its config cannot be read\n"
