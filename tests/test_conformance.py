"""Every optimizer takes the steps recorded from other libraries, or differs where it is said to."""

import io
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from rich.console import Console

from harness.configs.compose import Composer
from harness.errors import UserError
from harness.optimizers.adam import Adam
from harness.optimizers.base import Optimizer
from harness.optimizers.gradient_descent import Momentum
from harness.optimizers.layerwise import LARS
from harness.optimizers.memory import kinds
from harness.verify import matrix
from harness.verify import optimizers as live
from harness.verify.references.calls import BY_HAND, Call, by_hand
from harness.verify.references.cases import Case, families
from harness.verify.references.problems import Problem
from harness.verify.references.verdicts import Points, Verdict, judge
from objectives import fields
from objectives.arrays import Array
from tests.reference import record_optimizers
from tests.reference.record_optimizers import COMMAND, FOLDER, recorded
from tests.support import located, names, node, options

ROOT = Path(__file__).parents[1]
FAMILIES = dict(families())
CASES = [case for cases in FAMILIES.values() for case in cases]
AGREEING = [case for case in CASES if not case.differs]
RECORDED = {text: found for family in FAMILIES for text, found in recorded(family).items()}

BY_CLASS: defaultdict[Any, list[Case]] = defaultdict(list)  # the agreeing cases of each class, exact ones first
for agreeing in sorted(AGREEING, key=lambda case: case.tolerance):
    BY_CLASS[located("optimizer", agreeing.optimizer)].append(agreeing)

everyone = pytest.mark.parametrize("case", CASES, ids=str)


def theirs(case: Case) -> Points:
    """The reference's steps, as they are recorded; those of a loop by hand need no record."""
    if str(case) in RECORDED:
        return RECORDED[str(case)][0]
    assert case.reference.library == BY_HAND, f"not recorded: {COMMAND} {case.optimizer}"
    return _looped(str(case))


@cache
def _looped(text: str) -> Points:
    (case,) = (case for case in CASES if str(case) == text)
    return {problem.name: case.reference_points(problem) for problem in case.problems}


def verdict(case: Case, source: Composer) -> Verdict:
    return judge(case, {p.name: case.our_points(p, source) for p in case.problems}, theirs(case))


def turns_red(cases: list[Case], source: Composer) -> bool:
    """Whether one of the cases is wrong, now that something is changed. Most of it shows in the problem with zeros and
    spikes; what asks for a second gradient, only in the others."""
    return any(_wrong(case, problem, source) for case, problem in last_problems_first(cases))


def last_problems_first(cases: list[Case]) -> list[tuple[Case, Problem]]:
    """The cases with their problems, first all of them with their last one."""
    pairs = [(case, problem, -k) for case in cases for k, problem in enumerate(case.problems, -len(case.problems))]
    return [(case, problem) for case, problem, _ in sorted(pairs, key=lambda pair: pair[2])]


def _wrong(case: Case, problem: Problem, source: Composer, recorded_as: Case | None = None) -> bool:
    known = theirs(recorded_as or case)
    with np.errstate(all="ignore"):
        ours = case.our_points(problem, source)
    return judge(case, {**known, problem.name: ours}, known).state == "wrong"


@everyone
def test_the_recorded_steps(source: Composer, case: Case) -> None:
    found = verdict(case, source)
    assert found.state == ("differs" if case.differs else "agrees"), f"{found.difference:.1e} {found.text}"


def test_the_records_are_those_of_the_cases() -> None:
    assert {file.stem for file in FOLDER.glob("*")} == FAMILIES.keys(), f"record again: {COMMAND}"
    for family, cases in FAMILIES.items():
        needed = [str(case) for case in cases if case.reference.library != BY_HAND or str(case) in RECORDED]
        assert list(recorded(family)) == needed, f"record again: {COMMAND} {family}"
    assert len({str(case) for case in CASES}) == len(CASES), "two cases with the same words"
    for case in (case for case in CASES if str(case) in RECORDED):
        points, said = RECORDED[str(case)]
        assert (said["call"], said["target"]) == (str(case.reference), case.reference.target)
        assert bool(said["version"]) == (case.reference.library != "by hand")
        assert said["recorded_by"].startswith(COMMAND)
        told = 2 if case.evaluated else next(iter(points.values())).shape[1]
        assert {name: a.shape[:2] for name, a in points.items()} == {p.name: (len(p.kept), told) for p in case.problems}


