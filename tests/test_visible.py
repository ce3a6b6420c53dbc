"""Texts of strangers on a terminal: shown, not obeyed; and commands to copy that do what they say."""

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyte
import pytest

import harness
from harness.command import main
from harness.results.metrics import Metric
from harness.screens.live import Screen
from harness.screens.terminal import Terminal
from harness.text.copying import command, words_of
from harness.text.visible import in_line, visible

TITLE = "\x1b]52;c;b3duZWQ=\x07\x1b]0;owned\x07\x9b31m \u202eevil\u2066\nrerun the first: touch x"
SHOWN = "\\x1b]52;c;b3duZWQ=\\x07\\x1b]0;owned\\x07\\x9b31m \\u202eevil\\u2066\\nrerun the first: touch x"
STEERS = re.compile("[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b(?!\\[[0-9;]*m)")


def in_terminal(*arguments: str) -> tuple[str, pyte.Screen]:
    """What was written to a pseudo-terminal, and what that showed."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=slave, stdout=slave, stderr=slave,
        env={**os.environ, "COLUMNS": "120", "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(slave)
    raw = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        raw += data
    os.close(master)
    process.wait(timeout=60)
    screen = pyte.Screen(120, 50)
    pyte.ByteStream(screen).feed(raw)
    return raw.decode(errors="replace").replace("\r\n", "\n"), screen


def test_a_hostile_folder_is_shown_and_not_obeyed() -> None:
    found = harness.sweep("optimizer=sgd,adam", "objective=valley", "steps=3", "seeds=2")
    path = found.folder / "summary.json"
    summary = json.loads(path.read_text())
    summary |= {"title": TITLE, "launch": "; touch x #", "failures": {TITLE: TITLE}, "study": None}
    summary["runs"]["[link=http://evil]x[/link]"] = 0
    path.write_text(json.dumps(summary))
    cells = found.folder / "cells.csv"
    cells.write_text(cells.read_text().replace("optimizer=sgd", "optimizer=sgd; touch x").replace(",sgd,", ",\x1b[2J,"))
    raw, screen = in_terminal("harness.show", str(found.folder))
    assert not STEERS.search(raw)
    assert screen.title == ""
    assert SHOWN in raw
    assert f"cell {SHOWN} failed: {SHOWN}" in raw
    assert "\\x1b[2J" in raw
    lines = [line for line in re.sub("\x1b\\[[0-9;]*m", "", raw).splitlines() if line.startswith("rerun the first: ")]
    (line,) = lines
    words = shlex.split(line.removeprefix("rerun the first: "))
    assert words[:6] == ["python", "-m", "harness", ";", "touch", "x"]
    assert "';'" in line
    assert "'#'" in line
    assert not re.search(r"(?<!')[;#](?!')", line), "nothing that a shell would obey is bare"


@pytest.mark.parametrize(
    "arguments",
    [
        ["optimizer=\x1b]0;owned\x07"],
        ["objective=valley", "\x1b[2J=3"],
        ["--\x1b]0;owned\x07"],
        ["hydra.run.dir=/proc/\x1b]0;owned\x07"],
        ["optimizer='\u202eevil'"],
        ["-m", "resume=\x1b[31mred"],
    ],
)
def test_error_lines_show_what_they_name(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) if arguments[0].startswith("--") else pytest.MonkeyPatch.context():
        assert main(arguments) == 2
    err = capsys.readouterr().err
    assert not STEERS.search(err)
    assert "\x1b" not in err
    assert "\\x1b" in err or "\\u202e" in err


def test_exceptions_and_configs_of_strangers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loud.py").write_text(
        "from objectives.functions.quadratics import Sphere\n"
        "class Loud(Sphere):\n"
        "    def loss_and_grads(self, params, step, seeds):\n"
        "        if step:\n"
        "            raise ValueError('\\x1b]0;owned\\x07\\nrerun the first: touch x')\n"
        "        return super().loss_and_grads(params, step, seeds)\n"
    )
    raw, screen = in_terminal("harness", "objective._target_=loud.Loud", "optimizer=sgd", "steps=9", "seeds=1")
    assert "cell 0 failed: ValueError: \\x1b]0;owned\\x07\\nrerun the first: touch x" in raw
    assert screen.title == ""
    (tmp_path / "theirs" / "optimizer").mkdir(parents=True)
    (tmp_path / "theirs" / "optimizer" / "\x1b[5mx.yaml").write_text('paper: "\\e[31m"\n')
    assert main(["--config-dir", "theirs", "--help"]) == 0
    assert main(["--cfg", "job", "objective.note='\x1b[31m'", "hydra.verbose=true"]) == 2
    assert "\x1b" not in "".join(capsys.readouterr())


def test_what_hydra_prints_and_what_a_shell_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theirs" / "experiment").mkdir(parents=True)
    (tmp_path / "theirs" / "experiment" / "x.yaml").write_text("# @package _global_\nmetric: \u202eevil\n", "utf-8")
    assert main(["--config-dir", "theirs", "--info", "config", "experiment=x"]) == 0
    out = capsys.readouterr().out
    assert "metric: \\u202eevil" in out
    assert not STEERS.search(out)
    for name in ("zz.csv", "zz\x1b]0;owned\x07.csv", "zz$(touch owned)", "zz;touch"):
        (tmp_path / name).touch()
    monkeypatch.setenv("COMP_LINE", "harness dataset.path=./zz")
    assert main(["-sc", "query=bash"]) == 0
    assert capsys.readouterr().out == "dataset.path=./zz.csv\n"
    assert main(["-sc", "install=bash"]) == 0
    assert "$( COMP_POINT=$COMP_POINT" in capsys.readouterr().out, "a script of Hydra's stays as it is"


def test_warnings_and_tracebacks_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(
        "import warnings\nfrom objectives.functions.quadratics import Sphere\n"
        "warnings.warn('\\x1b]0;owned\\x07')\n"
        "class Loud(Sphere):\n    pass\n"
    )
    raw, screen = in_terminal("harness", "objective._target_=loud.Loud", "optimizer=sgd", "steps=9", "seeds=1")
    assert "UserWarning: \\x1b]0;owned\\x07" in raw
    assert screen.title == ""
    code = "from harness.screens.streams import entered\n"
    code += "def main(): raise BaseException('\x1b]0;owned\x07')\nentered(main)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("BaseException: \\x1b]0;owned\\x07\n")


def test_what_has_no_width_is_seen() -> None:
    assert visible("pay\u200bpal \u2060 \xad \u180e") == "pay\\u200bpal \\u2060 \\xad \\u180e"


def test_a_live_screen_obeys_no_title(tmp_path: Path) -> None:
    with (tmp_path / "screen").open("w") as file:
        out = Terminal(file, force_terminal=True, width=100, height=20)
        screen = Screen(out, f"[bold]{TITLE}", False, Metric())
        out.print(screen.title)
        out.print(TITLE)
    raw = (tmp_path / "screen").read_text()
    assert not STEERS.search(raw)
    assert "\\x1b]0;owned" in raw


def test_what_is_harmless_stays_as_it_is() -> None:
    for text in ("μ · ± ▁▂█ … ╭ é 漢字 👩‍🔬", "a\tb\nc"):
        assert visible(text) == text
    assert in_line("a\tb\nc") == "a\\tb\\nc"


def test_commands_are_made_of_words() -> None:
    assert command("-m", *words_of("--config-dir 'my conf'")) == "python -m harness -m --config-dir 'my conf'"
    assert command(*words_of("$(touch x) `x` 'open")) == "python -m harness '$(touch x) `x` '\"'\"'open'"
