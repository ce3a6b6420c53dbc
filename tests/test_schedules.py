"""What every schedule promises, for every file in conf/schedule, and what each one is."""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from harness import schedules
from harness.configs import building, trust
from harness.configs.building import built_optimizer
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.optimizers.gradient_descent import SGD
from harness.schedules import (
    Chain,
    Chebyshev,
    Constant,
    Cosine,
    CosineRestarts,
    DoublingHorizon,
    Exponential,
    InverseSqrt,
    InverseTime,
    Join,
    Linear,
    MultiStep,
    OneCycle,
    PiecewiseConstant,
    PiecewiseInterpolated,
    Schedule,
    Step,
    Trapezoid,
    Triangular,
    Warmup,
)
from objectives import fields
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


@pytest.mark.exact
def test_numbers_per_run_are_the_same_bit_for_bit(source: Composer, schedule_name: str) -> None:
    config = node(source, "schedule", schedule_name)
    numbers = fields.numbers(trust.locate(config["_target_"]))
    values = {name: float(config[name]) * (1 - 0.06 * np.arange(5)) for name in numbers}
    together = building.build({**config, **values}, "schedule").for_runs()
    picked = together.for_runs(np.array([3, 1]))
    for step in range(0, 2500, 7):
        all_five = np.broadcast_to(together(step), 5)
        for k in range(5):
            alone: Schedule = building.build({**config, **{n: float(v[k]) for n, v in values.items()}}, "schedule")
            np.testing.assert_array_equal(np.broadcast_to(alone.for_runs()(step), 1), all_five[k : k + 1])
        np.testing.assert_array_equal(np.broadcast_to(picked(step), 2), all_five[[3, 1]])


def test_an_array_of_steps_gives_the_factors_of_each(source: Composer, schedule_name: str) -> None:
    schedule = build(source, "schedule", schedule_name, length=20)
    steps = np.arange(45)
    together = np.broadcast_to(np.asarray(schedule(steps)), steps.shape)
    assert together == pytest.approx([float(np.asarray(schedule(int(k)))) for k in steps], rel=1e-14, abs=1e-16)
    column = np.asarray(schedule.for_runs()(steps[:, None]))
    np.testing.assert_allclose(np.broadcast_to(column, (45, 1))[:, 0], together, rtol=1e-14, atol=1e-16)


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


@pytest.mark.parametrize("steps", [7, 49, 90, 333, 1000, 4999])
def test_what_follows_a_warmup_is_not_a_step_off(steps: int) -> None:
    """A clock made to run faster would round to the wrong side of some of these jumps."""
    warm = Warmup(length=steps, share=0.1, then=MultiStep(steps, [0.1, 0.3, 0.7], rate=0.5))
    rise = round(0.1 * steps)
    alone = MultiStep(steps - rise, [0.1, 0.3, 0.7], rate=0.5)
    assert [float(warm(k)) for k in range(rise, steps)] == [float(alone(k)) for k in range(steps - rise)]


def test_a_join_stretches_both_parts_or_neither() -> None:
    joined = Join(length=100, first=Cosine(100), then=Step(100, every=0.5), at=0.2)
    parts = Cosine(20), Step(80, every=0.5)
    assert [float(joined(k)) for k in range(20)] == pytest.approx([float(parts[0](k)) for k in range(20)], abs=1e-15)
    assert [float(joined(k)) for k in range(20, 100)] == [float(parts[1](k)) for k in range(80)]
    two = Join(6, Constant(), Linear(4, 1, 0.5), at=2, stretch=False, unit="steps")
    three = Join(7, two, Linear(9, 0.1, 0.1), at=5, stretch=False, unit="steps")
    assert [float(three(k)) for k in range(7)] == [1, 1, 1, 0.875, 0.75, 0.1, 0.1]


def test_schedules_inside_keep_their_numbers_per_run() -> None:
    ends = np.array([0.1, 0.2, 0.3])
    inner = Chain(Linear(10, end=ends), Warmup(10, Cosine(10), share=np.array([0.0, 0.2, 0.4])))
    made: Schedule = Join(length=20, first=inner, then=Step(10), at=0.5).for_runs()
    assert made.runs() == {1, 3}
    np.testing.assert_array_equal(made(3), [made.for_runs(np.array([k]))(3)[0] for k in range(3)])  # type: ignore[index]


