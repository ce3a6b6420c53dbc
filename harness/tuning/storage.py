"""Where Optuna's tools find the studies: a journal file in the sweep's folder, or a database."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial

from harness.configs import database
from harness.errors import RunError, UserError
from harness.tuning.resume import JOURNAL, ROUNDS

Direction = Literal["minimize", "maximize"]


class Journal(BaseJournalBackend):
    """A journal file that one process writes, in batches: what `flush` has not written yet is read from memory."""

    def __init__(self, path: Path) -> None:
        repair(path)
        self._path = path
        self._file = JournalFileBackend(str(path), JournalFileOpenLock(str(path)))  # Windows has no links for all
        self._written = sum(1 for _ in self._file.read_logs(0))
        self._pending: list[dict[str, Any]] = []

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        if log_number_from < self._written:
            yield from self._file.read_logs(log_number_from)
        yield from self._pending[max(0, log_number_from - self._written) :]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        self._pending += logs

    def flush(self) -> None:
        if self._pending:
            try:
                self._file.append_logs(self._pending)
            except (OSError, RuntimeError) as error:  # RuntimeError: Optuna could not give its lock back
                cause = error.__context__ if isinstance(error, RuntimeError) and error.__context__ else error
                told = getattr(cause, "strerror", None) or cause
                raise RunError(f"{self._path}: {told}; what was tuned is in {ROUNDS}/, and resume= goes on") from error
            self._written += len(self._pending)
            self._pending = []


def repair(path: Path) -> None:
    """Cut off a line that was never finished, and take away the lock of a writer that died, which has another name
    while it is given back: with them, every reader fails or waits. Only for who holds the folder."""
    for lock in path.parent.glob(f"{path.name}.lock*"):
        lock.unlink()
    if not path.exists():
        return
    with path.open("r+b") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)


class Mirror:
    """The studies as other programs see them; trials appear when they have ended."""

    def __init__(self, folder: Path, url: str | None, name: str, secret: str | None = None) -> None:
        self._journal = None if url else Journal(folder / JOURNAL)
        self._prefix = f"{folder.name} {name} " if url else ""
        self.where = database.masked(url) if url else str(folder / JOURNAL)
        self._secret = secret
        self._storage: BaseStorage | str
        self._storage = JournalStorage(self._journal) if self._journal else database.complete(str(url), secret)
        self._studies: dict[str, tuple[optuna.Study, int]] = {}

    def open(self, name: str, direction: Direction, about: Mapping[str, Any]) -> None:
        """Create a cell's study, or find it with the trials it has."""
        try:
            study = optuna.create_study(
                storage=self._storage, study_name=self._prefix + name, direction=direction, load_if_exists=True
            )
            for key, value in about.items():
                if study.user_attrs.get(key) != value:
                    study.set_user_attr(key, value)
            there = len(study.get_trials(deepcopy=False))
        except ImportError as error:
            told = "its driver is not installed; PostgreSQL's comes with pip install -e '.[postgres]'"
            raise UserError(f"storage={self.where}: {told}") from error
        except Exception as error:  # whatever a database driver raises
            raise UserError(f"storage={self.where}: {self._said(error)[:300]}") from error
        self._storage = study._storage  # one connection for all
        self._studies[name] = study, there

    def add(self, name: str, trials: Iterable[FrozenTrial]) -> None:
        """Add those that are not there yet."""
        study, there = self._studies[name]
        for trial in trials:
            if trial.number == there:
                try:
                    study.add_trial(trial)
                except Exception as error:  # of a database: what was tuned is on disk
                    raise RunError(f"storage={self.where}: {self._said(error)}; resume= goes on") from error
                there += 1
        self._studies[name] = study, there

    def _said(self, error: Exception) -> str:
        """What the driver says: Optuna and SQLAlchemy say around it what might be wrong."""
        return database.without(self._secret, " ".join(str(error.__cause__ or error).split()))

    def flush(self) -> None:
        if self._journal:
            self._journal.flush()
