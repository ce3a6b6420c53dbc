"""Plain files that any tool reads, written whole or not at all, and the one reader of them."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from harness.errors import UserError
from harness.results import curves
from harness.results.config_text import config_text
from harness.results.curves import Curves
from harness.results.metrics import Metric
from harness.results.rows import GROUPS, Row, cell_row, run_rows, timing_rows, trial_row
from harness.results.saving import save_arrays, save_file
from harness.results.trial import STATES, Outcome
from harness.text.numbers import plain
from objectives.arrays import Array

if TYPE_CHECKING:
    from harness.answers.answer import Answers
    from harness.results.plot import Plot

TEXTS = (*GROUPS, "phase", "state", "problem", "overrides")
KINDS = {"run": "runs", "sweep": "sweeps"}


@dataclass(frozen=True)
class Results:
    """A folder as it was written. `runs` and `cells` are rows; row k of every curve belongs to row k of `runs`."""

    folder: Path
    summary: dict[str, Any]
    runs: list[Row]
    cells: list[Row]
    curves: Mapping[str, Array]  # step, evaluations, loss, ...: (runs, records); path: (runs, records, size)
    trials: list[Row]  # of a tuned sweep
    timings: list[Row]
    remarks: tuple[str, ...] = ()  # on rows of several folders together

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config, in a sweep of every cell; read when it is asked for: it takes longer than all else."""
        from omegaconf import OmegaConf
        from yaml import YAMLError

        file = self.folder / "config.yaml"
        try:
            found = OmegaConf.to_container(OmegaConf.load(file))
            return {str(key): value for key, value in dict(found).items()}  # type: ignore[arg-type]
        except (OSError, ValueError, TypeError, AttributeError, YAMLError) as error:
            raise UserError(f"{self.folder}: damaged: {type(error).__name__}: {str(error).splitlines()[0]}") from error

    @cached_property
    def answer(self) -> "Answers":
        """Who wins, and how sure that is: an answer per problem, which reads as text."""
        from harness.results.answers import answers

        return answers(self.summary, self.runs, self.cells, self.remarks)

    @property
    def plot(self) -> "Plot":
        """The pictures of this folder: `results.plot.curves()` returns a matplotlib Figure."""
        from harness.results.plot import Plot

        return Plot(self)

    def frame(self, which: str, library: str | None = None) -> Any:
        """`runs`, `trials`, `cells` or `curves` as a data frame of pandas or polars."""
        from harness.results.frames import frame

        return frame(self, which, library)

    def __repr__(self) -> str:
        from harness.results.shown import text

        return text(self)

    def _repr_html_(self) -> str:
        from harness.results.shown import html

        return html(self)

    def report(self, path: str | Path | None = None) -> Path:
        """Write the page of this folder, report.html there or `path`; where it is."""
        made = import_module("harness.report.page.made")  # which knows of results, so that it is imported by name
        return Path(made.report(self, None if path is None else Path(path)))

    def params(self) -> dict[str, Array]:
        """The final parameters, `cell/name` -> (seeds, ...), of a run with save_params=true."""
        return _arrays(self.folder / "params.npz")


