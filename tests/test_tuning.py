"""Tuning: spaces, fairness, studies, pruning, failures, resuming."""

import copy
import csv
import math
import shlex
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

import harness
from harness.cells.enumeration import enumerated
from harness.command import main
from harness.configs.compose import Composer
from harness.configs.override import parse
from harness.errors import RunError, UserError
from harness.results import files as results
from harness.results.files import Results, load
from harness.results.metrics import Metric
from harness.results.trace import Trace
from harness.results.trial import Trial
from harness.running.plan import Planner
from harness.running.training import train
from harness.screens.tables import show
from harness.screens.terminal import console
from harness.session import start
from harness.tuning.storage import Journal, repair
from harness.tuning.study import CellStudy
from objectives.functions.curved_valleys import Rosenbrock
from tests.support import ONCE, a_cell, names

SMALL = ("objective=rosenbrock", "trials=6", "batch=3", "steps=40", "seeds=2", "confirm=2", *ONCE)
FILES = ("runs.csv", "cells.csv", "trials.csv", "curves/0.npz")
MODULE = '''
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
import numpy as np
from objectives.fields import NonNegative
from harness.optimizers.base import Optimizer
from objectives.functions.quadratics import Sphere

@dataclass
class Picky(Sphere):
    """Fails for whoever comes close to the minimum."""
    def loss_and_grads(self, params, step, seeds):
        if (np.abs(params["x"]).max(axis=1) < 1e-3).any():
            raise ArithmeticError("too close")
        return super().loss_and_grads(params, step, seeds)

@dataclass
class Choosy(Sphere):
    a: float = 1.0
    def __post_init__(self):
        super().__post_init__()
        if self.a > 1.5:
            raise ArithmeticError("too much")

@dataclass
class Looking(Optimizer):
    """Takes the gradient one step ahead."""
    lr: NonNegative = 0.1
    sees: ClassVar = "run"
    gradients: ClassVar[int] = 2
    @staticmethod
    def rule(p, g, s, h):
        _, ahead = h.evaluate(p - h.lr * g)
        return p - h.lr * ahead, s
'''


def spaces(source: Composer, *overrides: str) -> list[dict[str, str]]:
    return [cell.space for cell in enumerated(source, parse("objective=valley", "trials=8", *overrides))]


def rows(results: Results, cell: int, phase: str) -> list[dict[str, Any]]:
    return [row for row in results.runs if row["cell"] == cell and row["phase"] == phase]


@pytest.fixture
def mine(write_module: Callable[[str, str], None]) -> None:
    write_module("mine", MODULE)


# spaces


def test_declared_spaces_change_key_by_key(source: Composer) -> None:
    lr, momentum = "tag(log, interval(1e-5, 1))", "choice(0.5, 0.8, 0.9, 0.95, 0.98, 0.99)"
    assert spaces(source, "optimizer=momentum") == [{"optimizer.lr": lr, "optimizer.momentum": momentum}]
    assert spaces(source, "optimizer=momentum", "optimizer.lr=0.1") == [{"optimizer.momentum": momentum}]
    assert spaces(source, "optimizer=momentum", "optimizer.lr=0.1,0.2") == [{"optimizer.momentum": momentum}] * 2
    assert spaces(source, "optimizer=momentum", "~optimizer.space.momentum") == [{"optimizer.lr": lr}]
    assert spaces(source, "optimizer=momentum", "optimizer.space.momentum=null") == [{"optimizer.lr": lr}]
    assert spaces(source, "optimizer=momentum", "search=lr") == [{"optimizer.lr": lr}]
    assert spaces(source, "optimizer=momentum", "optimizer.lr=interval(0.1,1)", "search=[optimizer.lr]") == [
        {"optimizer.lr": "interval(0.1,1)"}
    ]
    assert spaces(source, "optimizer=sgd", "optimizer.space={lr: 'interval(1, 2)'}") == [
        {"optimizer.lr": "interval(1, 2)"}
    ]
    assert spaces(source, "optimizer=clip", "search=[inner.lr]")[0].keys() == {"optimizer.inner.lr"}
    assert spaces(source, "optimizer=sgd", "optimizer.lr=1", "trials=1") == [{}]


