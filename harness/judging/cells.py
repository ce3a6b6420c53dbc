"""What a cell of a results table means: a number, a diverged run, a name; every error names row, column and cell."""

import math

from objectives.data.columns import is_missing, looks_numeric, value_of
from objectives.data.table import Table

INFINITE = ("inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "∞", "-∞")
LONGEST = 300  # digits of a whole number that names something


def reads_as_value(text: str, decimal: str) -> bool:
    """Whether it is a number, infinite, or none."""
    return is_missing(text) or _is_infinite(text, decimal) or value_of(text, decimal) is not None


def _is_infinite(text: str, decimal: str) -> bool:
    """In words, or as a number that no float holds.

    >>> _is_infinite("-Inf", "."), _is_infinite("1e400", "."), _is_infinite("1e300", ".")
    (True, True, False)
    """
    if text.casefold() in INFINITE:
        return True
    return text.isascii() and "_" not in text and _float(text, decimal) == math.inf


def _float(text: str, decimal: str) -> float:
    """Its size as Python reads it; nan for what it does not read."""
    try:
        return abs(float(text.replace(decimal, ".")))
    except ValueError:
        return math.nan


def mostly_values(table: Table, name: str, decimal: str) -> bool:
    """Whether a column holds numbers, a few odd cells of which are mistakes."""
    texts = [text for text in table.column(name) if not is_missing(text)]
    return 2 * sum(reads_as_value(text, decimal) or looks_numeric(text) for text in texts) > len(texts)


def value(table: Table, k: int, name: str, decimal: str) -> float:
    """The number in row k of a column, inf where the run diverged: nothing that is finite stands there."""
    text = table.rows[k][table.names.index(name)]
    if is_missing(text) or _is_infinite(text, decimal):
        return math.inf
    found = value_of(text, decimal)
    if found is not None:
        return found
    way = "correct it, or leave the row out"
    if text.startswith("="):
        way = "it is a formula; save the file as csv from the program that computes it"
    elif looks_numeric(text) and "," in text and decimal == ".":
        way = "write it without separators of thousands, or add decimal=comma if that is what it means"
    elif looks_numeric(text):
        way = f"write it as a plain number, such as 1234{decimal}5"
    raise ValueError(f"{table.where}, row {table.numbers[k]}, column {name}: {text!r} is no number; {way}")


def key(table: Table, k: int, name: str) -> str:
    """What row k has in a column that names something: 1 and 1.0 are the same, and an empty cell is an error."""
    text = table.rows[k][table.names.index(name)]
    if is_missing(text) and text.casefold() != "none":
        raise ValueError(
            f"{table.where}, row {table.numbers[k]}, column {name}: {text!r} names nothing; fill it in, or leave "
            "the row out"
        )
    if text.isdecimal() and len(text) > LONGEST:
        told = (
            f"{text[:10]}... has {len(text):,} digits, more than a number has; name it by a shorter one, or by a word"
        )
        raise ValueError(f"{table.where}, row {table.numbers[k]}, column {name}: {told}")
    found = value_of(text)
    return text if found is None else f"{found:.15g}"
