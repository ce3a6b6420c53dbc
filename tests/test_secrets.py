"""The password of a storage stands nowhere: no file, no screen, no error line, no list of processes."""

import getpass
import os
import pty
import shlex
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from typing import Any

import optuna
import pytest

import harness
from harness.command import main
from harness.configs import database
from harness.errors import UserError
from harness.text.secrets import hidden
from tests.support import ONCE

PASSWORD = "s3cr3t@/word"  # noqa: S105  made up
URL = "postgresql+psycopg://me@db.example/studies"
SMALL = ("-m", "objective=valley", "optimizer=sgd", "steps=3", "seeds=1", "trials=2", "confirm=0", *ONCE)
FAKE = """
import os, subprocess, sys
import optuna
real = optuna.create_study
def create(storage, **about):
    if isinstance(storage, str):
        assert storage == "postgresql+psycopg://me:" + "s3-cr3t%40%2Fword@db.example/studies".replace("-", ""), storage
        told = subprocess.run(["ps", "-ww", "-o", "args", "-p", str(os.getpid())], capture_output=True, text=True)
        print("seen in ps:", told.stdout)
        storage = "sqlite:///studies.db"
    return real(storage=storage, **about)
optuna.create_study = create
from harness.command import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The URLs that a driver was given; what they are to name is in a file."""
    urls: list[str] = []
    real = optuna.create_study

    def create(storage: Any, **about: Any) -> optuna.Study:
        if isinstance(storage, str):
            urls.append(storage)
            storage = f"sqlite:///{tmp_path}/studies.db"
        return real(storage=storage, **about)

    monkeypatch.setattr(optuna, "create_study", create)
    return urls