def test_what_is_searched_is_conditional(source: Composer) -> None:
    found = spaces(source, "optimizer=sgd,adam", "optimizer.space.beta1=0.8,0.9", "schedule=cosine")
    assert [sorted(space) for space in found] == [["optimizer.lr"], ["optimizer.beta1", "optimizer.lr"]]
    schedule = spaces(source, "schedule=constant,cosine", "schedules.lr.end=interval(0,1)", "optimizer.lr=1")
    assert schedule == [{}, {"schedules.lr.end": "interval(0,1)"}]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["optimizer.lr=interval(1,0)"], r"interval\(1,0\): an interval goes from a number up to a larger one"),
        (["optimizer.lr=tag(log,interval(0,1))"], "a log scale needs ends above 0"),
        (["optimizer.lr=tag(log,complement,interval(0,1))"], "needs ends below 1"),
        (["optimizer.lr=tag(wide,interval(0,1))"], "a tag is log, log and complement, or powers; got wide"),
        (["optimizer.lr=tag(powers,interval(3,4))"], "the ends must be powers of two"),
        (["optimizer.space.lr=0.1"], "one value is no range"),
        (["optimizer.space.lr=range(5,1)"], "a range goes up"),
        (["optimizer.space.lr=1,1"], "a value stands there twice"),
        (["optimizer.space.beta3=1,2"], r"no cell has it; optimizer.beta3: no such setting"),
        (["optimizer.lr=interval(0,1)", "optimizer.lr=1"], "optimizer.lr is given twice"),
        (["optimizer.lr=interval(0,1)", "optimizer.space.lr=1,2"], "optimizer.lr is given twice"),
        (["search=beta3"], r"search=beta3: no cell has it in its space; choices: optimizer.lr"),
        (["optimizer.space=3"], "optimizer.space must name ranges"),
        (["+optimizer.note='${.lr} is lr'"], "only whole values can be passed on"),
    ],
)
def test_mistakes_in_spaces(source: Composer, overrides: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        spaces(source, *overrides)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["trials=0"], "trials must be an integer from 1 to 1,000,000; got 0"),
        (["sampler=foo"], "sampler=foo: no such sampler; choices: "),
        (["metric=accuracy"], "metric=accuracy: objective=rosenbrock has loss, best_loss, steps_to_target"),
        (["metric=steps_to_target"], "needs the loss to reach"),
        (["optimizer.lr=interval(-1,1)"], r"at optimizer.lr=-1.0 of its space: optimizer: SGD.lr must be"),
        (["storage=sqlite:////nowhere/there.db"], "storage=sqlite:////nowhere/there.db: .*unable to open"),
        (["sampler._target_=os.system"], "makes none of|is not trusted|no "),
        (["pruner=threshold"], "Either lower or upper"),
        (["trials=1", "optimizer.lr=interval(0,1)", "resume=nowhere"], "resume=nowhere: no sweep there"),
        (["on_error=stop"], "on_error must be continue or raise; got 'stop'"),
    ],
)
def test_mistakes_leave_no_folder(overrides: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        harness.sweep("objective=rosenbrock", "trials=2", *overrides)
    assert not list(tmp_path.glob("outputs/sweeps/*"))


def test_searching_takes_trials() -> None:
    with pytest.raises(UserError, match=r"optimizer.lr=interval\(0,1\) is searched, which takes trials"):
        harness.sweep("objective=valley", "optimizer.lr=interval(0,1)")
    with pytest.raises(UserError, match=r"trials=8 tunes, which is a sweep; use: python -m harness -m trials=8"):
        harness.run("trials=8")


@pytest.mark.parametrize(
    ("text", "low", "high", "kind"),
    [
        ("interval(0.5,2)", 0.5, 2, float),
        ("tag(log,int(interval(1,64)))", 1, 64, int),
        ("tag(log,complement,interval(0.9,0.9999))", 0.9, 0.9999, float),
        ("tag(powers,int(interval(16,256)))", 16, 256, int),
        ("range(1,9,2)", 1, 7, int),
        ("range(0,1,0.25)", 0, 0.75, float),
    ],
)
def test_points_lie_in_their_range(source: Composer, text: str, low: float, high: float, kind: type) -> None:
    key = "optimizer.space.lr" if "range" in text else "optimizer.lr"
    (cell,) = enumerated(source, parse("objective=valley", "trials=30", f"{key}={text}", "sampler=random"))
    study = CellStudy(cell, "minimize", ())
    values = []
    for _ in range(30):
        asked = study.ask()
        assert asked is not None
        values.append(asked[1]["optimizer.lr"])
        study.tell(asked[0], "complete", 0.0)
    assert all(type(value) is kind and low - 1e-12 <= value <= high + 1e-12 for value in values)
    assert len(set(values)) > 3
    if "powers" in text:
        assert set(values) <= {16, 32, 64, 128, 256}
    if "complement" in text:
        assert np.median(values) > 0.98, "log-uniform in 1 - x: half of them lie beyond 0.99683"


def test_a_value_goes_wherever_it_is_interpolated() -> None:
    found = harness.sweep(
        *SMALL, "optimizer=clip", "optimizer.max_norm=interval(0.1,1)", "optimizer.inner.lr='${..max_norm}'", "trials=3"
    )
    values = {row["optimizer.max_norm"] for row in rows(found, 0, "tune")}
    again = harness.run(*shlex.split(found.cells[0]["overrides"]))
    assert len(values) == 3
    assert again.config["optimizer"]["inner"]["lr"] == again.config["optimizer"]["max_norm"]
    assert [r["loss"] for r in again.runs] == [r["loss"] for r in rows(found, 0, "confirm")]


# fairness


def test_what_is_reported_was_not_tuned_on() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd,adam", "seeds=[3,5]")
    for cell in found.cells:
        tuned, confirmed = (rows(found, cell["cell"], phase) for phase in ("tune", "confirm"))
        assert {row["seed"] for row in tuned} == {3, 5}
        assert [row["seed"] for row in confirmed] == [6, 7]
        assert (cell["trials"], cell["phase"], len(tuned)) == (6, "confirm", 12)
        values = [row["value"] for row in found.trials if row["cell"] == cell["cell"]]
        assert cell["trial"] == int(np.argmin(values))
        assert cell["best_value"] == min(values)
        assert cell["value"] == np.median([row["loss"] for row in confirmed])
        again = harness.run(*shlex.split(cell["overrides"]))
        assert [row["loss"] for row in again.runs] == [row["loss"] for row in confirmed], "bit for bit"


def test_a_cell_does_not_depend_on_its_neighbours() -> None:
    alone = harness.sweep(*SMALL, "optimizer=adam", "pruner=asha")
    company = harness.sweep(*SMALL, "optimizer=sgd,adam,momentum", "pruner=asha")
    mine = [
        {key: value for key, value in row.items() if key in alone.runs[0]} | {"cell": 0}
        for row in company.runs
        if row["optimizer"] == "adam"
    ]
    assert mine == alone.runs


def test_sgd_finds_the_best_learning_rate_of_a_quadratic() -> None:
    """The Hessian of the ellipsoid has the eigenvalues mu = 2 and L = 20."""
    found = harness.sweep(
        "optimizer=sgd", "objective=ellipsoid", "objective.dim=2", "objective.condition=10", "trials=64", "seeds=5",
        "steps=200", *ONCE,
    )  # fmt: skip
    assert found.cells[0]["optimizer.lr"] == pytest.approx(2 / (2 + 20), rel=0.1)


def test_a_cell_without_a_space_has_one_trial() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd,momentum", "optimizer.lr=0.001")
    assert [(cell["trials"], cell["planned"]) for cell in found.cells] == [(1, 1), (6, 6)]
    assert len(rows(found, 0, "confirm")) == 2


def test_two_gradients_a_step_make_half_the_steps(mine: None) -> None:
    overrides = ["optimizer._target_=mine.Looking", "optimizer.lr=1e-4", "objective=rosenbrock", "steps=40", "seeds=2"]
    found = harness.run(*overrides, "schedule=cosine")
    assert [(run["steps"], run["evaluations"]) for run in found.runs] == [(20, 40)] * 2
    assert found.config["schedules"]["lr"]["length"] == 20
    assert [run["steps"] for run in harness.run(*overrides, "budget=steps").runs] == [40, 40]
    with pytest.raises(UserError, match="takes 2 gradients a step, and the budget is 1"):
        harness.run(*overrides, "steps=1")


def test_a_fixed_start_has_nothing_to_confirm() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd", "seeds=1", "objective.start=[1.0,2.0]")
    assert found.cells[0]["phase"] == "tune"


def test_a_fixed_start_in_one_cell_leaves_the_others_confirmed() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd", "seeds=1", "objective.start=[1.0,2.0],null")
    assert {cell["objective.start"]: cell["phase"] for cell in found.cells} == {"[1.0,2.0]": "tune", "null": "confirm"}


# what a trial is worth


def part(losses: list[list[float]], accuracy: list[float], diverged: list[bool]) -> Trial:
    trace = Trace(np.arange(len(losses)), np.array([0, 10, 20]))
    trace.curves = {"loss": np.array(losses), "accuracy": np.array([[0, 0, a] for a in accuracy])}
    trace.records, trace.diverged = 3, np.array(diverged)
    trace.steps[:] = [10 if gone else 20 for gone in diverged]
    return Trial(a_cell(steps=20), (), trace=trace, rows=slice(0, len(losses)))


def test_metrics() -> None:
    seen = part([[9, 1, 2], [9, 8, 3], [9, math.inf, math.nan]], [0.5, 0.7, math.nan], [False, False, True])
    assert Metric("loss").of_runs(seen).tolist() == [2, 3, math.inf]
    assert Metric("best_loss").of_runs(seen).tolist() == [1, 3, math.inf]
    assert Metric("accuracy").of_runs(seen).tolist() == [0.5, 0.7, -math.inf]
    assert Metric("steps_to_target", target=3.0).of_runs(seen).tolist() == [10, 20, math.inf]
    assert Metric("steps_to_target", target=1.5).of_runs(seen).tolist() == [10, math.inf, math.inf]
    assert Metric("loss").of_runs(seen, record=0).tolist() == [9, 9, 9], "as it was then"
    assert Metric("loss").value(np.array([2, 3, math.inf])) == 3
    assert Metric("loss", "mean").value(np.array([2, 3, math.inf])) == math.inf
    assert Metric("loss", "mean").value(np.array([2.0, 4.0])) == 3
    assert Metric("accuracy").value(np.array([0.5, 0.7, -math.inf])) == 0.5
    best = Metric("accuracy").interval(np.linspace(0, 1, 11))
    assert best.low < best.value < best.high


@pytest.mark.parametrize(
    "overrides",
    [
        ["metric=best_loss"],
        ["aggregate=mean"],
        ["metric=steps_to_target", "target=6.4", "objective=valley", "seeds=1"],
        ["metric=accuracy", "objective=mlp", "objective.hidden=[4]"],
    ],
)
def test_the_winner_is_the_best_by_the_metric(overrides: list[str]) -> None:
    found = harness.sweep(*SMALL, "optimizer=adam", *overrides)
    values = [row["value"] for row in found.trials]
    wanted = max(values) if "metric=accuracy" in overrides else min(values)
    assert found.cells[0]["trial"] == values.index(wanted)
    assert len(set(values)) > 1


def test_divergence_is_told_as_the_worst_value() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd", "optimizer.lr=1e9,1e-4")
    assert [cell["value"] for cell in found.cells] == [math.inf, pytest.approx(found.cells[1]["value"])]
    tuned = harness.sweep(*SMALL, "optimizer=sgd", "optimizer.space.lr=choice(1e9,1e-4)", "sampler=grid")
    study = optuna.load_study(study_name="trials", storage=stored(tuned))
    values = [trial.value for trial in study.trials]
    assert sorted(values)[1] == math.inf, "never nan"
    assert all(trial.state == optuna.trial.TrialState.COMPLETE for trial in study.trials)
    assert (tuned.cells[0]["optimizer.lr"], tuned.cells[0]["diverged_trials"]) == (1e-4, 1)
    assert (tuned.cells[0]["trials"], tuned.cells[0]["planned"]) == (2, 2), "the grid has no more"


def stored(results: Results) -> Any:
    path = str(results.folder / "study.journal")
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(path))