@pytest.mark.parametrize(("first", "growth"), [(1, 2), (10, 2), (7, 3), (10, 1), (3, 10)])
def test_restarts_come_at_the_right_step(first: int, growth: int) -> None:
    """Where the logarithm of an exact power is rounded down, a restart would be late."""
    schedule, start, length = CosineRestarts(100, period=first, growth=growth, unit="steps"), 0, first
    for _ in range(40):
        assert float(schedule(start)) == 1
        if start > 1e6:
            break
        assert float(schedule(start + length - 1)) == pytest.approx(float(Cosine(length)(length - 1)), abs=1e-12)
        start, length = start + length, length * growth


def test_theory_by_hand() -> None:
    strongly, convex = (InverseTime(100, rate=1, power=power, unit="steps") for power in (1, 0.5))
    assert [float(strongly(k)) for k in range(4)] == [1, 1 / 2, 1 / 3, 1 / 4]
    assert [float(convex(k)) for k in (0, 1, 8, 99)] == pytest.approx([1, 2**-0.5, 1 / 3, 0.1])
    assert float(InverseTime(200)(200)) == pytest.approx(0.1), "a tenth is left at the end"
    horizons = DoublingHorizon(16, horizon=1, power=1, unit="steps")
    assert [float(horizons(k)) for k in range(16)] == [1] + [0.5] * 2 + [0.25] * 4 + [0.125] * 8 + [0.0625]
    warm, model = 4000, 512
    noam = InverseSqrt(100_000, rise=warm, unit="steps")
    for t in (1, 77, 4000, 4001, 100_000):
        paper = model**-0.5 * min(t**-0.5, t * warm**-1.5)
        assert float(noam(t - 1)) * (model * warm) ** -0.5 == pytest.approx(paper, rel=1e-14)


def test_gradient_descent_by_chebyshev_is_the_chebyshev_polynomial() -> None:
    """What is left of the error after T steps is T_T((M + m - 2 x)/(M - m)) / T_T((M + m)/(M - m))."""
    m, steps = 0.05, 32
    schedule = Chebyshev(steps, ratio=m)
    curvatures = np.linspace(m, 1, 11)
    left = np.ones(11)
    worst = 0.0
    for k in range(steps):
        left = left * (1 - float(schedule(k)) / m * curvatures)
        worst = max(worst, float(np.abs(left).max()))
    cheb = np.polynomial.chebyshev.Chebyshev.basis(steps)
    expected = cheb((1 + m - 2 * curvatures) / (1 - m)) / cheb((1 + m) / (1 - m))
    np.testing.assert_allclose(left, expected, atol=1e-12)
    assert worst < 50, "in the fractal order nothing explodes on the way: in the order of the nodes it reaches 1e20"
    assert float(schedule(steps)) == float(schedule(0))


def test_chebyshev_of_runs_with_lengths_of_their_own() -> None:
    both = Chebyshev(np.array([8.0, 5.0])).for_runs()
    for k in range(12):
        assert np.asarray(both(k)).tolist() == [float(Chebyshev(8)(k)), float(Chebyshev(5)(k))]


