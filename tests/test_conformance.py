"""Every optimizer takes the steps recorded from other libraries, or differs where it is said to."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from harness import fields, trust
from harness.compose import Composer
from harness.errors import UserError
from harness.fields import Array
from harness.optimizers.adam import Adam
from harness.optimizers.base import Optimizer, Wrapper
from harness.optimizers.gradient_descent import Momentum
from harness.optimizers.layerwise import LARS, norm
from harness.verify import optimizers as live
from harness.verify.references import calls
from harness.verify.references.calls import by_hand, po
from harness.verify.references.cases import Case, families
from harness.verify.references.problems import KEPT, PROBLEMS, Problem
from harness.verify.references.verdicts import Points, Verdict, judge
from tests.reference.record_optimizers import COMMAND, FOLDER, recorded
from tests.support import names, node

FAMILIES = dict(families())
CASES = [case for cases in FAMILIES.values() for case in cases]
AGREEING = [case for case in CASES if not case.differs]
RECORDED = {text: found for family in FAMILIES for text, found in recorded(family).items()}

everyone = pytest.mark.parametrize("case", CASES, ids=str)


def theirs(case: Case) -> Points:
    assert str(case) in RECORDED, f"not recorded: {COMMAND} {case.optimizer}"
    return RECORDED[str(case)][0]


def verdict(case: Case, source: Composer) -> Verdict:
    return judge(case, {p.name: case.our_points(p, source) for p in PROBLEMS}, theirs(case))


def turns_red(cases: list[Case], source: Composer) -> bool:
    """Whether one of the cases is wrong, now that something is changed; the problem with zeros and spikes tells."""
    gradients = PROBLEMS[-1]
    for case in cases:
        with np.errstate(all="ignore"):
            ours = case.our_points(gradients, source)
        if judge(case, {**theirs(case), gradients.name: ours}, theirs(case)).state == "wrong":
            return True
    return False


@everyone
def test_the_recorded_steps(source: Composer, case: Case) -> None:
    found = verdict(case, source)
    assert found.state == ("differs" if case.differs else "agrees"), f"{found.difference:.1e} {found.text}"


def test_the_records_are_those_of_the_cases() -> None:
    assert {file.stem for file in FOLDER.glob("*")} == FAMILIES.keys(), f"record again: {COMMAND}"
    for family, cases in FAMILIES.items():
        assert list(recorded(family)) == [str(case) for case in cases], f"record again: {COMMAND} {family}"
    assert len({str(case) for case in CASES}) == len(CASES), "two cases with the same words"
    for case in CASES:
        points, said = RECORDED[str(case)]
        assert (said["call"], said["target"]) == (str(case.reference), case.reference.target)
        assert bool(said["version"]) == (case.reference.library != "by hand")
        assert said["recorded_by"].startswith(COMMAND)
        told = 2 if case.evaluated else points["quadratic"].shape[1]
        assert {a.shape[:2] for a in points.values()} == {(len(KEPT), told)}


def test_every_optimizer_is_held_against_something(optimizer_name: str) -> None:
    assert any(case.optimizer == optimizer_name for case in AGREEING), "see harness/verify/references"


@everyone
def test_a_disagreement_is_answered(source: Composer, case: Case) -> None:
    """Some config of that class agrees with the same thing of the library, or with a loop by hand."""
    if case.differs:
        cls = _class(source, case.optimizer)
        answers = [c for c in AGREEING if _class(source, c.optimizer) is cls]
        hand = [c for c in answers if c.reference.library == "by hand" and c.optimizer == case.optimizer]
        assert hand or any(c.reference.target == case.reference.target for c in answers)


# what the cases leave open, for every optimizer


@pytest.fixture(scope="module")
def by_class(source: Composer) -> dict[Any, list[Case]]:
    """The agreeing cases of each class of optimizer, exact ones first."""
    found: dict[Any, list[Case]] = {}
    for case in sorted(AGREEING, key=lambda case: case.tolerance):
        found.setdefault(_class(source, case.optimizer), []).append(case)
    return found


def test_every_number_of_every_optimizer_is_proven(source: Composer, by_class: Any, optimizer_name: str) -> None:
    """A tenth less of it, and a case turns red."""
    cls = _class(source, optimizer_name)
    for name in fields.numbers(cls):
        changed = []
        for case in by_class[cls]:
            value = case.options.get(name, node(source, "optimizer", case.optimizer).get(name, 0.0))
            if value != 0:
                changed.append((case, {**case.options, name: 0.9 * value}))
        assert any(_differs(case, options, source) for case, options in changed), f"no case depends on {name}"


def _differs(case: Case, options: dict[str, Any], source: Composer) -> bool:
    gradients = PROBLEMS[-1]
    with np.errstate(all="ignore"):
        ours = replace(case, options=options).our_points(gradients, source)
    return judge(case, {**theirs(case), gradients.name: ours}, theirs(case)).state == "wrong"


def test_every_slot_is_proven(
    source: Composer, by_class: Any, optimizer_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory that stays as it starts turns a case red."""
    cls = _class(source, optimizer_name)
    rule = cls.rule
    for slot in cls.Slots._fields:

        def stuck(p: Array, g: Array, s: Any, h: Any, slot: str = slot) -> Any:
            new, fresh = rule(p, g, s, h)
            return new, fresh._replace(**{slot: getattr(s, slot) + 0})

        monkeypatch.setattr(cls, "rule", staticmethod(stuck))
        assert turns_red(by_class[cls], source), f"no case depends on {slot}"


def test_the_point_to_evaluate_is_proven(source: Composer, by_class: Any, optimizer_name: str) -> None:
    cls = _class(source, optimizer_name)
    if cls.evaluate_at is not Optimizer.evaluate_at:
        assert any(theirs(case)["gradients"].shape[1] == 2 for case in by_class[cls])


@cache
def _class_of(target: str) -> Any:
    return trust.locate(target)


def _class(source: Composer, name: str) -> Any:
    return _class_of(node(source, "optimizer", name)["_target_"])