# samplers and pruners


@pytest.mark.parametrize("sampler", names("sampler"))
def test_every_sampler_goes_on_where_it_was(sampler: str) -> None:
    overrides = [*SMALL, "optimizer=adam", "optimizer.space.beta1=interval(0.5,0.99)", f"sampler={sampler}", "batch=2"]
    package = {"cmaes": "cmaes", "gp": "torch"}.get(sampler)
    if package and find_spec(package) is None:
        with pytest.raises(UserError, match=rf"needs the package {package}: pip install -e '\.\[{sampler}\]'"):
            harness.sweep(*overrides)
        return
    whole = harness.sweep(*overrides, "trials=14")
    assert len({row["optimizer.lr"] for row in rows(whole, 0, "tune")}) > 2
    demand_resumed(whole, lost=3)


@pytest.mark.parametrize("pruner", names("pruner"))
def test_every_pruner_decides_again_as_it_did(pruner: str) -> None:
    more = ["pruner.upper=100"] if pruner == "threshold" else []
    whole = harness.sweep(*SMALL, "optimizer=momentum", f"pruner={pruner}", *more, "trials=16", "batch=4")
    pruned = whole.cells[0]["pruned_trials"]
    assert (pruned > 0) == (pruner != "none")
    assert [row["state"] for row in whole.trials].count("pruned") == pruned
    demand_resumed(whole, lost=2)


