"""How anything is measured here: contenders in turn, A B A B, on one core; results compared; medians with ranges.

A ratio is a peer's cost over ours in the same round: 1 is a tie and more is better. Only ratios within a round count,
as machines are noisy, and none is shown of contenders whose results differ. Each contender has a process of its own,
made once: what one of them frees makes the memory of its process faster for all (malloc moves its thresholds), and so
do settings of malloc.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np

NEEDS = {"optax": ("jax", "optax"), "torch": ("torch",)}  # by a peer's first word; the others are installed with us
ONE_THREAD = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
TURN = 0.1  # seconds
clock = process_time  # of contenders that compute and never wait: what others do on their core meanwhile isn't theirs


class Outcome(NamedTuple):
    """What a contender took, in seconds or in what its row counts, and its final params (runs, size), if comparable."""

    cost: float
    result: np.ndarray | None = None


Contender = Callable[[], Outcome]


class Disagreement(Exception):  # noqa: N818 - it is not an error of the program
    """Contenders have not done the same work."""


@dataclass(frozen=True)
class Race:
    """Who does the same work. Peers are made when they are known to be installed.

    Every peer's final params lie from ours by at most `tolerance` of how far the run went from `start` (runs, size);
    a peer that was timed on some runs only gives the first ones.
    """

    ours: Contender
    peers: Mapping[str, Callable[[], Contender]]
    start: np.ndarray | None = None
    tolerance: float = 0.0


@dataclass(frozen=True)
class Row:
    """A line of the table: the work, the ratios aimed at and those below which `--floor` fails, by peer."""

    name: str
    work: str
    make: Callable[[], Race]
    goals: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)
    unit: str = "s"
    pairs: int | None = None  # where the number of rounds is not for the caller to choose
    here: bool = False  # in this process: contenders that start processes, or share what they find


@dataclass(frozen=True)
class Result:
    """The costs of each contender, a number a round, and how far each peer's results are from ours."""

    row: Row
    costs: Mapping[str, list[float]]
    off: Mapping[str, float]

    def ratios(self, peer: str) -> list[float]:
        """In increasing order."""
        return sorted(theirs / ours for theirs, ours in zip(self.costs[peer], self.costs["ours"], strict=True))

    @property
    def below(self) -> list[str]:
        """The peers whose ratio is under its floor."""
        known = self.row.floors.items()
        return [peer for peer, floor in known if peer in self.costs and median(self.ratios(peer)) < floor]

    def as_json(self) -> dict[str, object]:
        peers = {
            peer: {
                "ratio": median(ratios := self.ratios(peer)), "range": [ratios[0], ratios[-1]],
                "goal": self.row.goals.get(peer), "floor": self.row.floors.get(peer), "off": self.off.get(peer),
            }
            for peer in self.costs if peer != "ours"
        }  # fmt: skip
        return {"row": self.row.name, "work": self.row.work, "unit": self.row.unit, "costs": dict(self.costs),
                "peers": peers, "below": self.below}  # fmt: skip


def missing(peer: str) -> list[str]:
    """The packages that a peer needs and that are not installed."""
    return [name for name in NEEDS.get(peer.split()[0], ()) if find_spec(name) is None]


def measured(row: Row, pairs: int) -> Result:
    """Every contender once untimed, where imports, compilers and caches have their turn and results are compared; then
    all of them in turn."""
    race = row.make()
    names = ["ours", *(name for name in race.peers if not missing(name))]
    with ExitStack() as stack:
        asked = {name: contender(race, name) if row.here else stack.enter_context(apart(row, name)) for name in names}
        off = compared(race, {name: run().result for name, run in asked.items()})
        rounds = [{name: run().cost for name, run in asked.items()} for _ in range(row.pairs or pairs)]
    return Result(row, {name: [costs[name] for costs in rounds] for name in names}, off)


def contender(race: Race, name: str) -> Contender:
    return race.ours if name == "ours" else race.peers[name]()


@contextmanager
def apart(row: Row, name: str) -> Iterator[Contender]:
    """The contender in a process of its own, which waits while others have their turn."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(row.make, name, there), daemon=True)
    process.start()
    there.close()

    def run() -> Outcome:
        try:
            here.send("go")
            outcome: Outcome | Disagreement = here.recv()
        except (EOFError, BrokenPipeError):
            raise RuntimeError(f"{row.name}: {name} ended; its process says above why") from None
        if isinstance(outcome, Disagreement):
            raise outcome
        return outcome

    try:
        yield run
    finally:
        here.close()
        process.join()


def _serve(make: Callable[[], Race], name: str, pipe: Connection) -> None:
    """A turn, of at least so many seconds, for every word that comes."""
    from threadpoolctl import threadpool_limits

    warnings.simplefilter("ignore")
    run, first = contender(make(), name), True
    while True:
        try:
            pipe.recv()
        except EOFError:
            return
        try:
            with threadpool_limits(1):
                pipe.send(run() if first else _turn(run))
        except Disagreement as error:
            pipe.send(error)
        first = False


def _turn(run: Contender) -> Outcome:
    """The median of as many runs as fill it."""
    costs, begun = [], perf_counter()
    while not costs or perf_counter() - begun < TURN:
        costs.append(run().cost)
    return Outcome(median(costs))


def compared(race: Race, results: Mapping[str, np.ndarray | None]) -> dict[str, float]:
    """How far each peer's params are from ours; a Disagreement where that is further than the race tolerates."""
    ours, start, off = results["ours"], race.start, {}
    for name, theirs in results.items():
        if name == "ours" or theirs is None:
            continue
        assert ours is not None
        assert start is not None
        some = slice(len(theirs))
        way = np.linalg.norm(theirs.astype(float) - start[some], axis=1)
        off[name] = float(np.max(np.linalg.norm(theirs.astype(float) - ours[some], axis=1) / way))
        if not off[name] <= race.tolerance:  # nan is no agreement
            raise Disagreement(f"{name} ends {off[name]:.1e} of the way from us; tolerated: {race.tolerance:.0e}")
    return off


def one_core() -> str:
    """Hold this process and its children to one core and one thread; what was done. Call it before NumPy's users."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    if not hasattr(os, "sched_setaffinity"):
        return "one thread (this system pins no process to a core)"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}, one thread"
