"""What the user types: overrides parsed, and written into a config."""

import re
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf

from harness.configs import advice, database
from harness.configs.settings import ABOUT, GROUPS
from harness.errors import UserError

BARE = r"[^=()\[\]{},;][^()\[\]{},;]*|\w+\(\w+\)\.\w+"  # a text that may need quotes: no list, no call with a slip
HYDRAS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.verbose")  # what we take over from Hydra's own settings


def parsed(text: str, parser: OverridesParser) -> Override:
    """One override, or a line that says which one cannot be read."""
    if not isinstance(text, str) or not text.partition("=")[0]:
        raise UserError(f"{text}: an override is a text like optimizer=adam")
    try:
        (override,) = parser.parse_overrides([text])
    except HydraException as error:
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"{text}: an override names a value, as in optimizer=adam") from error
        try:
            parser.parse_overrides([f"{key}={quoted(value)}"] if re.fullmatch(BARE, value) else [text])
        except HydraException:
            raise UserError(f"{text}: not an override as Hydra reads them: {advice.line(error)}") from error
        raise UserError(f"{text}: put it in quotes, as in {advice.in_shell(key, value)}") from error
    return override


def trusting(overrides: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The overrides, and what they trust: `trust=package`, and every `_target_` typed by the user's own hand."""
    rest: list[str] = []
    trusted: list[str] = []
    parser = OverridesParser.create()
    for text in overrides:
        database.refuse_password(str(text))
    for override in [parsed(text, parser) for text in overrides]:
        key = override.key_or_group
        if key == "trust":
            value = override.value()
            packages = value if isinstance(value, list) else [value]
            if not all(isinstance(package, str) and package for package in packages):
                raise UserError(f"{override.input_line}: give a package, trust=mine, or several, trust=[mine,yours]")
            trusted += map(str, packages)
            continue
        if key.startswith(("hydra.", "hydra/")) and key not in HYDRAS:
            instead = "add your configs with --config-dir" if key == "hydra.searchpath" else "see --help for what is"
            raise UserError(f"{override.input_line}: {key} is not used here; {instead}")
        if key.rpartition(".")[2] == "_target_":
            value = override.value()
            trusted += map(str, value.list if isinstance(value, ChoiceSweep) else [value])
        rest.append(override.input_line or "")
    return rest, tuple(trusted)


def write_all(config: DictConfig, leaves: Sequence[Override]) -> dict[str, str]:
    """Write values into a config. A class typed by hand, `objective._target_=mine.Bowl`, starts a node of its own,
    with the fields that are typed beside it; what was chosen so is returned.
    """
    own: dict[str, str] = {}
    for leaf in sorted(leaves, key=lambda leaf: leaf.key_or_group.count(".")):  # the outermost first
        place, _, name = leaf.key_or_group.rpartition(".")
        outer, _, inner = place.rpartition(".")
        known = inner in (OmegaConf.select(config, outer) or ()) if outer else OmegaConf.is_dict(config.get(place))
        known = known or outer in own
        if name == "_target_" and place and known:
            OmegaConf.update(config, place, {"_target_": leaf.value()}, merge=False)
            own[place] = str(leaf.value())
    for leaf in leaves:
        place, _, name = leaf.key_or_group.rpartition(".")
        if place in own:
            OmegaConf.update(config, leaf.key_or_group, leaf.value())
        else:
            write(config, leaf.key_or_group, leaf.value())
    return own


def write(config: DictConfig, key: str, value: Any) -> None:
    """Change a setting that is there."""
    parent, _, name = key.rpartition(".")
    node = OmegaConf.select(config, parent) if parent else config
    if node is not None and not OmegaConf.is_dict(node):
        raise UserError(f"{key}: {parent} is one value, and has no settings of its own")
    if node is None:
        there = parent.partition(".")[0] in config  # else what stands under that name elsewhere may be meant
        raise UserError(advice.unknown(parent if there else key, _known(config, parent), config))
    if name not in node:
        raise UserError(advice.unknown(key, _options(config, node), config))
    if OmegaConf.is_dict(node.get(name)) and name not in ABOUT and isinstance(value, (str, int, float)):
        group = "schedule" if key.partition(".")[0] == "schedules" else key.partition(".")[0]
        place = "" if key in ("schedules", "schedules.lr") else f"@{key}"
        raise UserError(f"{key}={value}: it has settings of its own; to choose another: {group}{place}={value}")
    OmegaConf.update(config, key, value, merge=True)


def _known(config: DictConfig, key: str) -> list[str]:
    """The settings beside the first part of the key that is not there."""
    node: Any = config
    for part in key.split("."):
        if not OmegaConf.is_dict(node) or part not in node:
            break
        node = node[part]
    return _options(config, node) if OmegaConf.is_dict(node) else []


def _options(config: DictConfig, node: Any) -> list[str]:
    """What may be typed there."""
    return [str(key) for key in node if key not in ABOUT] + ([*GROUPS] if node is config else [])


def quoted(text: str) -> str:
    """A text as Hydra reads it whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
