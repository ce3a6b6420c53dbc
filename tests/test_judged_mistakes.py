"""Files with mistakes: one line each, with what to type, exit code 2; what has two readings is not guessed."""

import gzip
import os
import zipfile
from pathlib import Path

import numpy as np
import optuna
import pytest
from numpy.lib import format as npy

import harness
from harness.judge import main
from harness.judging import evidences, sources
from harness.judging.nested import read

HEAD = "optimizer,seed,loss\n"
ROWS = "".join(f"{method},{seed},{seed + more}\n" for seed in range(6) for method, more in (("adam", 0), ("sgd", 1)))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("harness: ")
    return err.removeprefix("harness: ").rstrip("\n")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (HEAD + ROWS + "adam,6\n", "my.csv, row 14: 2 values, 'adam', '6', for 3 columns, which row 1 has: optimizer,"),
        (HEAD + ROWS + "adam,6,oops\n", "my.csv, row 14, column loss: 'oops' is no number; correct it, or leave the r"),
        (HEAD + ROWS + "adam,6,=B2*2\n", "my.csv, row 14, column loss: '=B2*2' is no number; it is a formula; save th"),
        (HEAD + ROWS + 'adam,6,"1,234"\n', "row 14, column loss: '1,234' is no number; write it without separators of"),
        (HEAD + ROWS + "adam,6,5 %\n", "row 14, column loss: '5 %' is no number; write it as a plain number, such as"),
        (HEAD + ROWS + "adam,,7\n", "my.csv, row 14, column seed: '' names nothing; fill it in, or leave the row out"),
        ("optimizer,seed,loss,loss\n" + ROWS.replace("\n", ",1\n"), "my.csv: the name loss stands over columns 3, 4; "),
        ((HEAD + ROWS + "größe,6,1\n").encode("latin-1"), "my.csv: the text is not UTF-8 ('utf-8' codec can't decode "),
        ((HEAD + ROWS).encode("utf-16"), "my.csv: the text is UTF-16; add encoding=utf-16"),
        ("", "my.csv: the file is empty"),
        (HEAD, "my.csv: no rows under the header optimizer, seed, loss"),
        ("optimizer,seed,lr\nadam,1,2\n", "my.csv: no column is known as the value; add value=NAME, or methods=A,B wh"),
        ("kind,seed,loss\nadam,1,2\n", "my.csv: no column is known as the method; add method=NAME, or name the runs M"),
        (ROWS, "columns of numbers: 0; if the file has no header, add header=none"),
        ("optimizer,seed,val_loss,test_loss\nadam,1,2,3\n", "my.csv: which column is the value? Add value=val_loss or"),
        ("optimizer,method,loss\na,x,1\nb,y,2\n", "my.csv: which column is the method? Add method=optimizer or method"),
        ("optimizer,fold,seed,loss\na,1,1,1\nb,1,1,2\na,2,2,1\nb,2,2,1\n", "Add pair=fold, pair=seed or pair=fold,see"),
        ("task,data,optimizer,loss\na,x,b,1\nc,y,d,2\n", "Add problem=task, problem=data or problem=task,data"),
        (HEAD + ROWS + "adam,5,9\n", "my.csv: rows 12 and 14 are both adam, seed 5; leave one of them out"),
        (HEAD + ROWS + "adam,5.0,9\n", "my.csv: rows 12 and 14 are both adam, seed 5; leave one of them out"),
        ("optimizer,lr,seed,loss\na,1,0,1\na,2,0,1\nb,1,0,1\nb,2,0,1\n", "my.csv: rows 2 and 3 are both a, seed 0; "
         "they differ in lr; if that tells methods apart, add method=optimizer,lr"),
        (HEAD + 'adam,"1,2\n', "my.csv, line 2: not csv: unexpected end of data"),
        (HEAD + ROWS.replace("\n", ",\n"), "; every row ends in a ',' too many: end row 1 in one as well"),
        (b"PK\x03\x04abcdef", "my.csv: a zip or Excel file, not csv; save it as csv (a csv file may be packed by gzip"),
        (b"\x1f\x8b\x08\0\0", "my.csv: damaged gzip data"),
        ((HEAD + 20 * ROWS)[:-1].encode() + b"\0\n", "my.csv, line 241: a character of code 0, which no text holds"),
        ("number,value,state,datetime_start\n0,1,COMPLETE,2026\n", "my.csv: the trials of one Optuna study, of which"),
        ("sep=;\n" + HEAD + ROWS, "my.csv: one column with ';' between columns; add separator=comma"),
    ],
)  # fmt: skip
def test_a_csv_with_a_mistake(content: str | bytes, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    said = refused(capsys, "my.csv")
    assert line in said
    assert "dataset." not in said


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["valeu=loss"], "valeu=loss: no such option (did you mean value=?); choices: value=, method=, "),
        (["loss"], "loss: no such option; choices: value=, "),
        (["value=Loss"], "my.csv: no column Loss; choices: optimizer, seed, loss; did you mean value=loss?"),
        (["value="], "value=: it needs a value"),
        (["pair=seed", "pair=optimizer"], "pair: typed twice; columns that belong together are one option, as in pair"),
        (["level=2"], "level=2: a number between 0 and 1, such as 0.05"),
        (["trials=3"], "trials=3: it is for Optuna storages, whose studies have trials"),
        (["trials=-3"], "trials=-3: a number of trials from 1 on"),
        (["scale=logarithmic"], "scale=logarithmic: choices: log, difference, points"),
        (["scale=points"], "scale=points is for shares from 0 to 1, and there are larger values: add scale=difference"),
        (["scale=log", "maximise=true"], "scale=log compares gaps to 0, where less is better; add maximise=false, or"),
        (["maximise=maybe"], "maximise=maybe: choices: true, false"),
        (["separator=ab"], "separator must be one character or one of comma, semicolon, tab"),
        (["encoding=klingon"], "encoding must be one that Python knows, such as utf-8 or cp1252; got 'klingon'"),
        (["method=loss"], "my.csv: the column loss cannot be value and method; columns: optimizer, seed, loss"),
        (["methods=loss,seed", "value=loss"], "methods= names columns that hold values; value= and method= are for a"),
    ],
)  # fmt: skip
def test_words_with_a_mistake(words: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(HEAD + ROWS)
    assert line in refused(capsys, "my.csv", *words)


def test_pairs_that_no_two_methods_share(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(HEAD + "adam,1,2\nadam,2,3\nsgd,3,4\n")
    line = "seed: none is shared by all methods (adam has 2 and sgd has 1 of 3): leave out the rows of those that lack"
    assert line in refused(capsys, "my.csv", "pair=seed")


def test_logarithms_of_negative_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(HEAD + ROWS + "adam,6,-1\nsgd,6,1\n")
    line = refused(capsys, "my.csv", "scale=log")
    assert "my.csv, row 14, column loss: -1 has no logarithm: add scale=difference, or take the gap" in line


def test_files_of_other_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder").mkdir()
    os.mkfifo("fifo")
    np.savez("objects.npz", loss=np.array([1, "a"], dtype=object), optimizer=["a", "b"])
    np.savez("lengths.npz", loss=[1, 2, 3], optimizer=["a", "b"])
    np.savez("square.npz", loss=[[1, 2], [3, 4]])
    np.savez("none.npz")
    Path("text.npz").write_text("optimizer,loss\n")
    Path("other.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    for name, line in {
        "nothing.csv": "nothing.csv: no such file; give a csv or npz file, or a storage",
        "folder": "folder: a folder; give a csv or npz file, or a storage",
        "fifo": "fifo: no such file",
        "objects.npz": "objects.npz: not an npz file of plain arrays: Object arrays cannot be loaded",
        "lengths.npz": "the arrays must be as long as each other, a place for each run; got loss 3, optimizer 2",
        "square.npz": "loss must be one row of numbers or words, one for each run; got int64 of shape (2, 2)",
        "none.npz": "none.npz: no arrays; np.savez('none.npz', loss=losses, optimizer=names, seed=seeds)",
        "text.npz": "as np.savez('text.npz', loss=losses, optimizer=names, seed=seeds) writes it; tables of text are ",
        "other.db": "other.db: no Optuna storage that can be read: ",
        "sqlite:///nothing.db": "sqlite:///nothing.db: no such file (",
        "sqlite:///text.npz": "text.npz: neither an SQLite database nor a journal of Optuna's",
        "postgresql://me:word@host/db": "a password that is typed stands in the list of processes",
    }.items():
        said = refused(capsys, name)
        assert line in said
        assert "word@" not in said
    assert not Path("nothing.db").exists()


def test_an_sqlite_database_without_studies_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    with sqlite3.connect("mine.db") as database:
        database.execute("create table mine (x)")
    database.close()
    before = Path("mine.db").read_bytes()
    assert "mine.db: no Optuna storage that can be read: " in refused(capsys, "mine.db")
    assert Path("mine.db").read_bytes() == before


def test_studies_with_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    made = {"adam/0": ["minimize"], "sgd/0": ["minimize"]}
    for case, more, line in (
        (
            "empty",
            {},
            "has no trial that ended; run it, or delete it",
        ),
        (
            "both",
            {"lion/0": ["minimize", "minimize"]},
            "the study lion/0 has several objectives; a verdict is about one",
        ),
        ("ways", {"lion/0": ["maximize"]}, "the study lion/0 maximises and adam/0 minimises; a verdict is about one"),
    ):
        for name, directions in (made | more).items():
            optuna.create_study(study_name=name, storage=f"sqlite:///{case}.db", directions=directions)
        assert line in refused(capsys, f"{case}.db")
    optuna.create_study(study_name="no parts", storage="sqlite:///names.db").add_trial(
        optuna.trial.create_trial(value=1)
    )
    assert "add method=NAME, or name the runs METHOD/REPLICATE; columns: study" in refused(capsys, "names.db")
    Path("cut.log").write_text('{"op_code":0,"worker\n{"op_code":0}\n')
    assert "cut.log: no Optuna storage that can be read: " in refused(capsys, "cut.log")


def test_a_sweep_of_ours_has_a_command_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    found = harness.sweep("optimizer=adam,sgd", "objective=valley", "steps=2", "seeds=2")
    capsys.readouterr()
    for name in (found.folder, found.folder / "runs.csv"):
        assert refused(capsys, str(name)) == f"{name}: a sweep of ours: python -m harness.answer {found.folder}"


def test_what_is_too_large(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my.csv").write_text("method,loss\n" + "a,1\n" * 2_001 + "b,1\n" * 5)
    assert "a has 2,001 rows, too many for runs that are not paired: if rows are steps of runs" in refused(
        capsys, "my.csv"
    )
    monkeypatch.setattr(sources, "LIMIT", 1 << 10)
    assert "my.csv: more than 0 MiB; keep a row per run" in refused(capsys, "my.csv")


def test_gzip_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv.gz").write_bytes(gzip.compress((HEAD + ROWS).encode()))
    assert main(["my.csv.gz"]) == 0
    assert "adam wins" in capsys.readouterr().out


def test_hostile_names_are_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text((HEAD + ROWS).replace("adam", "\x1b]0;owned\x07"))
    assert main(["my.csv"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\\x1b]0;owned\\x07 wins" in out


@pytest.mark.parametrize(
    "text", ["{'a': f()}", "{**x}", "[1 for _ in 'ab']", "(" * 5000, "{'a': " * 5000, "{'x': a.b}"]
)
def test_a_dictionary_that_is_none_is_not_run(text: str) -> None:
    with pytest.raises((ValueError, SyntaxError, RecursionError, MemoryError)):
        read(text)


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its headers: what is unpacked is counted."""
    np.savez_compressed("bomb.npz", loss=np.zeros(40_000_000), optimizer=["a", "b"])
    np.savez_compressed("many.npz", loss=np.zeros(1_000_001, dtype="i1"))
    np.savez_compressed("square.npz", loss=np.zeros((1_000, 1_000)))
    np.savez_compressed("lengths.npz", loss=np.zeros(1_000_000), optimizer=["a", "b"])
    with zipfile.ZipFile("lies.npz", "w") as packed, packed.open("loss.npy", "w") as file:
        npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    Path("many.csv").write_text("method,loss\n" + "a,1\n" * 1_000_001)
    monkeypatch.setattr(np, "load", None)
    for name, line in {
        "bomb.npz": "bomb.npz: not an npz file of plain arrays: its arrays have 305 MiB when unpacked, more than 256",
        "many.npz": "many.npz: 1,000,001 rows, more than 1,000,000; keep a row per run, and the columns that are judg",
        "square.npz": "loss must be one row of numbers or words, one for each run; got float64 of shape (1000, 1000)",
        "lengths.npz": "the arrays must be as long as each other, a place for each run; got loss 1,000,000, optimizer",
        "lies.npz": "loss.npy has 8,000,000,000,000 bytes by its header, 0 in the file",
        "many.csv": "many.csv: 1,000,001 rows, more than 1,000,000; keep a row per run, and the columns that are judg",
    }.items():
        assert line in refused(capsys, name)


def test_more_methods_than_can_be_compared(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    line = "column optimizer: 201 different methods, more than the 200 of which all pairs can be tested; add method="
    for seeds in (1, 2):
        rows = [f"m{k},{seed},{k + seed}\n" for k in range(201) for seed in range(seeds)]
        Path("my.csv").write_text(HEAD + "".join(rows))
        for words in ([], ["pair=none"], ["pair=seed"]):
            assert line in refused(capsys, "my.csv", *words)
    Path("my.csv").write_text("method,loss\n" + "".join(f"m{k % 4},{k}\n" for k in range(101)))
    monkeypatch.setattr(evidences, "ALL", 100)
    line = "101 rows of 4 methods are too many for runs that are not paired (at most 100): keep fewer of each, or name"
    assert line in refused(capsys, "my.csv")


@pytest.mark.parametrize("digit", ["1", "\u0661"])
def test_a_seed_that_is_no_number_of_a_float(digit: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(HEAD + ROWS + f"adam,{digit * 5_000},1\nsgd,{digit * 5_000},2\n")
    line = f"my.csv, row 14, column seed: {digit * 10}... has 5,000 digits, more than a number has; name it by a shorte"
    assert line in refused(capsys, "my.csv")
    assert "trials=1111111111111111" in refused(capsys, "my.csv", f"trials={'1' * 5_000}")
    Path("my.csv").write_text(f"optimizer,{digit * 5_000},loss\nadam,1,2\nsgd,1,3\n")
    code = main(["my.csv"])
    assert (code, "Exceeds" in capsys.readouterr().err) == (3, False)


@pytest.mark.parametrize("key", ["{[1]: 2}", "{(1, 2): 3}", "{'a': {{}: 1}}"])
def test_a_dictionary_with_keys_that_are_none(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.csv").write_text(f"optimizer,loss,config\nadam,1,\"{{'x': {key}}}\"\n")
    line = refused(capsys, "my.csv")
    assert line.startswith("my.csv, row 2, column config: not a dictionary of numbers: ValueError: ")


def test_a_dictionary_with_a_backslash_is_read_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{method},{k},{k},\"{{'path': 'C:\\data'}}\"\n" for k in range(6) for method in ("adam", "sgd")]
    Path("my.csv").write_text("optimizer,seed,loss,config\n" + "".join(rows))
    assert main(["my.csv"]) == 3
    assert capsys.readouterr().err == ""
