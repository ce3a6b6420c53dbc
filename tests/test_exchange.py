"""Exchanging a group's node gives what Hydra gives: unresolved nodes, choices, their order, and mistakes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hydra
import pytest
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from harness.configs import advice, compose
from harness.configs.compose import CONF, Composer, composer
from harness.configs.exchange import Files
from harness.configs.override import parse
from harness.errors import UserError
from tests.support import names

GROUPS = ("objective", "dataset", "optimizer", "schedule", "sampler", "pruner")
EXPERIMENTS = names("experiment")
SAMPLE = {"objective": ["valley", "gaussian_noise", "mlp"], "optimizer": ["adam", "clip", "variant/adam_book"],
          "schedule": ["cosine", "chain"], "dataset": ["iris"], "sampler": ["random"], "pruner": ["asha"]}  # fmt: skip
THEIRS = {
    "optimizer/mine.yaml": "_target_: harness.optimizers.gradient_descent.SGD\nlr: ${steps}\n",
    "optimizer/sub/mine.yaml": "_target_: harness.optimizers.gradient_descent.SGD\nlr: 0.2\n",
    "optimizer/variant_of_ours.yaml": "defaults: [adam, _self_]\nlr: 0.5\n",
    "optimizer/wrapper.yaml": "defaults: [/optimizer@inner: clip, _self_]\n_target_: mine.Wrapper\n",
    "optimizer/last.yaml": "defaults: [_self_, /optimizer@inner: adam]\ninner: {lr: 9}\nlr: 1\n",
    "optimizer/without_self.yaml": "defaults: [/optimizer@inner: adam]\ninner: {lr: 9}\nlr: 1\n",
    "optimizer/two.yaml": "defaults: [/optimizer@first: adam, /schedule@then: chain, _self_]\nlr: 1\n",
    "optimizer/typed.yaml": "defaults: [{'/optimizer@${schedule}': adam}, _self_]\nlr: 1\n",
    "optimizer/header.yaml": "# @package optimizer\nlr: 0.3\n",
    "optimizer/elsewhere.yaml": "# @package schedules.lr\nlength: 5\n",
    "optimizer/everywhere.yaml": "# @package _global_\nsteps: 5\noptimizer: {lr: 4}\n",
    "optimizer/overriding.yaml": "defaults: [_self_, override /schedule: cosine]\nlr: 1\n",
    "optimizer/circle.yaml": "defaults: [/optimizer@inner: circle, _self_]\nlr: 1\n",
    "optimizer/list.yaml": "[1, 2]\n",
    "optimizer/odd.yaml": "defaults: [3, {a: 1, b: 2}, _self_]\nlr: 1\n",
    "optimizer/clash.yaml": "defaults: [/optimizer@lr: adam, _self_]\nlr: [1]\n",
    "optimizer/based.yaml": "defaults: [/optimizer/clip@_here_, /schedule@x: join, _self_]\ny: ${x}\n",
    "optimizer/broken.yaml": "lr: [\n",
    "optimizer/empty.yaml": "",
    "optimizer/bad_defaults.yaml": "defaults: {optimizer: adam}\nlr: 1\n",
    "optimizer/hydras.yaml": "# @package hydra.job\nchdir: true\n",
    "optimizer/adam.yaml": "lr: 77\n",  # ours stands before it
    "objective/mine.yaml": "defaults: [/dataset@data: iris, _self_]\n_target_: mine.Mine\noptimizer: ${optimizer.lr}\n",
    "objective/writes_the_optimizer.yaml": "# @package _global_\nobjective: {x: 1}\noptimizer: {lr: 3}\n",
    "objective/writes_the_lr.yaml": "defaults: [/schedule@_global_.optimizer.lr: cosine, _self_]\nx: 1\n",
    "objective/follows.yaml": "defaults: [/optimizer@mine: '${optimizer}', _self_]\nx: 1\n",
    "schedule/bare.yaml": "length: 5\n",
    "schedule/computed.yaml": "# @package _group_.lr\nlength: 5\n",
    "schedule/global.yaml": "# @package _global_.schedules.lr\nlength: 5\n",
    "schedule/here.yaml": "# @package schedules.lr\nlength: ${steps}\n",
    "dataset/mine.yaml": "rows: ${oc.select:objective.dim}\n",
    "sampler/mine.yaml": "a: {b: [1, {c: '${..d}'}]}\n",
    "pruner/mine.yaml": "x: ???\n",
    "experiment/body.yaml": "# @package _global_\noptimizer: {lr: 0.25}\n",
    "experiment/follows.yaml": "# @package _global_\ndefaults: [_self_, /optimizer@mine: '${optimizer}']\nsteps: 7\n",
    "experiment/override.yaml": "# @package _global_\ndefaults: [override /optimizer: adam]\nsteps: 7\n",
    "experiment/nested.yaml": "# @package _global_\ndefaults: [override /optimizer: clip, "
                              "override /optimizer@optimizer.inner: adam]\nsteps: 7\n",
    "extras/glob.yaml": "optimizer: {lr: 5}\n",
    "extras/chain.yaml": "defaults: [/extras@_global_: glob, _self_]\nx: 1\n",
    "experiment/through.yaml": "# @package _global_\ndefaults: [/extras@_global_: glob, _self_]\nsteps: 4\n",
    "experiment/further.yaml": "# @package _global_\ndefaults: [/extras: chain, _self_]\nsteps: 4\n",
    "experiment/slashed.yaml": "# @package _global_\ndefaults: [/optimizer/sub: mine, _self_]\nsteps: 4\n",
    "schedules/lr/mine.yaml": "end: 0.5\n",
    "experiment/adds.yaml": "# @package _global_\ndefaults: [/schedule@schedules.momentum: linear, _self_]\n",
}  # fmt: skip
Composed = tuple[Any, ...] | str


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theirs")
    for name, text in THEIRS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What Hydra is asked to compose; nothing is remembered from before."""
    found: list[Any] = []
    real: Callable[..., DictConfig] = hydra.compose
    monkeypatch.setattr(compose, "KEPT", [])
    monkeypatch.setattr(hydra, "compose", lambda *a, **k: found.append(tuple(k["overrides"])) or real(*a, **k))
    return found


