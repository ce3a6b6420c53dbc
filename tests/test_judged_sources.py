"""What tools write of their runs: each gives the verdict of the twelve pairs that were decided by hand."""

from pathlib import Path

import numpy as np
import optuna
import pytest

from harness.judge import main
from tests.judged_files import ADAM, SGD, data, judged, write


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


@pytest.mark.parametrize("name", ["s#1.db", "s%20a.db", "a?b.db", "{x}.db", "a&mode=rw.db"])
def test_a_storage_of_any_name_is_only_read(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for study in ("adam/0", "sgd/0"):
        made = optuna.create_study(storage="sqlite:///plain.db", study_name=study)
        made.add_trial(optuna.trial.create_trial(value=1.0))
    Path("plain.db").rename(name)
    before = Path(name).read_bytes()
    for where in (name, f"sqlite:///{name}"):
        code, out = judged(capsys, where)
        assert (code, "2 studies" in out) == (3, True)
        assert {path.name: path.read_bytes() for path in Path().iterdir()} == {name: before}


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
    assert "values that are empty, inf or nan: 1 of 24; such a run was never finite, and is the worst" in out
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
    assert "values that are empty, inf or nan: 2 of 24" in out
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
