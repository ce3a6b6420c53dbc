"""The text of config.yaml is OmegaConf's, whoever writes it; composing on plain data gives what OmegaConf gives."""

from typing import Any

import pytest
from omegaconf import OmegaConf

from harness.configs.compose import composer
from harness.configs.override import parse
from harness.results import config_text
from harness.results.config_text import config_text as text_of
from tests.support import names

SAME = ["a text", "1e-3", "no", "12:30", "2020-01-01", "", " x", "a: b", "é–世", "${steps}", "x" * 200, "word " * 40,
        None, True, 3, 1e-5, float("inf"), [], {}, [[1], {"a": []}]]  # fmt: skip
OTHERS = ["two\nlines", "\x85", "\U0001f600", {"": 1}, {"k" * 200: 1}]  # which libyaml writes in another way


@pytest.mark.parametrize("value", [*SAME, *OTHERS])
def test_it_is_omegaconfs(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = {"value": value}
    config = {"one": shared, "other": shared, "listed": [value, value]}
    by_libyaml = value in SAME
    if by_libyaml:  # and is not written by OmegaConf in truth
        monkeypatch.setattr(OmegaConf, "create", lambda *_: pytest.fail("OmegaConf wrote it"))
    found = text_of(config)
    monkeypatch.undo()
    assert found.decode() == OmegaConf.to_yaml(OmegaConf.create(config))


def test_without_libyaml_omegaconf_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_text, "_libyamls", lambda: None)
    assert text_of({"a": [1]}) == b"a:\n- 1\n"


LINES = [
    ("optimizer=adam", "optimizer.lr={0}", "steps=70"),
    ("optimizer=adam", "schedule=cosine", "optimizer.lr={0}", "steps={1}"),  # the schedule looks at the steps
    ("optimizer=adam", "schedule=cosine", "schedules.lr.length={1}", "optimizer.beta1={0}"),
    ("optimizer.lr={0}", "optimizer.beta1=${{optimizer.lr}}", "optimizer=adam"),  # a typed value looks at another
    ("objective=rosenbrock", "objective.dim={1}", "seeds=[{1},3]", "target={0}", "metric=steps_to_target"),
    ("optimizer.lr={0}", "optimizer.lr=0.5", "optimizer=sgd"),  # the last one wins
    ("dataset.split={1}", "optimizer=sgd"),  # objective.dataset looks at the whole of it
    ("optimizer=sgd", "optimizer.paper='{0}'", "optimizer.space=null"),
]


@pytest.mark.parametrize("line", LINES)
def test_compositions_that_differ_in_values_are_omegaconfs(line: tuple[str, ...]) -> None:
    """Composed by OmegaConf only where a value looks around, or somebody looks at a whole of which one is a part."""
    with composer() as source:
        for lr, whole in ((0.25, 4), (0.125, 6), (1e-05, 8)):
            typed = parse(*(text.format(lr, whole) for text in line))
            assert source.compose(typed) == source._resolved(typed)


def test_what_is_done_to_a_composition_is_not_seen_by_the_next() -> None:
    with composer() as source:
        first = source.compose(parse("optimizer=adam", "optimizer.lr=0.5"))
        first.config["optimizer"].clear()
        first.choices.clear()
        again = source.compose(parse("optimizer=adam", "optimizer.lr=0.25"))
        assert again == source._resolved(parse("optimizer=adam", "optimizer.lr=0.25"))


@pytest.mark.parametrize("name", names("optimizer")[::8])
def test_every_optimizer_is_exchanged_as_hydra_composes_it(name: str) -> None:
    with composer() as source:
        source.compose([])
        typed = parse(f"optimizer={name}", "schedule=linear", "steps=30")
        structure = parse(f"optimizer={name}", "schedule=linear")
        assert source._template(structure) == source._composed(structure)
        assert source.compose(typed) == source._resolved(typed)
