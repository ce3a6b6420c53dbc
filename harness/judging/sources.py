"""A file or storage of others' results, whatever its kind, as evidence."""

from dataclasses import replace
from pathlib import Path

from harness.answers.evidence import Evidence
from harness.configs import database
from harness.errors import UserError
from harness.judging import arrays, history, studies, texts
from harness.judging.evidences import evidences
from harness.judging.options import Options
from harness.judging.roles import Roles, roles_of
from harness.text.copying import command
from objectives.data.download import LIMIT
from objectives.data.table import Table


def judged(file: str, options: Options) -> tuple[str, list[Evidence]]:
    """What was understood, in a line, and the evidence of each problem; a UserError says what to type."""
    try:
        kind = _kind(file)
        if kind != "studies" and options.trials is not None:
            raise UserError(f"trials={options.trials}: it is for Optuna storages, whose studies have trials")
        table, remark, maximise = _read(file, kind, options)
        table, roles = roles_of(table, options)
        found = evidences(table, roles, options, maximise, tuned=kind == "studies")
    except UserError:
        raise
    except (ValueError, OSError) as error:
        raise UserError(str(error)) from error
    remarks = (remark,) * bool(remark)
    told = _told(file, kind, table, roles, found[0])
    return told, [replace(one, remarks=(*one.remarks, *remarks)) for one in found]


def _read(file: str, kind: str, options: Options) -> tuple[Table, str, bool | None]:
    """The table, what is to be said of its values, and whether more is better, where that is known."""
    if kind == "studies":
        table, maximise = studies.table_of(file, options)
        return table, studies.told(table, options), maximise
    where = Path(file).expanduser()
    if kind == "npz":
        return arrays.table_of(where), "", None
    return *history.of_runs(texts.table_of(where, options), options.step), None


def _kind(file: str) -> str:
    """csv, npz or studies, by how the file begins."""
    if "://" in file:
        database.refuse_password(f"storage={file}")
        return "studies"
    where = Path(file).expanduser()
    if (where if where.is_dir() else where.parent).joinpath("summary.json").is_file():
        folder = str(where if where.is_dir() else where.parent)
        raise UserError(f"{file}: a sweep of ours: {command(folder, module='harness.answer')}")
    if not where.is_file():
        raise UserError(
            f"{file}: {'a folder' if where.is_dir() else 'no such file'}; give a csv or npz file, or a storage"
        )
    if where.stat().st_size > LIMIT:
        raise UserError(f"{file}: more than {LIMIT >> 20} MiB; keep a row per run, and the columns that are judged")
    with where.open("rb") as opened:
        start = opened.read(20)
    if start.startswith((studies.SQLITE, studies.JOURNAL)):
        return "studies"
    return "npz" if where.suffix == ".npz" else "csv"


def _told(file: str, kind: str, table: Table, roles: Roles, one: Evidence) -> str:
    unit = "studies" if kind == "studies" else "rows"
    scale = {"log": "by ratios", "points": "in points", "difference": "by differences"}[one.scale.kind]
    better = "more" if one.scale.more_is_better else "less"
    where = table.where if kind == "studies" else file
    return f"{where}: {len(table.rows):,} {unit}; {roles.told}; {scale}, {better} is better"
