"""What the README and the guide show: commands, files of one's own, printed answers."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

from harness.guide import pages

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = {"README": README, **pages()}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(text: str) -> list[str]:
    """The command lines of the indented blocks, without what is said beside them."""
    lines = re.findall(r"^    (python -m harness.*)$", text, re.MULTILINE)
    return [re.split(r"\s{3,}", line)[0] for line in lines if "PAGE" not in line]


def recipes() -> dict[str, str]:
    """The files of one's own that the pages show: each block begins with its file's name."""
    found = {}
    for path in DOCUMENTS.values():
        for block in re.findall(r"```\w+\n(# \S+\.(?:py|yaml)\n.*?)```", path.read_text(), re.DOTALL):
            found[block[2 : block.index("\n")]] = block
    return found


def write_files(folder: Path) -> None:
    """All that the commands of the pages find in their folder."""
    for name, text in recipes().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    differences = (3, 5, -1, 7, 2, 9, 4, -6, 8, 10, 11, 12)
    rows = [f"digits,adam,{seed},{0.1 + 0.1 * seed:g}\n" for seed in range(12)]
    rows += [f"digits,sgd,{seed},{0.1 + 0.1 * seed + d / 100:g}\n" for seed, d in enumerate(differences)]
    (folder / "results.csv").write_text("task,optimizer,seed,loss\n" + "".join(rows))
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(300, 4)), np.arange(300, dtype=np.uint8) % 3
    (folder / "my.csv").write_text("a,b,price\n" + "".join(f"{row[0]},{row[1]},{row[2]}\n" for row in x))
    np.savez(folder / "my.npz", x=x, y=labels)
    (folder / "my_images").mkdir()
    for part in ("train", "t10k"):
        images = rng.integers(256, size=(300, 2, 2), dtype=np.uint8)
        for kind, data in (("images-idx3", images), ("labels-idx1", labels)):
            head = bytes([0, 0, 8, data.ndim]) + b"".join(n.to_bytes(4, "big") for n in data.shape)
            (folder / "my_images" / f"{part}-{kind}-ubyte").write_bytes(head + data.tobytes())


def run(command: str, folder: Path, *short: str) -> subprocess.CompletedProcess[str]:
    """Run it there as it stands; a run or a sweep with these overrides as well."""
    words = shlex.split(command)
    more = short if words[2] == "harness" and not {"--help", "--cfg"} & set(words) else ()
    return subprocess.run([sys.executable, *words[1:], *more], capture_output=True, text=True, check=False, cwd=folder)


def well(command: str, done: subprocess.CompletedProcess[str]) -> bool:
    """It did what it should; that an answer is undecided is no failure."""
    undecided = command.startswith(("python -m harness.answer", "python -m harness.judge"))
    return done.stderr == "" and done.returncode in ((0, 3) if undecided else (0,))
