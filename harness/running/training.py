"""Populations in, traces out: all of them advance together, record by record."""

import time
from collections.abc import Iterator, Sequence

from threadpoolctl import threadpool_limits

from harness.errors import RunError
from harness.results.trial import Population, Trial, in_order
from harness.running import signals
from harness.running.failures import FAILURES, told
from harness.running.plan import Planned, Planner

DONE = object()


class Watcher:
    """Who follows a training, and may end it. This one lets everything go its way."""

    def stops(self) -> bool:
        """Whether to stop, asked often once every population has made its first record."""
        return False

    def recorded(self, record: int, trials: Sequence[Trial]) -> None:
        """All trials that still train have made this record; what is marked in `trace.pruned` goes no further."""


def train(planner: Planner, planned: Sequence[Planned], watcher: Watcher | None = None) -> list[Population]:
    """Train every population to its end, or until the watcher stops it.

    Where an exception ends a population, each of its trials goes on alone, so that only those fail that raise it;
    on_error=raise raises a RunError instead, and too little memory ends everything. What comes back are the
    populations, those that were split included. The test set is read for trials that are reported, not for those by
    which something is chosen.

    BLAS gets one thread: runs are small, and its threads make them slower and their last bits depend on the machine.
    """
    watcher = watcher or Watcher()
    with threadpool_limits(1):
        trials = in_order(p.population for p in planned)
        everything = list(planned)
        active = [(p, p.engine.advance()) for p in planned]
        record = 0
        try:
            while active and not (record and watcher.stops()):  # the first round only looks at the start
                going = []
                for p, advance in active:
                    begun = time.perf_counter()
                    try:
                        if next(advance, DONE) is not DONE:
                            going.append((p, advance))
                    except FAILURES as error:  # of an objective or a rule
                        p.population.trace.failure = told(error)
                        if _first(p).cell.settings.on_error == "raise":
                            raise RunError(f"{_named(p)}: {p.population.trace.failure}") from error
                        singles = _split(planner, p)
                        everything += singles
                        for single in singles:
                            again = single.engine.advance()
                            if _caught_up(single, again, record):
                                going.append((single, again))
                        begun += sum(single.population.seconds for single in singles)  # theirs, not counted twice
                    p.population.seconds += time.perf_counter() - begun
                    if record and watcher.stops():
                        break
                active, record = going, record + 1
                watcher.recorded(record - 1, trials)
        except KeyboardInterrupt:
            if not signals.note_interrupt():
                raise
        everything = [p for p in everything if p.population.trials]
        for p in everything:
            if not p.population.trace.failure:
                try:
                    p.engine.finish(test=_first(p).speaks)
                except FAILURES as error:
                    p.population.trace.failure = told(error)
    return [p.population for p in everything]


def _split(planner: Planner, p: Planned) -> list[Planned]:
    """Each trial of a population alone, but for those that were pruned already, which keep what they have."""
    population = p.population
    if len(population.trials) == 1:
        return []
    pruned = [trial for trial in population.trials if population.trace.pruned[trial.rows].any()]
    going = [trial for trial in population.trials if trial not in pruned]
    population.trials, population.trace.failure = pruned, ""
    return [single for trial in going for single in planner.plan([trial])]


def _caught_up(single: Planned, advance: Iterator[None], record: int) -> bool:
    """Whether a trial that starts again gets to the record at which the others are."""
    begun = time.perf_counter()
    try:
        return all(next(advance, DONE) is not DONE for _ in range(record + 1))
    except FAILURES as error:  # it was this one
        single.population.trace.failure = told(error)
        return False
    finally:
        single.population.seconds += time.perf_counter() - begun


def _first(p: Planned) -> Trial:
    return p.population.trials[0]


def _named(p: Planned) -> str:
    trial = _first(p)
    name = trial.cell.name
    return name or "run" if trial.phase == "run" else f"trial {trial.number} of {name or 'the cell'}"
