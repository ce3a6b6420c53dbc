"""What a report is about: finished folders, judged together, with texts that are safe wherever they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from harness.answers.answer import Answer
from harness.answers.sensitivity import Sensitivity
from harness.results.files import Results
from harness.results.rows import Row
from harness.results.sensitivity import sensitivities
from harness.text.copying import command, words_of
from harness.text.visible import in_line


@dataclass(frozen=True)
class Subject:
    """`joint` is what is judged: the one folder, or all of them as one, which then has no curves."""

    joint: Results
    folders: tuple[Results, ...]

    @property
    def words(self) -> list[str]:
        """The folders, as a command names them."""
        return [str(results.folder) for results in self.folders]

    @property
    def several(self) -> bool:
        return len(self.folders) > 1

    @property
    def answers(self) -> tuple[Answer, ...]:
        return self.joint.answer

    @property
    def tuned(self) -> bool:
        return bool(self.joint.summary.get("study"))

    @property
    def title(self) -> str:
        """What ran, as the last lines of the sweep say it."""
        if self.several:
            return f"{len(self.folders)} folders together: {', '.join(self.words)}"
        return in_line(self.joint.summary["title"])

    @property
    def judged_again(self) -> str:
        """The command that prints the answer."""
        return command(*self.words, module="harness.compare" if self.several else "harness.answer")

    @property
    def made_again(self) -> list[str]:
        """The command that ran each folder."""
        return [_launched(results) for results in self.folders]

    @cached_property
    def depend(self) -> list[list[Sensitivity]]:
        """How much the cells of each answer depend on tuning."""
        return sensitivities(self.joint)


def _launched(results: Results) -> str:
    summary = results.summary
    several = ["-m"] if summary["kind"] == "sweep" else []
    return command(*several, *words_of(summary["launch"]), *map(str, summary["overrides"]))


def of_problem(results: Results, answer: Answer) -> Results:
    """The cells of one problem alone, so that its optimizers look as they do everywhere."""
    if len(results.answer) == 1:
        return results
    mine = set(answer.evidence.numbers)
    return replace(results, cells=[row for row in results.cells if row["cell"] in mine])


def drawable(results: Results) -> Results:
    """With texts that a picture shows as they are: nothing steers, and no $ begins a formula."""
    summary = {**results.summary, "varied": [_plain(key) for key in results.summary["varied"]]}
    rows = {name: [_plain_row(row) for row in getattr(results, name)] for name in ("cells", "runs", "trials")}
    return replace(results, summary=summary, **rows)


def _plain_row(row: Mapping[str, Any]) -> Row:
    texts = {key: _plain(value) for key, value in row.items() if isinstance(value, str) and key != "overrides"}
    changed = {key: value for key, value in texts.items() if value != row[key]}
    found = {**row, **changed} if changed else dict(row)
    return found if all(_plain(key) == key for key in found) else {_plain(key): v for key, v in found.items()}


@cache
def _plain(text: str) -> str:
    return in_line(text).replace("$", r"\$")


def subject(folders: Sequence[Results], joint: Results) -> Subject:
    """Of these folders, which `joint` judges together."""
    return Subject(joint, tuple(folders))
