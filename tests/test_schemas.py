"""The schemas for editors accept every file in conf/, and nothing that a class would refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from omegaconf import OmegaConf

from harness import zoo
from harness.configs import settings, trust
from harness.configs.compose import CONF
from harness.configs.declared import Settings
from objectives.fields import kinds
from objectives.fields.kinds import Anything
from tests.support import names

Schemas = dict[str, Any]
FILES = sorted(path.relative_to(CONF).as_posix() for path in CONF.rglob("*.yaml"))
OPEN = {"objectives.formulas.formula.Formula": {"box"}}  # which takes [low, high], or one for each name


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return zoo.schema_files()


def read(file: str) -> dict[str, Any]:
    """As OmegaConf reads it: PyYAML alone takes 1e-8 for a text."""
    found: Any = OmegaConf.to_container(OmegaConf.load(CONF / file), resolve=False)
    return dict(found)


def wrong(schemas: Schemas, file: str, changed: dict[str, Any]) -> bool:
    """Whether the schema refuses the file with these fields changed; as it is, it accepts it."""
    validator = Draft7Validator(schemas[file.partition("/")[0].removesuffix(".yaml")])
    assert validator.is_valid(read(file)), file
    return not validator.is_valid(read(file) | changed)


def test_schemas_are_schemas(schemas: Schemas) -> None:
    assert set(schemas) == {
        "objective",
        "optimizer",
        "schedule",
        "dataset",
        "sampler",
        "pruner",
        "engine",
        "experiment",
        "suite",
        "config",
    }
    for schema in schemas.values():
        Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("file", FILES)
def test_every_file_is_what_its_schema_says(file: str, schemas: Schemas) -> None:
    schema = schemas[file.partition("/")[0].removesuffix(".yaml")]
    assert [error.message for error in Draft7Validator(schema).iter_errors(read(file))] == []


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith("experiment/")])
def test_a_misspelt_field_is_refused_in_every_file(file: str, schemas: Schemas) -> None:
    assert wrong(schemas, file, {"weihgt_decay": 0.1})


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("optimizer/adam.yaml", {"lr": "fast"}),
        ("optimizer/adam.yaml", {"lr": -1}),
        ("optimizer/adam.yaml", {"beta1": 1.0}),
        ("optimizer/adam.yaml", {"eps_hat": "no"}),
        ("optimizer/adam.yaml", {"space": {"lrr": "interval(0, 1)"}}),
        ("optimizer/adam.yaml", {"lr": None}),
        ("optimizer/variant/adam_book.yaml", {"beta1": 1.0}),
        ("optimizer/variant/adam_book.yaml", {"weight_decay": 0.1}),
        ("optimizer/clip.yaml", {"max_norm": "large"}),
        ("optimizer/clip.yaml", {"inner": {"_target_": "harness.optimizers.adam.Adam", "lr": -1}}),
        ("schedule/multistep.yaml", {"milestones": 0.5}),
        ("schedule/multistep.yaml", {"milestones": ["a"]}),
        ("schedule/multistep.yaml", {"unit": "epochs"}),
        ("schedule/variant/one_cycle_optax.yaml", {"phases": 4}),
        ("objective/mlp.yaml", {"hidden": [0]}),
        ("objective/mlp.yaml", {"activation": "swish"}),
        ("objective/mlp.yaml", {"batch_size": 1.5}),
        ("objective/rosenbrock.yaml", {"dim": 1}),
        ("objective/extended_rosenbrock.yaml", {"dim": 3}),
        ("objective/shekel.yaml", {"terms": 6}),
        ("objective/student_noise.yaml", {"freedom": 0}),
        ("dataset/digits.yaml", {"test": 1}),
        ("dataset/csv.yaml", {"missing": "fill"}),
        ("sampler/tpe.yaml", {"sed": 1}),
        ("experiment/book_mnist.yaml", {"stepps": 1}),
        ("experiment/book_mnist.yaml", {"steps": 0}),
        ("config.yaml", {"steps": "many"}),
        ("config.yaml", {"timeout": 0}),
        ("config.yaml", {"budget": "time"}),
        ("config.yaml", {"seeds": []}),
    ],
)
def test_what_a_class_would_refuse_is_refused(file: str, changed: dict[str, Any], schemas: Schemas) -> None:
    assert wrong(schemas, file, changed)


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("optimizer/adam.yaml", {"lr": "${oc.select:somewhere}", "beta1": "???"}),
        ("optimizer/adam.yaml", {"lr": 1, "space": {"eps": "interval(0, 1)"}}),
        ("optimizer/clip.yaml", {"inner": {"_target_": "mine.Own", "anything": 1}}),
        ("optimizer/variant/adam_book.yaml", {"beta1": 0.8, "space": {"beta2": "choice(0.9, 0.99)"}, "paper": "mine"}),
        ("schedule/multistep.yaml", {"milestones": ["${milestone}", 40], "unit": "steps"}),
        ("objective/mlp.yaml", {"weight_init": 0.1, "dataset": {"_target_": "mine.data"}}),
        ("objective/mlp.yaml", {"_target_": "mine.Objective", "anything": 1}),
        ("config.yaml", {"seeds": [3, 5], "search": "lr"}),
    ],
)
def test_what_may_stand_in_a_file_is_accepted(file: str, changed: dict[str, Any], schemas: Schemas) -> None:
    assert not wrong(schemas, file, changed)


def test_a_file_without_defaults_tells_every_field_that_has_none(schemas: Schemas) -> None:
    fields = read("schedule/cosine.yaml")
    del fields["length"]
    assert not Draft7Validator(schemas["schedule"]).is_valid(fields)
    assert Draft7Validator(schemas["schedule"]).is_valid({**fields, "defaults": ["linear@_here_"]})


def test_a_class_under_its_first_name_is_known(schemas: Schemas) -> None:
    old = {"_target_": "objectives.curved.Rosenbrock", "dim": 2}
    assert Draft7Validator(schemas["objective"]).is_valid(old)
    assert not Draft7Validator(schemas["objective"]).is_valid({**old, "dim": 1})


@pytest.mark.parametrize("group", ["optimizer", "schedule", "objective", "dataset"])
def test_every_field_says_what_it_takes(group: str, schemas: Schemas) -> None:
    """None is left to the constructor alone."""
    for target in schemas[group]["properties"]["_target_"]["anyOf"][0]["enum"]:
        found = {name for name, kind in kinds(trust.locate(target)).items() if kind == Anything()}
        assert found == OPEN.get(target, set()), target


def test_settings_are_named_as_they_are_declared(schemas: Schemas) -> None:
    """Two lists, as importing what each takes would cost `--help` its speed."""
    assert (*kinds(Settings), "resume") == settings.NAMES
    assert set(read("config.yaml")) == {*settings.NAMES, "defaults"}


def test_the_command_writes_them(tmp_path: Path, schemas: Schemas) -> None:
    assert zoo.main(["--schema", str(tmp_path / "new" / "schema")]) == 0
    written = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "new" / "schema").iterdir()}
    assert written == json.loads(json.dumps(schemas))


def test_every_option_has_its_branch(schemas: Schemas) -> None:
    for group in ("optimizer", "schedule", "objective", "dataset", "sampler", "pruner", "engine"):
        based = [branch["if"]["anyOf"][1]["properties"]["defaults"]["contains"] for branch in schemas[group]["allOf"]]
        assert sorted(name for found in based for name in found["enum"]) == sorted(
            f"/{group}/{name}@_here_" for name in names(group)
        )
