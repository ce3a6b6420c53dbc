"""Times of schedules, for every file in conf/schedule: shares of the run or steps, and never silently neither."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import harness
from harness.configs import building, trust
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.schedules import Exponential, ExpRange, InverseTime, Join, Linear, MultiStep, Schedule, Step, Warmup
from harness.schedules.base import Timed, TimeRange
from objectives import fields
from tests.support import ONCE

LENGTH = 64  # a power of two, so that shares of it are exact

# where a schedule has a rate per time: the rate of a step that comes to the same as this rate of a run
PER_STEP: dict[Any, Callable[[float], float]] = {
    Exponential: lambda rate: rate ** (1 / LENGTH),
    ExpRange: lambda rate: rate ** (1 / LENGTH),
    InverseTime: lambda rate: rate / LENGTH,
}


def in_shares(source: Composer, name: str) -> dict[str, Any]:
    """The config's node for a run of LENGTH steps."""
    found: dict[str, Any] = source.compose(parse(f"schedule={name}", f"steps={LENGTH}")).config["schedules"]["lr"]
    return found


def in_steps(config: dict[str, Any]) -> dict[str, Any]:
    """The same schedule, told in steps."""
    told = {name: np.multiply(config[name], LENGTH).tolist() for name in times(config)}
    per_step = PER_STEP.get(trust.locate(config["_target_"]))
    if per_step and config["unit"] == "run":
        told["rate"] = per_step(config["rate"])
    return {**config, **told, "unit": "steps"}


def times(config: dict[str, Any]) -> dict[str, TimeRange]:
    """The fields of a node that hold times, or lists of them."""
    cls = trust.locate(config["_target_"])
    ranges = {**fields.numbers(cls), **fields.lists(cls)}
    return {name: found for name, found in ranges.items() if isinstance(found, TimeRange)}


def factors(config: dict[str, Any]) -> list[float]:
    schedule: Schedule = building.build(config, "schedules.lr")
    return [float(np.asarray(schedule(k))) for k in range(2 * LENGTH)]


