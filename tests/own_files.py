"""Small tables and archives that tests write into their own folder, and read."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from objectives.data import Dataset, own

PRICES = [f"{9 + k / 7:.4f}" for k in range(60)]


def table(header: str, *columns: list[str], mark: str = ",") -> str:
    return "\n".join([header, *(mark.join(row) for row in zip(*columns, strict=True))]) + "\n"


def numbers(rows: int = 60, scale: float = 1.0) -> list[str]:
    return [f"{scale * value:.4f}" for value in np.random.default_rng(1).normal(size=rows)]


def csv(text: str | bytes, target: Any = "price", **fields: Any) -> Dataset:
    Path("my.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return own.csv_file("my.csv", target, **fields)


def npz(y: Any, **fields: Any) -> Dataset:
    np.savez("my.npz", x=np.random.default_rng(1).normal(size=(len(y), 3)), y=y)
    return own.npz("my.npz", **fields)


def refused(message: str) -> Any:
    return pytest.raises(ValueError, match=re.escape(message))
