"""The catalogue says what the config folders hold, as it is."""

import json
from typing import Any

import pytest

from harness import make
from harness.configs.compose import Composer
from harness.zoo import catalogue, main
from tests.support import names, node

Entries = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def found() -> Entries:
    """Everything: to compose and to measure it takes as long as 200 other tests."""
    return catalogue()


def test_everything_stands_there_once(found: Entries) -> None:
    for group, entries in found.items():
        shown = [e["name"] for e in entries] + [v["name"] for e in entries for v in e["variants"]]
        assert sorted(shown) == names(group.removesuffix("s"))


def test_defaults_are_those_of_the_configs(source: Composer, found: Entries) -> None:
    (adam,) = [entry for entry in found["optimizers"] if entry["name"] == "adam"]
    config = node(source, "optimizer", "adam")
    assert adam["defaults"] == {key: config[key] for key in adam["defaults"]}
    assert adam["space"] == config["space"]
    assert adam["source"] == config["paper"]
    (book,) = [variant for variant in adam["variants"] if variant["name"] == "variant/adam_book"]
    assert book["with"] == {"eps": 1e-7, "eps_hat": True}


@pytest.mark.parametrize(("name", "state", "wrapper"), [("sgd", 0, False), ("adam", 2, False), ("clip", 0, True)])
def test_memory_is_measured(name: str, state: float, wrapper: bool, found: Entries) -> None:
    (entry,) = [entry for entry in found["optimizers"] if entry["name"] == name]
    assert (entry["state"], entry["wrapper"]) == (state, wrapper)


def test_every_entry_says_what_it_is_and_where_it_comes_from(found: Entries) -> None:
    assert all(entry["what"].endswith((".", ":")) for entries in found.values() for entry in entries)
    for entry in found["optimizers"]:
        assert entry["source"], entry["name"]


def test_the_table_and_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedules"]) == 0
    printed = capsys.readouterr().out
    assert "cosine" in printed
    assert "adam" not in printed
    assert main(["--json", "datasets", "schedules"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in found["datasets"]] == names("dataset")
    linear = next(entry for entry in found["schedules"] if entry["name"] == "linear")
    assert linear["target"].endswith(f".{type(make('schedule', 'linear')).__name__}")


def test_an_unknown_group_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["optimizer"]) == 2
    assert capsys.readouterr().err.startswith("harness: optimizer: no such group (did you mean optimizers?)")


def test_a_field_shows_its_range_its_choices_and_its_unit(found: Entries, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {entry["name"]: entry["fields"] for entries in found.values() for entry in entries}
    assert fields["adam"]["beta1"] == {
        "takes": "in [0, 1)", "one_per_run": True, "type": "number", "minimum": 0, "exclusiveMaximum": 1,
    }  # fmt: skip
    assert fields["gaussian_noise"]["sigma"]["one_per_run"] is False
    assert fields["mlp"]["activation"]["enum"] == ["relu", "tanh", "sigmoid", "gelu"]
    assert fields["cosine_restarts"]["length"]["unit"] == "steps"
    assert main(["objectives"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "sigma=0.1 (a number of at least 0)" in printed
    assert "batch_norm=False (true or false)" in printed
