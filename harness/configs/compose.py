"""Hydra composes, we run: everything that touches Hydra."""

import copy
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

import hydra
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import MissingConfigException
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.basecontainer import BaseContainer
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from harness.configs import advice, settings
from harness.configs.typed import parsed, quoted, write_all
from harness.errors import UserError

HERE = Path(__file__).parents[1]
CONF = next(folder for folder in (HERE / "conf", HERE.parent / "conf") if folder.is_dir())  # wheel, repository
VERSION: dict[str, Any] = {"version_base": None} if hydra.__version__ < "1.4" else {}  # deprecated in 1.4
LOCK = threading.RLock()  # Hydra's state is global
HEADERS = {"schedule": "schedules.lr"}  # where a group's configs belong, unless it is the whole config
COMPUTED = ("runtime", "overrides", "job.override_dirname")  # what Hydra itself writes below `hydra`


class Composed(NamedTuple):
    """A config with its interpolations resolved, as plain dicts, and the choice made in every group."""

    config: dict[str, Any]
    choices: dict[str, str]


class Template(NamedTuple):
    """What Hydra composed, interpolations unresolved, and the choice made in every group."""

    config: DictConfig
    choices: dict[str, str]
    hydra: DictConfig


class Composer:
    """Composes configs from conf/ (and a folder of the user's). Made by `composer()`."""

    def __init__(self, loader: ConfigLoader, search: tuple[str, ...], folder: Path = CONF) -> None:
        self._loader, self._search, self._folder = loader, search, folder
        self._templates: dict[tuple[str, ...], Template] = {}
        self._options: dict[str, list[str]] = {}
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}

    def parse(self, overrides: Sequence[str]) -> list[Override]:
        for text in overrides:
            if text not in self._parsed:
                self._parsed[text] = parsed(text, self._parser)
        return [self._parsed[text] for text in overrides]

    def with_search(self, overrides: Sequence[str]) -> list[str]:
        """The overrides with the folder of the user's, as Hydra's own commands take it."""
        return [*overrides, *self._search]

    def groups(self) -> dict[str, list[str]]:
        """Every group of conf/ with its options."""
        groups = [group for group in self._loader.list_groups("") if group != "hydra"]
        return {group: self.options(group) for group in groups}

    def options(self, group: str) -> list[str]:
        if group not in self._options:
            self._options[group] = list(self._loader.get_group_options(group, overrides=list(self._search)))
        return self._options[group]

    def compose(self, overrides: Sequence[str]) -> Composed:
        """The config of these overrides, resolved. Hydra composes once per set of group choices; plain values are
        written into a copy.
        """
        config, choices, _ = self.unresolved(overrides)
        if not re.search(r"\$\{\.*dataset[.}]", str(config.get("objective"))):
            typed = [o.input_line for o in self.parse(overrides) if o.key_or_group.partition(".")[0] == "dataset"]
            if typed:
                raise UserError(f"{typed[0]}: objective={choices['objective']} uses no dataset")
            config.pop("dataset", None)
            choices.pop("dataset", None)
        refuse_unknown(config, choices, [o.package or o.key_or_group for o in self.parse(overrides)], self.groups)
        plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
        demand_plain(plain, "")
        return Composed(cast("dict[str, Any]", plain), choices)

    def unresolved(self, overrides: Sequence[str]) -> Template:
        """The config with its interpolations as they stand, a copy; Hydra's own node is shared."""
        template, leaves = self._template(overrides)
        config = copy.deepcopy(template.config)
        return Template(config, template.choices | write_all(config, leaves), template.hydra)

    def _template(self, overrides: Sequence[str]) -> tuple[Template, list[Override]]:
        """The template of the group choices among the overrides, and the other overrides."""
        leaves, structure, typed = [], [], set()
        for o in self.parse(overrides):
            group = "." not in o.key_or_group and bool(self.options(o.key_or_group))
            if group and o.value() is None and not o.is_delete():
                if o.key_or_group == "experiment":  # which is what it is without one
                    continue
                raise UserError(f"{o.input_line}: choose one of {', '.join(self.options(o.key_or_group))}")
            if group and not o.is_delete() and not o.is_sweep_override():
                demand_name(
                    o.input_line or "", o.get_key_element().lstrip("+"), o.value(), self.options(o.key_or_group)
                )
                if (o.is_add() or o.is_force_add()) and not o.package and o.key_or_group in settings.CHOSEN:
                    raise UserError(f"{o.input_line}: there is one already; without the plus it is another")
            there = o.is_force_add() and o.get_key_element()[2:] in typed
            if (group or o.is_add() or o.is_force_add() or o.is_delete()) and not there:
                structure.append(o.input_line or "")
            elif not o.is_hydra_override():
                leaves.append(o)  # also ++key=value after key=value: the last one wins
                typed.add(o.key_or_group)
        key = tuple(structure)
        if key not in self._templates:
            made, own = self._hydras(key)
            if self._search and key:
                refuse_changes(own, self._hydras(())[1])
            choices = {k: str(v) for k, v in own.runtime.choices.items() if v and not k.startswith("hydra/")}
            for name in settings.CHOSEN:
                if name in made and name not in own.runtime.choices:
                    raise UserError(f"{name}: a config chooses several; choose one, and to compare them list cells")
            self._templates[key] = Template(made, choices, own)
        return self._templates[key], leaves

    def _hydras(self, overrides: Sequence[str]) -> tuple[DictConfig, DictConfig]:
        """What Hydra composes: our config, and Hydra's own settings."""
        try:
            made = hydra.compose("config", overrides=[*self._search, *overrides], return_hydra_config=True)
        except YAMLError as error:
            raise UserError(f"not YAML as configs have it: {error}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{_undecodable(self._folder)}: not UTF-8 text; save it as UTF-8") from error
        except ValueError as error:
            if isinstance(error, OmegaConfBaseException):
                raise
            raise UserError(f"a config's defaults list: {advice.line(error)}") from error
        except RecursionError as error:
            raise UserError(f"{' '.join(overrides)}: a config whose defaults list leads back to itself") from error
        except MissingConfigException as error:
            group, _, name = str(error.missing_cfg_file).partition("/")
            if any((folder / group / "variant" / f"{name}.yaml").is_file() for folder in (CONF, self._folder)):
                raise UserError(f"{group}={name}: it is a variant; write {group}=variant/{name}") from error
            misnamed = self._folder / f"{error.missing_cfg_file}.yml"
            if misnamed.is_file():
                raise UserError(f"{misnamed}: a config ends in .yaml; rename it") from error
            raise
        OmegaConf.set_readonly(made, False)
        OmegaConf.set_struct(made, False)
        own: DictConfig = made.pop("hydra")
        return made, own


