"""The judge: what others ran gets the verdict that their numbers give by hand, whatever tool wrote them down."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest
from jsonschema import Draft202012Validator

from harness.answers.schema import schema
from harness.judge import main
from tests.test_unpaired import ways

# sgd - adam for each of twelve seeds. The negative ones have the ranks 1 and 6 of 12. Of the 2^12 choices of signs,
# those with a sum of at most 7 of negative ranks are the sets of different numbers that sum up to 0, 1, ..., 7:
# 1 + 1 + 1 + 2 + 2 + 3 + 4 + 5 = 19. So p = 2 * 19 / 4096 = 0.0093: adam wins.
# In order -6 -1 2 3 4 5 7 8 9 10 11 12: the median is 6, the 95 % interval goes from the third, 2, to the third last.
TWELVE = (3, 5, -1, 7, 2, 9, 4, -6, 8, 10, 11, 12)
# Without pairs: seeds differ by 100, so adam with seed i is lower than sgd with seed j where i < j (66 pairs of seeds),
# and where i = j in ten: 76 of 144, beside 72 of equals.
LOWER = 66 + 10
ADAM = [100.0 + 100 * seed for seed in range(12)]
SGD = [value + d for value, d in zip(ADAM, TWELVE, strict=True)]


def write(name: str, header: str, rows: Iterable[Iterable[Any]], mark: str = ",", end: str = "\n") -> str:
    lines = [header, *(mark.join(map(str, row)) for row in rows)]
    Path(name).write_text("".join(line + end for line in lines))
    return name


def twelve(name: str = "twelve.csv", header: str = "optimizer,seed,val_loss", **how: Any) -> str:
    rows = [(method, seed, values[seed]) for seed in range(12) for method, values in (("adam", ADAM), ("sgd", SGD))]
    return write(name, header, rows, **how)


def judged(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what is printed; nothing is said beside it."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The only answer as data, by its schema."""
    main([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema()).validate(found)
    (answer,) = found["answers"]
    assert isinstance(answer, dict)
    return answer


def test_twelve_pairs_are_decided_as_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = judged(capsys, twelve())
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == (
        "twelve.csv: 24 rows; value=val_loss method=optimizer pair=seed, guessed; by differences, less is better"
    )
    assert lines[1] == "adam wins"
    assert lines[3].split(maxsplit=4)[-1].endswith("6 higher [2, 10]  adam ends lower in 10 of 12  beaten")
    assert lines[4] == ("12 seeds, 5 % family-wise; these runs repeat seeds only: tuning luck is not in this verdict")
    (pair,) = data(capsys, "twelve.csv")["pairs"]
    assert pair["p"] == 2 * 19 / 4096
    assert (pair["first"], pair["difference"], pair["low"], pair["high"]) == ("adam", 6, 2, 10)
    (pair,) = data(capsys, "twelve.csv", "level=0.009")["pairs"]
    assert pair["winner"] is None


def test_without_pairs_the_same_numbers_decide_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    total = sum(ways(12, 12, u) for u in range(145))
    expected = 2 * sum(ways(12, 12, u) for u in range(LOWER, 145)) / total
    Path("bare.csv").write_text(
        "optimizer,val_loss\n" + "".join(f"adam,{v}\n" for v in ADAM) + "".join(f"sgd,{v}\n" for v in SGD)
    )
    for arguments in (("bare.csv",), (twelve(), "pair=none")):
        code, out = judged(capsys, *arguments)
        assert code == 3
        assert "Too close to call: adam, sgd\n" in out
        assert "adam ends lower in 76 of 144 pairs  open" in out
        assert "12 runs of each, exact rank-sum tests, 5 % family-wise; not paired: an effect is the median over" in out
        assert "these are runs, not whole tunings: tuning luck is not in this verdict" in out
        answer = data(capsys, *arguments)
        assert (answer["paired"], answer["replicates"], answer["needs"]) == (False, 12, 4)
        assert answer["pairs"][0]["p"] == pytest.approx(expected, rel=1e-12)


def test_samples_of_different_sizes_and_large_ones(capsys: pytest.CaptureFixture[str]) -> None:
    Path("few.csv").write_text("method,loss\na,1\na,2\na,3\nb,4\nb,5\nb,6\nb,7\n")
    code, out = judged(capsys, "few.csv")
    assert code == 3, "2 / C(7, 3) = 0.057"
    assert "No verdict is possible: 2 cells need 4 runs each; there are 3 to 4" in out
    rng = np.random.default_rng(0)
    write(
        "many.csv",
        "method,loss",
        [(name, rng.normal() + shift) for name, shift in (("a", 0), ("b", 2)) for _ in range(80)],
    )
    code, out = judged(capsys, "many.csv")
    assert code == 0
    assert "80 runs of each, rank-sum tests, of large samples by scipy's normal approximation" in out


def test_a_storage_of_optuna(capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve tunings of two methods: the best of five trials is what was made, 3 above the seed for one of them."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    journal = optuna.storages.journal.JournalFileBackend("studies.log")
    for storage in ("sqlite:///studies.db", optuna.storages.JournalStorage(journal)):
        for replicate in range(12):
            for method, values in (("adam", ADAM), ("sgd", SGD)):
                study = optuna.create_study(storage=storage, study_name=f"{method}/{replicate}")
                for trial in range(5):
                    study.add_trial(optuna.trial.create_trial(value=values[replicate] + (trial - 3) ** 2))
    for where in ("sqlite:///studies.db", "studies.db", "studies.log"):
        before = {path: path.read_bytes() for path in Path().iterdir()}
        code, out = judged(capsys, where)
        assert before == {path: path.read_bytes() for path in Path().iterdir()}, "it is only read"
        assert code == 0
        assert "24 studies; value=value method=study:method pair=study:number, guessed" in out
        assert "adam wins\n" in out
        assert "12 tunings, 5 % family-wise; each study:number is taken for a whole tuning of its own" in out
        assert "a value is the best of its study, a number that was tuned on, which flatters all methods" in out
        assert "tuning luck is not" not in out
        (pair,) = data(capsys, where)["pairs"]
        assert (pair["p"], pair["difference"]) == (2 * 19 / 4096, 6)
    answer = data(capsys, "studies.db", "trials=2")
    assert answer["cells"][0]["value"] == ADAM[5] + 4
    study = optuna.load_study(storage="sqlite:///studies.db", study_name="sgd/3")
    study.add_trial(optuna.trial.create_trial(value=0.0))
    assert main(["studies.db"]) == 2
    line = "unequal budgets give no verdict; add trials=5 to judge the first 5 of each"
    assert line in capsys.readouterr().err
    assert judged(capsys, "studies.db", "trials=5")[0] == 0


def test_studies_with_attributes_that_maximise_or_never_ended_well(capsys: pytest.CaptureFixture[str]) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for k, (method, values) in enumerate((("adam", ADAM), ("sgd", SGD), ("lion", [None] * 12))):
        for seed, value in enumerate(values):
            study = optuna.create_study(storage="sqlite:///up.db", study_name=f"{k} of {seed}!", direction="maximize")
            study.set_user_attr("optimizer", method)
            study.set_user_attr("replicate", seed)
            state = optuna.trial.TrialState.FAIL if value is None else optuna.trial.TrialState.COMPLETE
            study.add_trial(optuna.trial.create_trial(value=value, state=state))
    code, out = judged(capsys, "up.db")
    assert (code, "sgd wins" in out, "sgd ends higher in 10 of 12" in out, "more is better" in out) == (
        0,
        True,
        True,
        True,
    )
    assert "lion  inf" in out.replace("-inf", "inf")
    assert "never finite" in out
    assert "method=optimizer pair=replicate, guessed" in out


def test_the_runs_table_of_wandb(capsys: pytest.CaptureFixture[str]) -> None:
    header = '"Name","State","Tags","Created","Runtime","Sweep","optimizer","lr","seed","train_loss","val_loss"'
    rows = [
        (f'"dandy-sea-{seed}"', '"finished"', "", "2026-11-25T00:00:00Z", 9, "", f'"{method}"', 0.01, seed, 0.1, value)
        for seed in range(12)
        for method, value in (("adam", ADAM[seed]), ("sgd", "NaN" if seed == 11 else SGD[seed]))
    ]  # fmt: skip
    code, out = judged(capsys, write("wandb.csv", header, rows))
    assert code == 0
    assert "value=val_loss method=optimizer pair=seed, guessed" in out
    assert "1 of 24 values are empty, inf or nan: such a run was never finite, and is the worst" in out
    assert "8 % diverged" in out
    answer = data(capsys, "wandb.csv")
    assert answer["pairs"][0]["p"] == 2 * 19 / 4096, "infinity is the largest, as 12 was"
    crashed = Path("wandb.csv").read_text().replace('"dandy-sea-5","finished"', '"dandy-sea-5","crashed"')
    Path("wandb.csv").write_text(crashed)
    code, out = judged(capsys, "wandb.csv")
    assert (code, "No verdict: runs failed" in out) == (3, True)


def test_wandbs_dictionaries(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (f"run{seed}", f"\"{{'optimizer': '{m}', 'seed': {seed}, 'betas': [0.9, 0.999], 'x': {{'on': True}}}}\"",
         f"\"{{'_step': 9, 'val_loss': {v[seed] if seed else 'inf'}}}\"")
        for seed in range(12) for m, v in (("adam", ADAM), ("sgd", SGD))
    ]  # fmt: skip
    code, out = judged(capsys, write("api.csv", "name,config,summary", rows))
    assert code == 0
    assert "value=summary.val_loss method=config.optimizer pair=config.seed, guessed" in out
    assert "2 of 24 values are empty, inf or nan" in out
    evil = Path("api.csv").read_text().replace("'betas': [0.9, 0.999]", "'betas': open('x', 'w')", 1)
    Path("api.csv").write_text(evil)
    assert main(["api.csv"]) == 2
    assert "row 2, column config: not a dictionary of numbers" in capsys.readouterr().err
    assert not Path("x").exists()


def test_wandbs_history_with_a_column_per_run(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"{method}-seed{seed} - val_loss" for seed in range(12) for method in ("adam", "sgd")]
    last = [values[seed] for seed in range(12) for values in (ADAM, SGD)]
    header = ",".join(['"Step"', *(f'"{name}","{name}__MIN","{name}__MAX"' for name in names)])
    rows = [
        (step, *(part for k, value in enumerate(last) for part in [value + 9 - step if k or step < 9 else ""] * 3))
        for step in (0, 9, 5)
    ]
    code, out = judged(capsys, write("history.csv", header, rows))
    assert code == 0
    assert "24 rows; value=val_loss method=Name:method pair=Name:number, guessed" in out
    assert "a value is the last that its run recorded, which ended at different times (Step 5 to 9)" in out
    answer = data(capsys, "history.csv")
    assert answer["pairs"][0]["first_wins"] == 9, "adam's first run ended at step 5 with 4 more"


def test_a_column_per_method_is_no_history(capsys: pytest.CaptureFixture[str]) -> None:
    """Its rows are seeds, of which the last is one of twelve."""
    rows = [(seed, ADAM[seed], SGD[seed]) for seed in range(12)]
    write("wide.csv", "seed,adam - tuned,sgd - tuned", rows)
    assert main(["wide.csv"]) == 2
    assert (
        "methods=A,B where each method has a column; columns of numbers: seed, adam - tuned" in capsys.readouterr().err
    )
    assert judged(capsys, "wide.csv", "methods=adam - tuned,sgd - tuned", "pair=seed")[0] == 0
    assert data(capsys, "wide.csv", "methods=adam - tuned,sgd - tuned")["pairs"][0]["p"] == 2 * 19 / 4096


def test_mlflow_in_percent_and_in_shares(capsys: pytest.CaptureFixture[str]) -> None:
    header = "run_id,status,start_time,metrics.val_accuracy,params.optimizer,params.seed,params.lr,tags.mlflow.runName"
    rows = [
        (f"{m}{seed}", "FINISHED", "2026", value / 10_000, m, seed, 0.1, f"calm-{seed}")
        for seed in range(12) for m, value in (("adam", ADAM[seed]), ("sgd", SGD[seed]))
    ]  # fmt: skip
    code, out = judged(capsys, write("mlflow.csv", header, rows))
    assert code == 0
    assert (
        "value=metrics.val_accuracy method=params.optimizer pair=params.seed, guessed; in points, more is better" in out
    )
    assert "sgd wins" in out
    assert "0.06 points lower [0.02, 0.1]" in out
    write("percent.csv", header, [(*row[:3], 100 * row[3], *row[4:]) for row in rows])  # type: ignore[operator]
    assert "0.06 lower [0.02, 0.1]" in judged(capsys, "percent.csv")[1]
    code, out = judged(capsys, "mlflow.csv", "maximise=false")
    assert ("adam wins" in out, "by differences, less is better" in out) == (True, True)


def test_trackio_with_a_row_per_step(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (f"{m}-{seed}", step, value + 5 - step, "")
        for seed in range(12) for m, value in (("adam", ADAM[seed]), ("sgd", SGD[seed])) for step in (1, 5, 3)
    ] + [("adam-0", 6, "", 1)]  # fmt: skip
    code, out = judged(capsys, write("trackio.csv", "run_name,step,loss,accuracy", rows), "value=loss")
    assert code == 0
    assert "a value is the last that its run recorded (step 5)" in out
    assert data(capsys, "trackio.csv", "value=loss")["pairs"][0]["p"] == 2 * 19 / 4096


def test_npz(capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(
        "runs.npz", loss=np.array(ADAM + SGD), optimizer=["adam"] * 12 + ["sgd"] * 12, seed=[*range(12), *range(12)]
    )
    np.savez("wide.npz", adam=ADAM, sgd=SGD)
    for arguments in (("runs.npz",), ("wide.npz", "methods=adam,sgd")):
        assert judged(capsys, *arguments)[0] == 0
        assert data(capsys, *arguments)["pairs"][0]["p"] == 2 * 19 / 4096


def test_europes_csv_with_a_mark_and_a_comma_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (m, seed, str(v[seed]).replace(".", ","), "") for seed in range(12) for m, v in (("adam", ADAM), ("sgd", SGD))
    ]
    write("euro.csv", "\ufeffOptimiser;Seed;Validation Loss;", rows, mark=";", end="\r\n")
    code, out = judged(capsys, "euro.csv", "decimal=comma")
    assert (code, "value=Validation Loss method=Optimiser pair=Seed, guessed" in out) == (0, True)
    tabs = twelve("tabs.csv", "optimizer\tseed\tval_loss", mark="\t")
    assert judged(capsys, tabs)[0] == 0


def test_problems_replicates_and_their_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    """The value of a tuning is the median of its seeds, and each problem has its answer."""
    rows = [
        (task, method, replicate, seed, values[replicate] * sign + 1000 * sign * (seed == 2))
        for task, sign in (("mnist", 1), ("cifar", -1)) for method, values in (("adam", ADAM), ("sgd", SGD))
        for replicate in range(12) for seed in range(3)
    ]  # fmt: skip
    code, out = judged(capsys, write("tasks.csv", "task,method,replicate,seed,loss", rows))
    assert code == 0
    assert "value=loss method=method problem=task pair=replicate, guessed" in out
    assert "mnist: adam wins\n" in out
    assert "cifar: sgd wins\n" in out
    assert (
        out.count("12 tunings, 5 % family-wise; each replicate is taken for a whole tuning of its own; its value is")
        == 2
    )
    assert "median over seed" in out
    assert "tuning luck" not in out


def test_several_columns_name_a_method(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("adam", lr, seed, v[seed]) for seed in range(12) for lr, v in (("0.10", ADAM), ("1e-2", SGD))]
    write("lr.csv", "optimizer,lr,seed,loss", rows)
    _, out = judged(capsys, "lr.csv", "method=optimizer,lr")
    assert "adam lr=0.1 wins" in out
    assert "value=loss method=optimizer,lr pair=seed, guessed: value pair" in out


def test_missing_pairs_are_told_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(twelve()).read_text().replace(f"sgd,4,{SGD[4]}\n", "").replace(f"adam,7,{ADAM[7]}\n", "")
    Path("gaps.csv").write_text(text)
    _, out = judged(capsys, "gaps.csv")
    assert "adam lacks seed 7 and sgd lacks seed 4: only the 10 that all have are judged" in out
    assert data(capsys, "gaps.csv")["replicates"] == 10


def test_the_scale_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = judged(capsys, twelve(), "scale=log")
    assert "by ratios, less is better" in out
    assert "1x higher" in out


def test_what_was_understood_stands_beside_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([twelve(), "--json"]) == 0
    assert capsys.readouterr().err.startswith("harness: twelve.csv: 24 rows; value=val_loss method=optimizer pair=seed")


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2)])
def test_how_it_is_used(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == code
    assert capsys.readouterr().out.startswith("python -m harness.judge FILE")
