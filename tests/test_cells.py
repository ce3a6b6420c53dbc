"""Composition, cells and the populations they become."""

import shlex
from pathlib import Path
from typing import Any

import hydra
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

import harness
from harness.cells.cell import Cell
from harness.cells.enumeration import enumerated, single
from harness.command import main
from harness.configs import compose, override
from harness.configs.compose import Composer, composer
from harness.configs.override import parse
from harness.errors import UserError
from tests.support import plan


def cells(source: Composer, *overrides: str) -> list[Cell]:
    return enumerated(source, parse(*overrides))


def test_commas_choices_ranges_and_globs_enumerate(source: Composer) -> None:
    names = [cell.name for cell in cells(source, "optimizer=sgd,adam", "optimizer.lr=choice(0.1,0.2)", "steps=5")]
    assert names == [f"optimizer={o} optimizer.lr={lr}" for o in ("sgd", "adam") for lr in ("0.1", "0.2")]
    assert [c.varied["objective.dim"] for c in cells(source, "objective=sphere", "objective.dim=range(2,5)")] == list(
        "234"
    )
    matching = cells(source, "optimizer=glob([l*rs,sg?,*m_book])", "objective=valley")
    assert [cell.choices["optimizer"] for cell in matching] == ["lars", "sgd"], "and not variant/adam_book"


@pytest.mark.parametrize(
    "overrides",
    [
        ["optimizer=adam", "optimizer.lr=0.25", "schedule=cosine", "steps=70", "schedules.lr.end=0.1"],
        ["optimizer=variant/adam_book", "objective=sphere", "objective.dim=4", "seeds=[3,5]"],
        ["optimizer=clip", "optimizer@optimizer.inner=momentum", "optimizer.inner.momentum=0.5"],
        ["+schedule@schedules.momentum=linear", "optimizer=momentum", "schedules.momentum.end=0.5", "steps=12"],
        ["schedule=warmup", "schedule@schedules.lr.then=cosine", "steps=40"],
        ["objective.hidden=[3,4]", "dataset.test=0.1", "optimizer.lr=${steps}", "+half=${steps}"],
        ["~schedule", "++extra.deep=3", "experiment=book_trajectories", "steps=7"],
    ],
)
def test_the_copied_template_is_what_hydra_composes(source: Composer, overrides: list[str]) -> None:
    """Writing values into a copy gives the config that a full composition gives."""
    ours = source.unresolved(parse(*overrides)).config
    theirs = hydra.compose("config", overrides=overrides)
    assert OmegaConf.to_container(ours, resolve=True) == OmegaConf.to_container(theirs, resolve=True)


def test_hydra_composes_once_for_all_plain_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    monkeypatch.setattr(compose, "KEPT", [])
    real = hydra.compose
    monkeypatch.setattr(hydra, "compose", lambda *a, **k: counted.append(k["overrides"]) or real(*a, **k))
    with composer() as source:
        made = cells(source, "optimizer=sgd,adam", "optimizer.lr=0.1,0.2,0.3,0.4,0.5", "objective=valley")
        assert len(made) == 10
        assert len(counted) == 1


