"""What a finished folder holds, as those see it that show it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.results.rows import Row
from objectives.arrays import Array

if TYPE_CHECKING:
    from harness.answers.answer import Answers


class Finished(Protocol):
    """The parts of `harness.results.files.Results` that are read here."""

    @property
    def folder(self) -> Path: ...
    @property
    def summary(self) -> dict[str, Any]: ...
    @property
    def runs(self) -> list[Row]: ...
    @property
    def cells(self) -> list[Row]: ...
    @property
    def curves(self) -> Mapping[str, Array]: ...
    @property
    def answer(self) -> "Answers": ...
