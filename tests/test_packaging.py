"""The wheel holds all that a run needs, and runs from anywhere."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import harness

ROOT = Path(harness.__file__).parents[1]


def test_the_wheel_runs_from_a_folder_with_a_conf_of_its_own(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(tmp_path / "site")
    packed = {p.relative_to(tmp_path / "site").parts[0] for p in (tmp_path / "site").rglob("*.py")}
    assert packed == {"harness", "objectives"}
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
    (folder,) = (work / "outputs" / "runs").iterdir()
    assert (folder / "summary.json").is_file()
    assert '"commit": null' in (folder / "summary.json").read_text(), "the wheel's code ran, not the source tree's"
