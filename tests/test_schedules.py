"""What every schedule promises, for every file in conf/schedule, and what each one is."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from harness import fields, trust
from harness.compose import Composer
from harness.optimizers.gradient_descent import SGD
from harness.schedules import Cosine, Exponential, Linear, MultiStep, Schedule, Step, Warmup
from tests.support import build, node


def test_a_factor_is_finite_and_not_negative(source: Composer, schedule_name: str) -> None:
    schedule = build(source, "schedule", schedule_name, length=20)
    factors = [float(np.asarray(schedule(step))) for step in range(60)]
    assert all(math.isfinite(factor) and factor >= 0 for factor in factors)
    assert max(factors) <= 1


def test_a_schedule_is_pure_and_frozen(source: Composer, schedule_name: str) -> None:
    schedule = build(source, "schedule", schedule_name, length=20)
    assert [schedule(k) for k in (9, 3, 9)] == [schedule(9), schedule(3), schedule(9)]
    for field in dataclasses.fields(schedule):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(schedule, field.name, 1)


def test_numbers_per_run_are_the_same_bit_for_bit(source: Composer, schedule_name: str) -> None:
    config = node(source, "schedule", schedule_name)
    numbers = fields.numbers(trust.locate(config["_target_"]))
    values = {name: float(config[name]) * (1 - 0.06 * np.arange(5)) for name in numbers}
    together = trust.build({**config, **values}, "schedule").for_runs()
    picked = together.for_runs(np.array([3, 1]))
    for step in range(0, 2500, 7):
        all_five = np.broadcast_to(together(step), 5)
        for k in range(5):
            alone: Schedule = trust.build({**config, **{n: float(v[k]) for n, v in values.items()}}, "schedule")
            np.testing.assert_array_equal(np.broadcast_to(alone.for_runs()(step), 1), all_five[k : k + 1])
        np.testing.assert_array_equal(np.broadcast_to(picked(step), 2), all_five[[3, 1]])


def test_times_are_rounded_to_whole_steps() -> None:
    third = Step(length=1000, every=0.3335, rate=0.5)
    assert [float(third(k)) for k in (333, 334, 667, 668)] == [1.0, 0.5, 0.5, 0.25]
    half = MultiStep(length=5, milestones=[0.55], rate=0.5)
    assert [float(half(k)) for k in (2, 3)] == [1.0, 0.5]


@dataclass(frozen=True)
class Parts(Schedule):
    """Schedules in a list."""

    parts: Sequence[Schedule]

    def __call__(self, step: Any) -> Any:
        return self.parts[0](step) * self.parts[1](step)


def test_schedules_in_a_list_are_made_for_runs_too() -> None:
    chain = Parts([Linear(10, end=np.array([0.1, 0.2, 0.3])), Cosine(10, end=0.5)])
    assert chain.runs() == {1, 3}
    picked = chain.for_runs(np.array([2, 0]))
    assert picked.parts[0].end.tolist() == [0.3, 0.1]  # type: ignore[attr-defined]
    assert isinstance(picked.parts[1].end, np.ndarray)  # type: ignore[attr-defined]


@pytest.mark.parametrize("step", range(12))
def test_closed_forms(step: int) -> None:
    share = min(step / 8, 1)
    assert float(Linear(8, end=0.2)(step)) == pytest.approx(1 - 0.8 * share, abs=1e-15)
    assert float(Cosine(8, end=0.2)(step)) == pytest.approx(0.2 + 0.4 * (1 + math.cos(math.pi * share)), abs=1e-15)
    assert float(Exponential(8, rate=0.3)(step)) == pytest.approx(0.3 ** (step / 8), rel=1e-14)
    assert float(Step(12, every=1 / 4, rate=0.5)(step)) == 0.5 ** (step // 3)
    assert float(MultiStep(12, [0.5, 0.5, 0.75], rate=0.5)(step)) == 0.25 ** (step >= 6) * 0.5 ** (step >= 9)


def test_warmup_stretches_what_follows_to_the_end_of_the_run() -> None:
    warm = Warmup(length=100, share=0.2, then=Cosine(length=100))
    rest = Cosine(length=80)
    assert [float(warm(k)) for k in (0, 9, 19)] == [0.05, 0.5, 1.0]
    for step in range(20, 101):
        assert float(warm(step)) == pytest.approx(float(rest(step - 20)), abs=1e-14)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_warmup_at_its_limits(share: float) -> None:
    factors = [float(Warmup(length=10, share=share, then=Linear(length=10))(k)) for k in range(10)]
    expected = [1 - k / 10 for k in range(10)] if share == 0 else [(k + 1) / 10 for k in range(10)]
    assert factors == pytest.approx(expected)


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda: Linear(length=0), "Linear.length must be above 0; got 0"),
        (lambda: Linear(length=5, end=-0.1), "Linear.end must be at least 0"),
        (lambda: Cosine(length="long"), "Cosine.length must be a number"),  # type: ignore[arg-type]
        (lambda: Exponential(length=5, rate=0), "Exponential.rate must be above 0"),
        (lambda: MultiStep(length=5, milestones=["a"]), "MultiStep.milestones must be numbers"),  # type: ignore[list-item]
        (lambda: MultiStep(length=5, milestones=0.5), "MultiStep.milestones must be Sequence"),  # type: ignore[arg-type]
        (lambda: Warmup(length=5, then=Linear(5), share=1.5), r"Warmup.share must be in \[0, 1\]"),
        (lambda: SGD(schedules={"lr": Linear(5, end=np.array([0.1, 0.2]))}, runs=3), "has 2 numbers for 3 runs"),
        (
            lambda: SGD(schedules={"lr": Warmup(5, then=Linear(5, end=np.array([0.1, 0.2])))}, runs=3),
            "has 2 numbers for 3 runs",
        ),
        (lambda: Warmup(length=5, then=3), "Warmup.then must be Schedule"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_refused(make_it: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_it()
