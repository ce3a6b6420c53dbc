"""The sweeps of the calibration: what they confirm, replicate by replicate, on streams that were fixed beforehand.

A stream is a number: it gives a sweep its sampler.seed and its seeds, so that no two sweeps share points or runs.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import harness
from harness.answers.scale import Scale
from harness.answers.verdict import Verdict, judge
from harness.configs.compose import CONF
from harness.results.files import Results
from objectives.arrays import Array

BLOCK = 12  # replicates that one answer has
APART = 1000  # between the first seeds of two streams
EPS = tuple(f"{1 + 1e-6 * k:.6f}e-8" for k in range(6))  # clones of adam, each with points of its own
ADAM = "optimizer=adam"
ROSENBROCK = ("objective=rosenbrock",)
NETWORK = ("objective=mlp", "objective.hidden=[16]", "objective.batch_size=16", "steps=200")  # on the digits


@dataclass(frozen=True)
class Size:
    """How many sets are judged, and how each cell is tuned."""

    pairs: int = 200
    networks: int = 50
    families: int = 100
    repetitions: int = 20
    seeds: int = 5
    tuning: tuple[str, ...] = ("trials=32", "finalists=4", "finals=10", "confirm=10", "aggregate=q75", "records=2")
    chunk: int = 120  # replicates in one sweep, a multiple of BLOCK: it bounds memory and disk


SHORT = Size(pairs=20, networks=2, families=10, repetitions=4)


@dataclass(frozen=True)
class Sample:
    """Confirmed values of independent replicates, (replicates, cells)."""

    values: Array
    scale: Scale

    @property
    def z(self) -> Array:
        """On the scale on which they are compared."""
        return self.scale.of(self.values)

    def blocks(self) -> Iterator[Array]:
        """The replicates of one answer after the other's."""
        yield from np.split(self.values, len(self.values) // BLOCK)

    def verdicts(self) -> list[Verdict]:
        """The verdict on each block."""
        return [judge(block, self.scale) for block in self.blocks()]


def swept(size: Size, stream: int, replicates: int, *overrides: str, config_dir: str | None = None) -> Results:
    """One sweep of a stream, in a folder that is gone when it has been read."""
    first = APART * stream
    seeds = f"seeds=[{','.join(map(str, range(first, first + size.seeds)))}]"
    with tempfile.TemporaryDirectory() as folder:
        return harness.sweep(
            f"sampler.seed={stream}", seeds, f"replicates={replicates}", *size.tuning, *overrides,
            f"hydra.sweep.dir={folder}/sweep", config_dir=config_dir,
        )  # fmt: skip


def clones(size: Size, stream: int, sets: int, cells: int, objective: Sequence[str]) -> Sample:
    """Blocks for so many sets of clones of adam, separately tuned on the same seeds."""
    values: list[Array] = []
    scales: set[Scale] = set()
    for k, begun in enumerate(range(0, sets * BLOCK, size.chunk)):
        print(f"{' '.join(objective)}: {begun} of {sets * BLOCK} replicates of {cells} clones", file=sys.stderr)
        replicates = min(size.chunk, sets * BLOCK - begun)
        found = swept(size, stream + k, replicates, *objective, ADAM, f"optimizer.eps={','.join(EPS[:cells])}")
        values.append(confirmed(found))
        scales |= {answer.verdict.scale for answer in found.answer}
    assert len(scales) == 1, f"one problem has one scale; got {scales}"
    return Sample(np.concatenate(values), scales.pop())


@contextmanager
def clone_as_optimizer(name: str) -> Iterator[str]:
    """A config folder in which a clone of adam has this name."""
    adam = (CONF / "optimizer" / "adam.yaml").read_text()
    assert "eps: 1e-8" in adam
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "optimizer").mkdir()
        (Path(folder) / "optimizer" / f"{name}.yaml").write_text(adam.replace("eps: 1e-8", f"eps: {EPS[1]}"))
        yield folder


def confirmed(found: Results) -> Array:
    """What the replicates of each cell were confirmed at, (replicates, cells)."""
    assert not found.summary["runs"].get("failed"), f"runs failed: {found.summary['failures']}"
    by_place = {(cell["replicate"], cell["cell"]): cell["value"] for cell in found.cells}
    replicates, cells = (1 + max(place[axis] for place in by_place) for axis in (0, 1))
    return np.array([[by_place[r, k] for k in range(cells)] for r in range(replicates)], dtype=np.float64)
