"""How anything is measured here: contenders in turn, A B A B, on one core; results compared; medians with ranges.

Ours are the NumPy engine and, where a race has it, the jax engine, once it has compiled. A ratio is a peer's cost over
one of ours in the same round: 1 is a tie and more is better. Only ratios within a round count, as machines are noisy,
and none is shown of contenders whose results differ. Each contender has a process of its own,
made once: what one of them frees makes the memory of its process faster for all (malloc moves its thresholds), and so
do settings of malloc.
"""

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np

ENGINES = ("numpy", "jax")  # ours, in the order in which goals and floors name them
NEEDS = {"jax": ("jax",), "optax": ("jax", "optax"), "torch": ("torch",)}  # by first word; others are installed with us
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
    """Who does the same work. Peers, and our jax engine, are made when they are known to be installed. A peer's name
    after the word jax is who stands in for that peer beside the jax engine.

    Every peer's final params lie from each of ours by at most `tolerance` of how far the run went from `start`
    (runs, size), and those of our engines from each other by at most `rounding`; a peer that was timed on some runs
    only gives the first ones.
    """

    numpy: Contender
    peers: Mapping[str, Callable[[], Contender]]
    start: np.ndarray | None = None
    tolerance: float = 0.0
    jax: Callable[[], Contender] | None = None
    rounding: float = 0.0


@dataclass(frozen=True)
class Row:
    """A line of the table: the work, the ratios aimed at and those below which `--floor` fails, by peer: one for the
    NumPy engine and, if there is one, one for the jax engine; none is None."""

    name: str
    work: str
    make: Callable[[], Race]
    goals: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    floors: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    unit: str = "s"
    pairs: int | None = None  # where the number of rounds is not for the caller to choose
    here: bool = False  # in this process: contenders that start processes, or share what they find


@dataclass(frozen=True)
class Result:
    """The costs of each contender, a number a round, and how far each peer's results are from an engine's, by both."""

    row: Row
    costs: Mapping[str, list[float]]
    off: Mapping[tuple[str, str], float]

    @property
    def engines(self) -> list[str]:
        return [engine for engine in ENGINES if engine in self.costs]

    def peers(self, engine: str) -> list[str]:
        """Those whom one of our engines is compared with; the jax engine's first peer is the NumPy engine."""
        others = [name for name in self.costs if name not in ENGINES and not name.startswith("jax ")]
        return ["numpy", *others] if engine == "jax" else others

    def ratios(self, peer: str, engine: str = "numpy") -> list[float]:
        """In increasing order."""
        rival = f"jax {peer}" if engine == "jax" and f"jax {peer}" in self.costs else peer
        return sorted(theirs / ours for theirs, ours in zip(self.costs[rival], self.costs[engine], strict=True))

    def goal(self, peer: str, engine: str) -> float | None:
        return _of(engine, self.row.goals.get(peer, ()))

    def floor(self, peer: str, engine: str) -> float | None:
        return _of(engine, self.row.floors.get(peer, ()))

    @property
    def below(self) -> list[tuple[str, str]]:
        """Engine and peer where the ratio is under its floor."""
        return [
            (engine, peer)
            for engine in self.engines
            for peer in self.peers(engine)
            if median(self.ratios(peer, engine)) < (self.floor(peer, engine) or 0)
        ]

    def as_json(self) -> dict[str, object]:
        engines = {
            engine: {
                peer: {
                    "ratio": median(ratios := self.ratios(peer, engine)), "range": [ratios[0], ratios[-1]],
                    "goal": self.goal(peer, engine), "floor": self.floor(peer, engine),
                    "off": self.off.get((engine, peer)),
                }
                for peer in self.peers(engine)
            }
            for engine in self.engines
        }  # fmt: skip
        return {"row": self.row.name, "work": self.row.work, "unit": self.row.unit, "costs": dict(self.costs),
                "engines": engines, "below": self.below}  # fmt: skip


def _of(engine: str, numbers: Sequence[float | None]) -> float | None:
    return dict(zip(ENGINES, numbers, strict=False)).get(engine)


def missing(peer: str) -> list[str]:
    """The packages that a contender needs and that are not installed."""
    return [name for name in NEEDS.get(peer.split()[0], ()) if find_spec(name) is None]


def measured(row: Row, pairs: int) -> Result:
    """Every contender once untimed, where imports, compilers and caches have their turn and results are compared; then
    all of them in turn."""
    race = row.make()
    names = contenders(race)
    with ExitStack() as stack:
        asked = {name: contender(race, name) if row.here else stack.enter_context(apart(row, name)) for name in names}
        off = compared(race, {name: run().result for name, run in asked.items()})
        rounds = [{name: run().cost for name, run in asked.items()} for _ in range(row.pairs or pairs)]
    return Result(row, {name: [costs[name] for costs in rounds] for name in names}, off)


def contenders(race: Race) -> list[str]:
    """The names of those that are installed."""
    return [name for name in ("numpy", *(["jax"] if race.jax else []), *race.peers) if not missing(name)]


def contender(race: Race, name: str) -> Contender:
    if name == "numpy":
        return race.numpy
    if name == "jax":
        assert race.jax is not None
        return race.jax()
    return race.peers[name]()


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


def compared(race: Race, results: Mapping[str, np.ndarray | None]) -> dict[tuple[str, str], float]:
    """How far each peer's params, and the NumPy engine's from the jax engine's, are from ours, by engine and peer; a
    Disagreement where that is further than the race tolerates."""
    off = {}
    for engine in ENGINES:
        for peer, theirs in results.items():
            ours, known = results.get(engine), peer not in ENGINES or (engine, peer) == ("jax", "numpy")
            if theirs is None or engine not in results or not known:
                continue
            assert ours is not None
            assert race.start is not None
            some = slice(len(theirs))
            way = np.linalg.norm(theirs.astype(float) - race.start[some], axis=1)
            off[engine, peer] = distance = float(
                np.max(np.linalg.norm(theirs.astype(float) - ours[some], axis=1) / way)
            )
            tolerance = race.rounding if peer == "numpy" else race.tolerance
            if not distance <= tolerance:  # nan is no agreement
                raise Disagreement(
                    f"{peer} ends {distance:.1e} of the way from our {engine} engine; tolerated: {tolerance:.0e}"
                )
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