def test_only_what_is_named_is_recorded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loops by hand: they need no library."""
    record, asked = record_optimizers._record, []
    monkeypatch.setattr(record_optimizers, "FOLDER", Path(shutil.copytree(FOLDER, tmp_path / "records")))
    monkeypatch.setattr(record_optimizers, "_record", lambda case: (asked.append(case), record(case))[1])
    record_optimizers.main("sam")
    assert {case.optimizer for case in asked} == {"sam"}
    for family in FAMILIES:
        for text, (points, said) in recorded(family).items():
            assert said == RECORDED[text][1]
            for name, a in points.items():
                np.testing.assert_allclose(a, RECORDED[text][0][name], rtol=1e-12)
    command = [sys.executable, "-m", record_optimizers.__name__, "nobody"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, "nobody: no such optimizer or family\n")


def test_every_optimizer_is_held_against_something(optimizer_name: str) -> None:
    assert any(case.optimizer == optimizer_name for case in AGREEING), (
        f"no case holds {optimizer_name} against anything: see CONTRIBUTING.md"
    )


@pytest.mark.parametrize("case", [case for case in CASES if case.differs], ids=str)
def test_a_disagreement_is_answered(case: Case) -> None:
    """Some config of that class agrees with the same thing of the library, or with a loop by hand."""
    answers = BY_CLASS[located("optimizer", case.optimizer)]
    hand = [c for c in answers if c.reference.library == "by hand" and c.optimizer == case.optimizer]
    assert hand or any(c.reference.target == case.reference.target for c in answers)


# what the cases leave open, for every optimizer


@pytest.mark.parametrize("optimizer_name", options("optimizer", fields.numbers))
def test_every_number_of_every_optimizer_is_proven(source: Composer, optimizer_name: str) -> None:
    """A tenth less of it, and a case turns red."""
    cls = located("optimizer", optimizer_name)
    for name in fields.numbers(cls):
        changed = {}
        for case in BY_CLASS[cls]:
            value = case.options.get(name, node(source, "optimizer", case.optimizer).get(name, 0.0))
            if value != 0:
                changed[case] = {**case.options, name: 0.9 * value}
        assert any(
            _wrong(replace(case, options=changed[case]), problem, source, case)
            for case, problem in last_problems_first(list(changed))
        ), f"no case depends on {name}"


@pytest.mark.parametrize("optimizer_name", options("optimizer", lambda cls: cls.Slots._fields))
def test_every_slot_is_proven(source: Composer, optimizer_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that stays as it starts turns a case red; or, if it should, memory that is a tenth less."""
    cls = located("optimizer", optimizer_name)
    rule = cls.rule
    for slot, kind in zip(cls.Slots._fields, kinds(cls.Slots), strict=True):

        def stuck(p: Array, g: Array, s: Any, h: Any, slot: str = slot, constant: bool = kind.constant) -> Any:
            new, fresh = rule(p, g, s._replace(**{slot: 0.9 * getattr(s, slot)}) if constant else s, h)
            return new, fresh._replace(**{slot: getattr(s, slot) + 0})

        monkeypatch.setattr(cls, "rule", staticmethod(stuck))
        assert turns_red(BY_CLASS[cls], source), f"no case depends on {slot}"


@pytest.mark.parametrize(
    "optimizer_name", options("optimizer", lambda cls: cls.evaluate_at is not Optimizer.evaluate_at)
)
def test_the_point_to_evaluate_is_proven(optimizer_name: str) -> None:
    cases = BY_CLASS[located("optimizer", optimizer_name)]
    assert any(points.shape[1] == 2 for case in cases for points in theirs(case).values())


