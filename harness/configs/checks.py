"""What a composition may not be: one line for each mistake in what is chosen and in what config files write."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf

from harness.configs import advice, places, settings
from harness.configs.override import Override
from harness.errors import UserError

HEADERS = {"schedule": "schedules.lr"}  # where a group's configs belong, unless it is the whole config
COMPUTED = ("runtime", "overrides", "job.override_dirname")  # what Hydra itself writes below `hydra`


def refuse_changes(own: DictConfig, untouched: DictConfig) -> None:
    """Refuse what a config file writes into Hydra's own settings: callbacks, logging, launcher, folders, ..."""
    found, wanted = (
        {places.dotted(path): value for path, value in places.leaves({"hydra": OmegaConf.to_container(node)}, False)}
        for node in (own, untouched)
    )
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key) and not key.startswith(tuple(f"hydra.{name}" for name in COMPUTED)):
            raise UserError(f"{key}: a config cannot change Hydra's own settings")


def demand_choice(override: Override, options: Sequence[str]) -> None:
    """Refuse what is no name where a group's option is chosen: nothing, a list, a number, a dict; and a second one."""
    value = override.value
    if value is None:
        raise UserError(f"{override.text}: choose one of {', '.join(options)}")
    if override.several:
        return
    if isinstance(value, (list, ListConfig)) and value:
        compare = f"; to compare: -m {override.address}={','.join(map(str, value))}"
        raise UserError(f"{override.text}: choose one{'' if override.key in settings.OPTIONAL else compare}")
    if not isinstance(value, str):
        raise UserError(f"{override.text}: choose one of {', '.join(options)}")
    if override.kind != "set" and not override.package and override.key in settings.CHOSEN:
        raise UserError(f"{override.text}: there is one already; without the plus it is another")


def refuse_unknown(
    config: DictConfig, choices: dict[str, str], typed: Sequence[str], groups: Callable[[], Iterable[str]]
) -> None:
    """Refuse a top-level key that nothing reads, naming the file where it stands unless it was typed; and a name where
    what it names belongs. `groups` are asked for only then: listing the folders takes longer than composing.
    """
    where = f"experiment={choices['experiment']}: " if "experiment" in choices else ""
    for key in map(str, config):
        if key in settings.NAMES or (key in (*settings.PARTS, "suite") and not isinstance(config[key], str)):
            continue
        if key.startswith("_"):
            raise UserError(f"{where}# @package {key}: write `# @package _global_`, for the whole config")
        known = (*settings.NAMES, *settings.PARTS, *groups())
        if isinstance(config[key], str) and key in known:
            group = key.removesuffix("s")
            raise UserError(
                f"{where}{key}: {config[key]}: to choose in a file: `defaults: [override /{group}: {config[key]}]`"
            )
        here = [text for text in typed if text.partition(".")[0] == key]
        if key in choices and all(text in choices for text in here):
            header = HEADERS.get(key, "_global_")
            raise UserError(f"{key}={choices[key]}: its file lacks the line `# @package {header}` at its top")
        raise UserError(("" if here else where) + advice.unknown(key, known, config))


def demand_plain(config: Any) -> None:
    """Refuse what is no text, number, list or dict with names: YAML has bytes, paths and numbers as keys, too."""
    for path, value in [((), config), *places.walk(config)]:
        if not (value is None or isinstance(value, (str, bool, int, float, dict, list))):
            place = places.dotted(path)
            raise UserError(f"{place}: a value must be a text, a number, true, false, null, a list or a dict")
        for key in value if isinstance(value, dict) else ():
            if not isinstance(key, str):
                raise UserError(f"{places.dotted((*path, key))}: a key must be a name; got {key!r}")