def demand_nowhere(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"s3cr3t" not in content, path


@pytest.mark.parametrize(
    "override",
    [
        "storage=postgresql+psycopg://me:s3cr3t@h/db",
        "storage='postgresql://me:s3cr3t@h/db'",
        "+storage=postgresql://me:s3/cr3t@h/db",
        "storage=postgresql://h/db?user=me&password=s3cr3t",
        "storage=mysql://me:s3cr3t@h/[",
        "cells=['storage=postgresql://me:s3cr3t@h/db']",
        "storage=host=h user=me password=s3cr3t",
        "storage=postgresql://me:s3cr3t",
        "storage='postgresql://me:s3cr3t/db'",
        "'storage=\"host=h password=s3cr3t\"'",
        "storage=postgresql://h/db?password='s3cr3t'",
        "storage=sqlite:///file:f.db?hexkey=s3cr3t&uri=true",
        "storage=postgresql://me@server:s3cr3t@h/db",
        "storage='postgresql://m#e:s3cr3t and more@h/db'",
        "storage='postgresql://me@h:5432/db?p%61ssword=s3cr3t'",
        "storage='mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3Ds3cr3t'",
        "storage='sqlite:///studies.db?key=s3cr3t'",
    ],
)
def test_a_password_that_is_typed_is_refused_and_not_repeated(
    override: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([*SMALL, override], ["--cfg", "job", override]):
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert "s3" not in out + err
        assert "a password that is typed stands in the list of processes; put it into HARNESS_STORAGE_PASSWORD" in err
        assert err.count("\n") == 1


def test_the_place_of_a_password_is_none() -> None:
    for url in ("postgresql://me@h:5432/db?passfile=mine.pgpass", "postgresql://h/db?sslkey=my.key"):
        database.refuse_password(f"storage='{url}'")
        assert database.masked(url) == url


def test_lines_about_what_was_not_read_show_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A slip of the finger, and a config of somebody's."""
    with pytest.raises(SystemExit):
        main([*SMALL, "--storage=postgresql://me:s3cr3t@h/db"])
    assert "--storage=postgresql://me:***@h/db" in capsys.readouterr().err
    (tmp_path / "theirs" / "experiment").mkdir(parents=True)
    config = "# @package _global_\ncells: ['optimizer=sgd storage=postgresql://me:s3cr3t@h/db', 'optimizer=adam']\n"
    (tmp_path / "theirs" / "experiment" / "x.yaml").write_text(config)
    for flags, code in ((["-m"], 2), (["--cfg", "job"], 0), (["--info", "config"], 0)):
        assert main(["--config-dir", "theirs", "experiment=x", *flags]) == code
        out, err = capsys.readouterr()
        assert "s3cr3t" not in out + err
        assert "storage=postgresql://me:***@h/db" in out + err


def test_a_url_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert main([*SMALL, "storage=postgresql://me@h:port/db"]) == 2
    assert capsys.readouterr().err.startswith("harness: storage=postgresql://me@h:port/db: invalid literal")


def test_a_user_may_stand_in_the_query_and_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql:///db?host=h&user=me"
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert "password=s3cr3t%40%2Fword" in database.complete(url, database.password(url))
    monkeypatch.setenv(database.VARIABLE, "")
    assert database.password(URL) is None


def test_what_a_lost_server_said_is_told(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Optuna says around it that the data may be invalid."""

    def lose(*_: Any) -> None:
        raise optuna.exceptions.StorageInternalError("typically invalid data") from OSError("the server went away")

    monkeypatch.setattr(optuna.Study, "add_trial", lose)
    assert main([*SMALL, f"storage={URL}"]) == 1
    assert capsys.readouterr().err == f"harness: storage={URL}: the server went away; resume= goes on\n"


def test_the_prompt_is_left_by_ctrl_c() -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *SMALL, f"storage={URL.replace('me@', 'me:***@')}"],
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        preexec_fn=lambda: ioctl(0, termios.TIOCSCTTY, 0),
        env={key: value for key, value in os.environ.items() if key != database.VARIABLE},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while b"password of" not in shown:
        shown += os.read(master, 65536)
    os.write(master, b"\x03")
    try:
        assert process.wait(timeout=30) == 130
    finally:
        process.kill()
        os.close(master)
    assert not list(Path("outputs/sweeps").iterdir())


def test_no_file_screen_or_list_of_processes_shows_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAKE, *SMALL, f"storage={URL}", "hydra.sweep.dir=sweep"],
        capture_output=True, text=True, check=False, env={**os.environ, database.VARIABLE: PASSWORD},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "storage=postgresql+psycopg://me@db.example" in done.stdout.partition("seen in ps:")[2]
    assert "s3cr3t" not in done.stdout + done.stderr
    assert (tmp_path / "studies.db").exists()
    demand_nowhere(tmp_path)


def test_what_finishes_a_sweep_names_its_database_without_the_password(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert main([*SMALL, f"storage={URL}", "timeout=0.000001"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("finish it: ")]
    words = shlex.split(line)
    assert words[2:6] == ["python", "-m", "harness", "-m"]
    assert main([*words[5:], "timeout=60"]) == 0
    assert "finish it: " not in capsys.readouterr().out


def test_what_a_driver_says_is_masked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = optuna.create_study

    def refuse(storage: Any, **about: Any) -> optuna.Study:
        if isinstance(storage, str):
            raise OSError(f"cannot reach {storage} with {PASSWORD}")
        return real(storage=storage, **about)

    monkeypatch.setattr(optuna, "create_study", refuse)
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert main([*SMALL, f"storage={URL}"]) == 2
    err = capsys.readouterr().err
    assert f"storage={URL}: cannot reach postgresql+psycopg://me:***@db.example/studies with ***" in err


def test_what_an_older_version_wrote_is_masked_and_goes_on(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = harness.sweep(*SMALL[1:], f"storage={URL}")
    assert asked == [URL], "no password is brought: the driver looks for one"
    config = found.folder / "config.yaml"
    old = URL.replace("me@", "me:s3cr3t@")
    config.write_text(config.read_text().replace(URL, old))
    assert config.read_text().count("s3cr3t") == 3, "in the config, and in what was typed"
    assert main(["-m", f"resume={found.folder}"]) == 2
    assert f"add storage={URL.replace('me@', 'me:***@')}" in capsys.readouterr().err
    assert main(["-m", f"resume={found.folder}", f"storage={URL}x"]) == 2
    assert "s3cr3t" not in capsys.readouterr().err
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert main(["-m", f"resume={found.folder}", f"storage={URL}", "trials=3"]) == 0
    assert asked[-1] == "postgresql+psycopg://me:s3cr3t%40%2Fword@db.example/studies"
    assert "s3cr3t" not in capsys.readouterr().out
    demand_nowhere(tmp_path)


def test_stars_ask_for_it(asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    starred = f"storage={URL.replace('me@', 'me:***@')}"
    with pytest.raises(UserError, match=r"me:\*\*\*@db.*: nobody is there to ask"):
        harness.sweep(*SMALL[1:], starred)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: PASSWORD)
    harness.sweep(*SMALL[1:], starred)
    assert asked == ["postgresql+psycopg://me:s3cr3t%40%2Fword@db.example/studies"]
    demand_nowhere(tmp_path)


def test_a_file_has_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(database.VARIABLE, PASSWORD)
    assert database.password("sqlite:///studies.db") is None
    assert database.same("sqlite:///a.db", "sqlite:///a.db")
    assert not database.same(URL, "sqlite:///a.db")


def test_a_value_in_quotes_is_hidden_as_well() -> None:
    assert hidden("postgresql://h/db?password='s3cr3t'&port=1") == "postgresql://h/db?password='***'&port=1"


@pytest.mark.parametrize(
    "storage",
    [
        "sqlite:///a:b.db",
        "sqlite:////tmp/studies.db",
        "postgresql://h:5432/db",
        "postgresql://h:5432",
        "'postgresql://me:***@h:5432'",
        "postgresql://[::1]:5432/db",
        "'postgresql://h/db?passfile=/there&port=1'",
    ],
)
def test_what_carries_no_password_is_not_refused(storage: str) -> None:
    database.refuse_password(f"storage={storage}")
