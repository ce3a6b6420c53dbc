"""Our schedules give the factors recorded from other libraries, or differ where it is said and nowhere else."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from harness.configs import trust
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.optimizers.gradient_descent import Momentum
from harness.schedules import Chebyshev, Constant, Cosine, OneCycle, Schedule, Warmup, cycles
from harness.verify import schedules as live
from harness.verify.references.factors import Case, Reference, judge
from harness.verify.references.schedules import CASES
from objectives import fields
from tests.reference.record_schedules import COMMAND, FOLDER, recorded, wanted
from tests.support import names, node

RECORDED = recorded()


def theirs(case: Case) -> list[float]:
    return RECORDED[f"{case.reference.target} {case.reference}"][: case.steps]


def everyone(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[f"{case.row}-{case.reference.library}" for case in cases])


@everyone(CASES)
def test_the_recorded_factors(case: Case) -> None:
    verdict = judge(case, theirs(case))
    assert verdict.state == ("differs" if case.why else "agrees"), verdict.text
    assert (verdict.difference > 1e-3) == bool(case.why)


@everyone([case for case in CASES if not case.why and not isinstance(case.ours, Constant)])
def test_a_late_or_inexact_schedule_is_found(case: Case) -> None:
    @dataclasses.dataclass(frozen=True)
    class Late(Schedule):
        def __call__(self, step: Any) -> Any:
            return case.ours(max(step - 1, 0))

    @dataclasses.dataclass(frozen=True)
    class Inexact(Schedule):
        def __call__(self, step: Any) -> Any:
            return case.ours(step) * (1 + 1e-9)

    for planted in (Late(), Inexact()):
        assert judge(dataclasses.replace(case, ours=planted), theirs(case)).state == "wrong"


@everyone([case for case in CASES if case.why])
def test_a_disagreement_is_explained_and_has_a_variant_that_agrees(case: Case) -> None:
    assert case.apart
    others = [other for other in CASES if not other.why and other.reference.target == case.reference.target]
    listed = [other for other in CASES if not other.why and type(other.ours) is type(case.ours)]
    assert case.apart == range(1) or others or any(o.reference.library == case.reference.library for o in listed)
    silent = dataclasses.replace(case, why="", apart=range(0))
    assert judge(silent, theirs(case)).state == "wrong", "without its reason it would be red"
    wide = dataclasses.replace(case, apart=range(case.steps + 1))
    if len(case.apart) < case.steps:
        assert judge(wide, theirs(case)).state == "wrong", "where they agree it must not claim otherwise"


def test_the_records_are_those_of_the_cases() -> None:
    assert {key: len(factors) for key, factors in RECORDED.items()} == {
        key: steps for key, (_, steps) in wanted().items()
    }
    units = {key: reference.unit for key, (reference, _) in wanted().items()}
    for path in FOLDER.glob("*.json"):
        found = json.loads(path.read_text())
        assert (found["library"], found["recorded_by"]) == (path.stem, COMMAND)
        assert found["version"][0].isdigit()
        assert all(record["unit"] == units[f"{record['target']} {record['call']}"] for record in found["records"])
    assert all(case.reference.unit == units[f"{case.reference.target} {case.reference}"] for case in CASES)


@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_a_case_is_of_the_config_that_it_names(source: Composer, name: str) -> None:
    """All of its cases have the config's class, and one of them its choice of formula, which a unit is not."""
    found = node(source, "schedule", name)
    ours = [case.ours for case in CASES if case.name == name]
    assert {type(schedule) for schedule in ours} == {trust.locate(found["_target_"])}
    choices = set(fields.choices(type(ours[0]))) - {"unit"}
    chosen = {key: found[key] for key in choices if type(found[key]) in (str, int)}
    assert any({key: getattr(schedule, key) for key in chosen} == chosen for schedule in ours)