def test_a_typed_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the command line to the files; Hydra parses again what it composes."""
    parsed: list[str] = []
    real = OverridesParser.parse_overrides

    def parse_overrides(self: OverridesParser, overrides: list[str]) -> list[Any]:
        parsed.extend(overrides)
        return real(self, overrides)

    monkeypatch.setattr(OverridesParser, "parse_overrides", parse_overrides)
    monkeypatch.setattr(override, "_parsed", override._parsed.__wrapped__)  # without its memory
    values = ["optimizer.lr=0.1,0.2", "optimizer.beta1=0.5", "steps=3", "seeds=1", "trials=2", "confirm=0"]
    assert main(["-m", "optimizer=adam", "objective=valley", *values]) == 0
    assert [parsed.count(text) for text in values] == [1] * len(values)


def test_a_plain_value_reaches_cells_that_have_the_key(source: Composer) -> None:
    made = cells(source, "optimizer=momentum,nesterov", "optimizer.momentum=0.8")
    assert [cell.config["optimizer"]["momentum"] for cell in made] == [0.8, 0.8]
    with pytest.raises(UserError, match=r"in the cell optimizer=sgd: optimizer.momentum: no such setting; choices: lr"):
        cells(source, "optimizer=momentum,sgd", "optimizer.momentum=0.8")


def test_an_experiments_lines_are_cells_and_what_is_typed_wins(source: Composer) -> None:
    made = single(source, parse("experiment=book_trajectories"))
    assert [(c.choices["optimizer"], c.config["optimizer"]["lr"]) for c in made] == [
        ("sgd", 0.95), ("momentum", 0.1), ("adagrad", 1.5), ("variant/adam_book", 0.3),
    ]  # fmt: skip
    assert {(c.settings.steps, c.settings.seeds) for c in made} == {(30, (0,))}
    typed = single(source, parse("experiment=book_trajectories", "optimizer.lr=0.5", "steps=9"))
    assert [(c.config["optimizer"]["lr"], c.settings.steps) for c in typed] == [(0.5, 9)] * 4
    crossed = cells(source, "experiment=book_trajectories", "seeds=1", "objective.start=[1,1],[2,2]")
    assert len(crossed) == 8


def test_a_cells_overrides_give_that_cell_again(source: Composer) -> None:
    for made in (
        cells(source, "experiment=book_trajectories"),
        cells(source, "optimizer=sgd,adam", "optimizer.lr=0.1,0.2", "steps=3"),
    ):
        assert len(made) == 4
        for cell in made:
            (again,) = single(source, cell.overrides)
            assert {**again.config, "cells": []} == {**cell.config, "cells": []}


def test_cells_that_differ_in_numbers_share_a_population(source: Composer) -> None:
    planned = plan(
        cells(source, "optimizer=sgd,adam", "optimizer.lr=0.1,0.01,0.001", "seeds=8", "objective=rosenbrock")
    )
    assert [len(p.population.trace.seeds) for p in planned] == [24, 24]
    lr = planned[0].engine.optimizer.lr  # type: ignore[attr-defined]
    assert lr.tolist() == [0.1] * 8 + [0.01] * 8 + [0.001] * 8
    assert planned[0].population.trace.seeds.tolist() == list(range(8)) * 3


@pytest.mark.parametrize(
    ("overrides", "populations"),
    [
        (["schedule=cosine", "schedules.lr.end=0.1,0.2,0.3"], 1),
        (["schedule=cosine,linear"], 2),
        (["optimizer=adam", "optimizer.eps_hat=true,false"], 2),
        (["objective=sphere", "objective.dim=2,3"], 2),
        (["optimizer=clip", "optimizer.inner.lr=0.1,0.2", "optimizer.max_norm=1,2"], 1),
        (["schedule=warmup", "schedule@schedules.lr.then=linear", "schedules.lr.then.end=0.1,0.2"], 1),
    ],
)
def test_what_makes_a_population(source: Composer, overrides: list[str], populations: int) -> None:
    typed = [o.partition("=")[0] for o in overrides]
    more = [] if "objective" in typed else ["objective=valley"]
    assert len(plan(cells(source, *overrides, *more))) == populations


def test_a_schedule_drives_the_outermost_optimizer_that_has_the_number(source: Composer) -> None:
    nested = [
        "optimizer=clip",
        "optimizer@optimizer.inner=clip",
        "+schedule@schedules.max_norm=linear",
        "schedule=cosine",
    ]
    (planned,) = plan(single(source, parse(*nested, "objective=valley")))
    outer = planned.engine._blocks[0].optimizer
    middle = outer.inner  # type: ignore[attr-defined]
    assert [set(o.schedules) for o in (outer, middle, middle.inner)] == [{"max_norm"}, set(), {"lr"}]


@pytest.mark.exact
def test_a_cells_numbers_are_those_of_the_cell_run_alone(source: Composer) -> None:
    sweep = harness.sweep(
        "optimizer=clip,adam", "objective=rosenbrock", "schedule=cosine", "schedules.lr.end=0,0.5", "steps=50"
    )
    for cell in sweep.cells:
        rows = [k for k, run in enumerate(sweep.runs) if run["cell"] == cell["cell"]]
        alone = harness.run(*shlex.split(cell["overrides"]))
        assert [run["loss"] for run in alone.runs] == [sweep.runs[k]["loss"] for k in rows]
        assert (alone.curves["path"] == sweep.curves["path"][rows]).all()


def test_a_folder_of_the_users_own(tmp_path: Path) -> None:
    folder = tmp_path / "my configs, it's mine [1]"
    (folder / "optimizer").mkdir(parents=True)
    (folder / "optimizer" / "mine.yaml").write_text("defaults: [adam, _self_]\nlr: 0.5\n")
    with composer(folder) as source:
        assert source.compose(parse("optimizer=mine")).config["optimizer"]["lr"] == 0.5
        assert "mine" in source.options("optimizer")
    with pytest.raises(UserError, match="no such folder"), composer(tmp_path / "nowhere"):
        pass


def test_the_names_of_hydra_that_we_use_are_there() -> None:
    """Little documented ones: this says which is gone when Hydra moves on."""
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.override_parser.types import Override
    from hydra.errors import MissingConfigException

    assert "hydra" in vars(GlobalHydra())
    for name in ("is_sweep_override", "is_interval_sweep", "sweep_string_iterator", "get_key_element", "is_add"):
        assert callable(getattr(Override, name))
    assert {"missing_cfg_file", "options"} <= vars(MissingConfigException("", "a/b", [])).keys()
    with composer():
        state = GlobalHydra.instance()
        assert {"show_info", "shell_completion"} <= set(dir(state.hydra))
        assert state.config_loader().get_group_options("optimizer")
