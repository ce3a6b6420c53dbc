"""What the README and the guide show works as it stands there."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests import counts
from tests.documents import DOCUMENTS, ROOT, blocks, commands, run, well, write_files
from tests.printed import PICTURE, Shown, parts, printed, shown

TEXTS = {name: path.read_text() for name, path in DOCUMENTS.items()}
OWN = TEXTS["objectives"].split("## Objectives of your own\n")[1]  # from a folder of its own: tests/test_own_code.py
LONG = {"answers", "commands", "report", "suites"}  # half a minute each: make test-all
NEEDS = {"engine=jax": "jax", "harness.plot": "matplotlib", "objective=function": "autograd"}


def bare(text: str) -> str:
    """Without numbers, which round as the processor does."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(,\d{3})*(\.\d+)?(e[+-]?\d+)?|\binf\b", "#", text))


@pytest.mark.parametrize("page", [pytest.param(p, marks=[pytest.mark.slow] * (p in LONG)) for p in TEXTS])
def test_every_command(page: str, tmp_path: Path) -> None:
    """In their order, for some go on with what others left: for 3 steps, but what is shown as printed as it stands."""
    write_files(tmp_path)
    for part in parts(TEXTS[page].replace(OWN, "")):
        if isinstance(part, Shown) and (page == "README" or exact(part)):
            assert_shown(part, tmp_path, page)
            continue
        for command in part.commands if isinstance(part, Shown) else commands(part):
            if all(find_spec(module) for sign, module in NEEDS.items() if sign in command):
                few = command.replace("trials=32", "trials=2 replicates=2") if "suite=" in command else command
                done = run(few, tmp_path, "steps=3")
                assert well(command, done), f"{command}: {done.returncode} {done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page, text in TEXTS.items() if page != "README" and shown(text)])
def test_what_the_guide_shows_is_printed(page: str, tmp_path: Path) -> None:
    write_files(tmp_path)
    for example in shown(TEXTS[page]):
        assert_shown(example, tmp_path, page)


def exact(example: Shown) -> bool:
    """No optimizer runs: the same characters everywhere."""
    return not any("trials=" in command or "resume=" in command for command in example.commands)


def assert_shown(example: Shown, folder: Path, page: str) -> None:
    now, there = printed(example, folder), example.text
    same = now == there if exact(example) else bare(now) == bare(there)
    assert same, f"run: python -m tests.printed {page}\n{now}"


def test_an_answer_that_is_not_what_is_printed_is_found(tmp_path: Path) -> None:
    write_files(tmp_path)
    (example,) = (e for e in shown(TEXTS["answers"]) if "judge" in e.commands[-1])
    assert printed(Shown(example.commands, example.text.replace("adam wins", "sgd wins")), tmp_path) == example.text
    assert bare("adam 1.5 [2, inf] beaten") == bare("adam 0.2e-7 [3e-1, 4.0] beaten") != bare("adam 1 [2, 3] open")


def test_links_lead_somewhere() -> None:
    for name, text in TEXTS.items():
        for target in re.findall(r"\]\((?!https?://)([^)]+)\)", text):
            path, _, heading = target.partition("#")
            file = DOCUMENTS[name].parent / path if path else DOCUMENTS[name]
            assert file.exists(), f"{name}: {target}"
            headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE) if heading else []
            assert not heading or heading in [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings]


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len(TEXTS["README"].split()) < 950
    assert PICTURE.stat().st_size < 150_000
    assert str(PICTURE.relative_to(ROOT)) in TEXTS["README"]


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    write_files(tmp_path)
    plain, _, verified = (line for line in commands(TEXTS["optimizers"]) if "mine" in line)
    assert "softsign" in run(plain, tmp_path, "steps=3").stdout
    assert "1 agree, 0 differ by design, 0 wrong" in run(verified, tmp_path).stdout


def test_the_python_example(tmp_path: Path) -> None:
    (example,) = (block for block in blocks(TEXTS["python"], "python") if "harness.run" in block)
    book = "import numpy as np\nparams, grads = {'x': np.zeros(2)}, {'x': np.ones(2)}\n"
    proof = "assert results.curves['loss'].shape == (8, 51)\nassert abs(params['x'] + 0.1).max() < 1e-6\n"
    (tmp_path / "example.py").write_text(book + example + proof)
    done = subprocess.run([sys.executable, "example.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_books_script(tmp_path: Path) -> None:
    (example,) = (block for block in blocks(TEXTS["python"], "python") if "history" in block)
    proof = "assert len(set(history)) == 30 and abs(params['x']) + abs(params['y']) < 0.5\n"
    (tmp_path / "script.py").write_text(example + proof)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_its_numbers_are_counted() -> None:
    told = counts.told()
    assert counts.rewritten(told) == told, "run: python -m tests.counts"
    wrong = {path: re.sub(r"\d+ (analytic|optimizers and)", r"1 \1", text) for path, text in told.items()}
    assert wrong != told == counts.rewritten(wrong)
