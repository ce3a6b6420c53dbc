"""The judge: what others ran gets the verdict that their numbers give by hand, whatever tool wrote them down."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness.answers.short import shorts
from harness.judge import main
from tests.judged_files import ADAM, LOWER, SGD, data, judged, twelve, write
from tests.test_unpaired import ways


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


def test_europes_csv_with_a_mark_and_a_comma_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        (m, seed, str(v[seed]).replace(".", ","), "") for seed in range(12) for m, v in (("adam", ADAM), ("sgd", SGD))
    ]
    write("euro.csv", "\ufeffOptimiser;Seed;Validation Loss;", rows, mark=";", end="\r\n")
    code, out = judged(capsys, "euro.csv", "decimal=comma")
    assert (code, "value=Validation Loss method=Optimiser pair=Seed, guessed" in out) == (0, True)
    assert judged(capsys, twelve("mac.csv", end="\r"))[0] == 0
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
    told = (
        "12 tunings, 5 % family-wise on each problem; each replicate is taken for a whole tuning of its own; its value"
    )
    assert out.count(told) == 2
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


@pytest.mark.parametrize("word", ["", "nan", "NaN", "inf", "-Infinity", "NA", "1e400", "∞"])
def test_a_run_that_diverged_is_the_worst(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(twelve()).read_text().replace(f"sgd,11,{SGD[11]}", f"sgd,11,{word}")
    Path("lost.csv").write_text(text)
    assert "values that are empty, inf or nan: 1 of 24; such a run was never finite" in judged(capsys, "lost.csv")[1]
    assert data(capsys, "lost.csv")["pairs"][0]["p"] == 2 * 19 / 4096
    (pair,) = data(capsys, "lost.csv", "maximise=true")["pairs"]
    lost = pair["second_wins"] if pair["first"] == "sgd" else pair["first_wins"]
    assert lost == 3, "where adam is higher, and where sgd was lost"


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


def test_a_method_whose_run_did_not_end_has_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(m, seed, "running" if (m, seed) == ("lion", 3) else "finished", seed + more)
            for m, more in (("adam", 0), ("sgd", 20), ("lion", 40)) for seed in range(12)]  # fmt: skip
    write("state.csv", "optimizer,seed,state,loss", rows)
    for arguments in (("state.csv",), ("state.csv", "pair=none")):
        code, out = judged(capsys, *arguments)
        assert (code, "adam wins" in out, "lion: a run failed, no verdict" in out) == (0, True, True)


def test_seeds_that_no_two_methods_share_are_no_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(m, seed, seed) for m, first in (("adam", 0), ("sgd", 50)) for seed in range(first, first + 8)]
    code, out = judged(capsys, write("own.csv", "optimizer,seed,loss", rows))
    assert (code, "pair=none, guessed" in out, "no seed is shared by two methods, so that they are" in out) == (
        0,
        True,
        True,
    )


def test_numbers_whose_difference_no_float_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said beside the answer."""
    for high, low in ((1.7e308, -1.7e308), (1.7e308, 1.0), (-1.0, -1.7e308)):
        rows = [(m, k, v * (1 - k / 100)) for k in range(12) for m, v in (("adam", low), ("sgd", high), ("lion", high))]
        write("huge.csv", "optimizer,seed,loss", rows)
        for words in ([], ["pair=none"], ["maximise=true"], ["pair=none", "maximise=true"]):
            out = judged(capsys, "huge.csv", *words)[1]
            assert "infinitely " in out

    write("log.csv", "optimizer,seed,loss", [(m, k, v) for k in range(12) for m, v in (("adam", 0.0), ("sgd", 1e308))])
    assert "infinitely higher [inf, inf]" in judged(capsys, "log.csv", "scale=log")[1]


def test_an_open_interval_keeps_what_is_infinite(capsys: pytest.CaptureFixture[str]) -> None:
    """Its ends are order statistics, here the smallest and largest of eight, and the second of nine: one run that was
    never finite is outside then."""
    rows = [(method, k, value) for k in range(8) for method, value in (("adam", "inf" if k == 7 else 1), ("sgd", 1.2))]
    write("eight.csv", "optimizer,seed,loss", rows)
    assert "0.2 higher [-inf, 0.2]" in judged(capsys, "eight.csv")[1]
    write("nine.csv", "optimizer,seed,loss", [*rows, ("adam", 8, 1), ("sgd", 8, 1.2)])
    assert "0.2 higher [0, 0.2]" in judged(capsys, "nine.csv")[1]
    (pair,) = data(capsys, "nine.csv")["pairs"]
    assert (pair["low"], round(pair["high"], 9)) == (0, 0.2)


@pytest.mark.parametrize("width", [80, 120])
def test_long_names_are_short_on_the_screen_and_whole_in_the_data(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = "x" * 5_000
    names = {"adam": f"{long}a", "sgd": f"{long}b", "lion": "lion"}
    for task in ("", "y" * 5_000):
        rows = [
            (f"{task}{k % 2}", names[m], k // 2, v[k // 2] + 1e-3 * (m == "lion"))
            for k in range(24)
            for m, v in (("adam", ADAM), ("sgd", SGD), ("lion", SGD))
        ]
        out = judged(capsys, write("long.csv", "task,optimizer,seed,loss", rows))[1]
        assert max(map(len, out.splitlines())) < 600
        assert f"{'x' * 40}...{'x' * 16}a wins" in out
        main(["long.csv", "--json"])
        answers = json.loads(capsys.readouterr().out)["answers"]
        assert {cell["name"] for cell in answers[0]["cells"]} == set(names.values())
        assert answers[0]["headline"] == f"{names['adam']} wins"
    assert len(set(shorts([f"{long}{k}{long}" for k in range(30)]).values())) == 30
