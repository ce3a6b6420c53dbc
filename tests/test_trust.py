"""Configs from strangers: what a `_target_` may name."""

from pathlib import Path

import pytest

from harness.cells.enumeration import single
from harness.configs import building, trust
from harness.configs.compose import composer
from harness.configs.override import parse
from harness.errors import UserError
from objectives.functions.quadratics import Sphere
from tests.support import plan


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "builtins.open",
        "numpy.load",
        "objectives.data.np.load",  # an alias reachable through a trusted package
        "objectives.data.Path",
        "objectives.data.os",
        "harness.command.main",  # ours, but it makes nothing that a config may name
        "harness.results.files.write",
        "harness.results.files.claim",
        "objectives.data.cached",
        "harnessed.Evil",
        "harness",
        "",
        3,
        None,
    ],
)
def test_refused(target: object) -> None:
    with pytest.raises(UserError):
        building.build({"_target_": target}, "objective")


def test_a_class_must_live_where_its_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's class put into a trusted module is still the stranger's."""
    evil = type("Evil", (Sphere,), {"__module__": "evil_package"})
    monkeypatch.setattr("objectives.functions.quadratics.Evil", evil, raising=False)
    with pytest.raises(UserError, match=r"is evil_package.Evil, which is not trusted"):
        trust.locate("objectives.functions.quadratics.Evil")
    assert trust.locate("objectives.functions.quadratics.Evil", trusted=("evil_package",)) is evil


def test_a_prefix_is_a_package_and_not_a_spelling() -> None:
    with pytest.raises(UserError, match=r"harnessed.Evil is not trusted"):
        trust.locate("harnessed.Evil")


def test_what_nobody_builds_is_checked_too() -> None:
    with pytest.raises(UserError, match=r"extra.deep.1._target_: os.system is not trusted"):
        trust.check({"extra": {"deep": [1, {"_target_": "os.system"}]}})


def test_plan_checks_everything_first(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(
        "# @package _global_\noptimizer: {extra: {_target_: evil_package.It}}\n"
    )
    with (
        composer(tmp_path) as source,
        pytest.raises(UserError, match=r"optimizer.extra._target_: evil_package.It is not trusted"),
    ):
        plan(single(source, parse("experiment=mine")))


@pytest.mark.parametrize(
    "target", ["harness.optimizers.adam.Adam", "harness.schedules.Constant", "objectives.data.bundled.digits"]
)
def test_allowed(target: str) -> None:
    assert callable(trust.locate(target))


def test_a_hostile_file_is_refused_before_anything_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a target stands, and however it is spelled, the module that it names is not imported."""
    planted = tmp_path / "planted"
    (tmp_path / "evil_package.py").write_text(
        f"import pathlib\npathlib.Path({str(planted)!r}).touch()\nclass It: pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "conf"
    (folder / "objective").mkdir(parents=True)
    for text in (
        "_target_: evil_package.It",
        "_target_: objectives.functions.quadratics.Valley\nstart: {_target_: evil_package.It}",
        "_target_: objectives.functions.quadratics.Valley\nstart: [{_target_: evil_package.It}]",
        "a: evil_package\n_target_: ${.a}.It",
        "inner: \"${oc.create:'{_target_: evil_package.It}'}\"\n_target_: objectives.wrappers.noise.GaussianNoise",
        "trust: evil_package\n_target_: evil_package.It",
    ):
        (folder / "objective" / "mine.yaml").write_text(text)
        with composer(folder) as source, pytest.raises(UserError, match=r"evil_package.It is not trusted"):
            plan(single(source, parse("objective=mine")))
    assert not planted.exists()
    (folder / "objective" / "mine.yaml").write_text("_target_: evil_package.It")
    with composer(folder) as source, pytest.raises(UserError, match="makes none of"):
        plan(single(source, parse("objective=mine")), trusted=("evil_package",))
    assert planted.exists(), "what the user trusts is imported"