def test_the_installed_libraries_agree() -> None:
    cases = [case for case in CASES if live.there(case.reference.library)]
    if not cases:
        pytest.skip("pip install .[reference]")
    wrong = {case.row: verdict.text for case in cases if (verdict := live.judged(case)).state == "wrong"}
    assert not wrong


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the libraries were installed in the recorded versions."""
    by_call = {str(case.reference): theirs(case) for case in CASES}
    monkeypatch.setattr(live, "there", lambda library: True)
    monkeypatch.setattr(Reference, "factors", lambda self, steps: by_call[str(self)][:steps])


@pytest.mark.usefixtures("_installed")
def test_the_matrix_lists_every_schedule_and_its_disagreements(capsys: pytest.CaptureFixture[str]) -> None:
    assert live.main()
    shown = capsys.readouterr().out
    assert all(
        any(line.startswith(f"{name.removeprefix('variant/')} ") for line in shown.splitlines())
        for name in names("schedule")
    )
    assert f"{sum(bool(case.why) for case in CASES)} differ by design, 0 wrong" in shown
    assert "not there" in shown
    assert all(f"] {case.why}" in shown for case in CASES if case.why)
    assert "…" not in shown


def unclamped(self: Cosine, step: Any) -> Any:
    return self.end + (1 - self.end) * (1 + np.cos(np.pi * step / self.length)) / 2


def as_in_optax(self: OneCycle) -> Any:
    return [(np.floor(self.rise * self.length), self.peak), (self.length, self.end)]


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    ("owner", "name", "mistake"),
    [
        (Cosine, "__call__", unclamped),
        (Warmup, "__call__", lambda self, step: self.then(step)),
        (OneCycle, "_knots", as_in_optax),
        (cycles, "growing_cycles", lambda step, first, growth: (step // first, step % first / first)),
        (Chebyshev, "__call__", lambda self, step: self.ratio / (0.525 - 0.475 * np.cos((step + 0.5) * np.pi / 64))),
    ],
)
def test_a_planted_mistake_turns_a_row_red(
    owner: Any, name: str, mistake: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(owner, name, mistake)
    assert not live.main()
    assert "0 wrong" not in capsys.readouterr().out


@pytest.mark.usefixtures("_installed")
def test_some_rows_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert live.main(["cosine"])
    shown = capsys.readouterr().out
    assert "rises again" in shown
    assert "trapezoid" not in shown
    with pytest.raises(
        UserError, match=r"cosinus: no such schedule \(did you mean cosine\?\); choices: chain, chebyshev, "
    ):
        live.main(["cosinus"])


def test_without_libraries_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "there", lambda library: False)
    with pytest.raises(UserError, match=r"none of torch, optax, pytorch_optimizer is installed: pip install"):
        live.main()


def test_momentum_goes_round_with_the_rate_as_in_torch(source: Composer) -> None:
    """One cycle of lr upwards and of momentum downwards: the path by the numbers that torch's OneCycleLR gave."""
    from harness.configs.building import built_optimizer

    config = source.compose(parse(
            "optimizer=momentum", "optimizer.lr=0.1", "optimizer.momentum=0.95", "steps=60",
            "schedule=one_cycle", "+schedule@schedules.momentum=variant/one_cycle_momentum",
        )).config  # fmt: skip
    optimizer = built_optimizer(config, 1, ())
    assert isinstance(optimizer, Momentum)
    lrs, momenta = (
        RECORDED[f"torch.optim.lr_scheduler.OneCycleLR OneCycleLR(max_lr=1.0, total_steps=60){reads}"]
        for reads in ("", ", momentum")
    )
    params, v, expected = {"x": np.ones((1, 1))}, 0.0, 1.0
    for k in range(60):
        optimizer.update(params, {"x": 2 * params["x"]})
        v = 0.95 * momenta[k] * v - 0.1 * lrs[k] * 2 * expected
        expected += v
        assert params["x"].item() == pytest.approx(expected, abs=1e-12)
    assert min(momenta) == pytest.approx(0.85 / 0.95, abs=1e-3)
    assert momenta[0] == momenta[-1] == 1
