"""Files that are written whole or not at all."""

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

import numpy as np

from objectives.arrays import Array


def save_file(path: Path, content: bytes) -> None:
    """A reader sees the old file or the new one."""
    _save(path, lambda file: file.write(content))


def save_arrays(path: Path, arrays: Iterable[tuple[str, Array]]) -> None:
    """The bytes of `np.savez`, of which no second copy is made, nor of any array that was written."""

    def write(file: IO[bytes]) -> None:
        with zipfile.ZipFile(file, "w") as whole:
            for name, array in arrays:
                with whole.open(f"{name}.npy", "w", force_zip64=True) as one:
                    np.lib.format.write_array(one, np.asanyarray(array), allow_pickle=False)

    _save(path, write)


def _save(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write to a temporary file, flush it to the disk, rename it."""
    file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    try:
        with file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, 0o666 & ~_umask())
        os.replace(file.name, path)  # which Windows does to closed files only
    except BaseException as error:
        os.unlink(file.name)
        if isinstance(error, OSError) and error.errno and error.filename is None:  # no space, and where
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(folder)  # the name, too
    finally:
        os.close(folder)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
