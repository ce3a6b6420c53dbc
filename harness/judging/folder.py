"""A finished run or sweep of ours among others: what its pairs are, and under which settings it ran."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.results.files import Results


@dataclass(frozen=True)
class Folder:
    """What one folder brings. Its pairs are its replicates or, untuned, its seeds."""

    name: str
    results: Results

    @property
    def tuned(self) -> bool:
        return bool(self.results.summary.get("study"))

    @property
    def unit(self) -> str:
        """What is repeated."""
        return "replicate" if self.tuned else "seed"

    def pairs(self) -> set[int] | None:
        """The numbers of the replicates, or the seeds; None where one stands for all, as others would be copies."""
        if not self.tuned:
            return {run["seed"] for run in self.results.runs}
        found = {cell.get("replicate", 0) for cell in self.results.cells}
        return None if found == {0} and self.results.summary.get("replicates", 1) > 1 else found

    def configs(self) -> list[Mapping[str, Any]]:
        """Of its cells."""
        config = self.results.config
        return [config] if self.results.summary["kind"] == "run" else [cell["config"] for cell in config["cells"]]

    def setting(self, place: str) -> str:
        """Its value, or the values that its cells have."""
        found: list[str] = []
        for value in self.configs():
            for part in place.split("."):
                value = value.get(part) if isinstance(value, Mapping) else None  # type: ignore[assignment]
            found += [str(value)] if str(value) not in found else []
        return ", ".join(found)
