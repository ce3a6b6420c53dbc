"""Composing again without Hydra: where two compositions differ in one group's file, that group's node is exchanged.

It gives what Hydra gives as long as the file writes its own place alone and nothing else writes there; else Hydra
composes. Hydra says which files a composition is made of (its choices); what they write is read here.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

from hydra.core.config_loader import ConfigLoader
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from harness.configs import places

PRIMARY = "config"
EVERYWHERE = "_global_"
NESTED = r"/(?P<group>\w+)@(?P<field>[a-zA-Z]\w*): (?P<name>[\w/]+)"  # /optimizer@inner: adam
BASE = r"/(?P<group>\w+)/(?P<name>[\w/]+)@_here_"  # /optimizer/adam@_here_
DEEPEST = 9  # a defaults list that leads back to itself is for Hydra to refuse

Choices = dict[str, str]  # option by group
Plain = dict[str, Any]


class File(NamedTuple):
    """A config file, read and not composed."""

    body: DictConfig  # without its defaults list
    package: str | None  # of its header: the place that it writes; None is the place of its group
    defaults: tuple[Any, ...]


class Option(NamedTuple):
    """What choosing an option writes, where it writes one place alone."""

    place: str
    node: Any  # plain data
    nested: Choices  # what stands in it: {"optimizer@optimizer.inner": "adam"}


class Files:
    """The config files of conf/ and of the user's folder, found where Hydra finds them."""

    def __init__(self, loader: ConfigLoader, folder: Path | None) -> None:
        *sources, schema = loader.get_sources()
        if folder is not None:  # which Hydra searches last
            sources.append(type(_main(sources))("theirs", f"file://{folder}"))
        self._sources, self._schema = sources, schema
        self._read: dict[str, File | None] = {}
        self._options: dict[str, list[str]] = {}

    def options(self, group: str) -> list[str]:
        """What can be chosen in a group; nothing where it is none."""
        if group not in self._options:
            found = [source.list(group, ObjectType.CONFIG) for source in self._sources if source.is_group(group)]
            self._options[group] = sorted({name for names in found for name in names})
        return self._options[group]

    def read(self, path: str) -> File | None:
        """The file of `group/option`; None where Hydra has to say what is wrong with it, or reads it in a way of its
        own."""
        if path not in self._read:
            self._read[path] = self._file(path)
        return self._read[path]

    def _file(self, path: str) -> File | None:
        source = next((source for source in self._sources if source.is_config(path)), None)
        if source is None or self._schema.is_config(path):  # somebody's program types it
            return None
        try:
            found = source.load_config(path)
        except (YAMLError, HydraException, OmegaConfBaseException, OSError, ValueError, RecursionError):
            return None
        if not isinstance(found.config, DictConfig):
            return None
        plain: Any = OmegaConf.to_container(found.config, resolve=False)
        defaults = plain.get("defaults", [])
        if not isinstance(defaults, list):
            return None
        found.config.pop("defaults", None)
        return File(found.config, found.header["package"], tuple(defaults))

    def option(self, group: str, name: str, place: str = "", depth: int = 0) -> Option | None:
        """What an option writes, if that is one place alone."""
        file = self.read(f"{group}/{name}")
        if file is None or (file.package or "").startswith("_") or depth > DEEPEST:  # _global_, and what Hydra computes
            return None
        place = place or file.package or group.replace("/", ".")
        if place.startswith("_"):  # extras@_global_: another place than its own
            return None
        if not file.defaults:
            return Option(place, OmegaConf.to_container(file.body, resolve=False), {})
        try:
            return self._merged(file, place, depth + 1)
        except OmegaConfBaseException:
            return None

    def _merged(self, file: File, place: str, depth: int) -> Option | None:
        """What a file writes together with those of its defaults list, in the order of the list."""
        if file.defaults.count("_self_") != 1:
            return None
        node, nested = OmegaConf.create(), dict[str, str]()
        for line in map(_line, file.defaults):
            if line == "_self_":
                node.merge_with(file.body)
            elif found := re.fullmatch(BASE, line):
                base = self.option(found["group"], found["name"], place, depth)
                if base is None:
                    return None
                node.merge_with(base.node)
                nested = base.nested | nested  # Hydra names the last first
            elif found := re.fullmatch(NESTED, line):
                inner = self.option(found["group"], found["name"], f"{place}.{found['field']}", depth)
                if inner is None:
                    return None
                node.merge_with({found["field"]: inner.node})
                nested = {f"{found['group']}@{inner.place}": found["name"]} | inner.nested | nested
            else:
                return None
        return Option(place, OmegaConf.to_container(node, resolve=False), nested)

    def exchanged(self, config: Plain, choices: Choices, wanted: Choices) -> tuple[Plain, Choices] | None:
        """A copy of the config, which is plain data, with other options in the groups that are `wanted`, and its
        choices; None where Hydra has to compose. `choices` are those that the config was composed of.
        """
        new: dict[str, Option] = {}
        for group, name in wanted.items():
            option = self.option(group, name)
            old = self.option(group, choices[group]) if group in choices else None
            if option is None or old is None or option.place != old.place:
                return None
            others = self._written({key: other for key, other in choices.items() if key != group})
            if (
                not places.has(config, option.place)
                or others is None
                or any(_overlap(option.place, other) for other in others)
            ):
                return None
            new[group] = option
        config, made = places.copied(config), dict[str, str]()
        for key, name in choices.items():
            made[key] = wanted.get(key, name)
            if key in new:
                made |= new[key].nested  # where Hydra lists them
                places.put(config, tuple(new[key].place.split(".")), places.copied(new[key].node))
        return config, made

    def _written(self, choices: Choices) -> list[str] | None:
        """The places that the primary config and the files of these choices write; None where that is not known."""
        written: list[str] = []
        for key, name in {PRIMARY: "", **choices}.items():
            group, _, package = key.partition("@")
            option = self.option(group, name, package) if name else None
            file = self.read(f"{group}/{name}".removesuffix("/"))
            if option is not None:
                written.append(option.place)
            elif file and (key == PRIMARY or file.package == EVERYWHERE) and all(map(_is_choice, file.defaults)):
                written += map(str, file.body)
            else:
                return None
        return written


def _main(sources: list[Any]) -> Any:
    return next(source for source in sources if source.provider == "main")


def _line(entry: Any) -> str:
    """A line of a defaults list as it is written; empty where it is none of the usual ones."""
    if isinstance(entry, dict) and len(entry) == 1:
        return ": ".join(map(str, *entry.items()))
    return entry if isinstance(entry, str) else ""


def _is_choice(entry: Any) -> bool:
    """Whether a line of a defaults list is one of Hydra's choices whatever else is chosen, or the file itself."""
    if not isinstance(entry, dict):
        return bool(entry == "_self_")
    return all(
        name is None or (isinstance(name, str) and "${" not in f"{group}{name}") for group, name in entry.items()
    )


def _overlap(one: str, other: str) -> bool:
    """Whether two places are one, or one of them lies in the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
