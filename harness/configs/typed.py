"""What the user types: what it trusts, and how it is written into a config."""

from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep
from omegaconf import DictConfig, OmegaConf

from harness.configs import advice, database, places
from harness.configs.override import Override, parse
from harness.configs.settings import ABOUT, GROUPS
from harness.errors import UserError

HYDRAS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.verbose")  # what we take over from Hydra's own settings


def trusting(typed: Sequence[str]) -> tuple[list[Override], tuple[str, ...]]:
    """The overrides, and what they trust: `trust=package`, and every `_target_` typed by the user's own hand."""
    rest: list[Override] = []
    trusted: list[str] = []
    for text in typed:
        database.refuse_password(str(text))
    for override in parse(*typed):
        key, value = override.key, override.value
        if key == "trust":
            packages = value if isinstance(value, list) else [value]
            if not all(isinstance(package, str) and package for package in packages):
                raise UserError(f"{override.text}: give a package, trust=mine, or several, trust=[mine,yours]")
            trusted += map(str, packages)
            continue
        if override.of_hydra and key not in HYDRAS:
            instead = "add your configs with --config-dir" if key == "hydra.searchpath" else "see --help for what is"
            raise UserError(f"{override.text}: {key} is not used here; {instead}")
        if key.rpartition(".")[2] == "_target_":
            trusted += map(str, value.list if isinstance(value, ChoiceSweep) else [value])
        rest.append(override)
    return rest, tuple(trusted)


def write_all(config: DictConfig, values: Sequence[Override]) -> dict[str, str]:
    """Write values into a config. A class typed by hand, `objective._target_=mine.Bowl`, starts a node of its own,
    with the fields that are typed beside it; what was chosen so is returned.
    """
    own: dict[str, str] = {}
    for override in sorted(values, key=lambda override: override.key.count(".")):  # the outermost first
        place, _, name = override.key.rpartition(".")
        outer, _, inner = place.rpartition(".")
        known = inner in (OmegaConf.select(config, outer) or ()) if outer else OmegaConf.is_dict(config.get(place))
        known = known or outer in own
        if name == "_target_" and place and known:
            OmegaConf.update(config, place, {"_target_": override.value}, merge=False)
            own[place] = str(override.value)
    for override in values:
        if override.key.rpartition(".")[0] in own:
            OmegaConf.update(config, override.key, override.value)
        else:
            write(config, override.key, override.value)
    return own


def write(config: DictConfig, key: str, value: Any) -> None:
    """Change a setting that is there."""
    parent, _, name = key.rpartition(".")
    node = OmegaConf.select(config, parent) if parent else config
    if node is not None and not OmegaConf.is_dict(node):
        raise UserError(f"{key}: {parent} is one value, and has no settings of its own")
    if node is None:
        there = parent.partition(".")[0] in config  # else what stands under that name elsewhere may be meant
        raise UserError(advice.unknown(parent if there else key, _beside(config, parent), config))
    if name not in node:
        raise UserError(advice.unknown(key, _options(config, node), config))
    if OmegaConf.is_dict(node.get(name)) and name not in ABOUT and isinstance(value, (str, int, float)):
        group = "schedule" if key.partition(".")[0] == "schedules" else key.partition(".")[0]
        place = "" if key in ("schedules", "schedules.lr") else f"@{key}"
        raise UserError(f"{key}={value}: it has settings of its own; to choose another: {group}{place}={value}")
    OmegaConf.update(config, key, value, merge=True)


def _beside(config: DictConfig, place: str) -> list[str]:
    """The settings beside the first part of the place that is not there."""
    node = places.innermost(config, place)
    return _options(config, node) if OmegaConf.is_dict(node) else []


def _options(config: DictConfig, node: Any) -> list[str]:
    """What may be typed there."""
    return [str(key) for key in node if key not in ABOUT] + ([*GROUPS] if node is config else [])