def composed(source: Composer, overrides: tuple[str, ...]) -> Composed:
    """Nodes and choices in their order, or the mistake in one line."""
    try:
        with advice.one_line_errors():
            config, choices = source.unresolved(parse(*overrides))
    except UserError as error:
        return str(error)
    plain = OmegaConf.to_container(config, resolve=False)
    return repr(plain), list(choices.items())


def hydras(source: Composer, overrides: tuple[str, ...]) -> Composed:
    """The same from a composer that knows nothing to exchange."""
    source._memory.templates.clear()
    source._memory.compositions.clear()
    return composed(source, overrides)


def compare(options: dict[str, list[str]], more: tuple[str, ...], folder: Path | None) -> int:
    """Compare every option, and a pair of options of each two groups; how many there were."""
    singles = [(f"{group}={name}",) for group, found in options.items() for name in found]
    pairs = [(f"{one}={found[-1]}", f"{other}={options[other][0]}")
             for (one, found), other in zip(options.items(), [*options][1:], strict=False)]  # fmt: skip
    wanted = [(*more, *chosen) for chosen in (*singles, *pairs)]
    with composer(folder) as source:
        expected = {overrides: hydras(source, overrides) for overrides in wanted}
        hydras(source, more)
        for overrides, theirs in expected.items():
            assert composed(source, overrides) == theirs, overrides
    return len(wanted)


def test_a_sample_is_what_hydra_composes(theirs: Path) -> None:
    assert compare(SAMPLE, (), None)
    few = {group: SAMPLE[group][:2] for group in ("optimizer", "schedule")}
    for more in ("experiment=book_mnist", "+schedule@schedules.momentum=linear", "+optimizer.x=1"):
        assert compare(few, (more,), None)


