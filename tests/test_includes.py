"""What a config says that an optimizer includes, it takes the steps of; and who is beaten by it is told so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.answers.answer import answered
from harness.answers.evidence import Evidence
from harness.answers.scale import Scale
from harness.cells.enumeration import enumerated
from harness.cells.includes import included, without
from harness.cells.space import read
from harness.configs import building
from harness.configs.compose import Composer
from harness.configs.override import one, parse
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.results.answers import answers
from harness.verify.references.cases import TOLERANCE
from harness.verify.references.problems import PROBLEMS, first, kept
from harness.verify.references.verdicts import gap
from harness.verify.references.walks import ours
from objectives import fields
from tests.support import located, names, node, sampled

EXACT = {  # bit for bit
    "momentum": {"sgd"},
    "nesterov": {"sgd"},
    "adamw": {"adam"},
    "signum": {"signsgd"},
    "tiger": {"signsgd", "signum"},
    "lion": {"signsgd"},
    "rmsprop_momentum": {"rmsprop"},
    "nadamw": {"nadam"},
    "optimistic": {"sgd"},
    "sgdw": {"sgd"},
    "torch_sgd": {"sgd"},
}


def declared(source: Composer) -> list[tuple[str, str]]:
    """Every optimizer with a special case of its own."""
    return [
        (name, other) for name in names("optimizer") for other in node(source, "optimizer", name).get("includes", ())
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    from harness.configs.compose import composer

    if "pair" in metafunc.fixturenames:
        with composer() as source:
            metafunc.parametrize("pair", declared(source), ids=":".join)


def drawn(name: str, found: dict[str, Any], draw: np.random.Generator) -> dict[str, Any]:
    """The fields of an optimizer, with numbers of its space and near its defaults."""
    plain = {key: value for key, value in found.items() if key not in ABOUT}
    for field in fields.numbers(located("optimizer", name)):
        if field in found["space"]:
            plain[field] = sampled(read(one(f"{field}={found['space'][field]}")), draw)
        else:
            plain[field] = plain[field] * draw.uniform(0.9, 1)
    return plain


def both(source: Composer, general: str, special: str, draw: np.random.Generator) -> tuple[Any, Any]:
    """The configs of an optimizer and of its special case, at random numbers."""
    whole, inner = node(source, "optimizer", general), special == "inner"
    how, name = whole["includes"][special], "adamw" if inner else special
    theirs = drawn(name, node(source, "optimizer", name), draw)
    found = drawn(general, whole, draw)
    if inner:
        return {**found, "inner": dict(theirs), **how}, theirs
    renamed = {key: theirs[value] for key, value in how.items() if isinstance(value, str)}
    shared = {key: value for key, value in theirs.items() if key in found and key != "_target_" and key not in how}
    choices = set(fields.choices(located("optimizer", special))) & shared.keys()
    for key in choices:
        theirs[key] = shared[key] = found[key]
    reached = {*shared, *(value for value in how.values() if isinstance(value, str))}
    assert set(fields.numbers(located("optimizer", special))) <= reached, "a number of theirs that is none of ours"
    return {**found, **shared, **how, **renamed}, theirs


def test_the_steps_of_a_special_case_are_equal(source: Composer, pair: tuple[str, str]) -> None:
    draw = np.random.default_rng(20191011)
    general, special = pair
    compared = 0
    for _ in range(5):
        found, theirs = both(source, general, special, draw)
        for problem in (first(50, problem) for problem in PROBLEMS):
            with np.errstate(all="ignore"):
                walks = [
                    kept(ours(building.build(config, "optimizer"), problem), problem) for config in (found, theirs)
                ]
            if not np.isfinite(walks[1]).all():
                continue  # a large lr
            compared += 1
            if special in EXACT.get(general, ()):
                np.testing.assert_array_equal(*walks)
            assert gap(problem, *walks) <= TOLERANCE
    assert compared >= 5


def test_a_declaration_that_is_wrong_is_found(source: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**node(source, "optimizer", "rmsprop_momentum"), "includes": {"rmsprop": {"momentum": 0}}}
    nodes = {"rmsprop_momentum": wrong, "rmsprop": node(source, "optimizer", "rmsprop")}
    monkeypatch.setattr("tests.test_includes.node", lambda source, group, name: nodes[name])
    with pytest.raises(AssertionError):  # it stays centered
        test_the_steps_of_a_special_case_are_equal(source, ("rmsprop_momentum", "rmsprop"))


# who includes whom in a sweep


def pairs(source: Composer, *overrides: str) -> list[tuple[str, str, str]]:
    """By the names of the cells."""
    cells = enumerated(source, parse(*overrides, "trials=4"))
    cells = [replace(cell, number=k) for k, cell in enumerate(cells)]
    return [(cells[p["general"]].name, cells[p["special"]].name, p["how"]) for p in included(cells)]


def test_the_pairs_of_a_sweep(source: Composer) -> None:
    told = pairs(source, "optimizer=sgd,momentum,adam,adamw,tiger,signum,lookahead")
    assert told == [
        ("optimizer=momentum", "optimizer=sgd", "momentum=0"),
        ("optimizer=adamw", "optimizer=adam", "weight_decay=0"),
        ("optimizer=tiger", "optimizer=signum", "beta=momentum, weight_decay=0"),
        ("optimizer=lookahead", "optimizer=sgd", "k=1, alpha=1"),
    ]


def test_what_is_no_special_case_here(source: Composer) -> None:
    assert pairs(source, "optimizer=momentum,sgd")
    assert not pairs(source, "optimizer=momentum,sgd", "schedule=cosine"), "whose factors may act elsewhere"
    assert not pairs(source, "optimizer=variant/nadamw_optax,nadam"), "whose formula is another"
    assert pairs(source, "optimizer=nadamw,nadam")
    assert len(pairs(source, "optimizer=momentum,sgd", "objective=sphere,valley")) == 2, "of the same problem"


def test_what_was_set_by_hand_is_no_special_case(source: Composer) -> None:
    told = pairs(source, "optimizer=adamw,adam", "optimizer.eps=1e-8,1e-4")
    assert len(told) == 2, "one at the same eps"
    lines = "['optimizer=adamw optimizer.weight_decay=0.1','optimizer=adam']"
    assert pairs(source, f"cells={lines.replace('optimizer.weight_decay=0.1', '')}")
    assert not pairs(source, f"cells={lines}"), "it was not to be 0"


def test_what_is_no_declaration_is_refused_before_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "optimizer").mkdir()
    text = "_target_: harness.optimizers.gradient_descent.SGD\nlr: 0.1\nincludes: {told}\n"
    (tmp_path / "optimizer" / "mine.yaml").write_text(text.format(told="sgd"))
    with pytest.raises(UserError, match=r"optimizer.includes must name optimizers, .*; got 'sgd'"):
        harness.run("optimizer=mine", "objective=valley", config_dir=str(tmp_path))
    (tmp_path / "optimizer" / "mine.yaml").write_text(text.format(told="{sgd: {}}"))
    harness.run("optimizer=mine", "objective=valley", "steps=2", config_dir=str(tmp_path))


def test_what_is_hashed_stays_as_it_was() -> None:
    config = {"optimizer": {"lr": 0.1, "includes": {"sgd": {"momentum": 0}}, "inner": {"includes": {}, "lr": 1}}}
    assert without(config) == {"optimizer": {"lr": 0.1, "inner": {"lr": 1}}}


# and who is told


def evidence(general: list[float], special: list[float], **more: Any) -> Evidence:
    values = np.array([general, special, [v * 1e3 for v in special]]).T
    told = {"includes": [(0, 1, "momentum=0"), (0, 2, "x=1")], **more}
    return Evidence("p", ["momentum", "sgd", "third"], values, Scale("log"), **told)


LOW, HIGH = [1e-3 * (1 + k / 100) for k in range(12)], [1.0 + k / 100 for k in range(12)]


def test_a_method_that_is_beaten_by_its_special_case_is_told() -> None:
    found = answered(evidence(HIGH, LOW))
    assert found.winner == "sgd"
    assert found.notes[-1] == (
        "momentum is beaten by sgd, which it includes (momentum=0): its space or its budget is at fault "
        "(Choi et al. 2019)"
    )


def test_only_who_is_beaten_is_told() -> None:
    assert not any("includes" in note for note in answered(evidence(LOW, HIGH)).notes)
    assert not any("includes" in note for note in answered(evidence(HIGH, LOW, tuned=False)).notes)
    stopped = answered(evidence(HIGH, LOW, stopped="timeout"))
    assert not any("includes" in note for note in stopped.notes), "there is no verdict"
    open_pair = evidence([1.0, 2.0] * 6, [1.1, 1.9] * 6)
    assert not any("includes" in note for note in answered(open_pair).notes)


def test_a_sweep_says_so_and_its_files_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without noise, sgd finds the one step that solves it; momentum's space has no 0."""
    monkeypatch.chdir(tmp_path)
    results = harness.sweep("optimizer=momentum,sgd", "objective=sphere", "trials=8", "steps=50", "replicates=8")
    assert results.summary["includes"] == [{"general": 0, "special": 1, "how": "momentum=0"}]
    assert any("which it includes (momentum=0)" in note for note in results.answer[0].notes)
    before = {key: value for key, value in results.summary.items() if key != "includes"}
    assert answers(before, results.runs, results.cells)[0].headline == results.answer[0].headline
