"""Results in an Optuna storage, a journal file or a database: each study is one tuning of a method.

Its row has the study's name, its user attributes, the number of its trials and `value`, that of its best one.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.configs import database
from harness.errors import UserError
from harness.judging.options import Options
from objectives.data.table import Table

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

SQLITE = b"SQLite format"
JOURNAL = b'{"op_code"'
NAME, VALUE = "study", "value"


def table_of(where: str, options: Options) -> tuple[Table, bool]:
    """The table of all studies, and whether they maximise. `where` is a URL or the path of a file."""
    label = Path(_path(where) if _is_file(where) else database.masked(where).partition("://")[2])
    studies = _studies(where, label)
    if not studies:
        raise UserError(f"{where}: no studies")
    several = [study.study_name for study in studies if len(study.directions) > 1]
    if several:
        raise UserError(f"{where}: the study {several[0]} has several objectives; a verdict is about one")
    ways = {study.study_name: study.direction.name.lower() for study in studies}
    if len(set(ways.values())) > 1:
        up, down = (next(name for name, way in ways.items() if way == one) for one in ("maximize", "minimize"))
        raise UserError(f"{where}: the study {up} maximises and {down} minimises; a verdict is about one metric")
    ended = {study.study_name: _ended(study) for study in studies}
    best = {name: _best(trials, ways[name], options.trials) for name, trials in ended.items()}
    _demand_equal(where, {name: len(trials) for name, trials in ended.items()}, options.trials)
    attributes = list(dict.fromkeys(key for study in studies for key in study.user_attrs))
    rows = [
        [study.study_name, *(_text(study.user_attrs.get(key)) for key in attributes), best[study.study_name]]
        for study in studies
    ]
    names = [NAME, *(key if key not in (NAME, VALUE) else f"user_attrs.{key}" for key in attributes), VALUE]
    return Table(label, names, rows, list(range(1, len(rows) + 1)), prefix=""), "maximize" in ways.values()


def _studies(where: str, label: Path) -> "list[Study]":
    """All studies, from a storage that is only read; logs of Optuna's own stay away."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    secret = None
    try:
        if not _is_file(where):
            secret = database.password(where)
        storage = _opened(where, secret)
        return [
            optuna.load_study(study_name=name, storage=storage) for name in sorted(optuna.get_all_study_names(storage))
        ]
    except UserError:
        raise
    except ImportError as error:
        raise UserError(f"{label}: its driver is not installed: {error}") from error
    except Exception as error:  # whatever a database driver raises
        told = " ".join(str(error.__cause__ or error).split()) or type(error).__name__
        raise UserError(
            f"{label}: no Optuna storage that can be read: {database.without(secret, told)[:300]}"
        ) from error


def _is_file(where: str) -> bool:
    """Whether it is a path, or the URL of an SQLite database."""
    return "://" not in where or where.startswith("sqlite")


def _path(where: str) -> str:
    return where.partition(":///")[2] if "://" in where else where


def _opened(where: str, secret: str | None) -> "BaseStorage":
    import sqlite3

    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    if not _is_file(where):
        return RDBStorage(database.complete(where, secret), skip_table_creation=True)
    path = Path(_path(where))
    if not path.is_file():
        raise UserError(f"{where}: {'a folder' if path.is_dir() else f'no such file ({path.absolute()})'}")
    with path.open("rb") as file:
        start = file.read(20)
    if start.startswith(JOURNAL):
        return JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
    if not start.startswith(SQLITE):
        raise UserError(f"{path}: neither an SQLite database nor a journal of Optuna's")

    def connected() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)

    return RDBStorage("sqlite://", engine_kwargs={"creator": connected}, skip_table_creation=True)


def _ended(study: "Study") -> "list[FrozenTrial]":
    """The trials that count as tried, in their order: pruned and failed ones have cost as much."""
    return [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]


def _best(trials: "Sequence[FrozenTrial]", way: str, most: int | None) -> str:
    """The value of the best complete one; nothing where there is none, which was then never finite."""
    values = [trial.value for trial in trials[:most] if trial.state.name == "COMPLETE" and trial.value is not None]
    return repr((max if way == "maximize" else min)(values)) if values else ""


def _demand_equal(where: str, tried: dict[str, int], most: int | None) -> None:
    """Equal budgets: the best of more trials is better."""
    fewest, largest = min(tried, key=lambda name: tried[name]), max(tried, key=lambda name: tried[name])
    if not tried[fewest]:
        raise UserError(f"{where}: the study {fewest} has no trial that ended; run it, or delete it")
    if most is not None and tried[fewest] < most:
        raise UserError(f"{where}: trials={most}: the study {fewest} has {tried[fewest]}")
    if most is None and tried[fewest] != tried[largest]:
        raise UserError(
            f"{where}: the study {largest} has {tried[largest]} trials and {fewest} has {tried[fewest]}: unequal "
            f"budgets give no verdict; add trials={tried[fewest]} to judge the first {tried[fewest]} of each"
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, (dict, list)) else repr(value)


def told(table: Table, options: Options) -> str:
    """What a value is: it flatters, as each is the best of its tuning."""
    first = f"the first {options.trials} trials of " if options.trials else ""
    return f"a value is the best of {first}its study, a number that was tuned on, which flatters all methods"
