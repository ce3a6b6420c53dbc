"""What the README shows works as it stands there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

import harness
from tests import counts

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


def make_data() -> None:
    """results.csv, my.csv, my.npz and my_images, of which the README speaks."""
    differences = (3, 5, -1, 7, 2, 9, 4, -6, 8, 10, 11, 12)
    rows = [f"digits,adam,{seed},{0.1 + 0.1 * seed:g}\n" for seed in range(12)]
    rows += [f"digits,sgd,{seed},{0.1 + 0.1 * seed + d / 100:g}\n" for seed, d in enumerate(differences)]
    Path("results.csv").write_text("task,optimizer,seed,loss\n" + "".join(rows))
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 4)), np.arange(300, dtype=np.uint8) % 3
    Path("my.csv").write_text("a,b,price\n" + "".join(f"{row[0]},{row[1]},{row[2]}\n" for row in x))
    np.savez("my.npz", x=x, y=labels)
    Path("my_images").mkdir()
    for part in ("train", "t10k"):
        for kind, data in (
            ("images-idx3", rng.integers(256, size=(300, 2, 2), dtype=np.uint8)),
            ("labels-idx1", labels),
        ):
            head = bytes([0, 0, 8, data.ndim]) + b"".join(n.to_bytes(4, "big") for n in data.shape)
            (Path("my_images") / f"{part}-{kind}-ubyte").write_bytes(head + data.tobytes())


def test_every_other_command() -> None:
    make_data()
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


def test_its_numbers_are_counted() -> None:
    text = counts.README.read_text()
    assert counts.rewritten(text) == text, "run: python -m tests.counts"
    assert counts.rewritten(re.sub(r"\d+ analytic", "1 analytic", text)) == text
