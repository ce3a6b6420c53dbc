"""No override and no line of a config is ignored: what nothing reads is refused, in one line that says what to do."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness.cells.enumeration import enumerated
from harness.command import main
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import UserError
from harness.screens.tables import show
from harness.screens.terminal import console

QUICK = ("objective=valley", "steps=5")
SGD = "_target_: harness.optimizers.gradient_descent.SGD\nlr: 0.1\n"


BOTH = "optimizer=[sgd,adam]: choose one; to compare: -m optimizer=sgd,adam"


def refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line, and nothing was written."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("harness: ")
    assert err.count("\n") == 1
    assert not Path("outputs").exists()
    return err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("++seed=3",), "seed: no such setting (did you mean seeds?)"),
        (("+epochs=5",), "epochs: no such setting (did you mean steps?)"),
        (("+scheduler=cosine",), "scheduler: no such setting (did you mean schedule?)"),
        (("+zzz.deep=1",), "zzz: no such setting; choices: aggregate, "),
        (("+schedule.lr.end=0.1",), "schedule: no such setting (did you mean schedules?)"),
        (("schedule=cosine", "schedule.end=0.1"), "schedule.end: no such setting (did you mean schedules.lr.end?)"),
        (("+schedule@schedule.beta1=linear",), "schedule: no such setting (did you mean schedules?)"),
        (("-m", "optimizer.lr=range(5,1)"), "optimizer.lr=range(5,1): no value, so nothing to compare"),
        (("-m", "trials=4", "optimizer.lr=loguniform(1,2)"), "Unknown function 'loguniform'"),
        (("-m", "optimizer.lr=range(0,1,0.1"), "not an override as Hydra reads them: no viable alternative"),
        (("-m", "optimizer.lr=0.1,,0.2"), "not an override as Hydra reads them"),
        (("scheduler=cosine",), "scheduler: no such setting (did you mean schedule?)"),
        (("schedules=cosine",), "schedules=cosine: it has settings of its own; to choose another: schedule=cosine"),
        (("schedules.lr=cosine",), "to choose another: schedule=cosine"),
        (("optimizer=clip", "optimizer.inner=adam"), "to choose another: optimizer@optimizer.inner=adam"),
        (("steps.x=1",), "steps.x: steps is one value, and has no settings of its own"),
        (("epsilon=1",), "epsilon: no such setting; choices: aggregate"),
        (("optimizer=adam", "epsilon=1"), "epsilon: no such setting (did you mean optimizer.eps?)"),
        (("optimizer=clip", "optimizer.learning_rate=1"), "(did you mean optimizer.inner.lr?)"),
        (("optimizer=[]",), "optimizer=[]: choose one of accsgd"),
        (("steps==10",), "steps==10: not an override as Hydra reads them"),
        (("cells=[optimizer=sgd]",), "cells=[optimizer=sgd]: not an override as Hydra reads them"),
        (("dataset=npz", "dataset.path=$HOME/été"), """put it in quotes, as in 'dataset.path="$HOME/été"'"""),
        (("-m", "optimizer.lr=range(0.1,inf,0.1)"), "a range goes from a number to a number"),
        (("-m", "optimizer.lr=range(nan,1,0.1)"), "a range goes from a number to a number"),
        (("-m", "optimizer.lr=range(0,1,0)"), "a range goes from a number to a number"),
        (("-m", "optimizer.lr=range(0,1e9,0.001)"), "1,000,000,000,000 values are too many to compare"),
        (("optimizer=adam_book",), "optimizer=adam_book: it is a variant; write optimizer=variant/adam_book"),
        (("+optimizer=adam",), "+optimizer=adam: there is one already; without the plus it is another"),
        (("++schedule=cosine",), "++schedule=cosine: there is one already; without the plus it is another"),
        (("optimizer.lr=[0.1,0.2]",), "optimizer.lr=[0.1, 0.2]: one number; to compare: -m optimizer.lr=0.1,0.2"),
        (("seeds=range(3)",), "seeds is one setting of the whole sweep; give it one value"),
        (("search=lr,momentum",), "search is one setting of the whole sweep; write the list search=[lr,momentum]"),
        (("dataset=npz", "dataset.path=my(1).npz"), "put it in quotes, as in \"dataset.path='my(1).npz'\""),
        (("optimizer=[sgd,adam]",), BOTH),
        (("-m", "optimizer=[sgd,adam]"), BOTH),
        (("-m", "optimizer=[sgd,adam],momentum"), BOTH),
        (("objective=[sphere,valley]",), "choose one; to compare: -m objective=sphere,valley"),
        (("dataset=[iris,wine]",), "choose one; to compare: -m dataset=iris,wine"),
        (("-m", "trials=2", "sampler=[tpe,random]"), "choose one; to compare: -m sampler=tpe,random"),
        (("experiment=[book_mnist,book_dropout]",), "experiment=[book_mnist,book_dropout]: choose one\n"),
        (("optimizer=clip", "optimizer@optimizer.inner=[sgd,adam]"), "-m optimizer@optimizer.inner=sgd,adam"),
        (("schedule=0.5",), "schedule=0.5: choose one of chain, chebyshev, constant"),
        (("optimizer=nan",), "optimizer=nan: choose one of accsgd"),
        (("optimizer={lr: 1}",), "optimizer={lr: 1}: choose one of accsgd"),
        (("batch_size=16", "objective=mlp"), "batch_size: no such setting (did you mean objective.batch_size?)"),
        (("optimizer.batch_size=16", "objective=mlp"), "(did you mean objective.batch_size?)"),
        (("lr=0.1",), "lr: no such setting (did you mean optimizer.lr?)"),
        (("learning_rate=0.1",), "learning_rate: no such setting (did you mean optimizer.lr?)"),
        (("optimizer.learning_rate=0.1",), "(did you mean lr?); choices: lr\n"),
        (("batch=16",), "batch=16: it says how to tune, and nothing is tuned; add -m and trials=64"),
        (("-m", "optimizer=sgd,adam", "sampler=random"), "sampler=random: it says how to tune, and nothing is tuned"),
        (("target=0.1",), "target=0.1 is for metric=steps_to_target; got metric=loss"),
        (("dataset=npz", "dataset.path=~/x.npz"), "put it in quotes, as in \"dataset.path='~/x.npz'\""),
        (("dataset=npz", "dataset.path=a=b"), "put it in quotes, as in \"dataset.path='a=b'\""),
        (("dataset=npz", "dataset.path=été.npz"), "put it in quotes, as in \"dataset.path='été.npz'\""),
        (("dataset=npz", "dataset.path=it's"), "put it in quotes, as in 'dataset.path=\"it'\"'\"'s\"'"),
        (("metric=error",), "metric=error: objective=valley has loss, best_loss, steps_to_target"),
        (
            ("-m", "objective=softmax_regression", "metric=penalised_loss", "optimizer=sgd,adam"),
            "has loss, accuracy, train_loss, train_accuracy, train_penalised_loss, best_loss, steps_to_target",
        ),
        (
            ("-m", "objective=mlp", "dataset.validation=0", "optimizer=sgd,adam"),
            "metric=loss reads validation data, and there are none; rank by metric=train_loss",
        ),
        (("-m", "optimizer=sgd,adam", "metric=steps_to_target", "target=1e9"), "the start meets it already"),
    ],
)  # fmt: skip
def test_what_nothing_reads_is_refused(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    named = any(text.partition("=")[0] == "objective" for text in arguments)
    assert line in refused((*arguments, *(QUICK[1:] if named else QUICK)), capsys)


@pytest.mark.parametrize(
    ("file", "text", "choice", "line"),
    [
        ("experiment/mine.yaml", "steps: 3\n", "experiment=mine",
         "experiment=mine: its file lacks the line `# @package _global_` at its top"),
        ("experiment/mine.yaml", "# @package _global_\nseed: 3\n", "experiment=mine",
         "experiment=mine: seed: no such setting (did you mean seeds?)"),
        ("experiment/mine.yaml", "# @package _global_\ndefaults: [override /optimizer: [sgd, adam]]\n",
         "experiment=mine", "optimizer: a config chooses several; choose one"),
        ("experiment/mine.yaml", "# @package _global_\ncells: ['+epochs=5']\n", "experiment=mine",
         "epochs: no such setting (did you mean steps?)"),
        ("experiment/mine.yaml", "# @package _global\nsteps: 3\n", "experiment=mine",
         "experiment=mine: # @package _global: write `# @package _global_`"),
        ("experiment/mine.yaml", "# @package _global_\ndefaults: [override /schedule: 0.5]\n", "experiment=mine",
         "a config's defaults list: Unsupported item value in defaults"),
        ("experiment/mine.yaml", "# @package _global_\nschedule: cosine\n", "experiment=mine",
         "experiment=mine: schedule: cosine: to choose in a file: `defaults: [override /schedule: cosine]`"),
        ("experiment/mine.yaml", "# @package _global_\noptimizer: adam\n", "experiment=mine",
         "experiment=mine: optimizer: adam: to choose in a file: `defaults: [override /optimizer: adam]`"),
        ("schedule/mine.yaml", "_target_: harness.schedules.decay.Cosine\nlength: 5\n", "schedule=mine",
         "schedule=mine: its file lacks the line `# @package schedules.lr` at its top"),
        ("optimizer/mine.yml", SGD, "optimizer=mine", "optimizer/mine.yml: a config ends in .yaml; rename it"),
        ("optimizer/mine.yaml", f"# \udce9t\udce9\n{SGD}", "optimizer=mine",
         "optimizer/mine.yaml: not UTF-8 text; save it as UTF-8"),
        ("optimizer/mine.yaml", f"defaults: [mine]\n{SGD}", "optimizer=mine", "defaults list leads back to itself"),
    ],
)  # fmt: skip
def test_files_that_hydra_would_ignore_or_cannot_read(
    file: str, text: str, choice: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert line in refused(("--config-dir", "mine", choice, *QUICK), capsys)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("range(0.1,0.5,0.1)", ["0.1", "0.2", "0.3", "0.4"]),
        ("range(0.7,1.0,0.1)", ["0.7", "0.8", "0.9"]),
        ("range(1.0,0.7,-0.1)", ["1.0", "0.9", "0.8"]),
        ("range(1,4)", ["1", "2", "3"]),
        ("sort(range(1,4),reverse=true)", ["3", "2", "1"]),
    ],
)
def test_ranges_are_the_numbers_that_are_written(source: Composer, text: str, numbers: list[str]) -> None:
    cells = enumerated(source, parse("optimizer=sgd", "objective=valley", f"optimizer.lr={text}"))
    assert [cell.varied["optimizer.lr"] for cell in cells] == numbers


def test_a_range_in_any_order(source: Composer) -> None:
    cells = enumerated(source, parse("optimizer=sgd", "objective=valley", "optimizer.lr=shuffle(range(0.1,1.0,0.1))"))
    found = [cell.varied["optimizer.lr"] for cell in cells]
    assert sorted(found) == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"] != found


def test_what_changes_nothing_is_no_mistake() -> None:
    """Settings of tuning at their defaults, and in a file."""
    Path("conf/experiment").mkdir(parents=True)
    Path("conf/experiment/mine.yaml").write_text("# @package _global_\nbatch: 4\n")
    found = harness.run(*QUICK, "timeout=null", "search=null", "experiment=mine", config_dir="conf")
    assert found.config["batch"] == 4


def test_what_the_records_show_can_be_ranked_by() -> None:
    sweep = ("optimizer=sgd,adam", "optimizer.lr=0.1", "steps=20", "seeds=2", "records=4")
    for metric, better in (("train_loss", min), ("train_accuracy", max)):
        found = harness.sweep(*sweep, f"metric={metric}")
        first = next(cell for cell in found.cells if cell["value"] == better(c["value"] for c in found.cells))
        runs = [run[metric] for run in found.runs if run["cell"] == first["cell"]]
        assert first["value"] == np.median(runs)
        shown = printed(found)
        assert f"median {metric.replace('_', ' ')}" in shown
        assert re.search(rf"rerun the first: .* metric={metric} .*optimizer={first['optimizer']}$", shown, re.MULTILINE)


def test_without_validation_data_the_loss_is_that_of_training() -> None:
    found = harness.sweep("optimizer=sgd,adam", "steps=9", "seeds=2", "metric=train_loss", "dataset.validation=0")
    assert all(run["loss"] == run["train_loss"] > 0 for run in found.runs)
    assert all(run["test_accuracy"] > 0 for run in found.runs)
    assert "accuracy" not in found.runs[0]
    more = harness.run("steps=3", "seeds=2", "dataset.validation=0")
    less = harness.run("steps=3", "seeds=2")
    assert more.runs[0]["loss"] != less.runs[0]["train_loss"], "there are more training examples"


def test_a_target_beyond_the_horizon() -> None:
    found = harness.sweep("optimizer=sgd,adam", *QUICK[:1], "steps=1500", "metric=steps_to_target", "target=1e-5")
    assert [cell["value"] for cell in found.cells] == [pytest.approx(1000, rel=0.5), np.inf]
    shown = printed(found)
    assert "> 1,500" in shown
    assert "inf" not in shown


def test_a_target_that_the_start_meets_is_refused_for_the_seeds_that_count() -> None:
    """Seed 0 starts at 6.45, the median of three at 7.88."""
    with pytest.raises(UserError, match=r"target=7.9: the start meets it already \(loss 7.881\)"):
        harness.sweep("optimizer=sgd,adam", *QUICK, "metric=steps_to_target", "target=7.9")
    found = harness.sweep("optimizer=sgd,adam", *QUICK, "metric=steps_to_target", "target=7.8", "aggregate=mean")
    assert found.runs[0]["steps_to_target"] == 0


def printed(found: Any) -> str:
    out = console()
    with out.capture() as text:
        show(found, out)
    return str(text.get())
