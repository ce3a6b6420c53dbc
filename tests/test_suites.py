"""Suites: a list of problems in one file, each tuned by all that is typed."""

import shlex
from pathlib import Path

import pytest

import harness
from harness.cells.enumeration import enumerated
from harness.command import main
from harness.configs.compose import Composer, composer
from harness.configs.override import parse

TINY = """\
problems:
  - objective=shift objective@objective.inner=sphere steps=7
  - objective=mlp dataset=iris objective.batch_size=16
"""


def written(folder: Path, text: str = TINY, name: str = "tiny") -> str:
    (folder / "mine" / "suite").mkdir(parents=True, exist_ok=True)
    (folder / "mine" / "suite" / f"{name}.yaml").write_text(text)
    return str(folder / "mine")


def test_every_problem_meets_every_optimizer(tmp_path: Path) -> None:
    with composer(written(tmp_path)) as source:
        cells = enumerated(source, parse("suite=tiny", "optimizer=sgd,adam", "trials=2", "records=3"))
    assert [cell.choices["optimizer"] for cell in cells] == ["sgd", "adam"] * 2
    assert [cell.config["objective"].get("inner", {}).get("dim") for cell in cells] == [2, 2, None, None]
    assert [cell.settings.steps for cell in cells] == [7, 7, 1000, 1000], "a problem may have its own"
    assert {cell.settings.replicates for cell in cells} == {12}, "also on data"
    assert all("suite" not in cell.config for cell in cells)
    assert "steps" not in cells[0].varied, "which says how long, not on what"


def test_what_is_typed_wins(tmp_path: Path) -> None:
    with composer(written(tmp_path)) as source:
        cells = enumerated(source, parse("suite=tiny", "optimizer=sgd,adam", "trials=2", "steps=5", "replicates=3"))
    assert {(cell.settings.steps, cell.settings.replicates) for cell in cells} == {(5, 3)}


def test_a_suite_runs_and_what_it_prints_runs_again(tmp_path: Path) -> None:
    found = harness.sweep("suite=tiny", optimizer=["sgd", "adam"], trials=2, replicates=2, config_dir=written(tmp_path),
                          records=3, finals=1, confirm=1)  # fmt: skip
    assert found.summary["title"].startswith("4 cells · suite tiny · 2 trials")
    assert [answer.evidence.where for answer in found.answer] == ["shift inner=sphere", "mlp iris batch_size=16"]
    cell = found.cells[0]
    again = harness.run(*shlex.split(cell["overrides"]))
    (run,) = [run for run in found.runs if run["cell"] == 0 and run["phase"] == "confirm" and run["replicate"] == 0]
    assert [(r["seed"], r["loss"]) for r in again.runs] == [(run["seed"], run["loss"])]
    more = harness.sweep(f"resume={found.folder}", "replicates=3")
    assert more.summary["replicates"] == 3


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("suite=tiny",), "suite=tiny is a sweep over several problems; use: python -m harness -m suite=tiny\n"),
        (("-m", "suite=tiny", "objective=mlp"), "objective=mlp: suite=tiny says which problems there are; leave one"),
        (("-m", "suite=tiny", "dataset=iris"), "dataset=iris: suite=tiny says which problems there are"),
        (("-m", "suite=tiny", "objective.dim=3,4"), "objective.dim=3,4: suite=tiny says which problems"),
        (("-m", "suite=tiny", "experiment=book_mnist"), "experiment=book_mnist: suite=tiny lists what is compared"),
        (("-m", "suite=tinny"), "suite=tinny: no such suite (did you mean tiny?); choices: "),
        (("-m", "suite=tiny,small_cpu"), "suite is one setting of the whole sweep; give it one value"),
        (("-m", "suite=[tiny]"), "suite=[tiny]: choose one\n"),
        (("-m", "+suite=tiny"), "+suite=tiny: there is one already"),
        (("-m", "suite.problems=[]"), "suite"),
        (("-m", "suite=more"), "suite=more: a suite is a file with a list `problems:` of lines like objective=mlp"),
        (("-m", "suite=none_there"), "and nothing else; got no suite"),
        (("-m", "suite=texts"), "got 'objective=mlp'"),
        (("-m", "suite=whole"), "trials is one setting of the whole sweep"),
        (("-m", "suite=lists"), "a line is one cell; objective=sphere,valley lists several values"),
        (("-m", "experiment=sneaks", "optimizer=sgd,adam"), "suite: it is typed, as in -m suite=small_cpu"),
    ],
)
def test_what_is_no_suite_is_one_line(
    arguments: tuple[str, ...], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path)
    written(tmp_path, f"{TINY}steps: 3\n", "more")
    written(tmp_path, "# @package _global_\nsteps: 3\n", "none_there")
    written(tmp_path, "problems: objective=mlp\n", "texts")
    written(tmp_path, "problems: [objective=sphere trials=3]\n", "whole")
    written(tmp_path, "problems: ['objective=sphere,valley']\n", "lists")
    (tmp_path / "mine" / "experiment").mkdir()
    (tmp_path / "mine" / "experiment" / "sneaks.yaml").write_text(
        "# @package _global_\ndefaults: [override /suite: tiny]\n"
    )
    assert main(["--config-dir", folder, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert line in err
    assert err.count("\n") == 1


def test_the_suite_of_laptops_has_problems_of_its_kinds(source: Composer) -> None:
    cells = enumerated(source, parse("suite=small_cpu", "optimizer=sgd,adam", "trials=2"))
    names = [cell.config["objective"]["_target_"].split(".")[1] for cell in cells[::2]]
    assert 8 <= len(names) <= 12
    assert names.count("learning") <= 4
    assert {cell.settings.replicates for cell in cells} == {12}
    for cell in cells[::2]:
        if cell.config["objective"]["_target_"].startswith("objectives.functions"):
            raise AssertionError(f"{cell.name}: its minimum is where it is published; shift it")


def test_the_suite_of_laptops_trains() -> None:
    found = harness.sweep("suite=small_cpu", "optimizer=sgd,adam", "steps=2", "seeds=2", "records=1")
    assert {run["state"] for run in found.runs} == {"completed"}
    assert len({cell["problem"] for cell in found.cells}) == len(found.answer) == 12
