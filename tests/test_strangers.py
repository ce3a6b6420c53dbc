"""Configs from strangers: each would run code, read or write where it has no business; each is one line and code 2.

Our own classes stand in them under their first names, as in old configs; others are in the configs beside us.
"""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.command import main
from tests.support import ONCE

Files = dict[str, str]
OBJECTIVE, EXPERIMENT = "objective/mine.yaml", "experiment/mine.yaml"
SMALL = ("objective=valley", "optimizer=sgd", "steps=2", "seeds=1")
TUNED = ("-m", *SMALL, "trials=2", *ONCE)
GLOBAL = "# @package _global_\n"

# name: (files of the config folder, what is typed beside it); PLANTED is the file that each would make
HOSTILE: dict[str, tuple[Files, tuple[str, ...]]] = {
    "a shell": ({OBJECTIVE: "_target_: os.system\n_args_: [touch PLANTED]\n"}, ("objective=mine",)),
    "exec": ({OBJECTIVE: "_target_: builtins.exec\n_args_: [\"open('PLANTED', 'w')\"]\n"}, ("objective=mine",)),
    "open": ({OBJECTIVE: "_target_: builtins.open\nfile: PLANTED\nmode: w\n"}, ("objective=mine",)),
    "an alias of numpy": (
        {OBJECTIVE: "_target_: objectives.data.np.savetxt\nfname: PLANTED\nX: [1]\n"}, ("objective=mine",)),
    "an alias of os": ({OBJECTIVE: "_target_: objectives.data.os.system\n_args_: [touch PLANTED]\n"},
                       ("objective=mine",)),
    "an alias in Optuna": ({"sampler/mine.yaml": "_target_: optuna.samplers.warnings.os.system\n"},
                           (*TUNED, "sampler=mine")),
    "globals of a method": ({OBJECTIVE: "_target_: objectives.mlp.MLP.__init__.__globals__.np.savetxt\n"},
                            ("objective=mine",)),
    "a function of ours": ({OBJECTIVE: "_target_: harness.results.saving.save_file\npath: PLANTED\ncontent: x\n"},
                           ("objective=mine",)),
    "a builder of ours": (
        {"optimizer/mine.yaml": "_target_: harness.building.built_optimizer\nruns: 1\ntrusted: [evil_package]\n"
                                "config: {optimizer: {_target_: evil_package.It}}\n"}, ("optimizer=mine",)),
    "a function in a function": (
        {OBJECTIVE: "_target_: objectives.function.Function\nf: {_target_: os.system}\nstart: {x: 1}\n"},
        ("objective=mine",)),
    "partial": ({OBJECTIVE: "_target_: objectives.quadratic.Sphere\n_partial_: true\n"}, ("objective=mine",)),
    "pickle": ({"dataset/mine.yaml": "_target_: numpy.load\nfile: PLANTED\nallow_pickle: true\n"}, ("dataset=mine",)),
    "a tag of Python's": ({OBJECTIVE: "_target_: !!python/object/apply:os.system ['touch PLANTED']\n"},
                          ("objective=mine",)),
    "a callback": ({EXPERIMENT: GLOBAL + "hydra: {callbacks: {x: {_target_: evil_package.It}}}\n"},
                   ("experiment=mine",)),
    "a callback by package": ({OBJECTIVE: "# @package hydra.callbacks.x\n_target_: evil_package.It\n"},
                              ("objective=mine",)),
    "a logging filter": ({EXPERIMENT: "# @package hydra.job_logging\nfilters: {x: {'()': evil_package.It}}\n"},
                         ("experiment=mine",)),
    "a logging file": (
        {EXPERIMENT: GLOBAL + "hydra: {job_logging: {handlers: {file: {filename: PLANTED}}}}\n"}, ("experiment=mine",)),
    "a logging group": (
        {EXPERIMENT: GLOBAL + "defaults: [override /hydra/job_logging: evil]\n",
         "hydra/job_logging/evil.yaml": "version: 1\nfilters: {x: {'()': evil_package.It}}\n"}, ("experiment=mine",)),
    "a launcher": (
        {EXPERIMENT: GLOBAL + "defaults: [override /hydra/launcher: evil]\n",
         "hydra/launcher/evil.yaml": "_target_: evil_package.It\n"}, ("experiment=mine",)),
    "a sweeper": ({EXPERIMENT: GLOBAL + "hydra: {sweeper: {_target_: evil_package.It}}\n"}, ("-m", "experiment=mine")),
    "the environment written": ({EXPERIMENT: GLOBAL + "hydra: {job: {env_set: {LD_PRELOAD: x}}}\n"},
                                ("experiment=mine",)),
    "a search path": ({EXPERIMENT: GLOBAL + "hydra: {searchpath: [pkg://evil_package]}\n"}, ("experiment=mine",)),
    "an output folder": ({EXPERIMENT: GLOBAL + "hydra: {run: {dir: PLANTED}}\n"}, ("experiment=mine",)),
    "a package as default": ({OBJECTIVE: "defaults: ['pkg://evil_package/x']\n"}, ("objective=mine",)),
    "a path upward": ({OBJECTIVE: "defaults: [../../../secret, _self_]\n"}, ("objective=mine",)),
    "the environment read": ({EXPERIMENT: GLOBAL + "extra: ${oc.env:HOME}\n"}, (*SMALL, "experiment=mine")),
    "the environment shown": ({OBJECTIVE: "_target_: objectives.quadratic.Sphere\ndim: ${oc.env:HOME}\n"},
                              ("--cfg", "job", "--resolve", "objective=mine")),
    "a resolver of somebody's": ({OBJECTIVE: "_target_: objectives.quadratic.Sphere\ndim: \"${eval:'1+1'}\"\n"},
                                 ("objective=mine",)),
    "Hydra's resolver": ({OBJECTIVE: "_target_: objectives.quadratic.Sphere\ndim: ${hydra:runtime.cwd}\n"},
                         ("objective=mine",)),
    "a node from text": (
        {OBJECTIVE: "_target_: objectives.noise.GaussianNoise\n"
                    "inner: \"${oc.create:'{_target_: evil_package.It}'}\"\n"},
        ("objective=mine",)),
    "a class in pieces": ({OBJECTIVE: "a: evil_package\n_target_: ${.a}.It\n"}, ("objective=mine",)),
    "a class in a list": ({OBJECTIVE: "_target_: objectives.quadratic.Valley\nstart: [{_target_: evil_package.It}]\n"},
                          ("objective=mine",)),
    "a class inside": ({"optimizer/mine.yaml": "_target_: harness.optimizers.wrappers.Clip\n"
                                               "inner: {_target_: evil_package.It}\n"}, ("optimizer=mine",)),
    "a class of classes": ({OBJECTIVE: "_target_: {_target_: evil_package.It}\n"}, ("objective=mine",)),
    "a searched class": (
        {OBJECTIVE: "_target_: objectives.quadratic.Valley\n"
                    "space: {_target_: 'choice(evil_package.It, evil_package.That)'}\n"},
        ("-m", "objective=mine", "trials=2", "steps=2", "seeds=1")),
    "a searched node": (
        {OBJECTIVE: "_target_: objectives.noise.GaussianNoise\ninner: {_target_: objectives.quadratic.Valley}\n"
                    "space: {inner: 'choice({_target_: evil_package.It}, {_target_: evil_package.That})'}\n"},
        ("-m", "objective=mine", "trials=2", "steps=2", "seeds=1")),
    "a sampler": ({"sampler/mine.yaml": "_target_: evil_package.It\n"}, (*TUNED, "sampler=mine")),
    "a pruner": ({"pruner/mine.yaml": "_target_: evil_package.It\n"}, (*TUNED, "pruner=mine")),
    "a schedule": ({"schedule/mine.yaml": "# @package schedules.lr\n_target_: evil_package.It\n"}, ("schedule=mine",)),
    "a storage for a sampler": ({"sampler/mine.yaml": "_target_: optuna.storages.RDBStorage\nurl: sqlite:///PLANTED\n"},
                                (*TUNED, "sampler=mine")),
    "a database": ({EXPERIMENT: GLOBAL + "storage: sqlite:///PLANTED\n"}, (*TUNED, "experiment=mine")),
    "a folder to resume": ({EXPERIMENT: GLOBAL + "resume: PLANTED\n"}, ("-m", "experiment=mine")),
    "trust": ({EXPERIMENT: GLOBAL + "trust: [evil_package]\nobjective: {_target_: evil_package.It}\n"},
              ("experiment=mine",)),
    "trust in a cell": (
        {EXPERIMENT: GLOBAL + "cells: ['trust=evil_package objective._target_=evil_package.It']\n"},
        ("-m", "experiment=mine")),
    "a class in a cell": ({EXPERIMENT: GLOBAL + "cells: ['objective._target_=evil_package.It']\n"},
                          ("-m", "experiment=mine")),
    "a search path in a cell": (
        {EXPERIMENT: GLOBAL + "cells: ['hydra.searchpath=[pkg://evil_package] objective=valley']\n"},
        ("-m", "experiment=mine", "steps=2", "seeds=1")),
    "a folder in a cell": ({EXPERIMENT: GLOBAL + "cells: ['hydra.sweep.dir=PLANTED objective=valley']\n"},
                           ("-m", "experiment=mine", "steps=2", "seeds=1")),
    "bytes": ({OBJECTIVE: "_target_: objectives.quadratic.Sphere\ndim: !!binary aGVsbG8=\n"}, ("objective=mine",)),
    "no YAML": ({OBJECTIVE: "_target_: [\n"}, ("objective=mine",)),
    "an attack in a formula": (
        {OBJECTIVE: "_target_: objectives.formula.Formula\nf: '__import__(\"os\").system(\"touch PLANTED\")'\n"},
        ("objective=mine",)),
}  # fmt: skip
HARMLESS: dict[str, tuple[Files, tuple[str, ...]]] = {
    "another primary config": ({"config.yaml": "hydra: {searchpath: [pkg://evil_package]}\n"}, SMALL),
    "another default logging": ({"hydra/job_logging/default.yaml": "filters: {x: {'()': evil_package.It}}\n"}, SMALL),
    "a listing": ({OBJECTIVE: "_target_: evil_package.It\n"}, ("--help",)),
    "information": ({EXPERIMENT: "# @package hydra.hydra_logging\nfilters: {x: {'()': evil_package.It}}\n"},
                    ("--info", "all")),
}  # fmt: skip


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that an attack would make; importing `evil_package` makes it, too."""
    found = tmp_path / "planted"
    (tmp_path / "path").mkdir()
    code = f"import pathlib\npathlib.Path({str(found)!r}).touch()\nclass It:\n    pass\n"
    (tmp_path / "path" / "evil_package.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path / "path")
    level = logging.root.level
    yield found
    logging.root.setLevel(level)


def run(files: Files, typed: tuple[str, ...], planted: Path) -> int:
    folder = planted.parent / "theirs"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("PLANTED", str(planted)))
    code = main(["--config-dir", str(folder), *typed])
    assert not planted.exists()
    assert "evil_package" not in sys.modules
    return code


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_configs_are_refused_in_one_line(
    attack: str, planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, typed = HOSTILE[attack]
    assert run(files, typed, planted) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("harness: ")
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_only_looked_at_runs_nothing(name: str, planted: Path) -> None:
    assert run(*HARMLESS[name], planted) == 0


def test_the_attacks_would_work_if_they_were_trusted(planted: Path) -> None:
    """So that none of them is refused only because it is mistyped."""
    folder = planted.parent / "theirs" / "objective"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("_target_: evil_package.It\n")
    assert main(["--config-dir", str(folder.parent), "objective=mine", "trust=evil_package"]) == 2  # It is no Objective
    assert planted.exists()
    sys.modules.pop("evil_package")


def test_a_strangers_sweep_names_no_database_and_nothing_to_trust(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "sweep"
    assert main([*TUNED, "confirm=0", f"hydra.sweep.dir={folder}"]) == 0
    config = (folder / "config.yaml").read_text()
    for old, new, told in (
        ("storage: null", f"storage: sqlite:///{planted}", "its studies are in a database"),
        ("trusted: []", "trusted: [evil_package]\nx: 1", ""),
        ("objectives.functions.quadratics.Valley", "evil_package.It", "evil_package.It is not trusted"),
    ):
        assert old in config
        (folder / "config.yaml").write_text(config.replace(old, new))
        capsys.readouterr()
        code = main(["-m", f"resume={folder}"])
        assert (code, told in capsys.readouterr().err) == (2 if told else 0, True)
        assert not planted.exists()
    (folder / "config.yaml").write_text(config)
    (folder / "runs.csv").unlink()
    (folder / "runs.csv").symlink_to(planted)
    assert main(["-m", f"resume={folder}"]) == 2
    assert not planted.exists()
