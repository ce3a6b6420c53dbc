"""What other systems lack, and a disk without space: locks, links, folders that cannot be opened."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness.command import main
from harness.results import files as results
from harness.results import saving
from tests.support import ONCE

TUNED = ("-m", "objective=valley", "optimizer=sgd", "steps=3", "seeds=1", "trials=4", "batch=2", "confirm=0", *ONCE)
ELSEWHERE = """
import os, sys, warnings
warnings.simplefilter("ignore")  # filelock says that it has neither system's locks
sys.modules["fcntl"] = None  # as on Windows
def no(*args, **kwargs):
    raise OSError("a required privilege is not held by the client")
os.symlink = no
opened = os.open
def open_files(path, *args, **kwargs):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied")
    return opened(path, *args, **kwargs)
os.open = open_files
from harness.command import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("arguments", [TUNED, TUNED[1:5]])
def test_neither_fcntl_nor_links_nor_open_folders_are_needed(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_killed_writer_left_of_its_lock_is_taken_away() -> None:
    found = harness.sweep(*TUNED[1:])
    (found.folder / "study.journal.lock").symlink_to("study.journal")  # as Optuna's default is
    (found.folder / "study.journal.lock0a1b.rename").symlink_to("study.journal")
    (found.folder / "study.journal.lock2c3d.rename").touch()
    assert main(["-m", f"resume={found.folder}", "trials=6"]) == 0
    assert not list(found.folder.glob("study.journal.lock*"))
    assert len(results.load(found.folder).trials) == 6


def test_no_space_for_the_journals_lock_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, calls = os.rename, [0]

    def full(old: str, new: str) -> None:
        calls[0] += ".lock" in str(old)
        if calls[0] == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(old, new)

    monkeypatch.setattr(os, "rename", full)
    assert main([*TUNED, "hydra.sweep.dir=full"]) == 1
    line = "study.journal: No space left on device; what was tuned is in rounds/, and resume= goes on\n"
    assert capsys.readouterr().err.endswith(line)
    monkeypatch.setattr(os, "rename", real)
    assert main(["-m", "resume=full"]) == 0


def test_no_space_for_a_file_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*runs.csv'"):
        saving.save_file(tmp_path / "runs.csv", b"x")