def test_a_searched_objective_goes_on_as_the_same_problem_at_each_point() -> None:
    whole = harness.sweep(
        "objective=ellipsoid", "optimizer=sgd", "objective.condition=interval(1,9)", "steps=10", "seeds=2", "trials=6",
        "batch=2", *ONCE,
    )  # fmt: skip
    assert len({run["problem"] for run in whole.runs}) > 2
    demand_resumed(whole, lost=1)


def demand_resumed(whole: Results, lost: int, *more: str) -> None:
    """Take away the last rounds and the files, resume, and compare byte for byte."""
    folder = Path(shutil.copytree(whole.folder, "copy"))
    for path in [*sorted((folder / "rounds").iterdir())[-lost:], folder / "confirm.npz", folder / "summary.json"]:
        path.unlink()
    for name in FILES:
        (folder / name).unlink()
    journal = folder / "study.journal"
    journal.write_bytes(journal.read_bytes()[:-30])
    harness.sweep(f"resume={folder}", *more)
    for name in FILES:
        assert (folder / name).read_bytes() == (whole.folder / name).read_bytes(), name
    there, before = (len(optuna.load_study(study_name="trials", storage=stored(load(f))).trials)
                     for f in (folder, whole.folder))  # fmt: skip
    assert there == before


def test_pruned_runs_leave_and_the_others_do_not_notice() -> None:
    overrides = [*SMALL, "optimizer=sgd", "sampler=random", "trials=12", "batch=12"]
    whole, pruned = harness.sweep(*overrides), harness.sweep(*overrides, "pruner=asha")
    left = [k for k, run in enumerate(pruned.runs) if run["phase"] == "tune" and run["state"] == "pruned"]
    stayed = [k for k, run in enumerate(pruned.runs) if run["phase"] == "tune" and run["state"] != "pruned"]
    assert left
    assert stayed
    for k in left:
        seen = np.isfinite(pruned.curves["loss"][k])
        assert pruned.runs[k]["steps"] < 40
        assert pruned.runs[k]["evaluations"] == pruned.runs[k]["steps"]
        np.testing.assert_array_equal(pruned.curves["loss"][k][seen], whole.curves["loss"][k][seen])
    np.testing.assert_array_equal(pruned.curves["loss"][stayed], whole.curves["loss"][stayed])
    assert pruned.cells[0]["value"] == whole.cells[0]["value"], "the winner was not pruned"


