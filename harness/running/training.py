"""Populations in, traces out: all of them advance together, record by record."""

import time
from collections.abc import Callable, Iterator, Sequence

from threadpoolctl import threadpool_limits

from harness.errors import RunError
from harness.results.trace import Progress
from harness.running.failures import FAILURES, told
from harness.running.plan import Planned, Planner

DONE = object()


def train(
    planner: Planner,
    planned: Sequence[Planned],
    watch: Callable[[list[Progress]], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    compare: Callable[[int], None] = lambda _: None,
    test: bool = True,
    strict: bool = False,
) -> list[Planned]:
    """Train every population to its end, or until `stop` says so; `watch` sees the board after every round, and
    `compare` is called with the number of the record that all have just made, to mark runs as pruned.

    Where an exception ends a population, each of its trials goes on alone, so that only those fail that raise it;
    `strict` raises a RunError instead, and too little memory ends everything. What comes back are the populations,
    those that were split included.

    BLAS gets one thread: runs are small, and its threads make them slower and their last bits depend on the machine.
    """
    with threadpool_limits(1):
        board = sorted((progress for p in planned for progress in p.board), key=lambda part: (part.number, part.trial))
        everything = list(planned)
        active = [(p, p.population.advance()) for p in planned]
        record = 0
        while active and not (record and stop()):  # the first round only looks at the start
            going = []
            for p, advance in active:
                begun = time.perf_counter()
                try:
                    if next(advance, DONE) is not DONE:
                        going.append((p, advance))
                except FAILURES as error:  # of an objective or a rule
                    p.population.trace.failure = told(error)
                    if strict:
                        raise RunError(f"{_named(p)}: {p.population.trace.failure}") from error
                    singles = _split(planner, p)
                    everything += singles
                    for single in singles:
                        again = single.population.advance()
                        if _caught_up(single, again, record):
                            going.append((single, again))
                    begun += sum(single.seconds for single in singles)  # theirs, not counted twice
                p.seconds += time.perf_counter() - begun
                if record and stop():
                    break
            active, record = going, record + 1
            compare(record - 1)
            watch(board)
        everything = [p for p in everything if p.board]
        for p in everything:
            if not p.population.trace.failure:
                try:
                    p.population.finish(test)
                except FAILURES as error:
                    p.population.trace.failure = told(error)
    return everything


def _split(planner: Planner, p: Planned) -> list[Planned]:
    """Each trial of a population alone, but for those that were pruned already, which keep what they have."""
    if len(p.parts) == 1:
        return []
    pruned = [p.population.trace.pruned[progress.rows].any() for progress in p.board]
    singles = [planner.alone(p, k) for k, gone in enumerate(pruned) if not gone]
    p.parts = [part for part, gone in zip(p.parts, pruned, strict=True) if gone]
    p.board = [progress for progress, gone in zip(p.board, pruned, strict=True) if gone]
    p.population.trace.failure = ""
    return singles


def _caught_up(single: Planned, advance: Iterator[None], record: int) -> bool:
    """Whether a trial that starts again gets to the record at which the others are."""
    begun = time.perf_counter()
    try:
        return all(next(advance, DONE) is not DONE for _ in range(record + 1))
    except FAILURES as error:  # it was this one
        single.population.trace.failure = told(error)
        return False
    finally:
        single.seconds += time.perf_counter() - begun


def _named(p: Planned) -> str:
    part = p.parts[0]
    return f"trial {part.trial} of {part.cell.name or 'the cell'}" if part.phase != "run" else part.cell.name or "run"
