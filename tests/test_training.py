"""Populations in, traces out: what happens to the neighbours of a trial that raises."""

from collections.abc import Sequence

import numpy as np

from harness.cells.enumeration import enumerated
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.results.trial import Phase, Trial, in_order
from harness.running.plan import Planned, Planner
from harness.running.training import Watcher, train
from objectives.arrays import Array, Params, Seeds
from objectives.base import Split
from objectives.functions.quadratics import Sphere


class Touchy(Sphere):
    """Fails for whoever comes close to the minimum."""

    def loss_and_grads(self, params: Params, step: int, seeds: Seeds) -> tuple[Array, Params]:
        if (np.abs(params["x"]).max(axis=1) < 1e-3).any():
            raise ArithmeticError("too close")
        return super().loss_and_grads(params, step, seeds)


class Untestable(Sphere):
    """Has a test set that cannot be read."""

    splits = ("validation", "test")

    def evaluate(self, params: Params, split: Split) -> dict[str, Array]:
        if split == "test" and np.abs(params["x"]).max() < 0.1:  # not where everybody starts
            raise OSError("no such file")
        return super().evaluate(params, split)


def planned(source: Composer, cls: type, *lrs: float, phase: Phase = "tune") -> tuple[Planner, list[Planned]]:
    """One population, a trial for each lr."""
    typed = [f"objective._target_={__name__}.{cls.__name__}", "optimizer=sgd", "trials=4", "search=lr", "seeds=[1]"]
    (cell,) = enumerated(source, parse(*typed, "steps=8", "records=8"))
    planner = Planner((__name__,))
    trials = [Trial(cell, (1,), phase, k, {"optimizer.lr": lr}) for k, lr in enumerate(lrs)]
    return planner, planner.plan(trials)


def test_a_trial_that_raises_leaves_its_neighbours_where_they_were(source: Composer) -> None:
    planner, populations = planned(source, Touchy, 0.01, 0.1, 0.45)
    pruned, going, failing = populations[0].population.trials
    seen: list[tuple[int, int]] = []

    class Comparing(Watcher):
        def recorded(self, record: int, trials: Sequence[Trial]) -> None:
            seen.append((record, going.trace.records))
            if record == 1:
                pruned.trace.pruned[pruned.rows] = True

    done = train(planner, populations, Comparing())
    assert [trial.outcome for trial in (pruned, going, failing)] == ["pruned", "complete", "failed"]
    assert seen[:9] == [(k, k + 1) for k in range(9)], "who begins again has caught up when trials are compared"
    assert pruned.trace.steps[pruned.rows].tolist() == [1], "and who was pruned does not begin again"
    assert (pruned.trace.failure, failing.trace.failure) == ("", "ArithmeticError: too close")
    (alone,) = train(*planned(source, Touchy, 0.1))
    np.testing.assert_array_equal(going.curve("loss"), alone.trials[0].curve("loss"))
    assert [trial.number for trial in in_order(done)] == [0, 1, 2]


def test_a_test_set_that_cannot_be_read_is_a_failure_of_its_population(source: Composer) -> None:
    (found,) = train(*planned(source, Untestable, 0.45, phase="confirm"))
    assert found.trace.failure == "OSError: no such file"
    (found,) = train(*planned(source, Untestable, 0.45))  # while tuning nobody reads it
    assert (found.trials[0].outcome, found.trace.failure) == ("complete", "")