# failures and interruptions


def test_only_the_trial_that_raises_fails(mine: None) -> None:
    overrides = [*SMALL[1:], "objective._target_=mine.Picky", "optimizer=sgd", "sampler=random", "trials=12", "batch=6"]
    found = harness.sweep(*overrides)
    assert 0 < found.cells[0]["failed_trials"] < 12
    assert set(found.summary["failures"].values()) == {"ArithmeticError: too close"}
    alone = harness.sweep(*overrides, "batch=1")
    states = [[row["state"] for row in results.trials] for results in (found, alone)]
    assert states[0] == states[1], "as when every trial runs alone"
    assert [r["loss"] for r in found.runs] == [r["loss"] for r in alone.runs]
    demand_resumed(found, 1, "trust=mine")
    (Path("conf") / "objective").mkdir(parents=True)
    (Path("conf") / "objective" / "choosy.yaml").write_text(
        "_target_: mine.Choosy\ndim: 2\na: 1.0\nspace: {a: 'interval(1, 2)'}\n"
    )
    later = ["optimizer=sgd", "objective=choosy", "trust=mine", "sampler=random", "trials=12", "batch=6"]
    lost = harness.sweep(*SMALL[2:], *later, config_dir="conf")
    bad = [row["objective.a"] > 1.5 for row in lost.trials]
    assert [row["state"] == "failed" for row in lost.trials] == bad
    assert 0 < sum(bad) < 12
    with pytest.raises(RunError, match=r"trial \d+ of the cell: ArithmeticError: too close"):
        harness.sweep(*overrides, "on_error=raise")
    assert main(["-m", *overrides, "on_error=raise"]) == 1
    assert main(["-m", *overrides]) == 1


