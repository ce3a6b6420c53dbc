"""Finished sweeps together: halves equal the whole, and what is not the same question is refused with both answers."""

import json
from pathlib import Path
from typing import Any

import pytest

import harness
from harness.answer import main as answer
from harness.compare import main
from harness.results.files import Results
from harness.text.numbers import plain

TUNED = ("objective=rosenbrock", "trials=3", "steps=40", "replicates=7")
PLAIN = ("objective=rosenbrock", "steps=40")


def sweep(name: str, *overrides: str) -> Results:
    return harness.sweep(*overrides, f"hydra.sweep.dir={name}")


def printed(capsys: pytest.CaptureFixture[str], command: Any, *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = command(list(arguments))
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    code = main(arguments)
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    return err


def test_two_halves_of_a_sweep_equal_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("whole", "optimizer=sgd,momentum,adam", *TUNED)
    sweep("a", "optimizer=sgd,momentum", *TUNED)
    sweep("b", "optimizer=adam", *TUNED)
    for form in ([], ["--json"]):
        code, whole = printed(capsys, answer, "whole", *form)
        assert printed(capsys, main, "a", "b", *form) == (code, whole)
    (found,) = json.loads(whole)["answers"]
    assert found["replicates"] == 7
    assert len(found["pairs"]) == 3


def test_two_halves_of_an_untuned_sweep_by_cells_or_by_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("whole", "optimizer=adam,sgd", *PLAIN, "seeds=12")
    sweep("first", "optimizer=adam,sgd", *PLAIN, "seeds=[0,1,2,3,4,5]")
    sweep("later", "optimizer=adam,sgd", *PLAIN, "seeds=[6,7,8,9,10,11]")
    sweep("adam", "optimizer=adam", *PLAIN, "seeds=12")
    sweep("sgd", "optimizer=sgd", *PLAIN, "seeds=12")
    code, whole = printed(capsys, answer, "whole")
    assert printed(capsys, main, "adam", "sgd") == (code, whole)
    code, out = printed(capsys, main, "first", "later")
    assert out == whole.replace(
        "add trials=32",
        "add trials=32; looked at 2 times: judged by an e-process, which holds under any number of looks; seeds of "
        "first and later together",
    )


def test_a_single_run_is_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    harness.run("optimizer=adam", *PLAIN, "seeds=6", "hydra.run.dir=one")
    sweep("two", "optimizer=sgd,momentum", *PLAIN, "seeds=6")
    code, out = printed(capsys, main, "one", "two")
    assert code == 3
    assert "3 cells need seeds=7; there are 6" in out


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ("objective=sphere", "the problem is rosenbrock 4c5d20ae589d in a and sphere 61fd7af91ca7 in b"),
        ("objective.dim=3", "the problem is rosenbrock "),
        ("steps=50", "steps is 40 in a and 50 in b"),
        ("trials=4", "trials is 3 in a and 4 in b"),
        ("budget=steps", "budget is gradients in a and steps in b"),
        ("aggregate=mean", "aggregate is q75 in a and mean in b"),
        ("metric=best_loss", "metric is loss in a and best_loss in b"),
        ("seeds=4", "seeds is 5 in a and 4 in b"),
        ("sampler.seed=1", "sampler.seed is 0 in a and 1 in b"),
        ("level=0.1", "level is 0.05 in a and 0.1 in b"),
        ("confirm=5", "confirm is 10 in a and 5 in b"),
    ],
)
def test_another_question_is_refused(changed: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    kept = [word for word in TUNED if word.partition("=")[0] != changed.partition("=")[0]]
    sweep("a", "optimizer=adam", *TUNED)
    sweep("b", "optimizer=sgd", *kept, changed)
    assert f"harness: not to be compared: {line}" in refused(capsys, "a", "b")
    assert f"harness: not to be compared: {line.split(' is ')[0]} is " in refused(capsys, "b", "a")


def test_tuned_and_untuned_are_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=adam", *TUNED)
    sweep("b", "optimizer=sgd", *PLAIN)
    assert "what is repeated is replicates in a and seeds in b" in refused(capsys, "a", "b")
    sweep("fixed", "optimizer=adam", "optimizer.lr=0.1,0.2", *TUNED)  # nothing is left to search
    assert "what is repeated is replicates in a and seeds in fixed" in refused(capsys, "a", "fixed")


def test_a_number_that_one_sweep_varied_and_another_searched_names_the_cells_of_the_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sweep("a", "optimizer=momentum", "optimizer.lr=0.001,0.0001", *TUNED)
    sweep("b", "optimizer=momentum,adam", *TUNED)
    _, out = printed(capsys, main, "a", "b")
    names = sorted(line.split("  ")[0] for line in out.splitlines()[1:5])
    assert names == ["adam", "lr=0.0001 momentum", "lr=0.001 momentum", "momentum"]


def test_halves_of_several_problems(capsys: pytest.CaptureFixture[str]) -> None:
    problems = ("objective=rosenbrock,sphere", *TUNED[1:])
    sweep("whole", "optimizer=sgd,adam", *problems)
    sweep("a", "optimizer=sgd", *problems)
    sweep("b", "optimizer=adam", *problems)
    assert printed(capsys, main, "a", "b") == printed(capsys, answer, "whole")


def test_one_hash_that_met_another_loss_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The same config on a machine that computes something else."""
    sweep("a", "optimizer=adam", *TUNED)
    found = sweep("b", "optimizer=sgd", *TUNED)
    (problem,) = found.summary["problems"].values()
    problem["loss"][0] = 24.3
    Path("b/summary.json").write_text(json.dumps(plain(found.summary)))
    assert "the first loss of seed 0 on 4c5d20ae589d is 24.19" in refused(capsys, "a", "b")


def test_replicates_reported_on_other_seeds_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=adam", *TUNED)
    sweep("b", "optimizer=sgd", *TUNED)
    rows = Path("b/runs.csv").read_text()
    assert ",confirm,0,15," in rows or ",15,rosenbrock" in rows
    Path("b/runs.csv").write_text(rows.replace(",15,rosenbrock", ",99,rosenbrock"))
    line = "what replicate 0 was reported on is seeds 15, 16, 17, 18, 19, 20, 21, 22 and 2 more in a and seeds 16, "
    assert line in refused(capsys, "a", "b")


def test_common_replicates_are_judged_and_others_told(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=sgd,adam", *TUNED)
    sweep("b", "optimizer=momentum", *TUNED[:-1], "replicates=5")
    code, out = printed(capsys, main, "a", "b")
    assert code == 3
    assert "3 cells need replicates=7; there are 5" in out
    assert "only the 5 replicates that all have are judged, a has 7: " in out
    assert "python -m harness -m resume=b replicates=7 adds more" in out


def test_a_cell_of_two_folders_is_one_where_it_is_the_same_and_named_where_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sweep("a", "optimizer=sgd,adam", *TUNED)
    sweep("b", "optimizer=adam,momentum", *TUNED)
    _, out = printed(capsys, main, "a", "b")
    assert "adam of b is that of a" in out
    answer_alone = out.partition("decades of lr")[0]
    assert len([line for line in answer_alone.splitlines() if line.startswith("adam ")]) == 1
    sweep("c", "optimizer=adam,momentum", *TUNED, "optimizer.lr=0.1")
    _, out = printed(capsys, main, "a", "c")
    assert sorted(line.split("  ")[0] for line in out.splitlines()[1:5]) == ["adam (a)", "adam (c)", "momentum", "sgd"]
    sweep("d", "optimizer=adam", "schedule=cosine,linear", *TUNED)
    _, out = printed(capsys, main, "b", "d")
    assert "adam cosine" in out
    assert "adam constant" in out


def test_tunings_that_differ_at_equal_budgets_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=adam", *TUNED)
    sweep("b", "optimizer=sgd", *TUNED, "sampler=random", "batch=4")
    _, out = printed(capsys, main, "a", "b")
    assert "sampler is TPESampler in a and RandomSampler in b; batch is 16 in a and 4 in b" in out


def test_engines_that_differ_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=adam", *TUNED)
    found = sweep("b", "optimizer=sgd", *TUNED)
    Path("b/summary.json").write_text(json.dumps(plain({**found.summary, "engines": ["jax 0.10.2, cpu, revision 1"]})))
    _, out = printed(capsys, main, "a", "b")
    line = "the engines differ (numpy, revision 1 in a and jax 0.10.2, cpu, revision 1 in b), whose numbers differ by"
    assert line in out
    (found_there,) = json.loads(printed(capsys, main, "a", "b", "--json")[1])["answers"]
    assert any(line in note for note in found_there["notes"])


def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    sweep("a", "optimizer=adam", *TUNED)
    assert "nothing: no finished run or sweep there" in refused(capsys, "a", "nothing")
    assert "a and ./a are one folder" in refused(capsys, "a", "./a")
    sweep("b", "optimizer=sgd", *TUNED)
    Path("b/config.yaml").write_text("cells: 3\n")
    assert "a or b: damaged: TypeError" in refused(capsys, "a", "b")


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["one"], 2)])
def test_how_it_is_used(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().out.startswith("python -m harness.compare FOLDER FOLDER")


def test_the_order_of_folders_is_no_matter_and_looks_count(capsys: pytest.CaptureFixture[str]) -> None:
    """One that ended when it was decided is judged by what holds for that, whoever is named first."""
    apart = ("objective=sphere", "optimizer.space.lr=interval(0.01,0.02)", "trials=3", "steps=40", "replicates=12")
    sweep("ua", "optimizer=adam,sgd", *apart, "until=decided")
    sweep("ub", "optimizer=momentum", *apart)
    assert len(json.loads(Path("ua/summary.json").read_text())["looks"]) == 1, "it ends at its first look"
    found = [
        json.loads(printed(capsys, main, *order, "--json")[1])["answers"][0] for order in (("ua", "ub"), ("ub", "ua"))
    ]
    assert [one["judged_by"] for one in found] == ["e-process"] * 2
    assert found[0]["headline"] == found[1]["headline"]
    sweep("few", "optimizer=adam,sgd", *(o for o in TUNED if "replicates" not in o), "replicates=6")
    harness.sweep("resume=few", "replicates=7")
    sweep("other", "optimizer=momentum", *TUNED)
    raised = json.loads(printed(capsys, main, "few", "other", "--json")[1])["answers"][0]
    assert (raised["looks"], raised["judged_by"]) == (2, "e-process")
    sweep("m", "optimizer=lion", *TUNED, "margin=0.05")
    assert "margin is 0.05 in m and None in other" in refused(capsys, "m", "other")
