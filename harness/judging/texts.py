"""Results in a table of texts: csv as spreadsheets and trackers write it, read as strictly as data sets."""

import csv
import re
from pathlib import Path

from harness.judging.nested import unfolded
from harness.judging.options import Options
from objectives.data.table import Table, parsed, text_of

GUESSED = (",", ";", "\t", "|")  # separators, of which the one that parts the first line most often is taken
ROWS = 1_000_000
TRIALS = {"number", "value", "state", "datetime_start"}  # of what Optuna writes of one study


def table_of(where: Path, options: Options) -> Table:
    """The table in a csv file; a ValueError says what is wrong with it and what to type."""
    text = text_of(where, options.encoding, prefix="")
    demand_few(where, max(text.count("\n"), text.count("\r")) - 1)
    found = parsed(where, text, options.separator or separator(text), options.header, prefix="")
    if {name.casefold() for name in found.names} >= TRIALS:
        raise ValueError(
            f"{where}: the trials of one Optuna study, of which each tuning has one value: give the storage instead, "
            "as in python -m harness.judge sqlite:///studies.db"
        )
    return unfolded(_named(found))


def demand_few(where: Path, rows: int) -> None:
    """So few rows that they fit into the memory as texts."""
    if rows > ROWS:
        told = f"{rows:,} rows, more than {ROWS:,}"
        raise ValueError(f"{where}: {told}; keep a row per run, and the columns that are judged")


def separator(text: str) -> str:
    r"""The mark that parts the first line.

    >>> separator("loss;optimizer;seed\n1,5;adam;0"), separator('"a;b",c')
    (';', ',')
    """
    first = re.split(r"[\r\n]", text[:100_000], maxsplit=1)[0]
    if first[:4] == "sep=" and len(first) == 5:
        return first[4]
    parts = {
        mark: len(next(csv.reader([first], delimiter=mark, skipinitialspace=mark != "\t"), [])) for mark in GUESSED
    }
    return max(GUESSED, key=lambda mark: parts[mark])


def _named(table: Table) -> Table:
    """Without columns that have no name: the row numbers of pandas, and what a comma at the end of each line makes."""
    keep = [k for k, name in enumerate(table.names) if name and not name.startswith("Unnamed: ")]
    if not keep:
        raise ValueError(f"{table.where}: row 1 names no column")
    rows = [[row[k] for k in keep] for row in table.rows]
    return Table(table.where, [table.names[k] for k in keep], rows, table.numbers, table.prefix)