def test_a_timeout_ends_in_order_and_can_be_finished() -> None:
    overrides = [*SMALL, "optimizer=adam", "trials=400", "batch=2"]
    found = harness.sweep(*overrides, "timeout=0.3")
    assert found.summary["stopped"] == "timeout"
    assert 0 < found.cells[0]["trials"] < 400
    assert found.cells[0]["phase"] == "confirm"


def test_an_interrupted_sweep_shows_what_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    begun: list[int] = []
    overrides = [*SMALL, "optimizer=adam,sgd"]
    found = start(parse(*overrides), True, stop=lambda: bool(begun.append(1)) or len(begun) > 200)
    assert found.summary["interrupted"]
    assert {cell["trials"] for cell in found.cells} == {3}
    assert main(["-m", f"resume={found.folder}"]) == 0
    assert "finish it" not in capsys.readouterr().out
    assert {cell["trials"] for cell in results.load(found.folder).cells} == {6}
    whole = harness.sweep(*overrides)
    for name in FILES:
        assert (found.folder / name).read_bytes() == (whole.folder / name).read_bytes(), name
    nothing = start(parse(*overrides), True, stop=lambda: True)
    assert nothing.runs == []
    show(nothing, console())
    assert "no batch of trials has ended" in capsys.readouterr().out
    assert main(["-m", f"resume={nothing.folder}"]) == 0


def test_a_grid_is_laid_out_once() -> None:
    found = harness.sweep(*SMALL, "optimizer=adam", "sampler=grid")
    with pytest.raises(UserError, match="a grid is laid out for its number of trials"):
        harness.sweep(f"resume={found.folder}", "trials=9")
    assert harness.sweep(f"resume={found.folder}", "timeout=100").cells == found.cells


