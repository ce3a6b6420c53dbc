"""Hydra composes, we run: everything that touches Hydra."""

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import hydra
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.basecontainer import BaseContainer
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from harness.configs import advice, plain, settings
from harness.configs.checks import demand_choice, demand_plain, refuse_changes, refuse_unknown
from harness.configs.exchange import Files
from harness.configs.override import Override, quoted, texts
from harness.configs.typed import write_all
from harness.errors import UserError

HERE = Path(__file__).parents[1]
CONF = next(folder for folder in (HERE / "conf", HERE.parent / "conf") if folder.is_dir())  # wheel, repository
VERSION: dict[str, Any] = {"version_base": None} if hydra.__version__ < "1.4" else {}  # deprecated in 1.4
MOST = 1000  # templates that are kept: of each option, and of what is added to them
LOCK = threading.RLock()  # Hydra's state is global


class Composed(NamedTuple):
    """A config with its interpolations resolved, as plain dicts, and the choice made in every group."""

    config: dict[str, Any]
    choices: dict[str, str]


class Unresolved(NamedTuple):
    """A config with its interpolations as they stand, and the choice made in every group."""

    config: DictConfig
    choices: dict[str, str]


class Template(NamedTuple):
    """What the files of a composition write, as plain data, and the choice made in every group."""

    files: dict[str, Any]
    choices: dict[str, str]


class Composition(NamedTuple):
    """A template that Hydra composed, and the overrides that made it."""

    template: Template
    chosen: dict[str, str]  # the plain choices among them: option by group
    rest: tuple[str, ...]  # the other overrides


@dataclass
class Memory:
    """What has been read and composed of conf/ as it stands: it serves every composer until a file changes."""

    files: Files
    stamps: tuple[tuple[str, tuple[int, ...]], ...] = ()  # every file of conf/, and when it was written
    templates: dict[tuple[str, ...], Template] = field(default_factory=dict)  # by the overrides that choose
    compositions: list[Composition] = field(default_factory=list)  # those of them that Hydra composed


