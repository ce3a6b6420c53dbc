"""Pictures of finished folders: the numbers that are drawn are those of the files."""

import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from omegaconf import OmegaConf

pytest.importorskip("matplotlib")

import itertools

import harness
from harness import plot
from harness.answers.statistics import median
from harness.errors import UserError
from harness.landscape import sharpest
from harness.report.lines import spread
from harness.report.picture import drawn, pictures, save
from harness.report.style import KNOWN, apart, encoded, look, looks, short
from harness.results.courses import Course, courses
from harness.results.files import Results, load
from harness.results.profiles import profiles
from harness.results.sensitivity import sensitivities

FOLDERS = {
    "single": ("objective=valley", "optimizer=adam", "seeds=3", "steps=20"),
    "book": ("experiment=book_trajectories",),
    "untuned": ("objective=valley", "optimizer=sgd,adam", "seeds=6", "steps=20"),
    "tuned": ("objective=rosenbrock", "optimizer=sgd,momentum,adam", "trials=4", "steps=20", "replicates=7"),
    "network": ("objective=mlp", "optimizer=sgd,adam", "trials=2", "steps=20", "seeds=2", "replicates=1", "batch=2"),
    "several": ("objective=sphere,booth", "optimizer=sgd,adam", "trials=4", "steps=20", "replicates=6"),
    "steps": ("objective=sphere", "optimizer=sgd,adam", "trials=4", "steps=20", "replicates=6",
              "metric=steps_to_target", "target=0.5"),
    "one seed": ("objective=valley", "optimizer=sgd,adam", "seeds=1", "steps=20"),
    "diverged": ("objective=rosenbrock", "optimizer=sgd", "optimizer.lr=100.,1000.", "seeds=6", "steps=20"),
    "twenty": ("objective=sphere", "seeds=2", "steps=10",
               "optimizer=sgd,momentum,nesterov,adagrad,rmsprop,adam,adamw,lion,nadam,radam,adamax,amsgrad,adadelta,"
               "adabelief,yogi,sophia,tiger,came,adan,signum"),
    "nothing": ("objective=rosenbrock", "optimizer=sgd,adam", "trials=64", "steps=500", "timeout=0.001"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    base, found = tmp_path_factory.mktemp("pictures"), {}
    for name, overrides in FOLDERS.items():
        begin, place = (harness.run, "run") if name == "single" else (harness.sweep, "sweep")
        found[name] = begin(*overrides, f"hydra.{place}.dir={base / name.replace(' ', '_')}")
    return found


def of(figure: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The line of that name, read back."""
    (line,) = [line for axes in figure.axes for line in axes.lines if line.get_label() == name]
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.mark.parametrize("name", FOLDERS)
def test_every_picture_is_drawn_or_says_in_a_line_why_not(
    folders: dict[str, Results], name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    results = folders[name]
    assert plot.main([str(results.folder), "--list"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]  # long ones go on
    listed = {line.split()[0]: "not here: " in line for line in lines}
    assert listed.keys() == pictures().keys()
    for picture, missing in listed.items():
        if missing:
            with pytest.raises(UserError, match=f"no {picture}: ") as told:
                drawn(picture, results)
            assert "\n" not in str(told.value)
        else:
            drawn(picture, results).draw_without_rendering()


def test_what_each_kind_of_folder_can_give(folders: dict[str, Results]) -> None:
    def there(name: str) -> set[str]:
        return {picture for picture, one in pictures().items() if not one.why_not(folders[name])}

    paths, always = {"trajectories", "animation"}, {"curves", "profiles", "schedule"}
    assert there("single") == always | paths
    assert there("one seed") == there("book") == always | paths | {"effects"}
    assert there("untuned") == always | paths | {"effects", "unbeaten"}
    assert there("tuned") == pictures().keys() - {"heatmap"}
    assert there("network") == always | {"budget", "declared", "effects", "sensitivity"}
    assert there("several") == pictures().keys() - paths - {"space"}
    assert there("nothing") == {"schedule"}


def test_curves_are_the_medians_of_the_files(folders: dict[str, Results]) -> None:
    results = folders["untuned"]
    figure = drawn("curves", results)
    for cell, name in enumerate(("sgd", "adam")):
        rows = [k for k, run in enumerate(results.runs) if run["cell"] == cell]
        x, y = of(figure, name)
        assert x.tolist() == results.curves["step"][rows[0]].tolist()
        wanted = [median(column) for column in results.curves["loss"][rows].T]
        assert y.tolist() == [one.value for one in wanted]
        low, high = np.array([(one.low, one.high) for one in wanted]).T
        bands = [{*map(tuple, band.get_paths()[0].vertices.tolist())} for band in figure.axes[0].collections]
        assert any({*zip(x, low, strict=True), *zip(x, high, strict=True)} <= band for band in bands)
    x, _ = of(drawn("curves", results, x="evaluations"), "sgd")
    assert x.tolist() == results.curves["evaluations"][0].tolist()


def test_curves_of_a_tuned_sweep_show_what_was_confirmed(folders: dict[str, Results]) -> None:
    results = folders["tuned"]
    _, y = of(drawn("curves", results), "adam")
    (number,) = {cell["cell"] for cell in results.cells if cell["optimizer"] == "adam"}
    ends = []
    for replicate in range(7):
        mine = [run for run in results.runs if (run["cell"], run["replicate"]) == (number, replicate)]
        ends.append(np.median([run["loss"] for run in mine if run["phase"] == "confirm"]))
    assert y[-1] == np.median(ends)


def test_the_shape_of_the_books_figure(folders: dict[str, Results]) -> None:
    """Figures 6-3 to 6-8: SGD zigzags, Momentum swings, AdaGrad and Adam do not."""
    figure = drawn("trajectories", folders["book"])
    paths = {axes.get_title(loc="left"): axes.lines[-2] for axes in figure.axes}
    y = {name.split()[0].split("/")[-1]: np.asarray(line.get_ydata()) for name, line in paths.items()}
    assert (np.sign(y["sgd"][1:]) == -np.sign(y["sgd"][:-1])).all()
    assert (np.diff(np.abs(y["sgd"])) < 0).all()
    crossings = {name: int((np.diff(np.sign(path)) != 0).sum()) for name, path in y.items()}
    assert crossings["momentum"] in range(2, 6)
    assert crossings["adagrad"] == 0
    assert (np.diff(y["adagrad"]) < 0).all()
    assert crossings["adam_book"] in (1, 2)
    x = {name.split()[0]: np.asarray(line.get_xdata()) for name, line in paths.items()}
    assert all(path[0] == -7 for path in x.values())
    assert all(path[0] == 2 for path in y.values())
    assert (np.diff(x["adagrad"]) > 0).all()


def test_trajectories_are_those_of_the_files(folders: dict[str, Results]) -> None:
    results = folders["book"]
    figure = drawn("animation", results)
    drawn_paths = [np.asarray(line.get_xydata()) for line in figure.axes[0].lines if line.get_gid() == "path1"]
    cell = results.answer[0].lines[1].cell
    assert drawn_paths[0].tolist() == results.curves["path"][cell].tolist()


def test_the_animation_moves_without_scripts(folders: dict[str, Results], tmp_path: Path) -> None:
    from PIL import Image

    figure = drawn("animation", folders["book"])
    for name in ("a.svg", "b.svg", "a.gif"):
        save(figure, tmp_path / name, "animation")
    text = (tmp_path / "a.svg").read_text()
    assert "<script" not in text
    assert text.count("<animate ") == text.count("<animateTransform ") == 4
    for times, values in re.findall(r'keyTimes="([^"]*)" values="([^"]*)"', text):
        moments = list(map(float, times.split(";")))
        assert moments == sorted(moments)
        assert (moments[0], moments[-1]) == (0, 1)
        assert len(moments) == len(values.split(";"))
    assert (tmp_path / "b.svg").read_text() == text
    with Image.open(tmp_path / "a.gif") as moving:
        assert moving.n_frames == 31  # type: ignore[attr-defined]
    with pytest.raises(UserError, match=r"animation is written as \.svg, \.gif"):
        save(figure, tmp_path / "a.pdf", "animation")


def test_effects_are_the_answers(folders: dict[str, Results]) -> None:
    results = folders["tuned"]
    (answer,), figure = results.answer, drawn("effects", results)
    first, *others = answer.lines
    names = list(answer.evidence.names)
    for line in others:
        effect = answer.verdict.pair(names.index(first.name), names.index(line.name)).effect
        if np.isfinite(effect.value):
            assert of(figure, line.name)[0][0] == pytest.approx(10**effect.value)


def test_what_tuning_gained_is_the_sensitivities(folders: dict[str, Results]) -> None:
    results = folders["several"]
    figure = drawn("declared", results)
    for axes, mine in zip(figure.axes, sensitivities(results), strict=True):
        shown = {line.get_label(): line.get_xdata()[0] for line in axes.lines}
        for one in mine:
            if one.declared is not None and np.isfinite(one.declared.value):
                assert np.log10(shown[one.name]) == pytest.approx(one.declared.value)


def test_profiles_are_shares_of_targets(folders: dict[str, Results]) -> None:
    results = folders["several"]
    figure, found = drawn("profiles", results), profiles(results)
    for name, profile in found.items():
        x, y = of(figure, name)
        assert y.tolist() == profile.at(x).tolist()
        assert x[-1] == 20
    one = drawn("profiles", results, of="problem")
    where = one.axes[0].get_title(loc="left")
    shown = {line.get_label(): line.get_ydata()[-1] for line in one.axes[0].lines}
    assert shown == {name: np.isfinite(profile.problems[where]).mean() for name, profile in found.items()}


def test_the_heat_map_has_effects_beside_one_cell(folders: dict[str, Results]) -> None:
    results = folders["several"]
    told = {
        reference: [text.get_text() for text in drawn("heatmap", results, beside=reference).axes[0].texts]
        for reference in ("sgd", "adam")
    }
    assert [text.get_text() for text in drawn("heatmap", results).axes[0].texts] == told["sgd"]
    for answer, beside_sgd, beside_adam in zip(results.answer, *told.values(), strict=True):
        names = list(answer.evidence.names)
        effect = answer.verdict.pair(names.index("sgd"), names.index("adam")).effect
        size = answer.evidence.scale.size
        assert (beside_sgd, beside_adam) == (f"{size(effect.value)}x", f"{size(-effect.value)}x".replace("inf", "∞"))
    with pytest.raises(UserError, match=r"beside=adan: no cell of the folder, did you mean adam|choices: sgd, adam"):
        drawn("heatmap", results, beside="adan")


def test_sensitivity_marks_the_declared_rate_and_the_edge(folders: dict[str, Results]) -> None:
    results = folders["tuned"]
    figure = drawn("sensitivity", results)
    axes = {one.get_title(loc="left"): one for one in figure.axes}
    lines = {line.get_label(): np.asarray(line.get_xdata()) for line in axes["sgd"].lines}
    assert lines["_declared"].tolist() == [0.1, 0.1]
    assert lines["_edge"][0] == pytest.approx(2 / 1001.6, rel=1e-4)  # of Rosenbrock's Hessian at (1, 1)
    (number,) = {cell["cell"] for cell in results.cells if cell["optimizer"] == "sgd"}
    mine = [trial for trial in results.trials if trial["cell"] == number]
    assert sorted(lines["_trials"]) == sorted(trial["optimizer.lr"] for trial in mine)
    assert "_edge" not in {line.get_label() for line in axes["adam"].lines}


def test_budget_ends_with_the_best_trial(folders: dict[str, Results]) -> None:
    results = folders["tuned"]
    figure = drawn("budget", results)
    (number,) = {cell["cell"] for cell in results.cells if cell["optimizer"] == "adam"}
    best = [min(t["value"] for t in results.trials if (t["cell"], t["replicate"]) == (number, r)) for r in range(7)]
    x, y = of(figure, "adam")
    assert x.tolist() == [1, 2, 3, 4]
    assert y[-1] == np.median(best)
    assert (np.diff(y[np.isfinite(y)]) <= 0).all()


def test_schedules_are_those_of_the_cells(tmp_path: Path) -> None:
    results = harness.sweep("objective=valley", "optimizer=sgd", "schedule=constant,cosine", "seeds=1", "steps=50")
    figure = results.plot.schedule()
    assert set(of(figure, "constant")[1]) == {1.0}
    steps, factors = of(figure, "cosine")
    assert factors.tolist() == np.asarray(harness.make("schedule", "cosine", length=50)(steps)).tolist()


# looks


def test_an_optimizer_looks_alike_everywhere(folders: dict[str, Results]) -> None:
    for name in ("untuned", "several", "twenty"):
        results = folders[name]
        optimizers = {row["cell"]: row["optimizer"] for row in results.cells}
        for cell, mine in looks(results).items():
            own = look(optimizers[cell])
            assert (mine.color, mine.marker) == (own.color, own.marker)
    alike = list(looks(folders["twenty"]).values())
    assert len(set(alike)) == len(alike) == 20
    assert apart({*KNOWN, "z"}) == {**apart(set(KNOWN)), "z": apart({*KNOWN, "z"})["z"]}


def test_nothing_is_written_smaller_than_seven_points(folders: dict[str, Results]) -> None:
    from matplotlib.text import Text

    for name in ("several", "twenty"):
        for picture, one in pictures().items():
            if not one.why_not(folders[name]):
                figure = drawn(picture, folders[name])
                sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
                assert (min(sizes) >= 7, figure.get_figwidth() <= 7.2) == (True, True), picture


def test_names_at_the_ends_do_not_overlap(folders: dict[str, Results]) -> None:
    figure = drawn("curves", folders["twenty"])
    figure.draw_without_rendering()
    boxes = sorted((text.get_window_extent() for text in figure.axes[0].texts), key=lambda box: box.y0)
    assert len(boxes) == 12
    assert all(above.y0 >= below.y1 - 3 for below, above in itertools.pairwise(boxes))
    assert spread([0.5] * 3, [0.1] * 3) == pytest.approx([0.4, 0.5, 0.6])


@pytest.mark.parametrize("name", ["$x$ \\frac{", "<b>&amp;", "a\x1b[31mb\n", "_hidden", "日本"])
def test_names_are_told_as_they_are(name: str, folders: dict[str, Results]) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0, 0, short(name))
    for kind in ("svg", "png", "pdf"):
        assert encoded(figure, kind)
    assert b"\x1b" not in encoded(figure, "svg")
    assert b"<b>" not in encoded(figure, "svg")


# files


def test_the_same_picture_is_the_same_bytes(folders: dict[str, Results], tmp_path: Path) -> None:
    results = folders["untuned"]
    code = (
        "import sys; from harness.plot import main\n"
        "sys.exit(max(main([sys.argv[1], 'curves', '-o', f'curves.{kind}']) for kind in ('svg', 'png', 'pdf')))"
    )
    subprocess.run([sys.executable, "-c", code, str(results.folder)], check=True, capture_output=True, cwd=tmp_path)
    figure = drawn("curves", results)
    for kind in ("svg", "png", "pdf", "svg"):
        there = (tmp_path / f"curves.{kind}").read_bytes()
        assert encoded(figure, kind) == there, kind
        assert not re.search(rb"20\d\d-\d\d-\d\d|D:20\d\d", there)


# from the command line and from Python


def test_a_command_writes_beside_the_folder(folders: dict[str, Results], capsys: pytest.CaptureFixture[str]) -> None:
    folder = folders["untuned"].folder
    assert plot.main([str(folder), "curves", "x=evaluations"]) == 0
    assert capsys.readouterr().out == f"{folder / 'curves.svg'}\n"
    assert "gradient evaluations" in (folder / "curves.svg").read_text()
    for arguments, told in (
        (["curvse"], "curvse: no such picture"),
        (["curves", "x=miles"], "x=miles: choices: steps, evaluations, seconds"),
        (["curves", "y=1"], "y: no option of curves"),
        (["heatmap"], "no heatmap: one problem; effects shows it"),
        (["curves", "-o", "a.doc"], "a.doc: curves is written as .svg, .png, .pdf"),
        (["curves", "-o"], "-o: the file to write"),
    ):
        assert plot.main([str(folder), *arguments]) == 2
        said = capsys.readouterr().err
        assert told in said
        assert said.count("\n") == 1


def test_shapes_of_schedules_need_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plot.main(["schedule", "cosine", "linear", "steps=100", "-o", str(tmp_path / "s.svg")]) == 0
    text = (tmp_path / "s.svg").read_text()
    assert "cosine" in text
    assert "linear" in text
    assert plot.main(["schedule"]) == 2
    assert plot.main(["schedule", "cosin"]) == 2
    assert "cosine" in capsys.readouterr().err


def test_results_have_their_pictures(folders: dict[str, Results]) -> None:
    made = folders["untuned"].plot
    assert set(dir(made)) == pictures().keys()
    assert of(made.curves(x="evaluations"), "sgd")[0].tolist() == folders["untuned"].curves["evaluations"][0].tolist()
    assert "heatmap: not here: one problem" in repr(made)
    with pytest.raises(AttributeError, match="curvse: no such picture"):
        _ = made.curvse


@pytest.fixture
def _bowl(write_module: Any) -> Iterator[None]:
    write_module(
        "bowls",
        "import numpy as np\nfrom dataclasses import dataclass\nfrom objectives import Analytic\n\n"
        "@dataclass\nclass Bowl(Analytic):\n    dim: int = 2\n"
        "    start_box = (-1.0, 1.0)\n    published_start = (1.0, 0.5)\n\n"
        "    def value_and_gradient(self, x):\n        return (x**2).sum(axis=1), 2 * x\n",
    )
    return


@pytest.mark.usefixtures("_bowl")
def test_a_strangers_objective_is_trusted_on_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    results = harness.run("objective._target_=bowls.Bowl", "optimizer=sgd", "seeds=2", "steps=5")
    folder = str(results.folder)
    assert plot.main([folder, "--list"]) == 0
    assert "not here: objective._target_: bowls.Bowl is not trusted; if you trust it, add trust=bowls" in (
        capsys.readouterr().out
    )
    assert plot.main([folder, "trajectories"]) == 2
    assert plot.main([folder, "curves"]) == 0
    assert plot.main([folder, "trajectories", "trust=bowls"]) == 0
    assert results.plot.trajectories(trusted=("bowls",)).axes


def test_without_matplotlib_one_line_says_what_to_install(
    folders: dict[str, Results], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert plot.main([str(folders["single"].folder), "curves"]) == 2
    assert capsys.readouterr().err == "harness: pictures need matplotlib: pip install -e '.[plot]'\n"
    assert plot.main([str(folders["single"].folder), "--list"]) == 0


def test_curves_of_accuracy_take_diverged_runs_for_the_worst() -> None:
    """Five runs, two of which diverged: .3 is in the middle of -inf, -inf, .3, .4, .9."""
    values = np.array([[0.3], [0.4], [0.9], [-np.inf], [-np.inf]])
    middle, low, high = Course("a", np.zeros(1), values, more_is_better=True).middle()
    assert (middle[0], high[0]) == (0.3, 0.9)
    assert low[0] == 0.3, "no lower than what was seen"
    assert Course("a", np.zeros(1), -values).middle()[0] == [-0.3]
    half = np.array([[1.0], [2.0], [np.inf], [np.inf]])
    assert Course("a", np.zeros(1), half).middle()[0] == [2.0], "of two in the middle the better one, as in the answer"


def test_curves_end_where_the_answer_does(tmp_path: Path) -> None:
    """By the aggregate that is reported, over the seeds of each tuning."""
    small = ("objective=beale", "optimizer=adam", "trials=3", "seeds=4", "confirm=5", "steps=60", "replicates=3")
    for aggregate in ("mean", "q75"):
        found = harness.sweep(*small, f"aggregate={aggregate}")
        (course,) = courses(found, found.answer[0]).values()
        ends = [max(row["value"] - found.answer[0].evidence.scale.lowest, 0) for row in found.cells]
        np.testing.assert_allclose(course.values[:, -1], ends, rtol=1e-6)


def test_what_did_not_reach_its_target_is_left_out() -> None:
    late = ("metric=steps_to_target", "target=1e-30", "trials=2", "steps=20", "seeds=2", "replicates=2")
    found = harness.sweep("objective=rosenbrock", "optimizer=adam", *late)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = drawn("budget", found)
    assert all(abs(end) < 1e299 for axes in figure.axes for end in axes.get_ylim())


def test_a_strangers_config_reads_no_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Though the table says that it has none."""
    found = harness.run("objective=rosenbrock", "optimizer=adam", "steps=5", f"hydra.run.dir={tmp_path / 'run'}")
    config = (found.folder / "config.yaml").read_text()
    evil = {"_target_": "objectives.data.own.csv_file", "path": "/etc/passwd"}
    for node, told in (
        ({"_target_": "objectives.learning.mlp.MLP", "dataset": evil}, "objective.dataset: it reads data"),
        ({"_target_": "objectives.functions.curved_valleys.ExtendedRosenbrock", "dim": 10**7}, "dim=10000000: at most"),
    ):
        changed = {**OmegaConf.to_container(OmegaConf.create(config)), "objective": node}  # type: ignore[dict-item]
        (found.folder / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(changed)))
        assert plot.main([str(found.folder), "trajectories"]) == 2
        assert told in capsys.readouterr().err
        assert sharpest(load(found.folder)) is None


def test_damage_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = harness.run("objective=rosenbrock", "optimizer=adam", "steps=5", f"hydra.run.dir={tmp_path / 'run'}")
    cells = (found.folder / "cells.csv").read_text().replace("phase", "face")
    (found.folder / "cells.csv").write_text(cells)
    assert plot.main([str(found.folder), "curves"]) == 2
    assert "damaged: KeyError: 'phase'" in capsys.readouterr().err