def wrong(config: dict[str, Any], *values: float) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The node with each of the values in place of one time, or of the last of a list: in which field, and what."""
    for name in times(config):
        for value in values:
            given = [*config[name][:-1], value] if isinstance(config[name], list) else value
            yield name, repr(given), {**config, name: given}


def refusal(config: dict[str, Any]) -> str:
    with pytest.raises(UserError) as found:
        building.build(config, "schedules.lr")
    return str(found.value)


def test_a_share_beyond_the_run_is_refused(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    cls = trust.locate(config["_target_"]).__name__
    for name, given, bad in wrong(config, 10, 1.001, -0.1, np.inf, np.nan):
        message = refusal(bad)
        assert message.startswith(f"schedules.lr: {cls}.{name} must "), message
        assert message.endswith(f", 1], a share of the run, or in steps with unit=steps; got {given}"), message
    for name, found in times(config).items():
        if found.open_low:
            assert "(0, 1]" in refusal({**config, name: 0})


def test_steps_beyond_the_run_are_refused(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    cls = trust.locate(config["_target_"]).__name__
    for name, given, bad in wrong(in_steps(config), LENGTH + 1, 0.9, -1, np.inf, np.nan):
        message = refusal(bad)
        assert message.startswith(f"schedules.lr: {cls}.{name} must "), message
        assert message.endswith(f", {LENGTH}], steps of the run (unit=steps); got {given}"), message
    for name, found in times(config).items():
        if found.open_low:
            assert "in [" in refusal({**in_steps(config), name: 0})


def test_a_forgotten_share_is_no_time_in_steps(source: Composer, schedule_name: str) -> None:
    """Each default, left as it is where the unit has changed."""
    config = in_shares(source, schedule_name)
    cls = trust.locate(config["_target_"]).__name__
    for name in times(config):
        message = refusal({**in_steps(config), name: config[name]})
        assert message.startswith(f"schedules.lr: {cls}.{name} must ")
        assert message.endswith(f"steps of the run (unit=steps); got {config[name]!r}")


def test_in_steps_it_is_the_same_schedule(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    if "unit" in config:
        rounded = 1e-14 if trust.locate(config["_target_"]) in PER_STEP else 0
        assert factors(in_steps(config)) == pytest.approx(factors(config), rel=rounded, abs=0)


@pytest.mark.exact
def test_times_in_steps_per_run_are_the_same_bit_for_bit(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    config = in_steps(config) if "unit" in config else config
    shorter = {name: config[name] * (1 - 0.06 * np.arange(5)) for name in times(config) if type(config[name]) is float}
    together = building.build({**config, **shorter}, "schedules.lr").for_runs()
    for k in range(5):
        alone = building.build(
            {**config, **{name: float(v[k]) for name, v in shorter.items()}}, "schedules.lr"
        ).for_runs()
        for step in range(0, 2 * LENGTH, 3):
            np.testing.assert_array_equal(np.broadcast_to(together(step), 5)[k], np.ravel(alone(step))[0])


def test_a_longer_run_does_not_move_times_in_steps(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    if "unit" in config:
        made: Timed = building.build(in_steps(config), "schedules.lr")
        longer = made.stretched(2)
        assert longer.length == 2 * LENGTH
        for name in times(config):
            assert getattr(longer, name) == getattr(made, name)


def test_a_unit_is_there_where_it_changes_something(source: Composer, schedule_name: str) -> None:
    config = in_shares(source, schedule_name)
    cls = trust.locate(config["_target_"])
    assert ("unit" in config) == issubclass(cls, Timed)
    if "unit" in config:
        assert list(config)[-1] == list(fields.hints(cls))[-1] == "unit"
        units = [{**config, "unit": unit} for unit in ("run", "steps")]
        assert times(config) or factors(units[0]) != factors(units[1])
        assert "unit must be run or steps; got 'epochs'" in refusal({**config, "unit": "epochs"})


def test_a_rate_is_of_a_step_where_times_are_in_steps() -> None:
    exponential = Exponential(20, rate=0.9, unit="steps")
    inverse = InverseTime(20, rate=3, unit="steps")
    cyclic = ExpRange(20, base=0, period=4, rate=0.9, unit="steps")
    for k in range(30):
        assert float(exponential(k)) == pytest.approx(0.9**k, rel=1e-14)
        assert float(inverse(k)) == pytest.approx(1 / (1 + 3 * k), rel=1e-14)
        assert float(cyclic(k)) == pytest.approx((0, 0.5, 1, 0.5)[k % 4] * 0.9**k, rel=1e-14)


def test_times_in_steps_fit_each_run() -> None:
    lengths = np.array([100.0, 200.0])
    both = Step(lengths, every=np.array([50.0, 150.0]), rate=0.5, unit="steps").for_runs()
    for k in range(250):
        alone = [float(Step(n, every=e, rate=0.5, unit="steps")(k)) for n, e in ((100, 50), (200, 150))]
        assert np.asarray(both(k)).tolist() == alone
    with pytest.raises(ValueError, match=r"Step.every must be in \[1, length\], steps of the run"):
        Step(lengths, every=np.array([150.0, 50.0]), unit="steps")
    with pytest.raises(ValueError, match=r"Step.every must be in \[1, length\], steps of the run"):
        Step(lengths, every=150, unit="steps")
    with pytest.raises(
        ValueError, match=r"MultiStep.milestones must be a list of numbers 0 or in \[1, length\], steps of the run"
    ):
        MultiStep(lengths, milestones=[50, 150], unit="steps")


@pytest.mark.parametrize("steps", [3, 7, 49, 90, 333, 1000, 4999, 1_234_567])
@pytest.mark.parametrize("share", [0.1, 0.3, 1 / 3])
def test_a_time_may_take_all_that_a_warmup_leaves(steps: int, share: float) -> None:
    """A stretched length is rounded, and must not be found too short."""
    rest = steps - round(steps * share)
    warm = Warmup(steps, Step(steps, every=rest, rate=0.5, unit="steps"), share=share)
    assert [float(warm(k)) for k in (steps - 1, steps)] == [1, 0.5]
    with pytest.raises(ValueError, match=rf"Step.every must be in \[1, {rest}\], steps of the run"):
        Warmup(steps, Step(steps, every=rest + 1, unit="steps"), share=share)


@pytest.mark.parametrize(
    ("make_it", "left", "message"),
    [
        (lambda late: Warmup(100, late, share=0.1), 90, "Warmup.then has only a part of the run: Step.every must be"),
        (lambda late: Warmup(100, late, share=10, unit="steps"), 90, "Warmup.then has only a part of the run"),
        (lambda late: Warmup(100, Warmup(100, late)), 81, "Warmup.then has only a part of the run"),
        (lambda late: Join(100, late, Linear(100)), 50, "Join.first has only a part of the run: Step.every must be"),
        (lambda late: Join(100, Linear(100), late, at=20, unit="steps"), 80, "Join.then has only a part of the run"),
    ],
)
def test_times_must_fit_into_their_part_of_the_run(
    make_it: Callable[[Schedule], Schedule], left: int, message: str
) -> None:
    """And are refused when the whole is made, not at its first step."""
    assert float(np.asarray(make_it(Step(100, every=left, unit="steps"))(0))) > 0
    with pytest.raises(ValueError, match=rf"{message}.* in \[1, {left}\], steps of the run"):
        make_it(Step(100, every=left + 1, unit="steps"))


def test_times_in_steps_are_tuned_whatever_the_declared_share() -> None:
    found = harness.sweep(
        "objective=sphere", "optimizer=sgd", "schedule=inverse_sqrt", "schedules.lr.rise=interval(1,50)",
        "schedules.lr.unit=steps", "search=[rise]", "steps=50", "seeds=2", "trials=4", *ONCE,
    )  # fmt: skip
    assert found.cells[0]["trials"] == 4
    assert all(1 <= trial["schedules.lr.rise"] <= 50 for trial in found.trials)
    with pytest.raises(UserError, match=r"rise=500.* of its space: .*in \[1, 50\], steps of the run"):
        harness.sweep(
            "objective=sphere", "schedule=inverse_sqrt", "schedules.lr.rise=interval(1,500)", "steps=50", "trials=4",
            "schedules.lr.unit=steps", *ONCE,
        )  # fmt: skip