def claim(path: str | Path | None, kind: str) -> Path:
    """Make a new folder: the path given, or outputs/runs (sweeps) and the time; a number is added if it is taken."""
    base = Path(path) if path else Path("outputs") / KINDS[kind] / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    if not base.name or base.name == "..":
        raise UserError(f"{path}: an output folder needs a name")
    for n in range(1, 10_000):
        folder = base if n == 1 else base.with_name(f"{base.name}_{n}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UserError(f"{folder}: cannot write there: {error.strerror}") from error
        return folder
    raise UserError(f"{base}: cannot find a free name")


def write(
    folder: Path, outcome: Outcome, config: Mapping[str, Any] | None, about: Mapping[str, Any], metric: Metric
) -> None:
    """Write the outcome, and the config where there is none yet, into its folder; summary.json comes last, so a folder
    that has one is complete."""
    trials = outcome.trials
    runs = [row for trial in trials for row in run_rows(trial, metric)]
    if config is not None:
        save_file(folder / "config.yaml", config_text(config))
    save_file(folder / "runs.csv", _csv(runs))
    cells = [cell_row(cell, metric) for cell in outcome.standings]
    save_file(folder / "cells.csv", _csv(cells))
    if any(trial.phase == "tune" for trial in trials):
        save_file(folder / "trials.csv", _csv([trial_row(trial, metric) for trial in trials if trial.phase == "tune"]))
    save_file(folder / "timings.csv", _csv(timing_rows(outcome)))
    curves.write(folder, trials, {name: about["dtype"] for name, about in outcome.problems.items()})
    finals = {
        f"{trial.cell.number}/{name}": value[trial.rows]
        for trial in trials
        for name, value in trial.trace.finals.items()
        if trial.speaks
    }
    if finals:
        save_arrays(folder / "params.npz", finals.items())
    states = [row["state"] for row in runs]
    failures = {
        str(trial.cell.number)
        if trial.phase == "run"
        else f"{trial.cell.number} trial {trial.number}": trial.trace.failure
        for trial in trials
        if trial.trace.failure
    }
    summary = {
        **about,
        "runs": {state: states.count(state) for state in STATES if states.count(state) or state != "pruned"},
        "failures": failures,
        "seconds": round(sum(population.seconds for population in outcome.populations), 3),
        "engines": sorted({one.engine for one in outcome.populations if one.trace.records and one.engine}),
        "problems": outcome.problems,
    }
    if about.get("study"):
        from harness.results.answers import look

        summary["looks"] = look(summary, runs, cells)[1]
    save_file(folder / "summary.json", (json.dumps(plain(summary), indent=2) + "\n").encode())
    (folder / curves.OLD).unlink(missing_ok=True)  # of an older version, which began it


def write_profile(folder: Path, rows: list[Row]) -> None:
    """Write where the seconds went: like those of timings.csv, no rerun repeats them."""
    save_file(folder / "profile.csv", _csv(rows))


def load(folder: str | Path) -> Results:
    """Read what a run or a sweep left in its folder; `last` is the newest below ./outputs."""
    found = newest() if str(folder) == "last" else Path(folder)
    if not (found / "summary.json").is_file():
        raise UserError(f"{found}: no finished run or sweep there (no summary.json)")
    try:
        runs = _rows(found / "runs.csv")
        results = Results(
            folder=found,
            summary=json.loads((found / "summary.json").read_text()),
            runs=runs,
            cells=_rows(found / "cells.csv"),
            curves=Curves(found / curves.FOLDER, runs)
            if (found / curves.FOLDER).is_dir()
            else _arrays(found / curves.OLD),
            trials=_rows(found / "trials.csv") if (found / "trials.csv").exists() else [],
            timings=_rows(found / "timings.csv"),
        )
        whole = (found / "config.yaml").is_file() and len(runs) == sum(results.summary["runs"].values())
        whole = whole and (isinstance(results.curves, Curves) or len(runs) == len(results.curves["loss"]))
        whole = whole and {run["cell"] for run in results.runs} <= {cell["cell"] for cell in results.cells}
    except UserError:
        raise
    except (OSError, ValueError, KeyError, AttributeError, TypeError, EOFError, BadZipFile) as error:
        raise UserError(f"{found}: damaged: {type(error).__name__}: {str(error).splitlines()[0]}") from error
    if not whole:
        raise UserError(f"{found}: damaged: its files do not belong together")
    level = results.summary.get("level", 0.05)
    if not (isinstance(level, float) and 0 < level < 1):
        raise UserError(f"{found}: damaged: level={level!r} in summary.json; it lies between 0 and 1")
    return results


def newest(outputs: Path = Path("outputs")) -> Path:
    """The folder that was finished last."""
    summaries = [path for kind in KINDS.values() for path in (outputs / kind).glob("*/summary.json")]
    if not summaries:
        raise UserError(f"last: no finished run or sweep in {outputs.resolve()}")
    return max(summaries, key=lambda path: path.stat().st_mtime_ns).parent


def _csv(rows: list[Row]) -> bytes:
    """Floats are written so that they read back exactly."""
    text = io.StringIO()
    columns = dict.fromkeys(key for row in rows for key in row)
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _rows(path: Path) -> list[Row]:
    """Names stay text: a hash like 123e456 is no number."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    columns = [
        texts if column in TEXTS or "@" in column else map(_value, texts)
        for column, texts in zip(header, zip(*rows, strict=True), strict=bool(rows))
    ]
    return [dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True)]


def _value(text: str) -> Any:
    if text.isdecimal():
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text


def _arrays(path: Path) -> dict[str, Array]:
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return dict(stored)
