"""The config folders are the registry: every file builds and runs, every class has a file."""

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.configs import building, trust
from harness.configs.compose import CONF, Composer
from harness.configs.override import one
from harness.configs.settings import ABOUT
from harness.errors import UserError
from harness.optimizers.base import Optimizer, Wrapper
from harness.schedules import Constant, Schedule
from objectives.base import Objective
from objectives.functions.analytic import Analytic
from tests.support import names, node

ROOT = Path(harness.__file__).parents[1]


def test_every_optimizer_trains(optimizer_name: str) -> None:
    results = harness.run(f"optimizer={optimizer_name}", "objective=valley", "steps=2", "seeds=2")
    assert [run["state"] for run in results.runs] == ["completed"] * 2


def test_every_objective_is_trained(objective_name: str) -> None:
    results = harness.run(f"objective={objective_name}", "optimizer=adam", "steps=2", "seeds=2")
    assert [run["state"] for run in results.runs] == ["completed"] * 2


def test_every_schedule_drives(schedule_name: str) -> None:
    results = harness.run(f"schedule={schedule_name}", "objective=valley", "steps=2", "seeds=1")
    assert results.runs[0]["steps"] == 2


def test_every_dataset_is_learned(dataset_name: str) -> None:
    results = harness.run(f"dataset={dataset_name}", "steps=2", "seeds=1", "objective.batch_size=16")
    assert results.runs[0]["steps"] == 2


def test_every_experiment_runs(experiment_name: str) -> None:
    text = (CONF / "experiment" / f"{experiment_name}.yaml").read_text()
    instead = ["dataset=digits"] if "mnist" in text else []  # which has to be fetched
    results = harness.sweep(f"experiment={experiment_name}", "steps=2", *instead)
    assert {run["state"] for run in results.runs} == {"completed"}


def test_an_optimizer_tells_its_paper_its_space_and_every_default(source: Composer, optimizer_name: str) -> None:
    found = node(source, "optimizer", optimizer_name)
    cls = trust.locate(found["_target_"])
    assert found["paper"]
    assert set(found["space"]) <= set(found), "a space names hyperparameters of its own node"
    own = {name for name, p in inspect.signature(cls).parameters.items() if p.kind is not p.KEYWORD_ONLY}
    assert own == set(found) - {"_target_", *ABOUT}, "the YAML shows every field"
    for text in found["space"].values():
        assert one(f"x={text}").several


@pytest.mark.parametrize("group", ["schedule", "objective"])
def test_a_config_shows_every_field(source: Composer, group: str) -> None:
    for name in names(group):
        found = node(source, group, name)
        fields = inspect.signature(trust.locate(found["_target_"])).parameters
        assert set(fields) == set(found) - {"_target_", *ABOUT}, name


def classes(folder: str, kind: type) -> set[str]:
    """The finished classes of a kind below a folder."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if path.name != "__main__.py":
            for name, cls in inspect.getmembers(import_module(module), inspect.isclass):
                if issubclass(cls, kind) and not inspect.isabstract(cls) and cls.__module__ == module:
                    found.add(f"{module}.{name}")
    return found


@pytest.mark.parametrize(
    ("group", "folder", "kind"),
    [("optimizer", "harness", Optimizer), ("schedule", "harness", Schedule), ("objective", "objectives", Objective)],
)
def test_every_class_has_a_config(source: Composer, group: str, folder: str, kind: Any) -> None:
    assert classes(folder, kind) == {node(source, group, name)["_target_"] for name in names(group)}


def test_the_abstract_classes_cannot_be_made() -> None:
    for cls in (Optimizer, Wrapper, Schedule, Objective, Analytic):
        assert inspect.isabstract(cls)
    assert not inspect.isabstract(Constant)


def test_defaults_are_those_of_the_main_job(source: Composer) -> None:
    composed = source.compose([])
    assert composed.choices == {
        "objective": "mlp", "dataset": "digits", "optimizer": "sgd", "schedule": "constant",
        "sampler": "tpe", "pruner": "none", "engine": "numpy",
    }  # fmt: skip
    assert (composed.config["seeds"], composed.config["steps"]) == (None, 1000)


def test_yaml_and_class_defaults_agree(source: Composer) -> None:
    """Where the textbook's number is in both, it is the same (an SGD without a config has none to take)."""
    for name in (name for name in names("schedule") if not name.startswith("variant/")):
        found = node(source, "schedule", name)
        for key, parameter in inspect.signature(trust.locate(found["_target_"])).parameters.items():
            if parameter.default is not parameter.empty and not isinstance(parameter.default, tuple):
                assert found[key] == parameter.default, f"{name}.{key}"


@pytest.mark.parametrize("group", ["optimizer", "schedule", "objective", "dataset", "sampler"])
def test_a_word_is_no_boolean(source: Composer, group: str) -> None:
    """Hydra reads `no` and `off` as texts, and a text is true."""
    for name in names(group):
        found = node(source, group, name)
        for key in (key for key, value in found.items() if type(value) is bool):
            with pytest.raises(UserError, match=rf"{group}\.{key} must be true or false; got 'no'"):
                building.build({**found, key: "no"}, group)


def test_conf_has_no_strays() -> None:
    groups = {"objective", "optimizer", "schedule", "dataset", "experiment", "sampler", "pruner", "engine", "suite"}
    assert {path.name for path in CONF.iterdir()} == groups | {"config.yaml"}
