"""JSON Schemas of the files in a config folder, by which editors complete and check them.

They are made from the same annotations as the errors: one for each group, whose fields depend on the `_target_`, or on
the option that a file takes over by its defaults list, and one for the settings.
"""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from harness.configs import trust
from harness.configs.declared import Settings
from harness.configs.settings import ABOUT, LATER, PARTS
from objectives.fields import Kind, kinds
from objectives.fields.kinds import Built, PerRun, Schema
from objectives.fields.reading import plain
from objectives.names import FIRST

DRAFT = "http://json-schema.org/draft-07/schema#"  # what editors know
OPTUNAS = ("sampler", "pruner")  # which are told more than their files say
LATER_TOLD = {"type": "string", "pattern": r"\$\{|^\?\?\?$"}  # an interpolation, or a value that must be given
TOLD_LATER = {"$ref": "#/definitions/later"}


def schemas(options: Mapping[str, Mapping[str, str]]) -> dict[str, Schema]:
    """The schema of each group, from its options with their `_target_`; of config.yaml, experiments and suites."""
    made = {group: of_group(group, targets) for group, targets in options.items()}
    return made | {"config": of_settings(), "experiment": of_experiment(), "suite": of_suite()}


def write(folder: Path, made: Mapping[str, Schema]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in made.items():
        (folder / f"{name}.json").write_text(json.dumps(schema, indent=1) + "\n")


def of_group(group: str, targets: Mapping[str, str]) -> Schema:
    """What a file of this group may say. Classes that nobody has described may have any fields."""
    known = sorted(set(targets.values()))
    branches = [_branch(group, target, [name for name, its in targets.items() if its == target]) for target in known]
    return {
        "$schema": DRAFT,
        "title": group,
        "type": "object",
        "properties": {"_target_": {"anyOf": [{"enum": known}, {"type": "string"}]}, "defaults": {"type": "array"}},
        "allOf": branches,
        "definitions": {"later": LATER_TOLD},
    }


def of_settings() -> Schema:
    """All of config.yaml."""
    required = [name for name in _settings() if name not in LATER]
    return _settled("config", {}, required)


def of_experiment() -> Schema:
    """Some of the settings, and some of the fields of what is chosen."""
    return _settled("experiment", {part: {"type": "object"} for part in PARTS}, [])


def of_suite() -> Schema:
    """Lines of overrides, each a problem."""
    lines = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
    return {
        "$schema": DRAFT,
        "title": "suite",
        "type": "object",
        "properties": {"problems": lines},
        "required": ["problems"],
        "additionalProperties": False,
    }


def _settings() -> dict[str, Kind]:
    return kinds(cast("Any", Settings))


def _settled(title: str, parts: Schema, required: list[str]) -> Schema:
    properties = {name: _property(kind, default=...) for name, kind in _settings().items()}
    properties |= {"resume": {"type": ["string", "null"]}, "defaults": {"type": "array"}, **parts}
    return {
        "$schema": DRAFT,
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "definitions": {"later": LATER_TOLD},
    }


def _branch(group: str, target: str, names: list[str]) -> Schema:
    """The fields of files with this `_target_`, and of those that take over an option which has it."""
    maker = trust.locate(target)
    spelt = [target, FIRST[target]] if target in FIRST else [target]
    named = {"properties": {"_target_": {"enum": spelt}}, "required": ["_target_"]}
    taken = {"enum": [f"/{group}/{name}@_here_" for name in names]}
    based = {"properties": {"defaults": {"type": "array", "contains": taken}}, "required": ["defaults"]}
    parameters = inspect.signature(maker).parameters
    fields: Schema = {}
    for name, kind in kinds(maker).items():
        default = parameters[name].default
        inside = isinstance(maker, type) and isinstance(kind, Built) and issubclass(maker, kind.cls)
        schema = {"anyOf": [{"$ref": "#"}, TOLD_LATER]} if inside else _property(kind.of(maker), default)
        fields[name] = schema
    bare = [name for name in fields if parameters[name].default is inspect.Parameter.empty]
    whole = [] if group in OPTUNAS else [{"anyOf": [{"required": ["defaults"]}, {"required": bare}]}]
    about: Schema = {name: {} for name in ABOUT}
    about["space"] = {"type": ["object", "null"], "propertyNames": {"enum": list(fields)}}
    then = {"properties": {"_target_": {}, "defaults": {}, **about, **fields}, "additionalProperties": False}
    return {"if": {"anyOf": [named, based]}, "then": {**then, "allOf": whole} if whole else then}


def _property(kind: Kind, default: Any = inspect.Parameter.empty) -> Schema:
    """What a field may be in a file: a value, null where it has no default and is still to be told, or text that
    becomes a value.
    """
    described: Schema = {"description": str(kind)}
    null: list[Schema] = []
    if default is inspect.Parameter.empty:
        null = [{"type": "null"}]
    elif isinstance(default, (bool, int, float, str, tuple, type(None))):
        described["default"] = list(default) if isinstance(default, tuple) else default
    return {**described, "anyOf": [_open(kind.schema()), *null, TOLD_LATER]}


def _open(schema: Schema) -> Schema:
    """The schema of a list, whose items may be told later, too."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_open(one) for one in schema["anyOf"]]}
    return {**schema, "items": {"anyOf": [schema["items"], TOLD_LATER]}} if "items" in schema else schema


def takes(maker: Any) -> dict[str, Schema]:
    """The fields of a class or function for a catalogue: what each takes, its choices, range and unit."""
    found = {}
    for name, kind in kinds(maker).items():
        here = kind.of(maker) if isinstance(maker, type) else kind
        about: Schema = {"takes": str(here), "one_per_run": isinstance(plain(kind), PerRun), **here.schema()}
        found[name] = about | ({"unit": unit} if (unit := getattr(kind, "unit", "")) else {})
    return found