def switches(cls: Any) -> dict[str, set[Any]]:
    """What each field that chooses a formula may be."""
    hints = {name: fields.hints(cls)[name] for name in fields.choices(cls)}
    found = {name: {True, False} for name, hint in hints.items() if hint is bool}
    return found | {name: set(get_args(hint)) for name, hint in hints.items() if get_origin(hint) is Literal}


@pytest.mark.parametrize("optimizer_name", options("optimizer", switches))
def test_every_choice_is_proven(source: Composer, optimizer_name: str) -> None:
    """Every formula that a switch chooses is in a case."""
    cls = located("optimizer", optimizer_name)
    for name, wanted in switches(cls).items():
        found = {_chosen(case, name, source) for case in BY_CLASS[cls]}
        assert wanted <= found, f"no case with {name} of {wanted - found}"


def _chosen(case: Case, name: str, source: Composer) -> Any:
    return case.options.get(name, node(source, "optimizer", case.optimizer)[name])


# the matrix, with the records in place of the libraries


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "there", lambda library: True)
    monkeypatch.setattr(Case, "reference_points", lambda self, problem: theirs(self)[problem.name])


@pytest.fixture
def _judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdicts of test_the_recorded_steps, at their worst, without taking those steps again."""

    def verdict_on(case: Case, source: Composer, trusted: tuple[str, ...]) -> Verdict:
        return (
            Verdict(case, "differs", 1e-5, case.differs)
            if case.differs
            else Verdict(case, "agrees", case.tolerance, "")
        )

    monkeypatch.setattr(live, "live", verdict_on)


@pytest.mark.usefixtures("_installed", "_judged")
def test_the_matrix_has_a_row_for_every_optimizer(capsys: pytest.CaptureFixture[str]) -> None:
    assert live.main()
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert all(any(line.startswith(name.removeprefix("variant/")) for line in lines) for name in names("optimizer"))
    assert f" {sum(bool(case.differs) for case in CASES)} differ by design, 0 wrong; 0 optimizers held" in shown
    assert all(case.differs[:60] in shown for case in CASES)
    exact = re.search(r"^(\d+) optimizers and (\d+) variants agree with a reference to 1e-10", shown, re.MULTILINE)
    assert exact
    assert int(exact[1]) >= 9


@pytest.mark.usefixtures("_installed", "_judged")
def test_the_matrix_fits_80_columns(source: Composer) -> None:
    rows = live.discovered(source, (), ())
    out = Console(width=80, record=True, file=io.StringIO())
    matrix.show("optimizer", live.compared(rows, live.judged(rows, source, (), out)), out, alone=False)
    table = out.export_text().partition("\n\n")[0].splitlines()
    assert max(map(len, table)) <= 80
    assert not any("…" in line for line in table)


def dropped_correction(rule: Any) -> Any:
    return lambda p, g, s, h: rule(p, g, s._replace(c1=np.ones_like(s.c1), c2=np.ones_like(s.c2)), h)


def eps_inside_the_root(rule: Any) -> Any:
    def mistaken(p: Array, g: Array, s: Any, h: Any) -> Any:
        _, fresh = rule(p, g, s, h)
        v = fresh.v / fresh.c2
        return rule(p, g, s, h._replace(eps=np.sqrt(v + h.eps) - np.sqrt(v)))

    return mistaken


def decoupled_decay(rule: Any) -> Any:
    def mistaken(p: Array, g: Array, s: Any, h: Any) -> Any:
        new, fresh = rule(p, g, s, h._replace(weight_decay=0 * h.weight_decay))
        return new - h.lr * h.weight_decay * p, fresh

    return mistaken


def one_step_late(rule: Any) -> Any:
    return lambda p, g, s, h: (p + s.v, rule(p, g, s, h)[1])


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    ("cls", "name", "mistake"),
    [
        (Adam, "adam", eps_inside_the_root),
        (Adam, "adam", dropped_correction),
        (LARS, "lars", decoupled_decay),
        (Momentum, "momentum", one_step_late),
    ],
)
def test_a_planted_mistake_turns_a_row_red(
    cls: Any, name: str, mistake: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert live.main([name])
    assert " 0 wrong" in capsys.readouterr().out
    monkeypatch.setattr(cls, "rule", staticmethod(mistake(cls.rule)))
    assert not live.main([name])
    shown = capsys.readouterr().out
    assert re.search(rf"^wrong, .*: {name}\(.*: differs on ", shown, re.MULTILINE)
    assert " 0 wrong" not in shown


@pytest.mark.usefixtures("_installed")
def test_a_disagreement_that_is_gone_is_wrong(source: Composer) -> None:
    case = replace(next(case for case in AGREEING if case.optimizer == "adam"), differs="so they say")
    found = judge(case, theirs(case), theirs(case))
    assert (found.state, found.text) == ("wrong", "agrees, and should differ: so they say")


@pytest.mark.usefixtures("_installed")
def test_what_a_library_raises_is_wrong(source: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Case, problem: Problem) -> Array:
        raise TypeError("got an unexpected keyword argument")

    monkeypatch.setattr(Case, "reference_points", broken)
    found = live.live(CASES[0], source)
    assert (found.state, found.text) == ("wrong", "TypeError: got an unexpected keyword argument")


def test_a_missing_library_is_named_once(
    source: Composer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "there", lambda library: library == "by hand")
    assert live.main(["lars"]), "the loop by hand can be run"
    shown = capsys.readouterr().out
    assert "not installed" in shown
    assert shown.count("optax is not installed: pip install -e '.[reference]'") == 1
    with pytest.raises(UserError, match=r"none of keras, optax, pytorch_optimizer, torch is installed: pip install"):
        live.main(["sgd"])
    with pytest.raises(
        UserError, match=r"adm: no such optimizer \(did you mean adam\?\); choices: .*variant/adam_book"
    ):
        live.main(["adm"])


MINE = """
from dataclasses import dataclass
from itertools import count
from objectives.fields import NonNegative
from harness.optimizers.base import Optimizer
from harness.verify.references.calls import by_hand
from harness.verify.references.cases import Case


