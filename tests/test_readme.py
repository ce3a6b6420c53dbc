"""What the README shows works as it stands there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import harness

README = (Path(harness.__file__).parents[1] / "README.md").read_text()
OWN = README.split("## Objectives of your own\n")[1].split("\n## ")[0]  # tested in test_own_code
README = README.replace(OWN, "")
COMMANDS = [line.strip() for line in README.splitlines() if line.startswith("    python -m harness")]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def run(line: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(re.split(r"\s{3,}", line)[0])
    short = ["steps=3"] if words[2] == "harness" else []
    return subprocess.run([sys.executable, *words[1:], *short], capture_output=True, text=True, check=False)


def test_the_recipes_of_ones_own(tmp_path: Path) -> None:
    for block in (*blocks("python"), *blocks("yaml")):
        if path := re.match(r"# (\S+\.(?:py|yaml))\n", block):
            (tmp_path / path[1]).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path[1]).write_text(block)
    own = [line for line in COMMANDS if "mine" in line]
    assert len(own) == 3
    for line in own:
        done = run(line)
        assert (done.returncode, done.stderr) == (0, ""), line
    assert "softsign" in run(own[0]).stdout
    assert "1 agree, 0 differ by design, 0 wrong" in run(own[2]).stdout


def test_every_other_command() -> None:
    others = [line for line in COMMANDS if "mine" not in line]
    assert len(others) >= 8
    for line in others:
        done = run(line)
        assert (done.returncode, done.stderr) == (0, ""), line


def test_the_python_example(tmp_path: Path) -> None:
    (example,) = (block for block in blocks("python") if "harness.run" in block)
    book = "import numpy as np\nparams, grads = {'x': np.zeros(2)}, {'x': np.ones(2)}\n"
    proof = "assert results.curves['loss'].shape == (8, 51)\nassert abs(params['x'] + 0.1).max() < 1e-6\n"
    (tmp_path / "example.py").write_text(book + example + proof)
    done = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_books_script(tmp_path: Path) -> None:
    (example,) = (block for block in blocks("python") if "history" in block)
    proof = "assert len(set(history)) == 30 and abs(params['x']) + abs(params['y']) < 0.5\n"
    (tmp_path / "script.py").write_text(example + proof)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