@pytest.mark.parametrize(
    ("make_it", "message"),
    [
        (lambda: Linear(length=0), "Linear.length must be above 0; got 0"),
        (lambda: Linear(length=5, end=-0.1), "Linear.end must be at least 0"),
        (lambda: Cosine(length="long"), "Cosine.length must be a number"),  # type: ignore[arg-type]
        (lambda: Exponential(length=5, rate=0), "Exponential.rate must be above 0"),
        (
            lambda: MultiStep(length=5, milestones=["a"]),
            r"MultiStep.milestones must be a list of numbers in \[0, 1\], .*; got \['a'\]",
        ),  # type: ignore[list-item]
        (
            lambda: MultiStep(length=5, milestones=0.5),
            r"MultiStep.milestones must be a list of numbers in \[0, 1\], .*; got 0.5",
        ),  # type: ignore[arg-type]
        (
            lambda: Warmup(length=5, then=Linear(5), share=1.5),
            r"Warmup.share must be in \[0, 1\], a share of the run",
        ),
        (lambda: Warmup(length=5, then=Linear(5), share=-1), r"Warmup.share must be in \[0, 1\], a share of the run"),
        (
            lambda: Warmup(length=5, then=Linear(5), shape="constant"),
            "Warmup.start must be above 0 where shape is const",
        ),
        (lambda: Warmup(length=5, then=Linear(5), first=2), "Warmup.first must be 1 or 0; got 2"),  # type: ignore[arg-type]
        (lambda: Join(length=5, first=Constant(), then=Linear(5), at=2), r"Join.at must be in \[0, 1\]"),
        (lambda: CosineRestarts(5, growth=0.5), "CosineRestarts.growth must be at least 1"),
        (lambda: Triangular(5, rise=1), r"Triangular.rise must be in \(0, 1\)"),
        (lambda: Trapezoid(5, rise=0.6, fall=0.5), "rise and fall must fit into the run; got 0.6 and 0.5"),
        (lambda: OneCycle(5, back=0.2, phases=3), "OneCycle.back must be at least its rise, 0.3; got 0.2"),
        (lambda: OneCycle(5, shape="cos"), "OneCycle.shape must be linear or cosine"),  # type: ignore[arg-type]
        (lambda: PiecewiseConstant(5, [0.5, 0.5]), "PiecewiseConstant.boundaries must rise"),
        (lambda: PiecewiseConstant(5, [0.5], [1.0]), "must be one more than the 1 boundaries"),
        (
            lambda: PiecewiseConstant(5, [0.5], [1.0, math.inf]),
            "values must be a list of finite numbers of at least 0",
        ),
        (lambda: PiecewiseInterpolated(5, [0.5], [1.0]), "needs two or more times and a value for each"),
        (lambda: SGD(schedules={"lr": Linear(5, end=np.array([0.1, 0.2]))}, runs=3), "has 2 numbers for 3 runs"),
        (
            lambda: SGD(schedules={"lr": Warmup(5, then=Linear(5, end=np.array([0.1, 0.2])))}, runs=3),
            "has 2 numbers for 3 runs",
        ),
        (lambda: Warmup(length=5, then=3), "Warmup.then must be a Schedule"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_refused(make_it: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_it()


def test_half_lives_grow_as_in_ademamix(source: Composer) -> None:
    """Against the paper's code, written anew: beta3 by half-lives, alpha on a straight line, both within T updates."""
    T, beta1, beta2, beta3, alpha, lr, eps = 20, 0.9, 0.999, 0.9999, 5.0, 0.1, 1e-8
    gradients = np.random.default_rng(0).normal(size=(30, 4))
    p, fast, slow, v = np.ones(4), 0.0, 0.0, 0.0
    for t, g in enumerate(gradients):
        life = [np.log(0.5) / np.log(beta) - 1 for beta in (beta1, beta3)]
        share = min((t + 1) / T, 1)
        held = 0.5 ** (1 / ((1 - share) * life[0] + share * life[1] + 1))
        fast, v = beta1 * fast + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        slow = held * slow + (1 - held) * g
        top = fast / (1 - beta1 ** (t + 1)) + alpha * share * slow
        p = p - lr * top / (np.sqrt(v / (1 - beta2 ** (t + 1))) + eps)
    config = source.compose(parse(
            "optimizer=ademamix", "optimizer.lr=0.1", "steps=30", "+schedule@schedules.beta3=half_life",
            f"schedules.beta3.rise={T}", "schedules.beta3.unit=steps",
            "+schedule@schedules.alpha=warmup", f"schedules.alpha.length={T}", "schedules.alpha.share=1",
        )).config  # fmt: skip
    optimizer, params = built_optimizer(config, 1, ()), {"x": np.ones((1, 4))}
    for g in gradients:
        optimizer.update(params, {"x": g[None]})
    np.testing.assert_allclose(params["x"][0], p, rtol=1e-12)


def test_every_name_is_imported_when_it_is_asked_for() -> None:
    assert sorted(name for names in schedules.HOMES.values() for name in names) == sorted(schedules.__all__)
    for home, names in schedules.HOMES.items():
        assert {getattr(schedules, name).__module__ for name in names} == {home}
    with pytest.raises(AttributeError, match="no attribute 'Sawtooth'"):
        _ = schedules.Sawtooth  # type: ignore[attr-defined]