@dataclass
class Half(Optimizer):
    lr: NonNegative = 0.1

    @staticmethod
    def rule(p, g, s, h):
        return p - h.lr * g / 2, s


def loop(problem, lr):
    x = problem.start
    for step in count():
        x = x - lr * problem.ask(x, step)[1] / {divisor}
        yield x


CASES = [Case("half", {{"lr": 0.05}}, by_hand(loop, lr=0.05))]
"""


def test_an_optimizer_of_ones_own_is_held_against_its_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "optimizer").mkdir()
    for k, divisor in enumerate((2, 3)):
        (tmp_path / f"mine{k}.py").write_text(MINE.format(divisor=divisor))
        (tmp_path / "optimizer" / "half.yaml").write_text(f"_target_: mine{k}.Half\nlr: 0.1\n")
        assert live.main(["half"], str(tmp_path), (f"mine{k}",)) == (divisor == 2)
    (tmp_path / "mine2.py").write_text(MINE.partition("CASES")[0].format(divisor=2))
    (tmp_path / "optimizer" / "half.yaml").write_text("_target_: mine2.Half\nlr: 0.1\n")
    assert not live.main(["half"], str(tmp_path), ("mine2",))
    assert "wrong: half is held against nothing" in capsys.readouterr().out


def test_calls_say_what_they_build() -> None:
    call = Call("torch", "fractions.Fraction", (1,), {"denominator": Call("torch", "fractions.Fraction", (2,))})
    assert str(call) == "Fraction(1, denominator=Fraction(2))"
    assert call.made() == Fraction(1, 2)
    assert str(by_hand(theirs, lr=0.1)).startswith("theirs(problem, lr=0.1")
    with pytest.raises(ValueError, match=r"harness\.verify\.optimizers\.Console is made in rich, and proves nothing"):
        Call("torch", "harness.verify.optimizers.Console").made()


@pytest.mark.slow
def test_the_installed_libraries_agree(source: Composer) -> None:
    cases = [case for case in CASES if live.there(case.reference.library)]
    wrong = {str(case): found.text for case in cases if (found := live.live(case, source)).state == "wrong"}
    assert not wrong