def test_a_folder_of_the_users_own_is_composed_as_hydra_composes_it(theirs: Path) -> None:
    mine = {group: [name.removesuffix(".yaml").partition("/")[2] for name in THEIRS if name.startswith(f"{group}/")]
            for group in GROUPS}  # fmt: skip
    assert compare(mine, (), theirs) > sum(map(len, mine.values()))
    some = {"optimizer": ["sgd", "clip", "mine"]}
    for name in THEIRS:
        if name.startswith(("objective", "experiment")):
            group, _, option = name.removesuffix(".yaml").partition("/")
            compare(some, (f"{group}={option}",), theirs)
    for added in ("+extras@_global_=glob", "+extras=chain", "+optimizer/sub=mine", "+optimizer/variant=adam_book"):
        compare({"optimizer": ["sgd", "clip", "adam"]}, (added,), theirs)
    compare({"schedule": ["cosine", "warmup"]}, ("+schedules/lr=mine",), theirs)


@pytest.mark.slow
@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("experiment", [None, *EXPERIMENTS])
def test_every_option_is_what_hydra_composes(experiment: str | None, folder: bool, theirs: Path) -> None:
    everything = {group: [*names(group), "nothing"] for group in GROUPS}
    more = () if experiment is None else (f"experiment={experiment}",)
    assert compare(everything, more, theirs if folder else None) > 250


def test_hydra_is_asked_where_it_has_to_be_and_no_more(theirs: Path, asked: list[Any]) -> None:
    with composer() as source:
        for group in ("optimizer", "objective"):
            for name in names(group):
                source.unresolved(parse(f"{group}={name}"))
        assert len(asked) == 2
        for k, typed in enumerate((["optimizer=adam", "+optimizer.x=1"], ["~dataset"], ["experiment=book_mnist"])):
            source.unresolved(parse(*typed))
            assert len(asked) == 3 + k
    with composer() as source:
        source.compose(parse("optimizer=sgd", "objective=valley", "steps=3"))
        assert len(asked) == 5, "what is known serves the next composer"


def test_a_file_that_has_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(CONF, tmp_path / "conf")
    monkeypatch.setattr(compose, "CONF", tmp_path / "conf")
    monkeypatch.setattr(compose, "KEPT", [])
    (tmp_path / "conf" / "optimizer" / ".#adam.yaml").symlink_to("nowhere")  # Emacs, with a change not saved
    seen = []
    for lr in ("0.125", "0.25"):
        path = tmp_path / "conf" / "optimizer" / "mine.yaml"
        path.write_text(f"_target_: harness.optimizers.gradient_descent.SGD\nlr: {lr}\n")
        os.utime(path, (1, 1))  # as cp -p and rsync leave it
        with composer() as source:
            source.unresolved([])
            seen.append(source.compose(parse("optimizer=mine")).config["optimizer"]["lr"])
    assert seen == [0.125, 0.25]


def test_what_somebodys_program_types_is_hydras_to_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ConfigStore.instance().repo, "optimizer", {})
    ConfigStore.instance().store(group="optimizer", name="momentum", node={"lr": 7})
    with composer() as source:
        files = Files(source.loader, None)
        assert (files.read("optimizer/adam"), files.read("optimizer/momentum")).count(None) == 1


def test_what_is_handed_out_is_a_copy() -> None:
    with composer() as source:
        for _ in range(2):
            config = source.unresolved(parse("optimizer=adam")).config
            assert config.optimizer.lr == 1e-3
            config.optimizer.lr = 5


def test_no_more_is_kept_than_there_are_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compose, "MOST", 5)
    monkeypatch.setattr(compose, "KEPT", [])
    with composer() as source:
        for k in range(12):
            assert source.unresolved(parse(f"++optimizer.lr={k}")).config.optimizer.lr == k
        assert len(source._memory.templates) <= 5
        assert len(source._memory.compositions) <= 5


def test_a_file_nested_beyond_all_measure_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "optimizer").mkdir()
    (tmp_path / "optimizer" / "deep.yaml").write_text("x: " + "[" * 2000 + "]" * 2000 + "\n")
    with composer(tmp_path) as source:
        source.unresolved([])
        assert isinstance(composed(source, ("optimizer=deep",)), str)
