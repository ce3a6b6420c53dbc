"""What a report is about: finished folders, judged together."""

from dataclasses import dataclass
from functools import cached_property

from harness.answers.answer import Answer
from harness.answers.sensitivity import Sensitivity
from harness.results.files import Results
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
