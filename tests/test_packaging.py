"""The wheel holds all that a run needs, and runs from anywhere."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import harness
from harness.results.environment import DISTRIBUTION, installed

ROOT = Path(harness.__file__).parents[1]


def test_the_wheel_runs_from_a_folder_with_a_conf_of_its_own(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    packed = {p.relative_to(tmp_path / "site").parts[0] for p in (tmp_path / "site").rglob("*.py")}
    assert packed == {"harness", "objectives"}
    pages = {path.name: path.read_text() for path in (ROOT / "harness" / "guide").glob("*.md")}
    assert {path.name: path.read_text() for path in (tmp_path / "site" / "harness" / "guide").glob("*.md")} == pages
    page = tmp_path / "site" / "harness" / "report" / "page"
    assert {path.name for path in page.iterdir()} >= {"page.html", "page.css", "page.js"}
    work = tmp_path / "work"
    (work / "conf").mkdir(parents=True)
    (work / "conf" / "config.yaml").write_text("another: program's\n")
    (work / "conf" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "harness", "optimizer=adam", "steps=20", "seeds=1"],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    page = subprocess.run(
        [sys.executable, "-m", "harness.guide", "tuning"],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert page.stdout == pages["tuning.md"]
    (folder,) = (work / "outputs" / "runs").iterdir()
    assert (folder / "summary.json").is_file()
    assert '"commit": null' in (folder / "summary.json").read_text(), "the wheel's code ran, not the source tree's"


def test_nobody_is_sent_to_a_stranger_s_package() -> None:
    """`harness` on the package index is somebody else's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == DISTRIBUTION != "harness"
    assert installed() == project["version"]
    extras = project["optional-dependencies"]
    assert extras["dev"][0] == f"{DISTRIBUTION}[test]"
    texts = [
        ROOT / "README.md",
        *(p for folder in ("harness", "objectives", "conf") for p in (ROOT / folder).rglob("*.*")),
    ]
    told = {path: path.read_text() for path in texts if path.suffix in (".md", ".py", ".yaml")}
    assert [path for path, text in told.items() if "harness[" in text or "pip install harness" in text] == []
    assert {extra for extra in extras if any(f"-e '.[{extra}]'" in text for text in told.values())} >= {
        "autograd", "gp", "postgres", "reference",
    }  # fmt: skip