def test_a_target_that_is_not_reached_is_no_divergence() -> None:
    found = harness.sweep(*SMALL, "optimizer=adam", "metric=steps_to_target", "target=1e-30")
    assert (found.cells[0]["diverged_trials"], found.cells[0]["value"]) == (0, math.inf)


def test_a_single_run_is_not_resumed() -> None:
    found = harness.run("objective=valley", "steps=2")
    with pytest.raises(UserError, match="a single run is there"):
        harness.sweep(f"resume={found.folder}")


def test_more_trials_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    short = harness.sweep(*SMALL, "optimizer=adam")
    longer = harness.sweep(f"resume={short.folder}", "trials=9", "optimizer=adam", "steps=40")
    assert longer.folder == short.folder
    assert longer.cells[0]["trials"] == 9
    assert [r for r in longer.runs if r["phase"] == "tune"][:12] == [r for r in short.runs if r["phase"] == "tune"]
    whole = harness.sweep(*SMALL, "optimizer=adam", "trials=9")
    for name in FILES:
        assert (longer.folder / name).read_bytes() == (whole.folder / name).read_bytes(), name
    for changed in ("steps=41", "optimizer=sgd", "trials=8", "pruner=asha", "optimizer.lr=0.5", "+optimizer.x=1"):
        with pytest.raises(UserError, match=f"not with {changed.replace('+', '.')}"):
            harness.sweep(f"resume={short.folder}", changed)
    assert main(["resume=last"]) == 2
    assert "goes on with a sweep" in capsys.readouterr().err


