"""Cells that hold a dictionary, as the tables of trackers do: read as data, never run."""

import ast
import math
import warnings
from typing import Any

from objectives.data.table import Table

WORDS = {"nan": math.nan, "NaN": math.nan, "inf": math.inf, "Infinity": math.inf, "true": True, "false": False,
         "null": None}  # fmt: skip
LONGEST = 100_000  # letters of a cell


def unfolded(table: Table) -> Table:
    """The table in which a column of dictionaries, `config`, has become columns `config.optimizer`, ...: their numbers
    and words."""
    for name in table.names:
        texts = table.column(name) if table.names.count(name) == 1 else []
        cells = [text for text in texts if text]
        if cells and all(cell.startswith("{") and cell.endswith("}") for cell in cells):
            table = _unfolded(table, name)
    return table


def _unfolded(table: Table, name: str) -> Table:
    k = table.names.index(name)
    found: list[dict[str, str]] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        try:
            found.append(dict(_flat(name, read(row[k]) if row[k] else {})))
        except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
            told = f"{type(error).__name__}: {error}"
            raise ValueError(
                f"{table.where}, row {number}, column {name}: not a dictionary of numbers: {told}"
            ) from error
    names = list(dict.fromkeys(key for cells in found for key in cells))
    rows = [
        [*row[:k], *row[k + 1 :], *(cells.get(key, "") for key in names)]
        for row, cells in zip(table.rows, found, strict=True)
    ]
    kept = [*table.names[:k], *table.names[k + 1 :]]
    return Table(table.where, [*kept, *names], rows, table.numbers, table.prefix)


def read(text: str) -> Any:
    """What a dictionary in Python's or JSON's letters says; another thing is a ValueError.

    >>> read("{'lr': 0.1, 'deep': {'seed': -3}, 'loss': nan, 'on': true, 'betas': [0.9, 0.99]}")
    {'lr': 0.1, 'deep': {'seed': -3}, 'loss': nan, 'on': True, 'betas': [0.9, 0.99]}
    """
    if len(text) > LONGEST:
        raise ValueError(f"more than {LONGEST:,} letters")
    with warnings.catch_warnings(action="ignore"):  # of backslashes in words
        return _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() if node.id in WORDS:
            return WORDS[node.id]
        case ast.UnaryOp(op=ast.USub()):
            value = _value(node.operand)
            if isinstance(value, (int, float)):
                return -value
        case ast.List() | ast.Tuple():
            return [_value(item) for item in node.elts]
        case ast.Dict() if None not in node.keys:
            keys = [_value(key) for key in node.keys if key]
            if not any(isinstance(key, (list, dict)) for key in keys):
                return dict(zip(keys, map(_value, node.values), strict=True))
    raise ValueError(f"{ast.unparse(node)[:40]!r} is no number, word, list or dictionary")


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    """Columns and their texts."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in _flat(f"{name}.{key}", item)]
    return [(name, "" if value is None else value if isinstance(value, str) else repr(value))]