@contextmanager
def composer(config_dir: str | Path | None = None) -> Iterator[Composer]:
    """A composer; Hydra's global state is as it was when the block is left."""
    search: tuple[str, ...] = ()
    folder = CONF
    if config_dir is not None:
        folder = Path(config_dir).resolve()
        if not folder.is_dir():
            raise UserError(f"--config-dir {config_dir}: no such folder")
        search = (f"hydra.searchpath=[{quoted(f'file://{folder}')}]",)
    with LOCK:
        state = GlobalHydra.instance()
        before = state.hydra  # somebody's own Hydra program may be calling us
        state.clear()
        try:
            with hydra.initialize_config_dir(str(CONF), job_name="harness", **VERSION), pure_resolvers():
                yield Composer(GlobalHydra.instance().config_loader(), search, folder)
        finally:
            GlobalHydra.instance().hydra = before


@contextmanager
def pure_resolvers() -> Iterator[None]:
    """Interpolations may look around in the config, and nothing else: not the environment (`oc.env`), and no function
    that somebody's program has registered, which is often `eval`."""
    everything = BaseContainer._resolvers
    BaseContainer._resolvers = {name: everything[name] for name in advice.RESOLVERS if name in everything}
    try:
        yield
    finally:
        BaseContainer._resolvers = everything


def refuse_changes(own: DictConfig, untouched: DictConfig) -> None:
    """Refuse what a config file writes into Hydra's own settings: callbacks, logging, launcher, folders, ..."""
    found, wanted = (dict(_leaves(OmegaConf.to_container(node), "hydra")) for node in (own, untouched))
    for key in sorted(found.keys() | wanted.keys()):
        if found.get(key) != wanted.get(key) and not key.startswith(tuple(f"hydra.{name}" for name in COMPUTED)):
            raise UserError(f"{key}: a config cannot change Hydra's own settings")


def demand_name(text: str, group: str, value: Any, options: Sequence[str]) -> None:
    """Refuse what is no name where a group's option is chosen: a list, a number, a dict."""
    if isinstance(value, (list, ListConfig)) and value:
        compare = "" if group == "experiment" else f"; to compare: -m {group}={','.join(map(str, value))}"
        raise UserError(f"{text}: choose one{compare}")
    if not isinstance(value, str):
        raise UserError(f"{text}: choose one of {', '.join(options)}")


def refuse_unknown(
    config: DictConfig, choices: dict[str, str], typed: Sequence[str], groups: Callable[[], Iterable[str]]
) -> None:
    """Refuse a top-level key that nothing reads, naming the file where it stands unless it was typed; and a name where
    what it names belongs. `groups` are asked for only then: listing the folders takes longer than composing.
    """
    where = f"experiment={choices['experiment']}: " if "experiment" in choices else ""
    for key in map(str, config):
        if key in settings.NAMES or (key in settings.PARTS and not isinstance(config[key], str)):
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


def demand_plain(config: Any, where: str) -> None:
    """Refuse what is no text, number, list or dict with names: YAML has bytes, paths and numbers as keys, too."""
    items = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    for key, value in items:
        place = f"{where}.{key}".lstrip(".")
        if isinstance(config, dict) and not isinstance(key, str):
            raise UserError(f"{place}: a key must be a name; got {key!r}")
        if not (value is None or isinstance(value, (str, bool, int, float, dict, list))):
            raise UserError(f"{place}: a value must be a text, a number, true, false, null, a list or a dict")
        demand_plain(value, place)


def _undecodable(folder: Path) -> Path:
    """The first config that is not UTF-8."""
    for path in sorted(folder.rglob("*.yaml")):
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return path
    return folder


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    items = node.items() if isinstance(node, dict) else ()
    if not items:
        yield path, node
    for key, value in items:
        yield from _leaves(value, f"{path}.{key}")
