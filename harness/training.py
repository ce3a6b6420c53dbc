"""Cells in, traces out: all populations advance together, record by record."""

import time
from collections.abc import Callable, Sequence

from threadpoolctl import threadpool_limits

from harness.plan import Planned
from harness.trace import Outcome, Progress

DONE = object()


def train(
    planned: Sequence[Planned],
    watch: Callable[[list[Progress]], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train every population to its end, or until `stop` says so; `watch` sees the board after every round.

    BLAS gets one thread: runs are small, and its threads make them slower and their last bits depend on the machine.
    """
    with threadpool_limits(1):
        board = sorted((progress for p in planned for progress in p.board()), key=lambda cell: cell.number)
        seconds = [0.0] * len(planned)
        active = {k: p.population.advance() for k, p in enumerate(planned)}
        started = False
        while active and not (started and stop()):
            for k in list(active):
                begun = time.perf_counter()
                try:
                    done = next(active[k], DONE) is DONE
                except Exception as error:  # of an objective or a rule: its runs failed, the others go on
                    planned[k].population.trace.failure = f"{type(error).__name__}: {error}"
                    done = True
                if done:
                    del active[k]
                seconds[k] += time.perf_counter() - begun
                if started and stop():
                    break
            started = True  # the first round only looks at the start: however early we stop, there is a record
            watch(board)
        for p in planned:
            if not p.population.trace.failure:
                p.population.finish()
    interrupted = any("interrupted" in cell.states() for cell in board)
    return Outcome(board, seconds, {p.fingerprint["problem"]: p.fingerprint for p in planned}, interrupted)