class Composer:
    """Composes configs from conf/ (and a folder of the user's). Made by `composer()`."""

    def __init__(self, loader: ConfigLoader, search: tuple[str, ...], folder: Path, memory: Memory) -> None:
        self.loader = loader
        self._search, self._folder, self._memory = search, folder, memory
        self._untouched: DictConfig | None = None

    def with_search(self, overrides: Sequence[str]) -> list[str]:
        """The overrides with the folder of the user's, as Hydra's own commands take it."""
        return [*overrides, *self._search]

    def groups(self) -> dict[str, list[str]]:
        """Every group of conf/ with its options."""
        groups = [group for group in self.loader.list_groups("") if group != "hydra"]
        return {group: self.options(group) for group in groups}

    def options(self, group: str) -> list[str]:
        """What can be chosen in a group; nothing where it is none."""
        return self._memory.files.options(group)

    def compose(self, overrides: Sequence[Override]) -> Composed:
        """The config of these overrides, resolved: on plain data where that gives what OmegaConf gives."""
        structure, values = self._sorted(overrides)
        template = self._template(structure)
        uses = _uses_dataset(template.files)
        found = None
        if uses or not any(override.key.partition(".")[0] == "dataset" for override in overrides):
            found = plain.composed(template.files, values, uses)
        if found is None:
            return self._resolved(overrides)
        demand_plain(found)
        return Composed(found, {k: v for k, v in template.choices.items() if uses or k != "dataset"})

    def _resolved(self, overrides: Sequence[Override]) -> Composed:
        """What OmegaConf makes of them."""
        config, choices = self.unresolved(overrides)
        if not _uses_dataset(config):
            typed = [override.text for override in overrides if override.key.partition(".")[0] == "dataset"]
            if typed:
                raise UserError(f"{typed[0]}: objective={choices['objective']} uses no dataset")
            config.pop("dataset", None)
            choices.pop("dataset", None)
        refuse_unknown(config, choices, [override.package or override.key for override in overrides], self.groups)
        found = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
        demand_plain(found)
        return Composed(cast("dict[str, Any]", found), choices)

    def unresolved(self, overrides: Sequence[Override]) -> Unresolved:
        """The config with its interpolations as they stand: a copy."""
        structure, values = self._sorted(overrides)
        template = self._template(structure)
        config = OmegaConf.create(template.files)
        return Unresolved(config, template.choices | write_all(config, values))

    def of_hydra(self, overrides: Sequence[Override]) -> DictConfig:
        """Hydra's own settings."""
        structure, _ = self._sorted(overrides)
        return self._hydras(texts(structure))[1]

    def _sorted(self, overrides: Sequence[Override]) -> tuple[list[Override], list[Override]]:
        """The overrides that choose, add or delete, which a template is made of; and those that change a value."""
        structure: list[Override] = []
        values: list[Override] = []
        for override in overrides:
            options = self.options(override.key) if "." not in override.key else []
            if options and override.kind != "delete":
                if override.value is None and override.key in settings.OPTIONAL:  # as it is without
                    continue
                demand_choice(override, options)
            again = override.kind == "force" and override.address in {value.key for value in values}
            if (options or override.kind != "set") and not again:
                structure.append(override)
            elif not override.of_hydra:
                values.append(override)  # also ++key=value after key=value: the last one wins
        return structure, values

    def _template(self, structure: Sequence[Override]) -> Template:
        """Hydra composes what cannot be had from what it has composed."""
        key = tuple(texts(structure))
        templates = self._memory.templates
        if key not in templates:
            if len(templates) >= MOST:  # somebody adds or forces another value each time
                templates.clear()
                self._memory.compositions.clear()
            templates[key] = self._exchanged(structure) or self._composed(structure)
        return templates[key]

    def _exchanged(self, structure: Sequence[Override]) -> Template | None:
        """The template had from one that differs in plain choices alone, if exchanging nodes gives what Hydra gives."""
        if any(override.kind != "set" and not self.options(override.key) for override in structure):
            return None  # it adds or deletes values
        chosen, rest = split(structure)
        for base in self._memory.compositions:
            if base.rest == rest and base.chosen.keys() <= chosen.keys():
                files, choices = base.template
                wanted = {group: option for group, option in chosen.items() if choices.get(group) != option}
                found = self._memory.files.exchanged(files, choices, wanted)
                if found is not None:
                    return Template(*found)
        return None

    def _composed(self, structure: Sequence[Override]) -> Template:
        """What Hydra composes, if a config does nothing that configs may not do."""
        made, own = self._hydras(texts(structure))
        if self._search and structure:
            if self._untouched is None:
                self._untouched = self._hydras(())[1]
            refuse_changes(own, self._untouched)
        choices = {k: str(v) for k, v in own.runtime.choices.items() if v and not k.startswith("hydra/")}
        for name in settings.CHOSEN:
            if name in made and name not in own.runtime.choices:
                raise UserError(f"{name}: a config chooses several; choose one, and to compare them list cells")
        template = Template(cast("dict[str, Any]", OmegaConf.to_container(made, resolve=False)), choices)
        self._memory.compositions.append(Composition(template, *split(structure)))
        return template

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


KEPT: list[Memory] = []  # one at most: of conf/ alone


@contextmanager
def composer(config_dir: str | Path | None = None) -> Iterator[Composer]:
    """A composer; Hydra's global state is as it was when the block is left."""
    search: tuple[str, ...] = ()
    folder = None
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
                loader = GlobalHydra.instance().config_loader()
                memory = remembered(loader) if folder is None else Memory(Files(loader, folder))
                yield Composer(loader, search, folder or CONF, memory)
        finally:
            GlobalHydra.instance().hydra = before


def remembered(loader: ConfigLoader) -> Memory:
    """What is known of conf/, unless one of its files has changed since."""
    stamps = tuple(
        (path, _stamp(path))
        for folder, _, names in os.walk(CONF, followlinks=True)
        for path in (os.path.join(folder, name) for name in names if name.endswith(".yaml"))
    )
    if not KEPT or KEPT[0].stamps != stamps:
        KEPT[:] = [Memory(Files(loader, None), stamps)]
    return KEPT[0]


def _stamp(path: str) -> tuple[int, ...]:
    """When a file was written and changed, and its size; nothing where it leads nowhere."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


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


def split(structure: Sequence[Override]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The plain choices like optimizer=adam, option by group, and the texts of all others."""
    plain = [o for o in structure if o.kind == "set" and o.package is None and o.key in settings.EXCHANGED]
    return {o.key: str(o.value) for o in plain}, tuple(o.text for o in structure if o not in plain)


def _uses_dataset(config: Any) -> bool:
    """Whether the objective looks at the data set."""
    return re.search(r"\$\{\.*dataset[.}]", str(config.get("objective"))) is not None


def _undecodable(folder: Path) -> Path:
    """The first config that is not UTF-8."""
    for path in sorted(folder.rglob("*.yaml")):
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return path
    return folder