def test_one_process_at_a_time_in_a_folder() -> None:
    found = harness.sweep(*SMALL, "optimizer=adam")
    import fcntl

    with (found.folder / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another process is at work there"):
            harness.sweep(f"resume={found.folder}")


def test_damaged_rounds_are_named() -> None:
    found = harness.sweep(*SMALL, "optimizer=adam")
    path = found.folder / "rounds" / "000000.npz"
    content = path.read_bytes()
    path.write_bytes(content[:200])
    with pytest.raises(UserError, match=r"000000.npz: damaged"):
        harness.sweep(f"resume={found.folder}")


def test_what_another_objective_left_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    found = harness.sweep(*SMALL, "optimizer=adam")
    before = Rosenbrock.value_and_gradient

    def scaled(factor: float) -> None:
        both = lambda self, x: tuple(factor * a for a in before(self, x))  # noqa: E731
        monkeypatch.setattr(Rosenbrock, "value_and_gradient", both)

    scaled(1 + 1e-9)  # another machine's last bits
    assert harness.sweep(f"resume={found.folder}").cells == found.cells
    scaled(1.01)
    with pytest.raises(UserError, match=r"000000.npz: another objective or other data made it: its fingerprint was"):
        harness.sweep(f"resume={found.folder}")


def test_a_cell_that_is_gone_leaves_its_plan_to_nobody(source: Composer) -> None:
    """Python gives its id to the next one."""
    tuned = ["objective=valley", "trials=8", "optimizer=momentum"]
    cells = [cell for name in ("lr", "momentum") for cell in enumerated(source, parse(*tuned, f"search={name}"))]
    assert [sorted(cell.space) for cell in cells] == [["optimizer.lr"], ["optimizer.momentum"]]
    planner = Planner()
    for k in range(20):
        cell = copy.copy(cells[k % 2])
        (planned,) = planner.plan([Trial(cell, (0,), "tune", 0, dict.fromkeys(cell.space, 0.25))])
        numbers = planned.engine.optimizer.lr, planned.engine.optimizer.momentum
        assert numbers[k % 2] == 0.25
        del cell, planned


def test_a_stored_config_runs_no_code(tmp_path: Path) -> None:
    found = harness.sweep(*SMALL, "optimizer=adam")
    config = found.folder / "config.yaml"
    config.write_text(config.read_text().replace("harness.optimizers.adam.Adam", "shutil.rmtree"))
    with pytest.raises(UserError, match=r"shutil.rmtree is not trusted"):
        harness.sweep(f"resume={found.folder}")


# storage


@pytest.mark.parametrize("storage", ["journal", "sqlite"])
def test_optunas_tools_find_the_study(storage: str, tmp_path: Path) -> None:
    url = [] if storage == "journal" else [f"storage=sqlite:///{tmp_path}/studies.db"]
    found = harness.sweep(*SMALL, "optimizer=sgd,adam", "pruner=median", *url)
    place = stored(found) if storage == "journal" else f"sqlite:///{tmp_path}/studies.db"
    summaries = optuna.get_all_study_summaries(place)
    prefix = "" if storage == "journal" else f"{found.folder.name} {found.config['name']} "
    assert {s.study_name for s in summaries} == {f"{prefix}optimizer=sgd", f"{prefix}optimizer=adam"}
    study = optuna.load_study(study_name=f"{prefix}optimizer=adam", storage=place)
    assert study.user_attrs["seeds"] == [0, 1]
    assert study.user_attrs["config"]["optimizer"]["beta1"] == 0.9
    told = [row for row in found.trials if row["optimizer"] == "adam"]
    assert [t.params["optimizer.lr"] for t in study.trials] == [row["optimizer.lr"] for row in told]
    assert [t.value for t in study.trials] == [row["value"] for row in told]
    assert [len(t.intermediate_values) for t in study.trials] == [10] * 6
    assert "objective=rosenbrock" in study.trials[0].user_attrs["overrides"]


def test_a_journal_writes_in_batches_and_repairs_itself(tmp_path: Path) -> None:
    path = tmp_path / "study.journal"
    journal = Journal(path)
    journal.append_logs([{"a": 1}, {"b": 2}])
    assert path.read_bytes() == b""
    assert list(journal.read_logs(1)) == [{"b": 2}]
    journal.flush()
    journal.append_logs([{"c": 3}])
    assert list(journal.read_logs(1)) == [{"b": 2}, {"c": 3}]
    assert path.read_bytes().count(b"\n") == 2
    path.write_bytes(path.read_bytes() + b'{"torn')
    (tmp_path / "study.journal.lock").touch()
    repair(path)
    assert list(Journal(path).read_logs(0)) == [{"a": 1}, {"b": 2}]
    assert not (tmp_path / "study.journal.lock").exists()


def test_every_run_is_in_the_files() -> None:
    found = harness.sweep(*SMALL, "optimizer=sgd,adam")
    with (found.folder / "runs.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 2 * (6 * 2 + 2 + 2) == len(found.curves["loss"])
    assert not any("test_accuracy" in run and run["test_accuracy"] != "" for run in found.runs)


def test_the_test_set_is_read_for_the_confirmed_only() -> None:
    found = harness.sweep(*SMALL[1:], "objective=mlp", "objective.hidden=[4]", "optimizer=sgd")
    assert all(run["test_loss"] == "" for phase in ("tune", "declared") for run in rows(found, 0, phase))
    assert all(isinstance(run["test_loss"], float) for run in rows(found, 0, "confirm"))


def test_parts_train_as_they_are_asked(source: Composer) -> None:
    """Trials at their points are the cells that have these numbers."""
    (cell,) = enumerated(source, parse("objective=rosenbrock", "optimizer=adam", "trials=2", "steps=20", "seeds=2"))
    planner = Planner()
    trials = [Trial(cell, (0, 1), "tune", k, {"optimizer.lr": lr}) for k, lr in enumerate((0.1, 0.2))]
    (planned,) = planner.plan(trials)
    train(planner, [planned])
    alone = harness.run("objective=rosenbrock", "optimizer=adam", "steps=20", "seeds=2", "optimizer.lr=0.2")
    assert trials[1].last("loss").tolist() == [run["loss"] for run in alone.runs]
